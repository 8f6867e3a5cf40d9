#include "cmd/invited.hpp"

#include <fmt/format.h>

#include "cmd/ui/qr.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {

base::Result<void> print_invitation(Env& env, const flow::InviteRequest& request,
                                    const flow::Invited& invited, bool qr,
                                    const std::string& whose) {
  const std::string token(invited.token.expose_text());
  if (env.out.json()) {
    return env.out.document({{"type", "invitation"},
                             {"user", request.user},
                             {"role", trust::role_name(request.role)},
                             {"id", invited.id},
                             {"expires", text::format_time(invited.expires)},
                             {"invitation", token}});
  }
  env.out.note(whose + fmt::format(" Whoever has it can join as {}; it works once, until {}.",
                                   request.user, text::format_time(invited.expires)));
  if (qr) {
    TRY(const std::string picture, ui::qr_picture(token));
    TRY(env.out.raw(picture));
  }
  TRY(env.out.line(token));
  env.out.note("They type: sealpost join --device laptop");
  return {};
}

}  // namespace sealpost::cmd
