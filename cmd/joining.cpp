#include "cmd/joining.hpp"

#include <unistd.h>

#include "base/file.hpp"
#include "cmd/session.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxInvitation = 64 << 10;  // bytes

base::Result<crypto::SecretBytes> ask_invitation(Env& env) {
  crypto::SecretBytes typed(kMaxInvitation);
  auto out = typed.expose_mutable();
  TRY(const std::size_t length,
      env.terminal.read_secret("Invitation: ", {reinterpret_cast<char*>(out.data()), out.size()}));
  typed.truncate(length);
  return typed;
}

}  // namespace

base::Result<crypto::SecretBytes> read_invitation(const std::string& source, Env& env) {
  if (source.empty()) {
    if (env.terminal.can_prompt()) return ask_invitation(env);
    return base::Error{base::Code::kUsage, "there is no invitation",
                       "give a file, or - for standard input"};
  }
  base::Fd file;
  if (source != "-") {
    TRY(file, base::open_read(source));
  }
  TRY(base::Bytes bytes, base::read_fd(file ? file.get() : STDIN_FILENO, kMaxInvitation));
  crypto::SecretBytes token{base::ByteView(bytes)};
  crypto::wipe(bytes);
  return token;
}

base::Result<config::Profile> joining_profile(Env& env, const std::string& user) {
  auto fresh = new_profile(env, user);
  if (fresh || fresh.error().code != base::Code::kConflict) return fresh;
  TRY(const config::Locations locations, config::locate(env.variable));
  return config::profile_named(locations, env.globals.profile.empty() ? user : env.globals.profile);
}

}  // namespace sealpost::cmd
