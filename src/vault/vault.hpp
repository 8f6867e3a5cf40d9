// The sealed store of one installation: a SQLite database in which every value is sealed with
// XChaCha20-Poly1305 under the vault key, which only a passphrase (Argon2id) opens. Row id and kind
// are associated data, so that rows cannot be swapped; look-ups go through keyed hashes, so that
// the file tells nothing but how many rows of which kind there are.
//
// Several processes may use one vault at once (WAL, full sync, busy wait). A Vault object belongs
// to one thread. Errors: kWrongPassphrase, kVerificationFailed for a value that does not open,
// kNotFound, kConflict, kNoSpace, kBusy, kMalformed for a file that is no vault.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "vault/lease.hpp"

namespace sealpost::vault {

using VaultKey = crypto::Secret<32, struct VaultKeyTag>;

// What a row is. The numbers are stored: never reuse one.
enum class Kind : int {
  kProfile = 1,     // who this installation is
  kSigningKey = 2,  // seeds: root, device
  kPrekeySecret = 3,
  kTrustEntry = 4,
  kLogView = 5,   // newest verified checkpoint
  kMessage = 6,   // received and sent, numbered together
  kOutgoing = 7,  // submissions not yet confirmed, sealed file keys
  kPendingReceipt = 8,
  kReceipt = 9,
  kSeen = 10,           // (from, id) -> message hash
  kState = 11,          // cursors and counters
  kDraft = 12,          // messages that are not sealed, or not known to be accepted, yet
  kUpload = 13,         // keys and digests by which an upload goes on
  kFileKey = 14,        // of sent messages, until every device has opened its own
  kNotice = 15,         // what the user has not been told of the trust chain yet
  kRegister = 16,       // how far each stream of the register is read, and its keys
  kRegisterEntry = 17,  // heads behind entries, and ids that were used
  kContact = 18,
  kContactAlias = 19,  // alias -> ids of contacts
  kAgreement = 20,
  kGroup = 21,
  kDisclosure = 22,   // texts that were shown to contacts
  kMissingKey = 23,   // contacts whose keys the relay has not shown
  kFaultyEntry = 24,  // entries of the register that count for nothing
  kLink = 25,         // secrets of links that contacts were sent
  kRecall = 26,       // of messages that came here, or might still come
  kLinkNotice = 27,   // messages whose contacts are to be told and were not yet
  kBulkJob = 28,
  kBulkPart = 29,  // of the tables of bulk jobs
  kBulkRow = 30,
  kReplyWord = 31,    // of contacts who may want no more messages, until the register has it
  kAuditReview = 32,  // looks through the audit log, with their notes
  kJournal = 33,      // entries of the journal that the relay does not have yet
};

struct Row {
  std::int64_t id = 0;
  crypto::SecretBytes value;
};

// Argon2id. What stands here takes about a second, and is the least that a vault should have; what
// is not ours to decide is refused only beyond kMost.
struct Tuning {
  std::uint64_t passes = 3;
  std::size_t memory = 256 << 20;  // bytes
};
inline constexpr Tuning kLeastTuning{};
inline constexpr Tuning kMostTuning{64, std::size_t{4} << 30};

class Vault {
 public:
  // Creates the file (0600) with a fresh vault key; kConflict when it exists.
  static base::Result<Vault> create(const std::filesystem::path& path, base::ByteView passphrase,
                                    const Tuning& tuning, base::Random& random);
  // Derives the vault key from the passphrase (about a second); kWrongPassphrase.
  static base::Result<Vault> open(const std::filesystem::path& path, base::ByteView passphrase,
                                  base::Random& random);
  // With the vault key that an agent kept; kWrongPassphrase when it is not this vault's.
  static base::Result<Vault> open_with_key(const std::filesystem::path& path, VaultKey key,
                                           base::Random& random);
  static bool exists(const std::filesystem::path& path);
  // Makes what the vault holds unreadable, and its files go: first the wrapped key, then the
  // write-ahead log, which may have an older or newer one, then the rest. Safe to repeat after it
  // was cut off at any point. No process should have the vault open.
  static base::Result<void> destroy(const std::filesystem::path& path);

  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  VaultKey key() const;  // for the agent
  // Wraps the vault key under another passphrase: no row is touched, but by `also`, which runs in
  // the same transaction. What the old passphrase opened is overwritten with purge().
  base::Result<void> rewrap(base::ByteView passphrase, const Tuning& tuning,
                            const std::function<base::Result<void>()>& also);
  const std::filesystem::path& path() const;
  // A key derived from the vault key for another use, e.g. "sealpost/v1/content-tag".
  crypto::Digest derive(std::string_view label) const;

  // `name` is what the row is looked up by, unique within its kind, or empty for rows that are
  // only listed. insert: kConflict when the name exists. Ids rise and are never reused.
  base::Result<std::int64_t> insert(Kind kind, std::string_view name, base::ByteView value);
  base::Result<void> put(Kind kind, std::string_view name,
                         base::ByteView value);  // insert or replace
  base::Result<void> replace(Kind kind, std::int64_t id, base::ByteView value);  // kNotFound
  base::Result<Row> get(Kind kind, std::string_view name) const;                 // kNotFound
  base::Result<Row> get(Kind kind, std::int64_t id) const;                       // kNotFound
  base::Result<std::optional<Row>> find(Kind kind, std::string_view name) const;
  base::Result<void> erase(Kind kind, std::int64_t id);  // absent is fine
  base::Result<std::uint64_t> count(Kind kind) const;
  base::Result<std::int64_t> last_id(Kind kind) const;  // 0 when there is none
  // Calls `visit` for each row of the kind with an id above `after`, in order of id, until it
  // returns false or fails.
  base::Result<void> each(Kind kind, std::int64_t after,
                          const std::function<base::Result<bool>(const Row&)>& visit) const;

  // Runs `work` in one synced write transaction (BEGIN IMMEDIATE): all of it or, when it fails or
  // throws, nothing. Not nested.
  base::Result<void> transaction(const std::function<base::Result<void>()>& work);
  // The right to do what `what` names, alone among the processes that use this vault. Nothing when
  // another has it.
  base::Result<std::optional<Lease>> lease(std::string_view what) const;
  // Overwrites freed pages and truncates the write-ahead log, after secrets were erased.
  base::Result<void> purge();

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealpost::vault
