#include "flow/mfa.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "flow/sync.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kRequestBytes = 16;

base::Result<client::RelayClient> meet(Installation& installation, Context& context) {
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(sync_trust(installation, relay));
  TRY(installation.self(context.clock.now()));
  TRY(sync_log(installation, relay));
  return relay;
}

void wipe(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

crypto::SecretBytes secret_text(std::string& text) {
  crypto::SecretBytes out{base::as_bytes(text)};
  wipe(text);
  return out;
}

std::optional<base::Time> maybe(base::Time time) {
  return time == base::Time{} ? std::nullopt : std::optional(time);
}

}  // namespace

base::Result<MfaSecret> mfa_enrol(Installation& installation, Context& context) {
  TRY(client::RelayClient relay, meet(installation, context));
  TRY(wire::MfaSecret given, relay.mfa_enrol());
  const trust::DeviceName name = installation.name();
  std::string letters = base::to_base32(given.secret);
  std::string uri = fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", name.organisation,
                                name.user, letters);
  crypto::wipe(given.secret);
  MfaSecret out;
  out.secret = secret_text(letters);
  out.uri = secret_text(uri);
  for (std::string& code : given.recovery) out.recovery.push_back(secret_text(code));
  return out;
}

base::Result<base::Time> mfa_verify(Installation& installation, std::string_view code,
                                    Context& context) {
  TRY(client::RelayClient relay, meet(installation, context));
  // However often it is sent, it is one request, and counted once.
  const std::string request = base::to_hex(crypto::random_bytes(context.random, kRequestBytes));
  wire::MfaCode brought{std::string(code), request, relay.now()};
  auto proven = relay.mfa_verify(brought);
  wipe(brought.code);
  if (proven) return proven->until;
  base::Error error = proven.error();
  if (error.code == base::Code::kNotFound) error.hint = "use `sealpost mfa enrol`";
  return error;
}

base::Result<MfaState> mfa_state(Installation& installation, Context& context) {
  TRY(client::RelayClient relay, meet(installation, context));
  TRY(const wire::MfaState said, relay.mfa_state());
  return MfaState{said.required, said.enrolled, maybe(said.proven_until), maybe(said.paused_until),
                  said.recovery_codes};
}

base::Result<void> mfa_reset(Installation& installation, std::string_view user, Context& context) {
  if (!trust::is_user(user)) {
    return base::Error{base::Code::kUsage, "a user id is like dr.lee", ""};
  }
  TRY(client::RelayClient relay, meet(installation, context));
  return relay.mfa_reset({std::string(user)});
}

}  // namespace sealpost::flow
