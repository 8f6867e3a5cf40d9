// sealpost key show: what keys this device has, and until when.
#include <fmt/format.h>

#include "cmd/key.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/prekeys.hpp"
#include "text/time.hpp"
#include "trust/fingerprint.hpp"

namespace sealpost::cmd {
namespace {

struct Options {};

struct Shown {
  const trust::Device& device;
  std::string state;
  flow::HeldPrekeys prekeys;
  bool root_here = false;
};

std::string state_of(const trust::Device& device, base::Time now) {
  if (device.revoked) return "revoked";
  return device.certificate.expires <= now ? "expired" : "active";
}

base::Result<void> print_json(Env& env, const flow::Installation& installation,
                              const Shown& shown) {
  const trust::Certificate& certificate = shown.device.certificate;
  const note::Verifier& root = installation.chain().root();
  text::OrderedJson document{{"type", "key"},
                             {"device", certificate.name.str()},
                             {"role", trust::role_name(certificate.role)},
                             {"certificate", certificate.number},
                             {"state", shown.state},
                             {"issued", text::format_time(certificate.at)},
                             {"expires", text::format_time(certificate.expires)},
                             {"key", certificate.key.vkey()},
                             {"fingerprint", trust::fingerprint(certificate.key)},
                             {"prekeys", shown.prekeys.usable},
                             {"root", root.vkey()},
                             {"root_fingerprint", trust::fingerprint(root)},
                             {"holds_root", shown.root_here}};
  if (shown.prekeys.usable > 0) {
    document["prekeys_until"] = text::format_time(shown.prekeys.until);
  }
  return env.out.document(document);
}

base::Result<void> print_text(Env& env, const flow::Installation& installation,
                              const Shown& shown) {
  const trust::Certificate& certificate = shown.device.certificate;
  std::string prekeys = "none";
  if (shown.prekeys.usable > 0) {
    prekeys = fmt::format("{}, the newest until {}", shown.prekeys.usable,
                          text::format_time(shown.prekeys.until));
  }
  return env.out.fields(
      {{"device", certificate.name.str()},
       {"role", std::string(trust::role_name(certificate.role))},
       {"certificate", fmt::format("number {}, {}", certificate.number, shown.state)},
       {"issued", text::format_time(certificate.at)},
       {"expires", text::format_time(certificate.expires)},
       {"signing key", certificate.key.vkey()},
       {"fingerprint", trust::fingerprint(certificate.key)},
       {"prekeys", prekeys},
       {"root key",
        installation.chain().root().vkey() + (shown.root_here ? " (in this vault)" : "")},
       {"fingerprint", trust::fingerprint(installation.chain().root())}});
}

base::Result<void> run_show(const Options&, Env& env) {
  TRY(const Opened opened, open_installation(env));
  const flow::Installation& installation = opened.installation;
  const trust::Device* device = installation.chain().device(installation.signer().name());
  if (device == nullptr) {
    return base::Error{base::Code::kNotFound, "this device has no certificate yet",
                       "repeat `sealpost join` with the same invitation"};
  }
  const base::Time now = env.clock.now();
  TRY(const flow::HeldPrekeys prekeys, flow::count_prekeys(*opened.vault, now));
  const Shown shown{*device, state_of(*device, now), prekeys,
                    installation.root_signer().has_value()};
  return env.out.json() ? print_json(env, installation, shown)
                        : print_text(env, installation, shown);
}

}  // namespace

void add_key_show(CLI::App& key, Env& env) {
  add_verb<Options>(key, env, "show", "Show this device's certificate and keys", run_show);
}

}  // namespace sealpost::cmd
