#include "flow/new_headers.hpp"

#include <algorithm>

#include "flow/collect.hpp"
#include "flow/file_keys.hpp"
#include "flow/recipients.hpp"
#include "message/sealed.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

// What became of one device's wish.
enum class Served { kWaits, kGiven, kNotWanted, kOutOfReach };

base::Result<Served> hand_in(client::RelayClient& relay, const std::string& id,
                             const wire::Envelope& envelope) {
  const auto added = relay.add_envelope(id, envelope);
  if (added) return Served::kGiven;
  switch (added.error().code) {
    case base::Code::kConflict:
      return Served::kNotWanted;
    case base::Code::kNotFound:
      return Served::kOutOfReach;
    default:
      return added.error();
  }
}

class Server {
 public:
  Server(Installation& installation, client::RelayClient& relay, Context& context)
      : installation_(installation), relay_(relay), context_(context) {}

  // True when nobody waits for a header of this message any more.
  base::Result<bool> serve(const std::string& id) {
    TRY(const std::optional<FileKeyRecord> record, find_file_key(installation_.vault(), id));
    if (!record) return true;
    if (record->expires <= context_.clock.now()) {
      TRY(forget_file_key(installation_.vault(), id));
      erased_ = true;
      return true;
    }
    bool done = true;
    for (const KeyedDevice& device : record->devices) {
      if (!device.wants) continue;
      TRY(const Served served, serve_device(id, *record, device));
      done = done && served != Served::kWaits;
    }
    return done;
  }

  base::Result<void> finish() {
    return erased_ ? purge_keys(installation_.vault()) : base::Result<void>();
  }
  std::vector<std::string> problems;

 private:
  base::Result<Served> serve_device(const std::string& id, const FileKeyRecord& record,
                                    const KeyedDevice& device) {
    auto target = claim_target(installation_, relay_, device.device, context_.clock.now());
    if (!target) return later(target.error());
    if (!*target || (*target)->prekey == device.prekey) return Served::kWaits;
    const Target& found = **target;
    TRY(const age::FileKey key, age::FileKey::from(record.key.expose()));
    TRY(base::Bytes header, message::seal_header_for(key, found.recipient, context_.random));
    TRY(const Served served, hand_in(relay_, id, {found.device, found.prekey, std::move(header)}));
    TRY(note(id, found, served));
    return served;
  }

  // A prekey that expired, or whose device may not have one now, is nobody's lie.
  base::Result<Served> later(const base::Error& error) {
    switch (error.code) {
      case base::Code::kVerificationFailed:
      case base::Code::kMalformed:
        problems.push_back(error.text);
        return Served::kWaits;
      case base::Code::kDenied:
      case base::Code::kRevoked:
      case base::Code::kNotFound:
        return Served::kWaits;
      default:
        return error;
    }
  }

  // On the record as it is now: another process may have changed it.
  base::Result<void> note(const std::string& id, const Target& target, Served served) {
    vault::Vault& vault = installation_.vault();
    return vault.transaction([&]() -> base::Result<void> {
      TRY(std::optional<FileKeyRecord> record, find_file_key(vault, id));
      if (!record) return {};
      auto& devices = record->devices;
      const auto at = std::find_if(devices.begin(), devices.end(), [&](const KeyedDevice& item) {
        return item.device == target.device;
      });
      if (at == devices.end()) return {};
      at->wants = false;
      if (served == Served::kGiven) {
        at->prekey = target.prekey;
        ++at->resent;
      }
      if (served == Served::kOutOfReach || at->resent >= kMaxNewHeaders) devices.erase(at);
      TRY(const bool erased, update_file_key(vault, id, *record));
      erased_ = erased_ || erased;
      return {};
    });
  }

  Installation& installation_;
  client::RelayClient& relay_;
  Context& context_;
  bool erased_ = false;
};

base::Result<void> strike_off(vault::Vault& vault, const std::string& id) {
  return vault.transaction([&]() -> base::Result<void> {
    TRY(std::vector<std::string> ids, wanted_headers(vault));
    std::erase(ids, id);
    return set_wanted_headers(vault, ids);
  });
}

base::Result<bool> keeps_keys(const vault::Vault& vault) {
  bool any = false;
  TRY(vault.each(Kind::kFileKey, 0, [&](const vault::Row&) -> base::Result<bool> {
    any = true;
    return false;
  }));
  return any;
}

base::Result<void> collect_and_send(Installation& installation, client::RelayClient& relay,
                                    Context& context) {
  TRY(const bool keys, keeps_keys(installation.vault()));
  if (!keys) return {};
  TRY(collect_receipts(installation, relay, Refused::kLeft));
  TRY(send_new_headers(installation, relay, context));
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> send_new_headers(Installation& installation,
                                                        client::RelayClient& relay,
                                                        Context& context) {
  vault::Vault& vault = installation.vault();
  TRY(erase_old_keys(vault, context.clock.now()));
  TRY(const std::vector<std::string> ids, wanted_headers(vault));
  Server server(installation, relay, context);
  for (const std::string& id : ids) {
    TRY(const bool done, server.serve(id));
    if (done) TRY(strike_off(vault, id));
  }
  TRY(server.finish());
  return std::move(server.problems);
}

base::Result<void> answer_devices(Installation& installation, client::RelayClient& relay,
                                  Context& context) {
  auto answered = collect_and_send(installation, relay, context);
  if (!answered && answered.error().code == base::Code::kInterrupted) return answered;
  return {};
}

}  // namespace sealpost::flow
