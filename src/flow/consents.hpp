// Leave that contacts give and take back. sealpost-consent(1). Each of these meets the relay, reads
// the people stream to its end, writes, and reads back what it wrote. Errors are those of
// open_register() and write_register(). One thread.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/registry.hpp"
#include "flow/transfer.hpp"
#include "report/consent.hpp"

namespace sealpost::flow {

// What a contact agreed to.
struct ConsentTerms {
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
  std::string method;
  std::optional<base::Time> effective;
  std::optional<base::Time> expires;
  std::optional<std::string> disclosure;  // the text that was shown
  std::string language;                   // of that text
  std::string version;                    // of that text
  bool warned = false;                    // of the risk of a channel that is not encrypted
  std::string witness;
  std::string note;
};
// kUsage for what is no purpose of the policy, no channel, no method, or out of form.
base::Result<void> check_terms(const policy::Policy& policy, const ConsentTerms& terms);

// Hears of the revocations that a grant is the first to override, when there are any, before
// anything is uploaded or written; an error of it ends all. What is logged meanwhile is not
// overridden.
using AskOverride =
    std::function<base::Result<void>(const KeyedContact& keyed, const std::vector<reg::Revoked>&)>;

// `evidence`, a file, is stored sealed; empty for none. kNotFound, kUsage; kConflict for a contact
// that was shredded.
base::Result<reg::Granted> grant_consent(Installation& installation, const std::string& which,
                                         const ConsentTerms& terms,
                                         const std::filesystem::path& evidence,
                                         const AskOverride& ask, Context& context,
                                         TransferProgress& progress);

struct Withdrawal {
  std::vector<std::string> purposes;  // empty: all
  std::vector<std::string> channels;  // empty: all
  std::string word;                   // as it came; empty: a person has said so otherwise
  std::string channel;                // by which it came; may be empty
  std::optional<base::Time> received;
};
struct Withdrawn {
  std::string id;
  bool paused = false;                 // what was said is not clear: a person decides
  bool all_purposes = false;           // the word ended every purpose
  std::vector<std::string> remaining;  // purposes with leave afterwards
};
// Words that are not understood pause the contact, as unclear ones do. kUsage, kNotFound.
base::Result<Withdrawn> revoke_consent(Installation& installation, const std::string& which,
                                       const Withdrawal& withdrawal, Context& context);

// Purposes of the policy for which a contact has leave by any channel.
std::vector<std::string> purposes_with_leave(const policy::Policy& policy,
                                             const reg::Contact& contact, base::Time when);

// Grants, revocations and pauses one by one, from a list or another system: what is in the register
// already, by its id or, where it has none, in the same words, is left as it is. Written in
// batches; what was added since the last write_out() is not there before the next. A grant that was
// not in force, and does not itself say why, waits until the reason has been written: a revocation
// or a pause of the same list. Where none comes, it is written with a revocation of its own.
class ConsentImport {
  using Id = std::array<std::uint8_t, 16>;  // what is behind the digits

 public:
  ConsentImport(Installation& installation, client::RelayClient& relay, policy::Policy policy,
                Context& context, bool dry_run)
      : installation_(installation),
        relay_(relay),
        policy_(std::move(policy)),
        context_(context),
        dry_run_(dry_run) {}
  // kNotFound, kUsage, kConflict for a bad one; the import goes on.
  base::Result<Imported> add(const report::Consent& consent);
  // An error of these two is not the row's, and ends the import.
  base::Result<void> write_when_full();
  base::Result<void> write_out();

 private:
  // False for what is there already.
  base::Result<bool> add_one(const report::Grant& grant);
  base::Result<bool> add_one(const report::Revocation& revocation);
  base::Result<bool> add_one(const report::Pause& pause);
  // The record of one that add_one() found fit.
  base::Result<reg::GrantRecord> record_of(const KeyedContact& keyed, const report::Grant& grant);
  base::Result<void> write_draft();
  // Those that wait and have their reason by now; at the end all.
  base::Result<void> settle(bool is_end);
  base::Result<bool> settle_one(const report::Grant& grant, bool is_end);
  bool is_held(const report::Grant& grant) const;
  base::Result<bool> is_anothers(const std::string& id, const std::string& contact);
  base::Result<const KeyedContact*> look_up(const std::string& which);
  bool waits(const std::string& id) const { return waiting_.contains(id); }

  Installation& installation_;
  client::RelayClient& relay_;
  policy::Policy policy_;
  Context& context_;
  const bool dry_run_;
  std::set<Id> read_;  // ids of all rows so far
  RegisterDraft draft_;
  std::set<std::string> waiting_;      // ids in the draft
  std::set<std::string> revocations_;  // contact and id of those in the draft
  // Grants that were not in force: since the last write_out(), and those whose reason had not come
  // by then. Under the contact's id; and their own ids.
  std::vector<report::Grant> held_;
  std::vector<report::Grant> unexplained_;
  std::set<std::string> held_ids_;
  std::map<std::string, std::size_t> held_given_;  // contact -> how many
  std::set<std::string> paused_;                   // contacts, by a pause of the list that waits
  std::map<std::string, std::size_t> given_;       // contact -> grants in the draft
  std::optional<std::pair<std::string, KeyedContact>> last_;  // looked up, by what name
  // Whose the ids in the register are, sorted; filled when a list has ids. 32 bytes for each.
  std::optional<std::vector<std::pair<Id, Id>>> holders_;
};

}  // namespace sealpost::flow
