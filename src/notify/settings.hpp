// How notices travel, as the configuration says it. sealpost-config(5), NOTICES. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/seams.hpp"
#include "notify/notice.hpp"

namespace sealpost::notify {

enum class Via { kSmtp, kWebhook, kCommand, kFile };
std::string_view via_name(Via via);

// Where a password or token is; at most one of them is not empty.
struct SecretSource {
  std::string file;
  std::string command;
  bool empty() const { return file.empty() && command.empty(); }
};

using Words = std::map<std::string, std::string>;  // by language

struct ChannelSettings {
  Via via = Via::kCommand;
  Words templates;
  Words stops;
  Words subjects;
  base::milliseconds interval{0};  // the least between two notices
  std::size_t connections = 1;     // notices that may be under way at once
  // smtp and webhook
  std::string url;
  std::string ca_file;
  std::string user;
  SecretSource secret;
  // smtp
  std::string from;
  std::string from_name;
  // webhook
  std::string method = "POST";
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
  std::string idempotency_header = "Idempotency-Key";
  std::set<int> expected;  // empty: 200 to 299
  // command: program and arguments; file: the path
  std::string command;
};

struct Settings {
  std::string organisation;  // empty: what it is named by
  std::optional<ChannelSettings> sms;
  std::optional<ChannelSettings> email;
};

inline constexpr std::string_view kPrefix = "notify.";
// Every key that there is; one that ends in ".*" stands for all that begin so.
std::set<std::string> setting_keys();

// Key -> value, keys with the prefix. kMalformed, naming the key, for a key that the way does not
// have, one that is missing, and a value out of form.
base::Result<Settings> parse_settings(const std::map<std::string, std::string>& values);

// A channel that writes to this file.
ChannelSettings to_file(std::string path);

}  // namespace sealpost::notify
