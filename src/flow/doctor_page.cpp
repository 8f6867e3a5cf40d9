// Whether the page behind contacts' links is the one that this program brings.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "client/curl_transport.hpp"
#include "client/limits.hpp"
#include "flow/doctor.hpp"
#include "flow/link_notices.hpp"

namespace sealpost::flow {
namespace {

constexpr std::uint64_t kLargestPage = 4 << 20;  // bytes

// "https://host:port" of an address.
std::string origin_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  return url.substr(0, scheme == std::string::npos ? scheme : url.find('/', scheme + 3));
}

base::Result<crypto::Digest> served_hash(const std::string& url, const std::string& pin,
                                         Context& context) {
  TRY(client::Endpoint endpoint, client::check_endpoint({origin_of(url), pin}));
  const auto transport = client::make_curl_transport(std::move(endpoint), context.interrupt);
  client::Request request;
  request.method = "GET";
  request.url = url;
  request.max_body = kLargestPage;
  request.patience = client::kPatience;
  TRY(const client::Response response, transport->perform(request));
  if (response.status == 200) return crypto::sha256(response.body);
  return base::Error{base::Code::kNotFound, fmt::format("it answers {}", response.status), ""};
}

}  // namespace

base::Result<Finding> examine_page(const Installation& installation, const Pages& built,
                                   Context& context) {
  TRY(const std::string url, link_page(installation));
  TRY(const policy::Policy policy, installation.policy());
  const bool own = !policy.link_page;
  const auto served = served_hash(url, own ? installation.profile().pin : "", context);
  if (!served && served.error().code == base::Code::kInterrupted) return served.error();
  if (!served) {
    return Finding{"page", Health::kWeak,
                   fmt::format("the page behind contacts' links, {}, cannot be looked at: {}", url,
                               served.error().text),
                   "contacts cannot open messages there; see sealpost-link(5)"};
  }
  const crypto::Digest& expected = own ? built.own : built.exported;
  if (*served == expected) {
    return Finding{"page", Health::kGood, "the page behind contacts' links is this program's", ""};
  }
  return Finding{
      "page", Health::kWeak,
      fmt::format("the page behind contacts' links, {}, is not this program's: its SHA-256 is {}, "
                  "not {}; it is of another version, or somebody has changed it, who can then read "
                  "what contacts open",
                  url, base::to_hex(*served), base::to_hex(expected)),
      own ? "compare the versions of relay and program; the same ones must serve the same page"
          : "export it again, with this version: sealpost relay portal export"};
}

}  // namespace sealpost::flow
