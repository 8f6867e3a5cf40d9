#include "relay/links.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "crypto/secret.hpp"
#include "text/json.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using text::Json;

constexpr std::size_t kIdDigits = 32;

base::Error malformed(std::string_view key, std::string_view problem) {
  return {Code::kMalformed, "\"" + std::string(key) + "\" " + std::string(problem), ""};
}

base::Result<crypto::Digest> shown_key(const Json& body, std::string_view name) {
  TRY(const std::string text, text::string_at(body, name));
  if (!base::is_lower_hex(text, 2 * sizeof(crypto::Digest))) {
    return malformed(name, "must be 64 hexadecimal digits");
  }
  TRY(const base::Bytes key, base::parse_hex(text));
  return crypto::sha256(key);
}

base::Result<std::string> short_id(const Json& body, std::string_view name) {
  TRY(std::string text, text::string_at(body, name));
  if (!base::is_lower_hex(text, kIdDigits)) return malformed(name, "must be 32 hexadecimal digits");
  return text;
}

struct Member {
  std::string_view name;
  base::Result<void> (*read)(const Json& body, LinkRequest& out);
};

constexpr std::array kMembers{
    Member{"open",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.open, shown_key(body, "open"));
             return {};
           }},
    Member{"claim",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.claim, short_id(body, "claim"));
             return {};
           }},
    Member{"blob",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.blob, short_id(body, "blob"));
             return {};
           }},
    Member{"first",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.first, text::number_at(body, "first"));
             return {};
           }},
    Member{"count",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.count, text::number_at(body, "count"));
             return {};
           }},
    Member{"reply",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.reply, short_id(body, "reply"));
             return {};
           }},
    Member{"file",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(const std::string text, text::string_at(body, "file"));
             TRY(out.file, base::parse_base64(text));
             if (out.file.empty() || out.file.size() > wire::kMaxReplyFile) {
               return malformed("file", "must have 1 to 65,536 bytes");
             }
             return {};
           }},
    Member{"scope",
           [](const Json& body, LinkRequest& out) -> base::Result<void> {
             TRY(out.scope, text::string_at(body, "scope"));
             if (out.scope != "purpose" && out.scope != "all") {
               return malformed("scope", "is not one of purpose, all");
             }
             return {};
           }},
};

}  // namespace

base::Result<void> check_link_form(const wire::Submission& submission) {
  const auto bad = [](std::string_view what) {
    return base::Error{Code::kMalformed, std::string(what), ""};
  };
  const wire::Link& link = *submission.link;
  constexpr std::string_view kContact = "c-";
  const std::string_view contact = link.contact;
  if (!submission.envelopes.empty()) return bad("a message with a link and envelopes");
  if (!base::is_lower_hex(link.id, kIdDigits)) {
    return bad("the id of a link is 32 hexadecimal digits");
  }
  if (!contact.starts_with(kContact) ||
      !base::is_lower_hex(contact.substr(kContact.size()), kIdDigits)) {
    return bad("a link for something that is no contact");
  }
  if (link.views == 0) return bad("a link that nobody may open");
  if (link.header.empty()) return bad("a link without a header");
  if (submission.payload.empty()) return bad("a message without a payload");
  return {};
}

base::Result<void> check_new_link(MetaReader& store, const wire::Submission& submission) {
  TRY(const auto taken, store.link(submission.link->id));
  if (taken) return base::Error{Code::kConflict, "there is another link with this id", ""};
  TRY(const bool stopped, store.stopped(submission.link->contact, submission.purpose));
  if (!stopped) return {};
  return base::Error{Code::kNoConsent, "the contact wants no more messages of this purpose", ""};
}

base::Result<LinkRequest> parse_link_request(std::string_view id, base::ByteView body,
                                             std::initializer_list<std::string_view> wanted) {
  LinkRequest out;
  out.id = id;
  TRY(const Json json, text::parse_json(base::as_text(body)));
  if (!json.is_object() || json.size() != wanted.size() + 1) {
    return base::Error{Code::kMalformed, "the body lacks a member, or has one too many", ""};
  }
  TRY(out.fetch, shown_key(json, "fetch"));
  for (const Member& member : kMembers) {
    const bool asked = std::find(wanted.begin(), wanted.end(), member.name) != wanted.end();
    if (asked) TRY(member.read(json, out));
  }
  return out;
}

std::string_view link_state(const StoredLink& link, base::Time now) {
  if (link.state == LinkState::kRecalled) return "recalled";
  if (link.state == LinkState::kLocked) return "locked";
  if (now >= link.expires) return "expired";
  return link.state == LinkState::kSpent ? "spent" : "open";
}

base::Result<StoredLink> find_link(MetaReader& store, const LinkRequest& shown) {
  TRY(auto link, store.link(shown.id));
  if (!link || !crypto::equal(link->link.fetch, shown.fetch)) {
    return base::Error{Code::kNotFound, "there is no such link", ""};
  }
  return *std::move(link);
}

base::Result<LinkClaim> standing_claim(MetaReader& store, const StoredLink& link,
                                       const LinkRequest& shown, base::Time now) {
  const base::Error refusal{Code::kDenied, "there is no such claim, or it has ended", ""};
  if (!shown.open || !crypto::equal(link.link.open, *shown.open)) return refusal;
  const std::string_view state = link_state(link, now);
  if (state != "open" && state != "spent") return refusal;
  TRY(const auto claim, store.link_claim(shown.id, shown.claim));
  if (!claim || now >= claim->claimed + kClaimLasts) return refusal;
  return *claim;
}

}  // namespace sealpost::relay
