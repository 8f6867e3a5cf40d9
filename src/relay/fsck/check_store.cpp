// The file itself, and references from one table to another.
#include <array>

#include "relay/fsck/examination.hpp"
#include "relay/store/schema.hpp"

namespace sealpost::relay {
namespace {

constexpr std::string_view kIntegrity = "PRAGMA integrity_check(20)";

// Rows that speak of something that is not there. Each query gives an id and what is wrong.
struct Reference {
  Part part;
  std::string_view what;
  std::string_view sql;
};
constexpr std::array kReferences{
    Reference{Part::kMessage, "its sender has no name",
              "SELECT uuid FROM messages WHERE sender NOT IN (SELECT id FROM names)"},
    Reference{Part::kReceipt, "its signer or its message's sender has no name",
              "SELECT id FROM evidence WHERE signer NOT IN (SELECT id FROM names) "
              "OR sender NOT IN (SELECT id FROM names)"},
    Reference{Part::kBlob, "its owner has no name",
              "SELECT id FROM blobs WHERE owner NOT IN (SELECT id FROM names)"},
    Reference{Part::kBlob, "parts are noted of a blob that is not there",
              "SELECT DISTINCT blob FROM parts p WHERE NOT EXISTS(SELECT 1 FROM blobs b WHERE "
              "b.id = p.blob)"},
    Reference{Part::kBlob, "there is a leaf list of a blob that is not there, or not complete",
              "SELECT blob FROM blob_leaves l WHERE NOT EXISTS(SELECT 1 FROM blobs b WHERE "
              "b.id = l.blob AND b.complete = 1)"},
    Reference{Part::kBlob, "a message names it, and it is not there or not complete",
              "SELECT DISTINCT blob FROM message_blobs r WHERE NOT EXISTS(SELECT 1 FROM blobs b "
              "WHERE b.id = r.blob AND b.complete = 1)"},
    Reference{Part::kBlob, "it is named by a message that is not there",
              "SELECT blob FROM message_blobs r WHERE NOT EXISTS(SELECT 1 FROM messages m WHERE "
              "m.id = r.message)"},
    Reference{Part::kBlob, "an entry of the register keeps it, and it is not there or not complete",
              "SELECT DISTINCT blob FROM entry_blobs k WHERE NOT EXISTS(SELECT 1 FROM blobs b "
              "WHERE b.id = k.blob AND b.complete = 1)"},
    Reference{Part::kBlob, "it is kept by an entry of the register that is not there",
              "SELECT blob FROM entry_blobs k WHERE NOT EXISTS(SELECT 1 FROM register_entries e "
              "WHERE e.id = k.entry)"},
    Reference{Part::kRegister, "there is a key of it without an entry that brought it",
              "SELECT contact FROM contact_keys k WHERE NOT EXISTS(SELECT 1 FROM register_entries "
              "e WHERE e.stream = k.stream AND e.number = k.number)"},
    Reference{Part::kRegister, "its key is out of form",
              "SELECT contact FROM contact_keys WHERE length(wrapped) <> 72"},
    Reference{Part::kRegister, "there is a file without an entry",
              "SELECT id FROM register_files WHERE id NOT IN (SELECT id FROM register_entries)"},
    Reference{Part::kRegister, "is granted to a device that has no name",
              "SELECT DISTINCT stream FROM register_grants WHERE device NOT IN (SELECT id FROM "
              "names)"},
    Reference{Part::kRecall, "is to be told to a device that has no name, or is not there",
              "SELECT recall FROM recall_devices WHERE device NOT IN (SELECT id FROM names) "
              "OR recall NOT IN (SELECT id FROM recalls)"},
    Reference{Part::kLink, "its message is not there",
              "SELECT id FROM links WHERE message NOT IN (SELECT id FROM messages)"},
    Reference{Part::kLink, "it is claimed, and not there",
              "SELECT DISTINCT link FROM link_claims WHERE link NOT IN (SELECT id FROM links)"},
    Reference{Part::kReply, "its message, or who is to get it, is not there",
              "SELECT uuid FROM replies r WHERE sender NOT IN (SELECT id FROM names) OR NOT "
              "EXISTS(SELECT 1 FROM messages m WHERE m.id = r.message AND m.sender = r.sender)"},
    Reference{Part::kTrust, "a leaf is noted for it, and it is not there",
              "SELECT number FROM trust_leaves WHERE number NOT IN (SELECT number FROM trust)"},
    Reference{Part::kEnvelope, "a new one is noted for a device or message that is not there",
              "SELECT message FROM renewals WHERE device NOT IN (SELECT id FROM names) "
              "OR message NOT IN (SELECT id FROM messages)"},
    Reference{Part::kPrekey, "its device, or who took it, has no name",
              "SELECT prekey FROM once_prekeys WHERE device NOT IN (SELECT id FROM names) "
              "OR (claimed > 0 AND claimer NOT IN (SELECT id FROM names))"},
    Reference{Part::kPayload, "there is no message that waits for it",
              "SELECT id FROM payloads p WHERE NOT EXISTS(SELECT 1 FROM messages m WHERE "
              "m.id = p.id AND m.pending > 0)"},
};

base::Result<void> check_reference(const Reference& reference, Examination& all) {
  TRY(Query query, all.db.query(reference.sql));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return {};
    TRY(all.damage(reference.part, query.text(0), std::string(reference.what)));
  }
}

}  // namespace

base::Result<void> check_store(Examination& all) {
  TRY(const std::string version, all.db.value("PRAGMA user_version"));
  if (version != kStoreVersion) {
    return base::Error{base::Code::kMalformed, "relay.db has version " + version,
                       "serve an older one once with this program, which brings it up to date; "
                       "examine a newer one with the program that wrote it"};
  }
  TRY(Query query, all.db.query(kIntegrity));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return {};
    if (query.text(0) != "ok") TRY(all.damage(Part::kStore, "relay.db", query.text(0)));
    TRY(all.passed(0));
  }
}

base::Result<void> check_schema(Examination& all) {
  TRY(const auto faults, compare_schema(all.db));
  all.schema_is_sound = faults.empty();
  for (const SchemaFault& fault : faults) {
    TRY(all.damage(Part::kStore, fault.object, std::string(fault.what)));
  }
  return {};
}

base::Result<void> check_references(Examination& all) {
  for (const Reference& reference : kReferences) TRY(check_reference(reference, all));
  TRY(all.found.payloads, all.number("SELECT count(*) FROM payloads"));
  return {};
}

}  // namespace sealpost::relay
