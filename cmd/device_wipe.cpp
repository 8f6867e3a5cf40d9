// sealpost device wipe: have a device destroy what it holds.
#include "cmd/device_wipe.hpp"

#include <fmt/format.h>

#include "cmd/device.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "flow/sync.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string name;
  std::string reason;
  bool keep_access = false;
};

std::string access_text(flow::Access access, const std::string& device) {
  switch (access) {
    case flow::Access::kRevoked:
      return fmt::format("{} is revoked now.", device);
    case flow::Access::kRevokedBefore:
      return fmt::format("{} was revoked before.", device);
    case flow::Access::kKept:
      return fmt::format("{} keeps its access until it is wiped.", device);
    case flow::Access::kNotOurs:
      return fmt::format(
          "You may not revoke {}: ask an admin to, it keeps its access until it is "
          "wiped.",
          device);
  }
  return "";
}

bool is_revoked(flow::Access access) {
  return access == flow::Access::kRevoked || access == flow::Access::kRevokedBefore;
}

base::Result<void> run_wipe(const Options& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(const trust::DeviceName name, trust::device_meant(options.name, opened.installation.name()));
  if (name == opened.installation.name()) {
    return base::Error{base::Code::kUsage, "a device cannot order its own wipe",
                       "order it from another device, or end it with `sealpost device revoke`"};
  }
  TRY(catch_up(opened, env));
  TRY(known_device(opened, name));
  const std::string device = name.str();
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("Wipe {}? Its keys and messages are destroyed when it next meets the "
                              "relay. Nothing brings them back.",
                              device)));
  flow::Context context = context_of(env);
  TRY(const flow::Ordered ordered,
      flow::order_wipe(opened.installation, {device, options.reason, options.keep_access},
                       context));
  if (env.out.json()) {
    return env.out.document({{"type", "wipe-ordered"},
                             {"device", device},
                             {"id", ordered.id},
                             {"reason", options.reason},
                             {"revoked", is_revoked(ordered.access)}});
  }
  TRY(env.out.line(fmt::format("Ordered the wipe of {}: {}", device, ordered.id)));
  env.out.note(access_text(ordered.access, device));
  return {};
}

std::string time_or(const std::optional<base::Time>& time, const char* otherwise) {
  return time ? text::format_time(*time) : otherwise;
}

}  // namespace

base::Result<std::optional<flow::WipeState>> wipe_of(Opened& opened, const trust::DeviceName& name,
                                                     Env& env) {
  flow::Context context = context_of(env);
  auto relay = flow::connect(opened.installation, context);
  if (!relay) return std::optional<flow::WipeState>();
  auto state = flow::wipe_state(opened.installation, *relay, name.str());
  if (state || state.error().code == base::Code::kVerificationFailed) return state;
  return std::optional<flow::WipeState>();
}

text::OrderedJson wipe_json(const flow::WipeState& wipe) {
  return {{"id", wipe.id},
          {"by", wipe.by},
          {"reason", wipe.reason},
          {"ordered", text::format_time(wipe.ordered)},
          {"fetched", time_or(wipe.fetched, "")},
          {"wiped", time_or(wipe.wiped, "")},
          {"copy_wiped", time_or(wipe.copy_wiped, "")}};
}

void add_wipe_fields(const flow::WipeState& wipe, std::vector<ui::Field>& fields) {
  fields.emplace_back("wipe ordered",
                      fmt::format("{} by {}", text::format_time(wipe.ordered), wipe.by));
  fields.emplace_back("wipe reason", wipe.reason);
  fields.emplace_back("order fetched", time_or(wipe.fetched, "not yet"));
  fields.emplace_back("wiped", time_or(wipe.wiped, "not yet"));
  fields.emplace_back("copy wiped", wipe.copy_wiped ? text::format_time(*wipe.copy_wiped) : "");
}

void add_device_wipe(CLI::App& device, Env& env) {
  auto [verb, options] = add_verb<Options>(device, env, "wipe",
                                           "Have a device destroy its keys and messages", run_wipe);
  verb.add_option("NAME", options.name, "The device, like dr.lee/laptop")->required();
  verb.add_option("--reason", options.reason, "Why, at most 200 bytes; the device shows it");
  verb.add_flag("--keep-access", options.keep_access, "Do not revoke the device as well");
}

}  // namespace sealpost::cmd
