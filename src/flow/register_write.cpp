#include "flow/register_write.hpp"

#include <algorithm>
#include <set>

#include "age/file.hpp"
#include "flow/register_keys.hpp"
#include "flow/register_state.hpp"
#include "register/contact.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kMaxText = 400 << 10;  // bytes of records in one entry
constexpr int kMaxTries = 8;                 // epochs that begin in between

// How many of the records from `first` on go into one entry.
base::Result<std::size_t> fitting(const std::vector<reg::Record>& records, std::size_t first) {
  std::size_t size = 0;
  std::size_t count = 0;
  while (first + count < records.size() && count < reg::kMaxRecords) {
    TRY(const std::string text, reg::format(records[first + count]));
    size += text.size();
    if (count > 0 && size > kMaxText) break;
    ++count;
  }
  return count;
}

class Writer {
 public:
  Writer(Installation& installation, client::RelayClient& relay, reg::Stream stream,
         RegisterDraft& draft, Context& context)
      : installation_(installation),
        relay_(relay),
        stream_(stream),
        draft_(draft),
        context_(context) {}

  base::Result<std::size_t> write_from(std::size_t first) {
    TRY(const std::size_t count, fitting(draft_.records, first));
    const std::string id = text::uuid_v7(context_.clock.now(), context_.random);
    for (int tries = 1;; ++tries) {
      TRY(const wire::RegisterAppend append, seal(id, first, count));
      auto appended = relay_.append_register(reg::stream_name(stream_), append);
      if (appended) break;
      if (appended.error().code != base::Code::kConflict || tries == kMaxTries) {
        return std::move(appended).error();
      }
      // Another epoch has begun, or is to begin; or what forbids this was logged meanwhile.
      TRY(tend_register(installation_, relay_, stream_, Beginning::kAllowed, context_));
      TRY(follow(installation_, relay_, stream_, context_.clock.now()));
    }
    TRY(follow(installation_, relay_, stream_, context_.clock.now()));
    TRY(const bool there, has_entry(installation_.vault(), installation_.signer().name(), id));
    TRY(const bool done, have_shredded(first, count));
    if (there && done) return count;
    return base::Error{base::Code::kVerificationFailed,
                       "the relay does not show the entry that it has accepted",
                       "do not use this relay until the organisation's owner has found out why"};
  }

 private:
  // What of these was to be shredded is, by what the log says.
  base::Result<bool> have_shredded(std::size_t first, std::size_t count) const {
    for (std::size_t i = first; i < first + count; ++i) {
      const auto* shred = std::get_if<reg::ShredRecord>(&draft_.records[i]);
      if (shred == nullptr) continue;
      TRY(const auto keyed, contact_by_id(installation_.vault(), shred->contact));
      if (!keyed || !keyed->contact.shredded) return false;
    }
    return true;
  }

  base::Result<wire::RegisterAppend> seal(const std::string& id, std::size_t first,
                                          std::size_t count) {
    TRY(const StreamState state, load_stream(installation_.vault(), stream_));
    if (draft_.check) TRY(draft_.check());
    const age::X25519Identity* identity = state.keys.of(state.epoch);
    if (identity == nullptr) {
      return base::Error{base::Code::kBusy, "the register's key has not reached this device yet",
                         "it comes with the next contact of another device that has it"};
    }
    reg::Entry entry;
    entry.id = id;
    entry.at = context_.clock.now();
    entry.stream = stream_;
    entry.epoch = state.epoch;
    const auto begin = draft_.records.begin() + static_cast<std::ptrdiff_t>(first);
    entry.records.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    wire::RegisterAppend append;
    TRY(add_belongings(entry, state, append));
    return seal_entry(installation_, state, entry, identity->recipient(), context_.random,
                      std::move(append));
  }

  // Keys, blobs and what is shredded go with the entry that names them.
  base::Result<void> add_belongings(const reg::Entry& entry, const StreamState& state,
                                    wire::RegisterAppend& append) {
    TRY(const reg::WrapKey wrap, state.keys.wrap_key(state.epoch));
    for (const reg::Record& record : entry.records) {
      const std::string contact(reg::contact_of(record));
      if (const auto key = draft_.keys.find(contact);
          key != draft_.keys.end() && !keyed_before(append, contact)) {
        append.keys.push_back({contact, state.epoch,
                               reg::wrap_contact_key(wrap, contact, key->second, context_.random)});
      }
      if (std::holds_alternative<reg::ShredRecord>(record)) append.shredded.push_back(contact);
    }
    append.blobs = draft_.blobs;
    return {};
  }

  bool keyed_before(const wire::RegisterAppend& append, const std::string& contact) const {
    if (given_.contains(contact)) return true;
    return std::any_of(append.keys.begin(), append.keys.end(),
                       [&](const wire::WrappedKey& key) { return key.contact == contact; });
  }

 public:
  // The contacts of these records have their keys now.
  void settle(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      given_.emplace(reg::contact_of(draft_.records[i]));
    }
  }

 private:
  Installation& installation_;
  client::RelayClient& relay_;
  reg::Stream stream_;
  RegisterDraft& draft_;
  Context& context_;
  std::set<std::string> given_;
};

}  // namespace

base::Result<wire::RegisterAppend> seal_entry(const Installation& installation,
                                              const StreamState& state, reg::Entry entry,
                                              const age::X25519Recipient& recipient,
                                              base::Random& random, wire::RegisterAppend append) {
  const trust::Views views = installation.views();
  entry.seen = state.read;
  entry.log = views.log;
  entry.trust = views.trust;
  entry.keys = wire::marks_of(append.keys);
  TRY(const std::string text, reg::format(entry));
  const std::string signed_note = note::sign(text, installation.signer());
  const auto file_key = age::FileKey::random(random);
  const age::Recipient* recipients[] = {&recipient};
  append.id = entry.id;
  append.epoch = entry.epoch;
  append.after = state.read.size;
  TRY(append.file, age::seal_header(file_key, recipients, random));
  base::append(append.file, age::seal_payload(file_key, base::as_bytes(signed_note), random));
  return append;
}

base::Result<void> check_writes(const Installation& installation, base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  if (trust::allowed(self->role, trust::Operation::kWriteRegister)) return {};
  return base::Error{base::Code::kDenied, "this role does not write to the register",
                     "see sealpost-register(5), KEYS"};
}

base::Result<void> write_register(Installation& installation, client::RelayClient& relay,
                                  reg::Stream stream, RegisterDraft draft, Context& context,
                                  const Written& done) {
  TRY(check_writes(installation, context.clock.now()));
  Writer writer(installation, relay, stream, draft, context);
  for (std::size_t first = 0; first < draft.records.size();) {
    if (context.interrupt.requested()) {
      return base::Error{base::Code::kInterrupted, "the register was not written to the end",
                         "what was written stays; the same command goes on"};
    }
    TRY(const std::size_t count, writer.write_from(first));
    writer.settle(first, count);
    first += count;
    if (done) done(first);
  }
  return {};
}

}  // namespace sealpost::flow
