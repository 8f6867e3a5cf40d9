// sealpost device invite: a further device of one's own.
#include "cmd/device.hpp"
#include "cmd/invited.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct InviteOptions {
  std::string expires = "1d";
  bool qr = false;
};

base::Result<void> run_invite(const InviteOptions& options, Env& env) {
  TRY(const base::Time expires, text::parse_deadline(options.expires, env.clock.now()));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(catch_up(opened, env));
  TRY(const trust::Device* self, opened.installation.self(env.clock.now()));
  const flow::InviteRequest request{self->certificate.name.user, self->role, self->purposes,
                                    expires};
  TRY(const flow::Invited invited, flow::invite(opened.installation, request, context));
  return print_invitation(env, request, invited, options.qr,
                          "Type this on your other device, and show it to nobody.");
}

}  // namespace

void add_device_invite(CLI::App& device, Env& env) {
  auto [verb, options] = add_verb<InviteOptions>(
      device, env, "invite", "Make an invitation for a further device of your own", run_invite);
  never_empty(verb.add_option("--expires", options.expires, "When it ends (default 1d)"));
  verb.add_flag("--qr", options.qr, "Also as a picture for a camera");
}

}  // namespace sealpost::cmd
