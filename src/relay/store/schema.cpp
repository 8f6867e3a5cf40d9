#include "relay/store/schema.hpp"

#include <map>

namespace sealpost::relay {
namespace {

// trust_leaves: index of the audit leaf that records the entry. names: device names as small
// numbers. messages.recipients: 8 bytes of name number and one of state for each, big endian;
// messages.pending: envelopes not yet acknowledged, and renewals.waiting. renewals: devices that
// could not open a message. payloads.id is the message's. tiles.id is level << 56 | index. Times
// are milliseconds since 1970.
constexpr std::string_view kTables = R"(
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE trust(number INTEGER PRIMARY KEY, entry TEXT NOT NULL);
CREATE TABLE trust_leaves(number INTEGER PRIMARY KEY, leaf INTEGER NOT NULL);
CREATE TABLE prekeys(device INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE nonces(created INTEGER NOT NULL, key TEXT NOT NULL, nonce TEXT NOT NULL,
                    PRIMARY KEY(created, key, nonce)) WITHOUT ROWID;

CREATE TABLE messages(id INTEGER PRIMARY KEY, sender INTEGER NOT NULL, uuid TEXT NOT NULL,
                      tag BLOB NOT NULL, sha256 BLOB NOT NULL, purpose TEXT NOT NULL,
                      expires INTEGER NOT NULL, pending INTEGER NOT NULL, recipients BLOB NOT NULL);
CREATE UNIQUE INDEX messages_once ON messages(sender, uuid);
CREATE INDEX messages_expiring ON messages(expires) WHERE pending > 0;
CREATE TABLE payloads(id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE envelopes(id INTEGER PRIMARY KEY, device INTEGER NOT NULL, message INTEGER NOT NULL,
                       prekey TEXT NOT NULL, header BLOB NOT NULL);
CREATE UNIQUE INDEX envelopes_of_device ON envelopes(device, message);
CREATE TABLE evidence(id INTEGER PRIMARY KEY, message INTEGER NOT NULL, state INTEGER NOT NULL,
                      signer INTEGER NOT NULL, sender INTEGER NOT NULL, leaf INTEGER NOT NULL,
                      statement TEXT NOT NULL);
CREATE UNIQUE INDEX evidence_once ON evidence(message, state, signer, leaf);
CREATE INDEX evidence_for_sender ON evidence(sender, id) WHERE state <> 0;

CREATE TABLE blobs(id TEXT PRIMARY KEY, owner INTEGER NOT NULL, size INTEGER NOT NULL,
                   complete INTEGER NOT NULL, touched INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE blob_leaves(blob TEXT PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE parts(blob TEXT NOT NULL, part INTEGER NOT NULL,
                   PRIMARY KEY(blob, part)) WITHOUT ROWID;
CREATE TABLE message_blobs(blob TEXT NOT NULL, message INTEGER NOT NULL,
                           PRIMARY KEY(blob, message)) WITHOUT ROWID;

CREATE TABLE leaves(id INTEGER PRIMARY KEY, leaf BLOB NOT NULL);
CREATE TABLE tiles(id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
)";

constexpr std::string_view kRenewals = R"(
CREATE TABLE renewals(message INTEGER NOT NULL, device INTEGER NOT NULL, resent INTEGER NOT NULL,
                      waiting INTEGER NOT NULL, header BLOB NOT NULL,
                      PRIMARY KEY(message, device)) WITHOUT ROWID;
)";

// What version 2 did not have. once_prekeys: note is empty once somebody has got it; claimer is the
// user who did, claimed when, or 0. mfa_recovery.code: a SHA-256. mfa_proofs.key: the device's
// public key.
constexpr std::string_view kSinceVersion2 = R"(
CREATE TABLE once_prekeys(device INTEGER NOT NULL, prekey TEXT NOT NULL, published INTEGER NOT NULL,
                          expires INTEGER NOT NULL, claimer INTEGER NOT NULL,
                          claimed INTEGER NOT NULL, note TEXT NOT NULL,
                          PRIMARY KEY(device, prekey)) WITHOUT ROWID;
CREATE INDEX once_prekeys_left ON once_prekeys(device, published) WHERE claimed = 0;
CREATE INDEX once_prekeys_taken ON once_prekeys(device, claimer, claimed) WHERE claimed > 0;
CREATE INDEX once_prekeys_ending ON once_prekeys(expires);

CREATE TABLE mfa(user TEXT PRIMARY KEY, secret BLOB NOT NULL, confirmed INTEGER NOT NULL,
                 last_step INTEGER NOT NULL, failures INTEGER NOT NULL, pauses INTEGER NOT NULL,
                 paused_until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mfa_recovery(user TEXT NOT NULL, code BLOB NOT NULL,
                          PRIMARY KEY(user, code)) WITHOUT ROWID;
CREATE TABLE mfa_proofs(device TEXT PRIMARY KEY, user TEXT NOT NULL, key BLOB NOT NULL,
                        proven INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE orders(id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, device INTEGER NOT NULL,
                    key BLOB NOT NULL, statement TEXT NOT NULL, ordered INTEGER NOT NULL,
                    fetched INTEGER NOT NULL, wiped INTEGER NOT NULL, answer TEXT NOT NULL,
                    voucher TEXT NOT NULL);
CREATE INDEX orders_of_device ON orders(device, id);
CREATE INDEX orders_for_key ON orders(key, id);
)";

// What version 3 did not have. register_entries.head: behind the entry; leaf: of its event, or -1
// until that is written. register_files.id is the entry's. contact_keys: rows stay, so that no page
// is ever rebuilt around a key; a shredded one is overwritten with zeros where it lies.
// entry_blobs.entry: the entry's row.
constexpr std::string_view kSinceVersion3 = R"(
CREATE TABLE register_entries(id INTEGER PRIMARY KEY, stream TEXT NOT NULL, number INTEGER NOT NULL,
                              author INTEGER NOT NULL, uuid TEXT NOT NULL, epoch INTEGER NOT NULL,
                              sha256 BLOB NOT NULL, head BLOB NOT NULL, leaf INTEGER NOT NULL);
CREATE TABLE register_files(id INTEGER PRIMARY KEY, file BLOB NOT NULL);
CREATE UNIQUE INDEX register_numbers ON register_entries(stream, number);
CREATE INDEX register_epochs ON register_entries(stream, epoch, number);
CREATE UNIQUE INDEX register_once ON register_entries(stream, author, uuid);
CREATE TABLE contact_keys(id INTEGER PRIMARY KEY, stream TEXT NOT NULL, contact TEXT NOT NULL,
                          number INTEGER NOT NULL, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL);
CREATE UNIQUE INDEX contact_keys_once ON contact_keys(stream, contact);
CREATE INDEX contact_keys_of_entry ON contact_keys(stream, number);
CREATE TABLE register_grants(stream TEXT NOT NULL, device INTEGER NOT NULL, epoch INTEGER NOT NULL,
                             prekey TEXT NOT NULL, file BLOB NOT NULL,
                             PRIMARY KEY(stream, device)) WITHOUT ROWID;
CREATE TABLE entry_blobs(blob TEXT NOT NULL, entry INTEGER NOT NULL,
                         PRIMARY KEY(blob, entry)) WITHOUT ROWID;
PRAGMA user_version = 4;
)";

// What version 4 did not have. links.header is empty once nobody may open the link. stops: whether
// a contact is written to for a purpose, or, where that is empty, for any: the newest row says so.
// leaf: of its event, or -1 until that is written.
constexpr std::string_view kSinceVersion4 = R"(
CREATE TABLE links(id TEXT PRIMARY KEY, message INTEGER NOT NULL, fetch BLOB NOT NULL,
                   open BLOB NOT NULL, contact TEXT NOT NULL, passcode INTEGER NOT NULL,
                   views INTEGER NOT NULL, wrong INTEGER NOT NULL, replies INTEGER NOT NULL,
                   state INTEGER NOT NULL, expires INTEGER NOT NULL,
                   header BLOB NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX links_of_message ON links(message);
CREATE INDEX links_ending ON links(expires);
CREATE INDEX links_spent ON links(state) WHERE state = 2 AND header <> x'';
CREATE TABLE link_claims(link TEXT NOT NULL, claim TEXT NOT NULL, claimed INTEGER NOT NULL,
                         held INTEGER NOT NULL, committed INTEGER NOT NULL,
                         PRIMARY KEY(link, claim)) WITHOUT ROWID;
CREATE TABLE replies(id INTEGER PRIMARY KEY, sender INTEGER NOT NULL, message INTEGER NOT NULL,
                     uuid TEXT NOT NULL, at INTEGER NOT NULL, file BLOB NOT NULL);
CREATE UNIQUE INDEX replies_once ON replies(message, uuid);
CREATE INDEX replies_for_sender ON replies(sender, id);
CREATE TABLE stops(id INTEGER PRIMARY KEY, contact TEXT NOT NULL, purpose TEXT NOT NULL,
                   at INTEGER NOT NULL, lift INTEGER NOT NULL, recorded INTEGER NOT NULL,
                   leaf INTEGER NOT NULL);
CREATE INDEX stops_of_contact ON stops(contact, purpose, id);
CREATE INDEX stops_open ON stops(id) WHERE recorded = 0;
PRAGMA user_version = 5;
)";

// What version 5 did not have. recalls.leaf: of its event, or -1 until that is written.
// recall_devices: who gets it with the inbox.
constexpr std::string_view kSinceVersion5 = R"(
CREATE TABLE recalls(id INTEGER PRIMARY KEY, message INTEGER NOT NULL, statement TEXT NOT NULL,
                     leaf INTEGER NOT NULL);
CREATE UNIQUE INDEX recalls_once ON recalls(message);
CREATE TABLE recall_devices(device INTEGER NOT NULL, recall INTEGER NOT NULL,
                            PRIMARY KEY(device, recall)) WITHOUT ROWID;
CREATE INDEX blobs_of_message ON message_blobs(message);
PRAGMA user_version = 6;
)";

// What version 6 did not have: of each device the last entry of its journal.
constexpr std::string_view kSinceVersion6 = R"(
CREATE TABLE journals(device TEXT PRIMARY KEY, number INTEGER NOT NULL,
                      hash BLOB NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 7;
)";

// What version 7 did not have. answers: asked is over the request. envelopes.handed: whether the
// device was ever given it; what lay there before counts as never, so that it is told of once more
// rather than not at all.
constexpr std::string_view kSinceVersion7 = R"(
CREATE TABLE answers(id INTEGER PRIMARY KEY, device INTEGER NOT NULL, uuid TEXT NOT NULL,
                     at INTEGER NOT NULL, asked BLOB NOT NULL, answer BLOB NOT NULL);
CREATE UNIQUE INDEX answers_once ON answers(device, uuid);
CREATE INDEX answers_ending ON answers(at);
ALTER TABLE envelopes ADD COLUMN handed INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 8;
)";

// orders: of wiping; times are 0 until it happened. An order is found by its device's name, or by
// the key that it names.
// Version 1 did not know where in the log an entry of the trust chain stands; the leaves do. And a
// device could say only once that it cannot open a message.
constexpr std::string_view kFromVersion1 = R"(
CREATE TABLE trust_leaves(number INTEGER PRIMARY KEY, leaf INTEGER NOT NULL);
INSERT INTO trust_leaves
  SELECT CAST(json_extract(CAST(leaf AS TEXT), '$.details.trust') AS INTEGER), id FROM leaves
  WHERE instr(CAST(leaf AS TEXT), '"trust":') > 0 AND json_valid(CAST(leaf AS TEXT))
    AND json_extract(CAST(leaf AS TEXT), '$.details.trust') IS NOT NULL;
DROP INDEX evidence_once;
CREATE UNIQUE INDEX evidence_once ON evidence(message, state, signer, leaf);
)";

// What SQLite makes for itself is left out. How a statement is broken into lines means nothing.
constexpr std::string_view kObjects =
    "SELECT type || ' ' || name, replace(replace(sql, ' ', ''), char(10), '') FROM sqlite_master "
    "WHERE substr(name, 1, 7) <> 'sqlite_'";

using Objects = std::map<std::string, std::string>;

// What makes a store of this version one of the present version; empty when there is no way.
std::string steps_from(std::string_view version) {
  std::string steps;
  if (version == "0") steps += kTables;
  if (version == "1") steps += kFromVersion1;
  if (version == "0" || version == "1") steps += kRenewals;
  if (version == "2" || !steps.empty()) steps += kSinceVersion2;
  if (version == "3" || !steps.empty()) steps += kSinceVersion3;
  if (version == "4" || !steps.empty()) steps += kSinceVersion4;
  if (version == "5" || !steps.empty()) steps += kSinceVersion5;
  if (version == "6" || !steps.empty()) steps += kSinceVersion6;
  if (version == "7" || !steps.empty()) steps += kSinceVersion7;
  return steps;
}

base::Result<Objects> objects_of(Database& database) {
  Objects objects;
  TRY(Query query, database.query(kObjects));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return objects;
    objects.emplace(query.text(0), query.text(1));
  }
}

base::Result<Objects> objects_of_a_new_store() {
  TRY(Database database, Database::open(":memory:", false));
  TRY(database.run(steps_from("0")));
  return objects_of(database);
}

base::Result<void> require_schema(Database& database) {
  TRY(const auto faults, compare_schema(database));
  if (faults.empty()) return {};
  return base::Error{base::Code::kVerificationFailed,
                     "the relay's store: " + faults[0].object + " " + std::string(faults[0].what),
                     "examine it with `sealpost relay fsck`, and restore relay.db from a backup"};
}

base::Result<void> create_or_upgrade(Database& database) {
  TRY(const std::string version, database.value("PRAGMA user_version"));
  if (version == kStoreVersion) return {};
  const std::string steps = steps_from(version);
  if (!steps.empty()) return database.run("BEGIN IMMEDIATE;" + steps + "COMMIT");
  return base::Error{base::Code::kMalformed, "relay.db was written by a newer version", ""};
}

base::Result<void> require(Database& database, const std::string& pragma, std::string_view wanted) {
  TRY(const std::string value, database.value(pragma));
  if (value != wanted) {
    return base::Error{base::Code::kInternal,
                       "the relay's store does not keep its promises: " + pragma + " is " + value,
                       ""};
  }
  return {};
}

}  // namespace

base::Result<void> prepare_writer(Database& database) {
  TRY(require(database, "PRAGMA journal_mode = WAL", "wal"));
  TRY(
      database.run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
                   "PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;"
                   "PRAGMA secure_delete = FAST"));
  TRY(require(database, "PRAGMA synchronous", "2"));
  TRY(create_or_upgrade(database));
  return require_schema(database);
}

base::Result<std::vector<SchemaFault>> compare_schema(Database& database) {
  TRY(const Objects wanted, objects_of_a_new_store());
  TRY(const Objects there, objects_of(database));
  std::vector<SchemaFault> faults;
  for (const auto& [name, sql] : wanted) {
    const auto at = there.find(name);
    if (at == there.end()) {
      faults.push_back({name, "is missing"});
    } else if (at->second != sql) {
      faults.push_back({name, "is not as it was made"});
    }
  }
  for (const auto& [name, sql] : there) {
    if (!wanted.contains(name)) faults.push_back({name, "does not belong there"});
  }
  return faults;
}

}  // namespace sealpost::relay
