// What the register says, as the vault holds it: rows that change as entries are read, and what is
// asked of them. sealpost-register(5), RECORDS. Borrows the vault; one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "register/contact.hpp"
#include "register/organisation.hpp"
#include "register/stream.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

// A contact and the key of its personal fields; no key when it was shredded.
struct KeyedContact {
  reg::Contact contact;
  std::optional<reg::ContactKey> key;
};

// By id, or by alias: the one that had the alias first. Removed ones only by id. kNotFound.
base::Result<KeyedContact> find_contact(const vault::Vault& vault, std::string_view which);
base::Result<std::optional<KeyedContact>> contact_by_id(const vault::Vault& vault,
                                                        std::string_view id);
// Also removed ones, in no order that means anything.
base::Result<void> each_contact(const vault::Vault& vault,
                                const std::function<base::Result<bool>(KeyedContact)>& visit);

base::Result<reg::Agreement> find_agreement(const vault::Vault& vault, std::string_view id);
base::Result<void> each_agreement(const vault::Vault& vault,
                                  const std::function<base::Result<void>(reg::Agreement)>& visit);
base::Result<reg::Group> find_group(const vault::Vault& vault, std::string_view name);
base::Result<void> each_group(const vault::Vault& vault,
                              const std::function<base::Result<void>(reg::Group)>& visit);
// The whole text; nothing while parts of it are missing.
base::Result<std::optional<std::string>> find_disclosure(const vault::Vault& vault,
                                                         const crypto::Digest& sha256);

// A contact whose key came with an entry, and that the relay has not shown: it was shredded later
// on, or the relay withholds it.
struct MissingKey {
  std::string contact;
  std::uint64_t entry = 0;
};
// The first ones, at most `limit`.
base::Result<std::vector<MissingKey>> missing_keys(const vault::Vault& vault, std::size_t limit);

// An entry that counts for nothing, by its author's doing.
struct FaultyEntry {
  reg::Stream stream = reg::Stream::kPeople;
  reg::Position where;
  std::string fault;
};
base::Result<void> each_faulty_entry(const vault::Vault& vault,
                                     const std::function<base::Result<void>(FaultyEntry)>& visit);

// Forgets what a stream has come to, for who reads it again from the beginning. Inside a
// transaction; mark an erasure as well, since contact keys are among it.
base::Result<void> forget_records(vault::Vault& vault, reg::Stream stream);

// Takes in the records of entries in their order: everything that one page of a stream changes,
// held in memory until store(). Failing, nothing of it counts. A record that contradicts what
// stands, as a decision on no pause, counts for nothing, for every reader alike.
class RegisterChanges {
 public:
  explicit RegisterChanges(vault::Vault& vault) : vault_(vault) {}

  // Keys come before the records that need them.
  void add_key(const std::string& contact, reg::ContactKey key);
  base::Result<void> apply(const reg::Record& record, const reg::Position& where);
  // A key that came with entry `number`, and is not shown.
  void miss_key(const std::string& contact, std::uint64_t number) { missing_[contact] = number; }
  // The log says that the contact's key has gone with this entry.
  base::Result<void> shred(const std::string& contact, const reg::Position& where);
  void set_aside(FaultyEntry faulty) { faulty_.push_back(std::move(faulty)); }
  // Inside a transaction.
  base::Result<void> store();
  bool erased() const { return erased_; }  // a key is gone: the vault is to be purged

 private:
  struct Parts {
    std::uint64_t count = 0;
    std::map<std::uint64_t, std::string> texts;
  };
  base::Result<KeyedContact*> contact(const std::string& id);
  base::Result<void> apply_to_contact(const reg::Record& record, const reg::Position& where);
  base::Result<void> apply_agreement(const reg::AgreementRecord& record,
                                     const reg::Position& where);
  base::Result<void> apply_group(const reg::GroupRecord& record, const reg::Position& where);
  base::Result<void> apply_disclosure(const reg::DisclosureRecord& record);
  base::Result<void> move_alias(const std::string& id, const std::string& from,
                                const std::string& to);

  vault::Vault& vault_;
  std::map<std::string, KeyedContact> contacts_;
  std::map<std::string, reg::ContactKey> keys_;  // of contacts that are not there yet
  std::map<std::string, std::vector<std::string>> aliases_;
  std::map<std::string, reg::Agreement> agreements_;
  std::map<std::string, reg::Group> groups_;
  std::map<std::string, Parts> disclosures_;      // by hex digest
  std::map<std::string, std::uint64_t> missing_;  // contact -> entry
  std::set<std::string> shredded_;
  std::vector<FaultyEntry> faulty_;
  bool erased_ = false;
};

}  // namespace sealpost::flow
