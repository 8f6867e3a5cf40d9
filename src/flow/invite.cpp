#include "flow/enrol.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

base::Result<void> check_request(const Installation& installation, const InviteRequest& request) {
  if (!trust::is_user(request.user)) {
    return base::Error{base::Code::kUsage, "a user id is like dr.lee",
                       "lower-case letters, digits, dots, dashes and underscores, at most 64"};
  }
  return check_purposes(installation, request.role, request.purposes);
}

// Owners and admins are the root's to make; everybody else is invited by a device.
base::Result<note::Signer> inviter(const Installation& installation, trust::Role role,
                                   const note::Signer* root) {
  if (root != nullptr) return root->clone();
  if (role == trust::Role::kOwner || role == trust::Role::kAdmin) return installation.root_signer();
  return installation.signer().clone();
}

}  // namespace

base::Result<void> check_purposes(const Installation& installation, trust::Role role,
                                  const std::vector<std::string>& purposes) {
  const bool service = role == trust::Role::kService;
  if (!service && !purposes.empty()) {
    return base::Error{base::Code::kUsage, "--purpose is for the role service", ""};
  }
  if (service && purposes.empty()) {
    return base::Error{base::Code::kUsage, "a service needs the purposes it may send for",
                       "add --purpose appointment-reminder"};
  }
  TRY(const policy::Policy policy, installation.policy());
  for (const std::string& purpose : purposes) {
    TRY(policy::check_purpose(policy, purpose, trust::role_name(role)));
  }
  return {};
}

base::Result<Invited> invite(Installation& installation, const InviteRequest& request,
                             Context& context, const note::Signer* root) {
  TRY(check_request(installation, request));
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(const note::Signer signer, inviter(installation, request.role, root));
  const std::string name = fmt::format("{}/invitation/{}", installation.chain().organisation(),
                                       base::to_hex(crypto::random_bytes(context.random, 8)));
  TRY(note::Signer delegate,
      note::Signer::make(name, crypto::SigningKey::generate(context.random)));
  const trust::Invitation invitation{request.user,        request.role,        request.purposes,
                                     delegate.verifier(), context.clock.now(), request.expires,
                                     installation.views()};
  TRY(const std::string text, trust::format(invitation));
  const std::string entry = note::sign(text, signer);
  trust::Chain longer = installation.chain();
  TRY(longer.append(entry));
  TRY(relay.append_trust({longer.size(), {entry}}));
  TRY(sync_trust(installation, relay));
  const Profile& profile = installation.profile();
  const trust::InvitationToken token{
      entry,       delegate.key().seed(),   installation.chain().root(), profile.url,
      profile.pin, installation.log_view(), installation.chain().view()};
  TRY(crypto::SecretBytes printed, trust::format_token(token));
  return Invited{std::move(printed), name, request.expires};
}

}  // namespace sealpost::flow
