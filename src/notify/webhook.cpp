// Notices by the HTTP interface of a gateway: one request a notice.
#include <fmt/format.h>

#include "notify/address.hpp"
#include "notify/curl.hpp"
#include "notify/escaping.hpp"
#include "notify/filling.hpp"
#include "text/json.hpp"

namespace sealpost::notify {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

base::Error malformed(std::string text, std::string hint = "see sealpost-config(5), NOTICES") {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

bool is_success(const ChannelSettings& settings, int status) {
  if (!settings.expected.empty()) return settings.expected.contains(status);
  return status >= 200 && status < 300;
}

bool status_passes(int status) { return status == 408 || status == 429 || status >= 500; }

struct Request {
  Filling body;
  std::vector<std::pair<std::string, Filling>> headers;
  bool json = true;
};

// With a quotation mark in every value a placeholder that stands outside of a string shows.
base::Result<void> check_json(const Filling& body) {
  const SecretText sample =
      body.fill([](std::string_view, SecretText& out) { append_json("a\"\\\n", out); });
  const auto parsed = text::parse_json(sample.view());
  if (parsed) return {};
  return malformed("body is no JSON with its placeholders inside strings");
}

base::Result<Request> parse_request(const ChannelSettings& settings, bool has_secret) {
  Request request;
  request.json = settings.content_type == kJson;
  if (!request.json && settings.content_type != kForm) {
    return malformed(fmt::format("content-type is {} or {}", kJson, kForm));
  }
  auto body = Filling::parse(settings.body, {"address", "text", "subject", "id", "secret"},
                             request.json ? Braces::kAny : Braces::kOnlyPlaceholders);
  if (!body) return base::with_context(std::move(body).error(), "body");
  request.body = *std::move(body);
  for (const std::string_view name : {"address", "text"}) {
    if (!request.body.has(name)) return malformed(fmt::format("body has no {{{}}}", name));
  }
  if (request.json) TRY(check_json(request.body));
  bool uses = !settings.user.empty() || request.body.has("secret");
  for (const auto& [name, value] : settings.headers) {
    auto header = Filling::parse(value, {"secret"}, Braces::kAny);
    if (!header) return base::with_context(std::move(header).error(), "header." + name);
    uses = uses || header->has("secret");
    request.headers.emplace_back(name, *std::move(header));
  }
  if (uses == has_secret) return request;
  return uses ? malformed("there is a {secret}, but neither secret-file nor secret-command")
              : malformed("the secret is used nowhere: there is no {secret} and no user");
}

class Webhook final : public Carrier {
 public:
  Webhook(const ChannelSettings& settings, Request request, crypto::SecretBytes secret, Seams seams)
      : settings_(settings),
        request_(std::move(request)),
        secret_(std::move(secret)),
        curl_(settings, seams.interrupt) {}

  base::Result<Attempt> carry(const Letter& letter) override {
    const SecretText body = body_of(letter);
    const List headers = headers_of(letter);
    curl_.begin("http,https");
    curl_.upload(body.view());
    curl_.set(CURLOPT_CUSTOMREQUEST, settings_.method.c_str());
    curl_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_.set(CURLOPT_HTTPHEADER, headers.get());
    if (!settings_.user.empty()) {
      curl_.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_.log_in(settings_.user, secret_);
    }
    return judge(curl_.perform(), letter);
  }

 private:
  SecretText body_of(const Letter& letter) const {
    return request_.body.fill([&](std::string_view name, SecretText& out) {
      const std::string_view value = name == "address"   ? letter.address
                                     : name == "text"    ? letter.text
                                     : name == "subject" ? letter.subject
                                     : name == "id"      ? letter.id
                                                         : secret_.expose_text();
      request_.json ? append_json(value, out) : append_form(value, out);
    });
  }

  // libcurl copies what it is given.
  List headers_of(const Letter& letter) const {
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    list = curl_slist_append(list, ("Content-Type: " + settings_.content_type).c_str());
    list = curl_slist_append(
        list, fmt::format("{}: {}", settings_.idempotency_header, letter.id).c_str());
    for (const auto& [name, value] : request_.headers) {
      SecretText line;
      line.append(name).append(": ");
      line.append(
          value.fill([&](std::string_view, SecretText& out) { out.append(secret_.expose_text()); })
              .view());
      line.append({"\0", 1});
      list = curl_slist_append(list, line.view().data());
    }
    return List(list);
  }

  base::Result<Attempt> judge(CURLcode code, const Letter& letter) const {
    if (code == CURLE_ABORTED_BY_CALLBACK) return interrupted();
    if (code != CURLE_OK) {
      return passes(code) ? may_pass(complaint(code)) : refused(complaint(code));
    }
    const int status = curl_.status();
    if (is_success(settings_, status)) return taken();
    std::string reason = fmt::format("the gateway answered {}", status);
    if (!curl_.said().empty()) {
      reason +=
          ": " + without(without(curl_.said(), secret_of(letter.link)), secret_.expose_text());
    }
    Attempt attempt =
        status_passes(status) ? may_pass(std::move(reason)) : refused(std::move(reason));
    attempt.retry_after = curl_.retry_after();
    return attempt;
  }

  const ChannelSettings& settings_;
  Request request_;
  crypto::SecretBytes secret_;
  Curl curl_;
};

}  // namespace

base::Result<std::unique_ptr<Carrier>> make_webhook(const ChannelSettings& settings,
                                                    crypto::SecretBytes secret, Seams seams) {
  TRY(Request request, parse_request(settings, !secret.empty()));
  return std::unique_ptr<Carrier>(
      std::make_unique<Webhook>(settings, std::move(request), std::move(secret), seams));
}

}  // namespace sealpost::notify
