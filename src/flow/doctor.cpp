#include "flow/doctor.hpp"

#include <fmt/format.h>

#include "flow/backup.hpp"
#include "flow/outbox.hpp"
#include "flow/passphrase.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using base::milliseconds;
using text::format_rough_span;

constexpr std::chrono::days kCertificateAlarm{14};
constexpr std::chrono::days kPassphraseAlarm{14};
constexpr std::chrono::days kBackupAge{30};
constexpr std::chrono::hours kOutboxPatience{1};

Finding certificate_finding(const Installation& installation, base::Time now) {
  const auto self = installation.self(now);
  if (!self) {
    return {"certificate", Health::kBroken, self.error().text,
            "have this device invited again: `sealpost device invite`, `sealpost member invite`"};
  }
  const trust::Certificate& certificate = (*self)->certificate;
  const std::string text = fmt::format("number {}, good for {}", certificate.number,
                                       format_rough_span(certificate.expires - now));
  if (certificate.expires - now > kCertificateAlarm) {
    return {"certificate", Health::kGood, text, ""};
  }
  return {"certificate", Health::kWeak, text,
          "any contact with the relay renews it: `sealpost inbox`"};
}

base::Result<Finding> passphrase_finding(const Installation& installation, base::Time now) {
  TRY(const policy::Policy policy, installation.policy());
  TRY(const base::Time since, passphrase_since(installation.vault(), now));
  const milliseconds age = std::max(now - since, milliseconds::zero());
  const std::string text = format_rough_span(age) + " old";
  if (!policy.passphrase_age) {
    return Finding{"passphrase", Health::kGood, text + "; the policy sets no limit", ""};
  }
  const milliseconds limit = *policy.passphrase_age;
  const std::string limited =
      fmt::format("{}; the policy allows {}", text, text::format_span(limit));
  if (age < limit - std::min<milliseconds>(kPassphraseAlarm, limit / 2)) {
    return Finding{"passphrase", Health::kGood, limited, ""};
  }
  return Finding{"passphrase", age < limit ? Health::kWeak : Health::kBroken, limited,
                 "sealpost key passphrase"};
}

base::Result<Finding> backup_finding(const Installation& installation, base::Time now) {
  constexpr const char* kHint = "sealpost key backup -o FILE, and keep the file elsewhere";
  const std::string root =
      installation.root_signer() ? ", of the organisation's root key neither" : "";
  TRY(const std::optional<base::Time> last, last_backup(installation.vault()));
  if (!last) {
    return Finding{"backup", Health::kWeak, "there is none of this device" + root, kHint};
  }
  const milliseconds age = now - *last;
  const std::string text = format_rough_span(std::max(age, milliseconds::zero())) + " old";
  if (age <= kBackupAge) return Finding{"backup", Health::kGood, text, ""};
  return Finding{"backup", Health::kWeak, text + ": what came since is not in it", kHint};
}

base::Result<Finding> outbox_finding(const Installation& installation, base::Time now) {
  TRY(const std::vector<OutboxEntry> waiting, list_outbox(installation));
  if (waiting.empty()) return Finding{"outbox", Health::kGood, "nothing waits", ""};
  const milliseconds age = std::max(now - waiting.front().began, milliseconds::zero());
  return Finding{
      "outbox", age < kOutboxPatience ? Health::kNote : Health::kWeak,
      fmt::format("{} not confirmed, for up to {}", waiting.size(), format_rough_span(age)),
      "sealpost outbox retry"};
}

Finding devices_finding(const Installation& installation, base::Time now) {
  std::string others;
  bool ended = false;
  for (const trust::Device* device : installation.chain().devices_of(installation.name().user)) {
    if (device->revoked || device->certificate.name == installation.name()) continue;
    const bool expired = device->certificate.expires <= now;
    ended = ended || expired;
    others +=
        fmt::format("{}{} ({} {})", others.empty() ? "" : ", ", device->certificate.name.device,
                    expired ? "expired" : "since",
                    text::format_time(expired ? device->certificate.expires : device->joined_at));
  }
  if (others.empty()) {
    return {"devices", Health::kNote, "you have no other device",
            "`sealpost device invite` adds one, and it gets what comes from then on"};
  }
  return {"devices", ended ? Health::kWeak : Health::kNote, "you also have " + others,
          "one that is not in your hands any more: `sealpost device revoke NAME`"};
}

base::Result<Finding> copies_finding(const Installation& installation) {
  TRY(const std::uint64_t messages, installation.vault().count(vault::Kind::kMessage));
  return Finding{
      "copies", Health::kNote,
      fmt::format("{} in this vault, which is no archive",
                  messages == 1 ? "1 message is" : fmt::format("{} messages are", messages)),
      "keep no sole copy here: `sealpost message export` takes one out"};
}

}  // namespace

std::string_view health_name(Health health) {
  switch (health) {
    case Health::kGood:
      return "good";
    case Health::kNote:
      return "note";
    case Health::kWeak:
      return "weak";
    case Health::kBroken:
      return "broken";
  }
  return "";
}

base::Result<Findings> examine_device(const Installation& installation, base::Time now) {
  Findings findings{certificate_finding(installation, now)};
  TRY(Finding passphrase, passphrase_finding(installation, now));
  TRY(Finding backup, backup_finding(installation, now));
  TRY(Finding outbox, outbox_finding(installation, now));
  TRY(Finding copies, copies_finding(installation));
  findings.push_back(std::move(passphrase));
  findings.push_back(std::move(backup));
  findings.push_back(std::move(outbox));
  findings.push_back(devices_finding(installation, now));
  findings.push_back(std::move(copies));
  return findings;
}

}  // namespace sealpost::flow
