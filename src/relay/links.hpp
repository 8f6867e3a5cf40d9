// What holds of a contact's link at the relay: who may open it, how often, until when.
// sealpost-link(5), REQUESTS. Pure but for reads of the store, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/store/meta_store.hpp"

namespace sealpost::relay {

inline constexpr std::chrono::minutes kClaimLasts{30};
inline constexpr std::chrono::hours kLinkKept{24 * 30};  // behind its end
inline constexpr std::uint64_t kWrongPasscodes = 5;      // the last of which locks it
inline constexpr std::uint64_t kMaxLinkReplies = 20;
inline constexpr std::size_t kLinkBody = 128 << 10;  // bytes

// What the page sends. Every member that it does not send is empty.
struct LinkRequest {
  std::string id;
  crypto::Digest fetch{};  // SHA-256 of what was shown, as `open`
  std::optional<crypto::Digest> open = std::nullopt;
  std::string claim = {};
  std::string blob = {};
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::string reply = {};
  base::Bytes file = {};
  std::string scope = {};
};
// kMalformed for anything but a JSON object of "fetch" and exactly the members of `wanted`.
base::Result<LinkRequest> parse_link_request(std::string_view id, base::ByteView body,
                                             std::initializer_list<std::string_view> wanted);

// A message to a contact: one link, no envelope. kMalformed.
base::Result<void> check_link_form(const wire::Submission& submission);
// kConflict for an id that another link has, kNoConsent for a contact that wants no more of this.
base::Result<void> check_new_link(MetaReader& store, const wire::Submission& submission);

std::string_view link_state(const StoredLink& link, base::Time now);

// kNotFound for an unknown id and for a wrong key alike.
base::Result<StoredLink> find_link(MetaReader& store, const LinkRequest& shown);
// The claim stands, and was made with the right passcode; kDenied.
base::Result<LinkClaim> standing_claim(MetaReader& store, const StoredLink& link,
                                       const LinkRequest& shown, base::Time now);

}  // namespace sealpost::relay
