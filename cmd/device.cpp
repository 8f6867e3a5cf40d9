// sealpost device: the devices of a member, and what the trust chain says of each.
#include "cmd/device.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/device_wipe.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {
  std::string user;
};
struct ShowOptions {
  std::string name;
};

base::Result<void> run_list(const ListOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  const std::string user = options.user.empty() ? opened.installation.name().user : options.user;
  if (!trust::is_user(user)) {
    return base::Error{base::Code::kUsage, fmt::format("\"{}\" is not a user id", user),
                       "write it like dr.lee; see `sealpost member list`"};
  }
  TRY(catch_up(opened, env));
  const auto devices = opened.installation.chain().devices_of(user);
  if (devices.empty()) {
    return base::Error{base::Code::kNotFound, fmt::format("{} has no device", user),
                       "see `sealpost member list`"};
  }
  std::vector<ui::Row> rows;
  for (const trust::Device* device : devices) {
    if (env.out.json()) {
      TRY(env.out.document(device_json(*device, opened, env.clock.now())));
    }
    const trust::Certificate& certificate = device->certificate;
    const bool here = certificate.name == opened.installation.name();
    rows.push_back({certificate.name.device, std::string(trust::role_name(device->role)),
                    device_state(*device, env.clock.now()), text::format_time(device->joined_at),
                    text::format_time(certificate.expires), here ? "this one" : ""});
  }
  if (env.out.json()) return {};
  return env.out.table({"DEVICE", "ROLE", "STATE", "SINCE", "UNTIL", ""}, rows);
}

std::vector<ui::Field> fields_of(const trust::Device& device, base::Time now) {
  const trust::Certificate& certificate = device.certificate;
  std::string purposes;
  for (const std::string& purpose : device.purposes) {
    purposes += (purposes.empty() ? "" : ", ") + purpose;
  }
  std::vector<ui::Field> fields{
      {"device", certificate.name.str()},
      {"role", std::string(trust::role_name(device.role))},
      {"purposes", purposes},
      {"state", device_state(device, now)},
      {"key", certificate.key.vkey()},
      {"invited by", device.inviter},
      {"since", text::format_time(device.joined_at)},
      {"certificate",
       fmt::format("number {}, from {} until {}", certificate.number,
                   text::format_time(certificate.at), text::format_time(certificate.expires))}};
  if (device.ended) {
    fields.emplace_back(
        "revoked", fmt::format("{} by {}", text::format_time(device.ended->at), device.ended->by));
    fields.emplace_back("reason", device.ended->reason);
  }
  return fields;
}

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  trust::DeviceName name = opened.installation.name();
  if (!options.name.empty()) {
    TRY(name, trust::device_meant(options.name, name));
  }
  TRY(catch_up(opened, env));
  TRY(const trust::Device* device, known_device(opened, name));
  const auto wipe = wipe_of(opened, name, env);
  if (!wipe) return wipe.error();
  if (env.out.json()) {
    text::OrderedJson document = device_json(*device, opened, env.clock.now());
    if (*wipe) document["wipe"] = wipe_json(**wipe);
    return env.out.document(document);
  }
  std::vector<ui::Field> fields = fields_of(*device, env.clock.now());
  if (*wipe) add_wipe_fields(**wipe, fields);
  return env.out.fields(fields);
}

}  // namespace

std::string device_state(const trust::Device& device, base::Time now) {
  if (device.revoked) return "revoked";
  return device.certificate.expires <= now ? "expired" : "active";
}

text::OrderedJson device_json(const trust::Device& device, const Opened& opened, base::Time now) {
  const trust::Certificate& certificate = device.certificate;
  text::OrderedJson out{{"type", "device"},
                        {"device", certificate.name.str()},
                        {"user", certificate.name.user},
                        {"role", trust::role_name(device.role)},
                        {"purposes", device.purposes},
                        {"state", device_state(device, now)},
                        {"this", certificate.name == opened.installation.name()},
                        {"key", certificate.key.vkey()},
                        {"certificate", certificate.number},
                        {"since", text::format_time(device.joined_at)},
                        {"invited_by", device.inviter},
                        {"renewed", text::format_time(certificate.at)},
                        {"expires", text::format_time(certificate.expires)}};
  if (!device.ended) return out;
  out["revoked"] = text::format_time(device.ended->at);
  out["revoked_by"] = device.ended->by;
  if (!device.ended->reason.empty()) out["reason"] = device.ended->reason;
  return out;
}

base::Result<const trust::Device*> known_device(const Opened& opened,
                                                const trust::DeviceName& name) {
  const trust::Device* device = opened.installation.chain().device(name.str());
  if (device != nullptr) return device;
  return base::Error{base::Code::kNotFound, fmt::format("there is no device {}", name.str()),
                     fmt::format("see `sealpost device list {}`", name.user)};
}

void add_device(CLI::App& app, Env& env) {
  CLI::App& device = add_group(app, "device", "List devices, add one of your own, end one");
  auto [list, list_options] = add_verb<ListOptions>(
      device, env, "list", "List your devices, or those of a member", run_list);
  list.add_option("MEMBER", list_options.user, "User id; yourself when not given");
  auto [show, show_options] =
      add_verb<ShowOptions>(device, env, "show", "Show what is known of a device", run_show);
  show.add_option("NAME", show_options.name,
                  "laptop, dr.lee/laptop or the full name; this one when not given");
  add_device_invite(device, env);
  add_device_revoke(device, env);
  add_device_wipe(device, env);
}

}  // namespace sealpost::cmd
