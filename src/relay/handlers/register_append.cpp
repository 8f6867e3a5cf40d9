// Appending to a stream of the register: the entry, the contact keys that it brings and takes, its
// place in the stream and its event, all in one transaction.
#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "relay/handlers/blob_rules.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/register_rules.hpp"
#include "text/uuid.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

constexpr std::string_view kAgeFile = "age-encryption.org/v1\n";  // how every age file begins

base::Error malformed(std::string_view why) { return {Code::kMalformed, std::string(why), ""}; }

base::Error went_on(std::string_view why) {
  return {Code::kConflict, std::string(why), "read the stream to its end and try again"};
}

base::Result<void> check_keys(const wire::RegisterAppend& entry) {
  std::set<std::string_view> contacts;
  for (const wire::WrappedKey& key : entry.keys) {
    if (!is_contact_id(key.contact)) return malformed("\"keys\" names a contact out of form");
    if (!contacts.insert(key.contact).second) return malformed("two keys for one contact");
    if (key.epoch != entry.epoch) {
      return malformed("a contact's key is under another epoch than the entry");
    }
    const auto zero = [](std::uint8_t byte) { return byte == 0; };
    if (std::all_of(key.wrapped.begin(), key.wrapped.end(), zero)) {
      return malformed("a contact's key is none");
    }
  }
  return {};
}

// A file of something else would be content at the relay that it could read.
base::Result<void> check_form(std::string_view stream, const wire::RegisterAppend& entry) {
  if (!text::is_uuid(entry.id)) return malformed("the id is no UUID of version 7 or 8");
  if (entry.epoch == 0) return malformed("epochs begin with 1");
  if (!base::as_text(entry.file).starts_with(kAgeFile)) {
    return malformed("an entry is an age file");
  }
  if (stream != "people" && !(entry.keys.empty() && entry.shredded.empty())) {
    return malformed("only the stream people has keys of contacts");
  }
  for (const std::string& contact : entry.shredded) {
    if (!is_contact_id(contact)) return malformed("\"shredded\" names a contact out of form");
  }
  for (const std::string& blob : entry.blobs) TRY(check_blob_id(blob));
  return check_keys(entry);
}

// The present epoch, by an author who has read how it began, or the next one, by an author who has
// read all there is. So of two who begin an epoch at once the later one is not taken for somebody
// who goes on in it: the relay cannot see which an entry does.
//
// A key is destroyed only by who has read all there is: what was logged meanwhile, a hold or a
// grant, may stand against it.
base::Result<void> check_place(const RegisterHead& head, const wire::RegisterAppend& entry) {
  if (entry.after > head.size) return went_on("the stream is shorter than this device has read");
  if (!entry.shredded.empty() && entry.after != head.size) {
    return went_on("an entry that destroys keys comes behind others that its author has not read");
  }
  if (entry.epoch == head.epoch && entry.after >= head.began) return {};
  if (entry.epoch == head.epoch) return went_on("the epoch has begun with another entry");
  if (entry.epoch != head.epoch + 1) {
    return went_on("the stream is in epoch " + std::to_string(head.epoch));
  }
  if (entry.after == head.size) return {};
  return went_on("an entry that begins an epoch comes behind others that its author has not read");
}

NewRegisterEntry placed(const Request& request, const wire::RegisterAppend& entry,
                        const RegisterHead& head) {
  NewRegisterEntry out;
  out.stream = request.path.front();
  out.author = request.caller.name;
  out.id = entry.id;
  out.number = head.size + 1;
  out.epoch = entry.epoch;
  out.sha256 = crypto::sha256(entry.file);
  crypto::Sha256 hash;
  hash.update(head.head);
  hash.update(out.sha256);
  out.head = hash.finish();
  out.file = entry.file;
  out.blobs = entry.blobs;
  return out;
}

std::string joined(const std::vector<std::string>& contacts) {
  std::string out;
  for (const std::string& contact : contacts) out += (out.empty() ? "" : " ") + contact;
  return out;
}

Fact appending_of(const Unit& unit, const Request& request, const wire::RegisterAppend& brought,
                  const NewRegisterEntry& entry, std::uint64_t row) {
  audit::Event event = event_of(request, "register.append", unit.now);
  event.objects = {entry.stream};
  event.details["number"] = std::to_string(entry.number);
  event.details["entry"] = base::to_hex(entry.sha256);
  event.details["head"] = base::to_hex(entry.head);
  event.details["epoch"] = std::to_string(entry.epoch);
  if (!brought.keys.empty()) {
    event.details["keys"] = base::to_hex(wire::digest_of(wire::marks_of(brought.keys)));
  }
  if (!brought.shredded.empty()) event.details["shredded"] = joined(brought.shredded);
  Fact out{std::move(event)};
  out.register_row = row;
  return out;
}

base::Result<void> add_keys(Unit& unit, const wire::RegisterAppend& entry,
                            const NewRegisterEntry& place) {
  for (const wire::WrappedKey& key : entry.keys) {
    TRY(const bool added, unit.store.add_contact_key(place.stream, key, place.number));
    if (added) continue;
    return base::Error{Code::kConflict, "contact " + key.contact + " has had a key already", ""};
  }
  return {};
}

// Contacts whose keys go now; those that went before are left out.
base::Result<std::vector<std::string>> shred(Unit& unit, const wire::RegisterAppend& entry,
                                             const NewRegisterEntry& place) {
  std::vector<std::string> out;
  for (const std::string& contact : entry.shredded) {
    TRY(const auto shredded, unit.store.shred_contact_key(place.stream, contact));
    if (!shredded) {
      return base::Error{Code::kNotFound, "there is no key of contact " + contact, ""};
    }
    if (*shredded) out.push_back(contact);
  }
  unit.scrub = unit.scrub || !out.empty();
  return out;
}

Fact shredding_of(const Unit& unit, const Request& request, const NewRegisterEntry& entry,
                  std::vector<std::string> contacts) {
  audit::Event event = event_of(request, "register.shred", unit.now);
  event.objects = std::move(contacts);
  event.details["number"] = std::to_string(entry.number);
  return Fact{std::move(event)};
}

Reply answer(std::uint64_t number, bool duplicate) {
  return cbor(wire::to_cbor(wire::RegisterAppended{number, duplicate}));
}

base::Result<Written> append(Unit& unit, const Request& request,
                             const wire::RegisterAppend& entry) {
  TRY(still_active(unit, request.caller));
  MetaReader& store = unit.store.reads();
  const std::string& stream = request.path.front();
  TRY(const auto known, store.register_entry(stream, request.caller.name, entry.id));
  if (known && crypto::equal(known->sha256, crypto::sha256(entry.file))) {
    return Written{answer(known->number, true), Record::repeat()};
  }
  if (known) return base::Error{Code::kConflict, "this id was used for another entry", ""};
  TRY(const RegisterHead head, store.register_head(stream));
  TRY(check_place(head, entry));
  TRY(check_own_blobs(unit, request.caller, entry.blobs));
  const NewRegisterEntry place = placed(request, entry, head);
  TRY(const std::uint64_t row, unit.store.add_register_entry(place));
  TRY(add_keys(unit, entry, place));
  TRY(auto shredded, shred(unit, entry, place));
  std::vector<Fact> facts{appending_of(unit, request, entry, place, row)};
  if (!shredded.empty()) {
    facts.push_back(shredding_of(unit, request, place, std::move(shredded)));
  }
  return Written{answer(place.number, false), Record::of(std::move(facts))};
}

}  // namespace

base::Result<Outcome> post_register_entry(Request& request, Engine&) {
  TRY(check_stream(request.path.front()));
  TRY(wire::RegisterAppend entry, wire::parse_register_append(request.body));
  TRY(check_form(request.path.front(), entry));
  request.body.clear();
  return Outcome(Change(
      [request, entry = std::move(entry)](Unit& unit) { return append(unit, request, entry); }));
}

}  // namespace sealpost::relay
