#include "flow/notices.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

std::string name_of(const Notice& notice) { return fmt::format("{}", notice.entry); }

crypto::SecretBytes encode(const Notice& notice) {
  return pack({{"event", notice.event},
               {"device", notice.device},
               {"inviter", notice.inviter},
               {"entry", notice.entry},
               {"at", millis(notice.at)}});
}

base::Result<Notice> decode(base::ByteView bytes) {
  return unpack<Notice>(bytes, [](const text::Json& json, Notice& out) -> base::Result<void> {
    TRY(out.event, text::string_at(json, "event"));
    TRY(out.device, text::string_at(json, "device"));
    TRY(out.inviter, text::string_at(json, "inviter"));
    TRY(out.entry, text::number_at(json, "entry"));
    TRY(out.at, time_at(json, "at"));
    return {};
  });
}

// What the certificate, the device's latest, means to another device of the user.
std::string event_of(const trust::Device& device) {
  if (device.certificate.number == 0) return "device-joined";
  return device.rekeyed ? "device-key-changed" : "device-renewed";
}

}  // namespace

std::optional<Notice> notice_of(const trust::Chain& chain, std::string_view entry,
                                const trust::DeviceName& self,
                                std::span<const note::Verifier> own) {
  const auto signed_note = note::parse(entry);
  if (!signed_note) return std::nullopt;
  const auto certificate = trust::parse_certificate(signed_note->text);
  if (!certificate || certificate->name.user != self.user) return std::nullopt;
  const bool ours =
      certificate->name == self && std::find(own.begin(), own.end(), certificate->key) != own.end();
  const trust::Device* device = chain.device(certificate->name.str());
  if (ours || device == nullptr) return std::nullopt;
  return Notice{event_of(*device), certificate->name.str(),
                certificate->number == 0 ? device->inviter : std::string(), device->entry,
                certificate->at};
}

base::Result<void> keep_notices(vault::Vault& vault, std::span<const Notice> notices) {
  for (const Notice& notice : notices) {
    TRY(vault.put(Kind::kNotice, name_of(notice), encode(notice).expose()));
  }
  return {};
}

base::Result<std::vector<Notice>> waiting_notices(const vault::Vault& vault) {
  std::vector<Notice> notices;
  TRY(vault.each(Kind::kNotice, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(Notice notice, decode(row.value.expose()));
    notices.push_back(std::move(notice));
    return true;
  }));
  return notices;
}

base::Result<void> notices_shown(vault::Vault& vault, std::span<const Notice> notices) {
  return vault.transaction([&]() -> base::Result<void> {
    for (const Notice& notice : notices) {
      TRY(const auto row, vault.find(Kind::kNotice, name_of(notice)));
      if (row) TRY(vault.erase(Kind::kNotice, row->id));
    }
    return {};
  });
}

}  // namespace sealpost::flow
