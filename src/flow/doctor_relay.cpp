#include <fmt/format.h>

#include "flow/doctor.hpp"
#include "flow/mfa.hpp"
#include "flow/prekeys.hpp"
#include "flow/sync.hpp"
#include "flow/visit.hpp"
#include "text/time.hpp"
#include "wire/messages.hpp"

namespace sealpost::flow {
namespace {

constexpr std::chrono::seconds kClockNoise{5};
constexpr std::uint64_t kFewPrekeys = 20;
constexpr std::uint64_t kFewRecoveryCodes = 3;

Finding unusable(const base::Error& error) {
  std::string hint = error.hint;
  if (hint.empty() && error.code == base::Code::kRevoked) {
    hint = "whoever may invite you back does it with `sealpost member invite`";
  }
  return {"relay", Health::kBroken, error.text, std::move(hint)};
}

Finding clock_finding(const SignedCheckpoint& shown, const Installation& installation,
                      base::Time now) {
  if (!installation.view_doubt().empty()) {
    return {"clock", Health::kBroken, installation.view_doubt(),
            "set the clock of this machine, or tell whoever runs the relay"};
  }
  const base::milliseconds apart = *shown.at > now ? *shown.at - now : now - *shown.at;
  if (apart <= kClockNoise) return {"clock", Health::kGood, "agrees with the relay's", ""};
  return {"clock", Health::kWeak,
          fmt::format("{} {} the relay's",
                      text::format_span(std::chrono::floor<std::chrono::seconds>(apart)),
                      *shown.at > now ? "behind" : "ahead of"),
          "set the clock of this machine: from five minutes on the relay refuses it"};
}

Finding prekeys_finding(const PrekeyStock& stock) {
  const std::string text =
      fmt::format("{} of {} one-time prekeys wait for senders", stock.once, wire::kPrekeyStock);
  if (!stock.last_resort_at) {
    return {"prekeys", Health::kBroken, text + ", and no last resort behind them",
            "any contact with the relay publishes one: try again, and see what fails"};
  }
  if (stock.once >= kFewPrekeys) return {"prekeys", Health::kGood, text, ""};
  return {"prekeys", Health::kWeak, text, "any contact with the relay makes new ones: try again"};
}

Finding mfa_finding(const MfaState& state) {
  if (!state.enrolled) {
    if (!state.required) return {"mfa", Health::kGood, "one-time codes are not asked for", ""};
    return {"mfa", Health::kBroken, "this role needs one-time codes, and there are none",
            "sealpost mfa enrol"};
  }
  const std::string text = fmt::format("{} recovery codes are left", state.recovery_codes);
  if (state.recovery_codes >= kFewRecoveryCodes) return {"mfa", Health::kGood, text, ""};
  return {"mfa", Health::kWeak, text,
          "have an admin reset your codes (`sealpost mfa reset`), then `sealpost mfa enrol`"};
}

// Of a device that the relay has let in.
base::Result<Findings> examine_standing(Installation& installation, client::RelayClient& relay,
                                        Context& context) {
  TRY(const SignedCheckpoint shown, sync_checkpoint(installation, relay));
  const base::Time now = context.clock.now();
  Findings findings{{"relay", Health::kGood,
                     fmt::format("{} answers, and its log of {} events continues what this device "
                                 "has seen",
                                 relay.url(), shown.checkpoint.size),
                     ""},
                    clock_finding(shown, installation, now)};
  TRY(const trust::Device* self, installation.self(now));
  if (trust::allowed(self->role, trust::Operation::kPublishPrekey)) {
    TRY(const PrekeyStock stock, prekey_stock(installation, relay, now));
    findings.push_back(prekeys_finding(stock));
  }
  TRY(const MfaState state, mfa_state(installation, context));
  findings.push_back(mfa_finding(state));
  TRY(examine_register(installation, relay, context, findings));
  return findings;
}

}  // namespace

base::Result<Findings> examine_relay(Installation& installation, Context& context) {
  auto relay = visit(installation, context);
  auto findings = relay ? examine_standing(installation, *relay, context)
                        : base::Result<Findings>(relay.error());
  if (findings) return findings;
  if (findings.error().code == base::Code::kInterrupted) return findings;
  return Findings{unusable(findings.error()),
                  {"clock", Health::kNote, "not compared: that takes the relay", ""},
                  {"prekeys", Health::kNote, "not counted: that takes the relay", ""}};
}

}  // namespace sealpost::flow
