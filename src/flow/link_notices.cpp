#include "flow/link_notices.hpp"

#include "link/secret.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kRelayPage = "/l";  // behind the relay's address

}  // namespace

base::Result<std::string> link_page(const Installation& installation) {
  TRY(const policy::Policy policy, installation.policy());
  if (policy.link_page) return *policy.link_page;
  std::string url = installation.profile().url;
  if (url.ends_with('/')) url.pop_back();
  return url + std::string(kRelayPage);
}

base::Result<notify::Sender> notice_sender(const Installation& installation) {
  TRY(const std::string page, link_page(installation));
  const crypto::SecretBytes sample = link::format_address(page, link::LinkSecret());
  return notify::Sender{installation.chain().organisation(), std::string(sample.expose_text())};
}

}  // namespace sealpost::flow
