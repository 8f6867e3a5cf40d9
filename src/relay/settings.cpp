#include "relay/settings.hpp"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <array>
#include <string_view>

#include "policy/policy.hpp"
#include "relay/listen.hpp"
#include "text/json.hpp"
#include "text/safety.hpp"
#include "text/url.hpp"

namespace sealpost::relay {
namespace {

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, "relay.toml: " + std::string(why), "sealpost-relay(8), FILES"};
}
base::Error contradiction(std::string_view why, std::string_view hint) {
  return {base::Code::kUsage, std::string(why), std::string(hint)};
}

// Takes keys out of a table; what is left at the end is unknown.
class Table {
 public:
  explicit Table(toml::table& table) : table_(&table) {}
  template <typename T>
  base::Result<void> take(std::string_view key, T& into) {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<T>();
    if (!value) return malformed(std::string(key) + " is of another type");
    into = *value;
    table_->erase(key);
    return {};
  }
  base::Result<void> take_count(std::string_view key, std::uint64_t& into) {
    std::int64_t value = static_cast<std::int64_t>(into);
    TRY(take(key, value));
    if (value < 0) return malformed(std::string(key) + " is negative");
    into = static_cast<std::uint64_t>(value);
    return {};
  }
  base::Result<void> take_path(std::string_view key, std::filesystem::path& into) {
    std::string value = into.string();
    TRY(take(key, value));
    into = value;
    return {};
  }
  base::Result<void> finish() const {
    if (table_->empty()) return {};
    const std::string key(table_->begin()->first.str());
    return malformed("unknown key " + text::for_terminal(key));
  }

 private:
  toml::table* table_;
};

struct LimitKey {
  std::string_view name;
  std::uint64_t Limits::*member;
};
constexpr std::array kLimitKeys{
    LimitKey{"connections", &Limits::connections},
    LimitKey{"idle-seconds", &Limits::idle_seconds},
    LimitKey{"body-seconds", &Limits::body_seconds},
    LimitKey{"requests-per-minute", &Limits::requests_per_minute},
    LimitKey{"polls-per-device", &Limits::polls_per_device},
    LimitKey{"blob-bytes", &Limits::blob_bytes},
    LimitKey{"device-blob-bytes", &Limits::device_blob_bytes},
    LimitKey{"store-bytes", &Limits::store_bytes},
};

base::Result<void> read_limits(toml::table& root, Limits& out) {
  toml::table* section = root["limits"].as_table();
  if (section == nullptr) return {};
  Table table(*section);
  for (const LimitKey& key : kLimitKeys) TRY(table.take_count(key.name, out.*key.member));
  TRY(table.finish());
  root.erase("limits");
  return {};
}

base::Result<void> read_tls(toml::table& root, Settings& out) {
  toml::table* section = root["tls"].as_table();
  if (section == nullptr) return {};
  Table table(*section);
  TRY(table.take_path("certificate", out.tls_certificate));
  TRY(table.take_path("key", out.tls_key));
  TRY(table.finish());
  root.erase("tls");
  return {};
}

base::Result<void> read_forward(toml::table& root, ForwardSettings& out) {
  toml::table* section = root["forward"].as_table();
  if (section == nullptr) return {};
  Table table(*section);
  TRY(table.take("to", out.to));
  TRY(table.take_path("ca", out.ca));
  TRY(table.take("format", out.format));
  TRY(table.finish());
  if (out.to.empty()) return malformed("[forward] says not where to");
  root.erase("forward");
  return {};
}

// In plain only what does not leave this machine.
bool is_prefix(std::string_view url) {
  if (!text::is_plain(url) || url.ends_with('/') ||
      url.find_first_of("?#@ ") != std::string_view::npos) {
    return false;
  }
  const auto parsed = text::parse_url(std::string(url));
  if (!parsed) return false;
  return url.starts_with("https://") ||
         (url.starts_with("http://") && text::is_loopback(parsed->host));
}

base::Result<WitnessSettings> read_witness(toml::table& section) {
  Table table(section);
  std::string url;
  std::string vkey;
  std::filesystem::path ca_file;
  TRY(table.take("url", url));
  TRY(table.take("key", vkey));
  TRY(table.take_path("ca-file", ca_file));
  TRY(table.finish());
  if (!is_prefix(url)) {
    return malformed(
        "the url of a witness begins with https:// (or is of loopback) and ends "
        "without a slash");
  }
  auto key = note::Cosigner::parse(vkey);
  if (!key) return malformed("the key of a witness is the vkey of its cosignatures");
  return WitnessSettings{std::move(url), *std::move(key), std::move(ca_file)};
}

base::Result<void> read_witnesses(toml::table& root, Settings& out) {
  toml::array* sections = root["witness"].as_array();
  if (sections == nullptr) return {};
  for (toml::node& section : *sections) {
    if (!section.is_table()) return malformed("a witness is a table: [[witness]]");
    TRY(WitnessSettings witness, read_witness(*section.as_table()));
    out.witnesses.push_back(std::move(witness));
  }
  if (out.witnesses.size() > policy::kMaxWitnesses)
    return malformed("there are too many witnesses");
  root.erase("witness");
  return {};
}

base::Result<note::Verifier> read_organisation(Table& table) {
  std::string vkey;
  TRY(table.take("organisation", vkey));
  if (vkey.empty()) return malformed("organisation is missing; is this the file that init wrote?");
  const auto parsed = note::Verifier::parse(vkey);
  if (!parsed) return malformed("organisation is no vkey");
  return *parsed;
}

base::Result<Settings> read(toml::table& root) {
  Settings out;
  TRY(read_limits(root, out.limits));
  TRY(read_tls(root, out));
  TRY(read_forward(root, out.forward));
  TRY(read_witnesses(root, out));
  Table table(root);
  TRY(out.organisation, read_organisation(table));
  TRY(table.take("listen", out.listen));
  TRY(table.take("url", out.url));
  TRY(table.take("plain", out.plain));
  TRY(table.take("proxy", out.proxy));
  TRY(table.take("log-requests", out.log_requests));
  TRY(table.finish());
  return out;
}

}  // namespace

std::string format_settings(const Settings& settings) {
  std::string out = fmt::format(
      "# sealpost relay: see sealpost-relay(8), FILES.\n"
      "organisation = \"{}\"\nlisten = \"{}\"\nurl = \"{}\"\nplain = {}\nproxy = {}\n"
      "log-requests = {}\n",
      settings.organisation.vkey(), settings.listen, settings.url, settings.plain, settings.proxy,
      settings.log_requests);
  if (!settings.plain) {
    const auto quoted = [](const std::filesystem::path& path) {
      return text::canonical(path.string());  // a JSON text is a TOML basic string
    };
    out += fmt::format("\n[tls]\ncertificate = {}\nkey = {}\n", quoted(settings.tls_certificate),
                       quoted(settings.tls_key));
  }
  out += "\n[limits]\n";
  for (const LimitKey& key : kLimitKeys) {
    out += fmt::format("{} = {}\n", key.name, settings.limits.*key.member);
  }
  for (const WitnessSettings& witness : settings.witnesses) {
    out += fmt::format("\n[[witness]]\nurl = {}\nkey = \"{}\"\n", text::canonical(witness.url),
                       witness.key.vkey());
    if (witness.ca_file.empty()) continue;
    out += fmt::format("ca-file = {}\n", text::canonical(witness.ca_file.string()));
  }
  return out;
}

base::Result<Settings> parse_settings(std::string_view text) {
  try {
    toml::table root = toml::parse(text);
    TRY(Settings settings, read(root));
    TRY(check_settings(settings));
    return settings;
  } catch (const toml::parse_error& error) {
    return malformed(fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

base::Result<void> check_settings(const Settings& settings) {
  const std::string_view scheme = settings.plain ? "http://" : "https://";
  const std::string_view url = settings.url;
  if (!url.starts_with(scheme) && !(settings.proxy && url.starts_with("https://"))) {
    return contradiction("the URL must begin with " + std::string(scheme), "");
  }
  const std::string_view host = url.substr(url.find("//") + 2);
  if (host.empty() || host.find_first_of("/?#@ ") != std::string_view::npos ||
      !text::is_plain(url)) {
    return contradiction("the URL must be scheme, host and port alone", "https://relay.example");
  }
  TRY(const Address address, parse_address(settings.listen));
  if (settings.plain && !settings.proxy && !address.loopback()) {
    return contradiction("plain HTTP is served on loopback only",
                         "use TLS, or proxy = true behind a proxy that speaks TLS");
  }
  return {};
}

}  // namespace sealpost::relay
