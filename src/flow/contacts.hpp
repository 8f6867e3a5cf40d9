// People outside the organisation, as the register knows them. sealpost-contact(1). Each of these
// meets the relay, reads the people stream to its end, writes, and reads back what it wrote.
// Errors are those of open_register() and write_register(). One thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flow/registry.hpp"
#include "report/contacts.hpp"

namespace sealpost::flow {

// With an alias among the fields. kUsage for fields out of form, kConflict when the alias is taken.
base::Result<reg::Contact> add_contact(Installation& installation, const reg::Personal& fields,
                                       Context& context);

// What an export calls a contact, so that an import finds the same one: the alias where it leads to
// this contact, else the id, as of those that are removed, or were not the first with their alias.
base::Result<std::string> listed_name(const vault::Vault& vault, const reg::Contact& contact);

struct ContactChange {
  reg::Personal fields;             // an empty value takes a field away
  std::optional<std::string> hold;  // why it may not be shredded; empty ends that
};
struct ChangedContact {
  reg::Contact contact;
  bool changed = false;  // else it was so already, and nothing was written
};
// kNotFound, kUsage, kConflict.
base::Result<ChangedContact> edit_contact(Installation& installation, const std::string& which,
                                          const ContactChange& change, Context& context);
// Hides a contact; with `shred` destroys the key of its personal fields as well. kDenied while it
// has to be kept. Safe to repeat by id.
base::Result<ChangedContact> remove_contact(Installation& installation, const std::string& which,
                                            bool shred, Context& context);

// Contacts row by row, by alias: what is there already is changed where it differs. Written in
// batches; what was added since the last write_out() is not there before the next.
class ContactImport {
 public:
  ContactImport(Installation& installation, client::RelayClient& relay, Context& context,
                bool dry_run)
      : installation_(installation), relay_(relay), context_(context), dry_run_(dry_run) {}
  // kUsage for a row out of form, or about a contact that an earlier one was about; the import goes
  // on.
  base::Result<Imported> add(const report::Person& person);
  // An error of these two is not the row's, and ends the import.
  base::Result<void> write_when_full();
  base::Result<void> write_out();

 private:
  base::Result<Imported> add_one(const std::string& name, const reg::Personal& fields);
  base::Result<void> add_record(const std::string& id, const reg::ContactKey& key,
                                const reg::Personal& fields);
  Installation& installation_;
  client::RelayClient& relay_;
  Context& context_;
  const bool dry_run_;
  RegisterDraft draft_;
  std::set<std::string> named_;  // by rows so far: what they say, and the id that it leads to
};

}  // namespace sealpost::flow
