#include "notify/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "notify/address.hpp"
#include "text/safety.hpp"

namespace sealpost::notify {
namespace {

using Values = std::map<std::string, std::string>;  // without "notify.<channel>."

constexpr int kSmtp = 1;
constexpr int kWebhook = 2;
constexpr int kCommand = 4;
constexpr int kAll = kSmtp | kWebhook | kCommand;
constexpr std::uint64_t kMostPerUnit = 100'000;
constexpr std::uint64_t kMostConnections = 32;
// Servers are made for several clients; a program of the user's need not be.
constexpr std::size_t kUsualConnections = 4;

struct Key {
  std::string_view name;
  int ways;
};
constexpr std::array kKeys{
    Key{"via", kAll},
    Key{"template.*", kAll},
    Key{"stop.*", kAll},
    Key{"subject.*", kAll},
    Key{"rate", kAll},
    Key{"connections", kAll},
    Key{"url", kSmtp | kWebhook},
    Key{"ca-file", kSmtp | kWebhook},
    Key{"user", kSmtp | kWebhook},
    Key{"secret-file", kSmtp | kWebhook},
    Key{"secret-command", kSmtp | kWebhook},
    Key{"from", kSmtp},
    Key{"from-name", kSmtp},
    Key{"method", kWebhook},
    Key{"content-type", kWebhook},
    Key{"body", kWebhook},
    Key{"header.*", kWebhook},
    Key{"idempotency-header", kWebhook},
    Key{"expect-status", kWebhook},
    Key{"command", kCommand},
};

int way_of(Via via) {
  if (via == Via::kSmtp) return kSmtp;
  return via == Via::kWebhook ? kWebhook : kCommand;
}

base::Error malformed(std::string text, std::string hint = "see sealpost-config(5), NOTICES") {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

bool fits(const Key& key, std::string_view name) {
  if (!key.name.ends_with(".*")) return key.name == name;
  const std::string_view start = key.name.substr(0, key.name.size() - 1);
  return name.starts_with(start) && name.size() > start.size();
}

base::Result<Via> via_of(const Values& values, Channel channel) {
  const auto found = values.find("via");
  if (found == values.end()) return malformed("via is missing");
  if (found->second == "smtp" && channel == Channel::kEmail) return Via::kSmtp;
  if (found->second == "webhook") return Via::kWebhook;
  if (found->second == "command") return Via::kCommand;
  return malformed(fmt::format("via is no \"{}\"", text::for_terminal(found->second)),
                   channel == Channel::kSms ? "webhook or command" : "smtp, webhook or command");
}

base::Result<void> check_keys(const Values& values, Via via) {
  for (const auto& [name, value] : values) {
    const auto key = std::find_if(kKeys.begin(), kKeys.end(),
                                  [&wanted = name](const Key& one) { return fits(one, wanted); });
    if (key == kKeys.end() || (key->ways & way_of(via)) == 0) {
      return malformed(
          fmt::format("{} is no key for via = \"{}\"", text::for_terminal(name), via_name(via)));
    }
  }
  return {};
}

std::string take(const Values& values, const std::string& name, std::string_view otherwise = "") {
  const auto found = values.find(name);
  return found == values.end() ? std::string(otherwise) : found->second;
}

base::Result<std::string> need(const Values& values, const std::string& name) {
  std::string value = take(values, name);
  if (value.empty()) return malformed(name + " is missing");
  return value;
}

// What begins with `prefix`, without it.
std::map<std::string, std::string> below(const Values& values, std::string_view prefix) {
  std::map<std::string, std::string> found;
  for (const auto& [name, value] : values) {
    if (name.starts_with(prefix)) found.emplace(name.substr(prefix.size()), value);
  }
  return found;
}

// "10/s": the milliseconds between two.
base::Result<base::milliseconds> interval_of(const std::string& rate) {
  if (rate.empty()) return base::milliseconds(0);
  constexpr std::array kUnits{std::pair{"/s", 1'000}, std::pair{"/m", 60'000},
                              std::pair{"/h", 3'600'000}};
  for (const auto& [ending, span] : kUnits) {
    if (!rate.ends_with(ending)) continue;
    const auto count =
        base::parse_decimal(std::string_view(rate).substr(0, rate.size() - 2), kMostPerUnit);
    if (count && *count > 0) return base::milliseconds(span / static_cast<int>(*count));
  }
  return malformed("rate is out of form", "write it like 10/s, 100/m or 1000/h");
}

base::Result<std::size_t> connections_of(const std::string& number, Via via) {
  if (number.empty()) return via == Via::kCommand ? std::size_t{1} : kUsualConnections;
  const auto count = base::parse_decimal(number, kMostConnections);
  if (count && *count > 0) return static_cast<std::size_t>(*count);
  return malformed(fmt::format("connections is a number from 1 to {}", kMostConnections));
}

base::Result<std::set<int>> expected_of(const std::string& list) {
  std::set<int> expected;
  if (list.empty()) return expected;
  for (const std::string_view one : base::split(list, ',')) {
    const auto status = base::parse_decimal(one, 599);
    if (!status || *status < 200) {
      return malformed("expect-status is out of form", "write it like 200,202");
    }
    expected.insert(static_cast<int>(*status));
  }
  return expected;
}

base::Result<void> fill_secret(const Values& values, ChannelSettings& out) {
  out.user = take(values, "user");
  out.secret = {take(values, "secret-file"), take(values, "secret-command")};
  if (!out.secret.file.empty() && !out.secret.command.empty()) {
    return malformed("there is both secret-file and secret-command", "give one of them");
  }
  if (!out.user.empty() && out.secret.empty()) {
    return malformed("there is a user without secret-file or secret-command");
  }
  if (!is_header_text(out.user)) return malformed("user is out of form");
  return {};
}

base::Result<void> fill_smtp(const Values& values, ChannelSettings& out) {
  TRY(out.url, need(values, "url"));
  TRY(check_smtp_url(out.url));
  TRY(out.from, need(values, "from"));
  if (!is_mailbox(out.from)) return malformed("from is no e-mail address");
  out.from_name = take(values, "from-name");
  if (!text::is_plain(out.from_name)) return malformed("from-name is out of form");
  if (out.user.empty() && !out.secret.empty()) return malformed("there is a secret without a user");
  return {};
}

base::Result<void> check_headers(const ChannelSettings& out) {
  for (const auto& [name, value] : out.headers) {
    if (!is_header_name(name) || !is_header_text(value)) {
      return malformed(fmt::format("header.{} is out of form", text::for_terminal(name)));
    }
    const bool authorizes = is_same_header(name, "Authorization");
    if (authorizes && value.find("{secret}") == std::string::npos) {
      return malformed("header.Authorization has no {secret}",
                       "put what is secret into secret-file or secret-command");
    }
    if (authorizes && !out.user.empty()) {
      return malformed("there is both user and header.Authorization", "give one of them");
    }
  }
  return {};
}

base::Result<void> fill_webhook(const Values& values, ChannelSettings& out) {
  TRY(out.url, need(values, "url"));
  TRY(check_web_url(out.url));
  TRY(out.body, need(values, "body"));
  out.method = take(values, "method", "POST");
  if (out.method != "POST" && out.method != "PUT") return malformed("method is POST or PUT");
  out.content_type = take(values, "content-type", "application/json");
  out.headers = below(values, "header.");
  TRY(check_headers(out));
  out.idempotency_header = take(values, "idempotency-header", "Idempotency-Key");
  if (!is_header_name(out.idempotency_header))
    return malformed("idempotency-header is out of form");
  TRY(out.expected, expected_of(take(values, "expect-status")));
  return {};
}

base::Result<ChannelSettings> parse_channel(const Values& values, Channel channel) {
  ChannelSettings out;
  TRY(out.via, via_of(values, channel));
  TRY(check_keys(values, out.via));
  out.templates = below(values, "template.");
  out.stops = below(values, "stop.");
  out.subjects = below(values, "subject.");
  if (channel == Channel::kSms && !out.subjects.empty()) {
    return malformed("a text message has no subject");
  }
  TRY(out.interval, interval_of(take(values, "rate")));
  TRY(out.connections, connections_of(take(values, "connections"), out.via));
  out.ca_file = take(values, "ca-file");
  TRY(fill_secret(values, out));
  if (out.via == Via::kSmtp) TRY(fill_smtp(values, out));
  if (out.via == Via::kWebhook) TRY(fill_webhook(values, out));
  if (out.via == Via::kCommand) {
    TRY(out.command, need(values, "command"));
  }
  return out;
}

base::Result<std::optional<ChannelSettings>> find_channel(const Values& all, Channel channel) {
  const std::string section = fmt::format("{}{}", kPrefix, channel_name(channel));
  const Values values = below(all, section + ".");
  if (values.empty()) return std::optional<ChannelSettings>();
  auto parsed = parse_channel(values, channel);
  if (!parsed) return base::with_context(std::move(parsed).error(), section);
  return std::optional(*std::move(parsed));
}

}  // namespace

std::string_view via_name(Via via) {
  switch (via) {
    case Via::kSmtp:
      return "smtp";
    case Via::kWebhook:
      return "webhook";
    case Via::kCommand:
      return "command";
    case Via::kFile:
      return "file";
  }
  return "";
}

std::set<std::string> setting_keys() {
  std::set<std::string> keys{fmt::format("{}organisation", kPrefix)};
  for (const Channel channel : {Channel::kSms, Channel::kEmail}) {
    for (const Key& key : kKeys) {
      keys.insert(fmt::format("{}{}.{}", kPrefix, channel_name(channel), key.name));
    }
  }
  return keys;
}

base::Result<Settings> parse_settings(const std::map<std::string, std::string>& values) {
  Settings settings;
  settings.organisation = take(values, fmt::format("{}organisation", kPrefix));
  TRY(settings.sms, find_channel(values, Channel::kSms));
  TRY(settings.email, find_channel(values, Channel::kEmail));
  return settings;
}

ChannelSettings to_file(std::string path) {
  ChannelSettings settings;
  settings.via = Via::kFile;
  settings.command = std::move(path);
  return settings;
}

}  // namespace sealpost::notify
