#include "flow/register_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "age/file.hpp"
#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/erasure.hpp"
#include "flow/prekeys.hpp"
#include "flow/register_write.hpp"
#include "flow/take_lease.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

using trust::Operation;
using vault::Kind;

constexpr std::size_t kGrantees = 64;  // of one request
constexpr int kMaxRounds = 4;          // others that are faster to begin an epoch

bool role_holds(const policy::Policy& policy, trust::Role role,
                const std::vector<std::string>& purposes) {
  if (!trust::allowed(role, Operation::kReadRegister)) return false;
  if (role != trust::Role::kService) return true;
  return std::any_of(purposes.begin(), purposes.end(), [&](const std::string& purpose) {
    return policy::check_purpose(policy, purpose, trust::role_name(role)).has_value();
  });
}

// Whether the device held the key when the chain had `size` entries or later, as far as its role
// tells.
bool held_since(const policy::Policy& policy, const trust::Device& device, std::uint64_t size) {
  if (device.revoked && device.ended && device.ended->entry < size) return false;
  for (std::size_t i = 0; i < device.standings.size(); ++i) {
    const bool over = i + 1 < device.standings.size() && device.standings[i + 1].entry < size;
    const trust::Standing& standing = device.standings[i];
    if (!over && role_holds(policy, standing.role, standing.purposes)) return true;
  }
  return false;
}

std::string pending_row(reg::Stream stream) {
  return fmt::format("{}\npending", reg::stream_name(stream));
}

class Tender {
 public:
  Tender(Installation& installation, client::RelayClient& relay, reg::Stream stream,
         const policy::Policy& policy, Context& context)
      : installation_(installation),
        relay_(relay),
        stream_(stream),
        name_(reg::stream_name(stream)),
        policy_(policy),
        context_(context) {}

  base::Result<void> tend(bool writes, Beginning beginning) {
    for (int round = 0; round < kMaxRounds; ++round) {
      TRY(const wire::RegisterState there, relay_.register_state(name_));
      TRY(note_begun(there.epoch));
      if (there.epoch == 0 && (beginning == Beginning::kLeft || !writes)) return {};
      TRY(adopt_pending());
      if (there.epoch > 0) TRY(take_grant());
      TRY(const StreamState state, load_stream(vault(), stream_));
      const bool lacks = state.keys.newest() < there.epoch;
      if (lacks && !(writes && has_skips())) return {};  // it has to be granted first
      if (!writes) return note_tended();
      if (there.size > 0) {
        const auto followed = follow(installation_, relay_, stream_, context_.clock.now());
        if (lacks && !followed && followed.error().code == base::Code::kBusy) return {};
        TRY(followed);
      }
      TRY(const StreamState read, load_stream(vault(), stream_));
      if (read.epoch > 0 && !is_to_rotate(read, there)) return grant_to_all(read, there);
      TRY(begin_epoch(read));
    }
    return {};
  }

 private:
  vault::Vault& vault() const { return installation_.vault(); }

  // Whether what this device has no key for may have been given up.
  bool has_skips() const {
    const auto& skips = installation_.chain().register_skips();
    return std::any_of(skips.begin(), skips.end(),
                       [&](const trust::RegisterSkip& skip) { return skip.stream == name_; });
  }

  // --- keys that others have sent -----------------------------------------------------------

  base::Result<void> take_grant() {
    auto grant = relay_.register_grant(name_);
    if (!grant && grant.error().code == base::Code::kNotFound) return {};
    TRY(grant);
    TRY(StreamState state, load_stream(vault(), stream_));
    if (grant->epoch <= state.keys.newest()) return {};
    const auto prekey = find_prekey(vault(), grant->prekey);
    if (!prekey && prekey.error().code == base::Code::kNotFound) {
      return relay_.miss_register_grant(name_);  // somebody sends it anew
    }
    if (!prekey) return prekey.error();
    auto opened = open_grant(*grant, prekey->identity);
    if (opened) {
      const auto same = check_same_beginning(state.keys, *opened);
      if (!same) opened = same.error();
    }
    if (!opened) {
      TRY(relay_.miss_register_grant(name_));  // so that this is said once, and another sent
      if (opened.error().code == base::Code::kRevoked) return {};
      return std::move(opened).error();
    }
    StreamKeys keys = *std::move(opened);
    TRY(vault().transaction([&]() -> base::Result<void> {
      TRY(destroy_once(vault(), grant->prekey));
      TRY(mark_erasure(vault(), "grant " + grant->prekey));
      return update_stream(vault(), stream_, [&](StreamState& now) { now.keys = std::move(keys); });
    }));
    return finish_erasure(vault());
  }

  base::Result<StreamKeys> open_grant(const wire::RegisterGrant& grant,
                                      const age::X25519Identity& prekey) const {
    const age::Identity* identities[] = {&prekey};
    TRY(const age::OpenedHeader header, age::open_header(grant.file, identities));
    TRY(const crypto::SecretBytes plain,
        age::open_payload(header.file_key, base::ByteView(grant.file).subspan(header.size)));
    TRY(const reg::GrantFrame frame, reg::open_grant_frame(plain));
    TRY(const note::Note signed_note, note::parse(frame.note));
    TRY(const reg::Grant said, reg::parse_grant(signed_note.text));
    TRY(StreamKeys keys, StreamKeys::parse(frame.identities));
    TRY(check_grant(grant, signed_note, said, keys));
    return keys;
  }

  // kRevoked when its device was fit when it sent the key, and is no more: whether it sent it
  // before it was revoked cannot be told, and that it did is no wrong.
  base::Result<void> check_grant(const wire::RegisterGrant& grant, const note::Note& signed_note,
                                 const reg::Grant& said, const StreamKeys& keys) const {
    const auto& devices = installation_.chain().devices();
    const auto signer = std::find_if(devices.begin(), devices.end(), [&](const auto& device) {
      return trust::allowed(device.second.role, Operation::kWriteRegister) &&
             trust::key_that_signed(device.second, signed_note) != nullptr;
    });
    const bool holds = signed_note.signatures.size() == 1 && said.stream == stream_ &&
                       said.to == installation_.signer().name() && grant.epoch == keys.newest() &&
                       keys.recipients() == said.recipients && signer != devices.end();
    if (holds && !signer->second.revoked) return {};
    if (holds)
      return base::Error{base::Code::kRevoked, "the device that sent a key was revoked", ""};
    return base::Error{
        base::Code::kVerificationFailed,
        fmt::format("a key of the register's {} was not sent by a device that may", name_),
        "tell the organisation's owner"};
  }

  base::Result<void> check_same_beginning(const StreamKeys& old, const StreamKeys& fresh) const {
    const auto before = old.recipients();
    const auto now = fresh.recipients();
    if (std::equal(before.begin(), before.end(), now.begin(), now.end()) ||
        (now.size() > before.size() && std::equal(before.begin(), before.end(), now.begin()))) {
      return {};
    }
    return base::Error{base::Code::kVerificationFailed,
                       fmt::format("the keys of the register's {} that were sent now are not those "
                                   "of before",
                                   name_),
                       "tell the organisation's owner"};
  }

  // --- epochs ----------------------------------------------------------------------------------

  // By the trust chain, and by whom the relay has a key for.
  bool is_to_rotate(const StreamState& state, const wire::RegisterState& there) const {
    if (state.epoch < there.epoch) return true;  // it was given up
    const trust::Chain& chain = installation_.chain();
    for (const auto& [name, device] : chain.devices()) {
      if (!may_hold(policy_, device) && held_since(policy_, device, state.since)) return true;
    }
    return std::any_of(there.granted.begin(), there.granted.end(), [&](const auto& holder) {
      const trust::Device* device = chain.device(holder.device);
      return holder.epoch == state.epoch && (device == nullptr || !may_hold(policy_, *device));
    });
  }

  // The key is in the vault before anybody hears of it. Another device may be faster.
  base::Result<void> begin_epoch(const StreamState& state) {
    auto identity = age::X25519Identity::generate(context_.random);
    reg::Entry entry;
    entry.stream = stream_;
    entry.epoch = std::max(state.epoch + 1, state.top);
    entry.id = text::uuid_v7(context_.clock.now(), context_.random);
    entry.at = context_.clock.now();
    entry.records = {reg::EpochRecord{entry.epoch, identity.recipient().str()}};
    TRY(vault().put(Kind::kRegister, pending_row(stream_), identity.to_text().expose()));
    TRY(const wire::RegisterAppend append,
        seal_entry(installation_, state, entry, identity.recipient(), context_.random));
    const auto appended = relay_.append_register(name_, append);
    if (!appended && appended.error().code != base::Code::kConflict) return appended.error();
    return {};
  }

  // A key of this device that began an epoch, which the next entry that is not read yet shows. The
  // key of an attempt that came to nothing opens nothing, and is replaced by the next one.
  base::Result<void> adopt_pending() {
    TRY(const std::optional<vault::Row> row, vault().find(Kind::kRegister, pending_row(stream_)));
    if (!row) return {};
    TRY(const StreamState state, load_stream(vault(), stream_));
    TRY(age::X25519Identity identity, age::X25519Identity::parse(row->value.expose_text()));
    TRY(const std::uint64_t epoch, began_with(state, identity));
    if (epoch == 0) return {};
    return vault().transaction([&]() -> base::Result<void> {
      TRY(vault().erase(Kind::kRegister, row->id));
      TRY(StreamState now, load_stream(vault(), stream_));
      now.anew = epoch <= now.top;
      TRY(now.keys.add_up_to(epoch, identity));
      return store_stream(vault(), stream_, now);
    });
  }

  // The epoch of the entry that is encrypted to this identity, among those that are not read yet; 0
  // when there is none.
  base::Result<std::uint64_t> began_with(const StreamState& state,
                                         const age::X25519Identity& identity) {
    std::uint64_t after = state.read.size;
    for (;;) {
      TRY(const wire::RegisterEntries list, relay_.register_entries(name_, after, 1));
      if (list.entries.empty()) return std::uint64_t{0};
      const age::Identity* identities[] = {&identity};
      if (age::open_header(list.entries[0].file, identities)) {
        TRY(const audit::Event event, audit::parse_leaf(list.entries[0].leaf));
        const auto epoch = event.details.find("epoch");
        return base::parse_decimal(epoch == event.details.end() ? "" : epoch->second);
      }
      ++after;
    }
  }

  // --- keys for others -------------------------------------------------------------------------

  base::Result<void> grant_to_all(const StreamState& state, const wire::RegisterState& there) {
    const std::vector<std::string> lacking = devices_without(state, there);
    std::size_t granted = 0;
    for (std::size_t from = 0; from < lacking.size(); from += kGrantees) {
      const std::size_t end = std::min(from + kGrantees, lacking.size());
      TRY(const std::size_t more, grant_to({lacking.begin() + static_cast<std::ptrdiff_t>(from),
                                            lacking.begin() + static_cast<std::ptrdiff_t>(end)},
                                           state));
      granted += more;
    }
    if (state.anew) {
      TRY(vault().transaction([&] {
        return update_stream(vault(), stream_, [](StreamState& now) { now.anew = false; });
      }));
    }
    return granted == lacking.size() ? note_tended() : base::Result<void>();
  }

  // For waits_for_register(), which asks nobody.
  base::Result<void> note_begun(std::uint64_t epoch) {
    TRY(const StreamState state, load_stream(vault(), stream_));
    if (state.begun == epoch) return {};
    return vault().transaction([&] {
      return update_stream(vault(), stream_, [&](StreamState& now) { now.begun = epoch; });
    });
  }

  // Nothing is to be done again before the trust chain grows.
  base::Result<void> note_tended() {
    const std::uint64_t size = installation_.chain().size();
    TRY(const StreamState state, load_stream(vault(), stream_));
    if (state.tended == size) return {};
    return vault().transaction([&] {
      return update_stream(vault(), stream_, [&](StreamState& now) { now.tended = size; });
    });
  }

  std::vector<std::string> devices_without(const StreamState& state,
                                           const wire::RegisterState& there) const {
    std::set<std::string> have{installation_.signer().name()};
    for (const wire::GrantHolder& holder : there.granted) {
      // In the place of an epoch that was given up, what was granted is its key.
      if (holder.epoch == state.epoch && !state.anew) have.insert(holder.device);
    }
    std::vector<std::string> out;
    for (const auto& [name, device] : installation_.chain().devices()) {
      const bool active = device.certificate.expires > context_.clock.now();
      if (active && may_hold(policy_, device) && !have.contains(name)) out.push_back(name);
    }
    return out;
  }

  // How many were granted: a device without a prekey gets its key another time.
  base::Result<std::size_t> grant_to(const std::vector<std::string>& devices,
                                     const StreamState& state) {
    TRY(const wire::ClaimedPrekeys claimed, relay_.claim_prekeys(devices));
    wire::RegisterGrants grants;
    for (const wire::ClaimedPrekey& one : claimed.prekeys) {
      if (one.prekey.empty()) continue;
      TRY(const trust::Prekey prekey,
          trust::verify_prekey(installation_.chain(), one.prekey, context_.clock.now()));
      if (prekey.device.str() != one.device) continue;
      TRY(base::Bytes file, seal_grant(prekey, state));
      grants.grants.push_back({one.device, state.epoch, prekey.id, std::move(file)});
    }
    if (!grants.grants.empty()) TRY(relay_.grant_register(name_, grants));
    return grants.grants.size();
  }

  base::Result<base::Bytes> seal_grant(const trust::Prekey& prekey, const StreamState& state) {
    const trust::Views views = installation_.views();
    const reg::Grant grant{stream_,   prekey.device.str(), context_.clock.now(),
                           views.log, views.trust,         state.keys.recipients()};
    TRY(const std::string text, reg::format(grant));
    const std::string signed_note = note::sign(text, installation_.signer());
    const crypto::SecretBytes plain = reg::frame_grant(signed_note, state.keys.to_lines());
    TRY(const age::X25519Recipient recipient, age::X25519Recipient::parse(prekey.recipient));
    const age::Recipient* recipients[] = {&recipient};
    const auto file_key = age::FileKey::random(context_.random);
    TRY(base::Bytes file, age::seal_header(file_key, recipients, context_.random));
    base::append(file, age::seal_payload(file_key, plain.expose(), context_.random));
    return file;
  }

  Installation& installation_;
  client::RelayClient& relay_;
  reg::Stream stream_;
  std::string_view name_;
  const policy::Policy& policy_;
  Context& context_;
};

}  // namespace

bool may_hold(const policy::Policy& policy, const trust::Device& device) {
  return !device.revoked && role_holds(policy, device.role, device.purposes);
}

base::Result<void> tend_register(Installation& installation, client::RelayClient& relay,
                                 reg::Stream stream, Beginning beginning, Context& context) {
  TRY(const trust::Device* self, installation.self(context.clock.now()));
  TRY(const policy::Policy policy, installation.policy());
  if (!may_hold(policy, *self)) return {};
  // A key that is to begin an epoch must not be lost to another process that does the same.
  const base::Error busy{base::Code::kBusy, "another process looks after the register's keys",
                         "the same command can be repeated"};
  TRY(const vault::Lease alone,
      take_lease(installation.vault(), fmt::format("register {}", reg::stream_name(stream)), busy,
                 context));
  Tender tender(installation, relay, stream, policy, context);
  return tender.tend(trust::allowed(self->role, Operation::kWriteRegister), beginning);
}

base::Result<void> tend_registers(Installation& installation, client::RelayClient& relay,
                                  Context& context) {
  for (const reg::Stream stream : {reg::Stream::kPeople, reg::Stream::kOrganisation}) {
    TRY(const StreamState state, load_stream(installation.vault(), stream));
    if (state.keys.newest() > 0 && state.tended == installation.chain().size()) continue;
    TRY(tend_register(installation, relay, stream, Beginning::kLeft, context));
  }
  return {};
}

base::Result<bool> waits_for_register(const Installation& installation, base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  TRY(const policy::Policy policy, installation.policy());
  if (!may_hold(policy, *self)) return false;
  for (const reg::Stream stream : {reg::Stream::kPeople, reg::Stream::kOrganisation}) {
    TRY(const StreamState state, load_stream(installation.vault(), stream));
    if (state.keys.newest() < state.begun) return true;
  }
  return false;
}

std::vector<std::string> register_key_senders(const Installation& installation, base::Time now) {
  std::vector<std::string> senders;
  for (const auto& [name, device] : installation.chain().devices()) {
    const bool stands = !device.revoked && device.certificate.expires > now;
    const bool writes = trust::allowed(device.role, Operation::kWriteRegister);
    if (stands && writes && name != installation.signer().name()) senders.push_back(name);
  }
  return senders;
}

std::string how_the_key_comes(const Installation& installation, base::Time now) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> senders = register_key_senders(installation, now);
  if (senders.empty()) return "no device is left that could send it";
  const std::size_t more = senders.size() - std::min(senders.size(), kNamed);
  senders.resize(senders.size() - more);
  return fmt::format("it comes with the next contact that one of these has with the relay: {}{}",
                     fmt::join(senders, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace sealpost::flow
