#include "trust/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "text/url.hpp"
#include "trust/fields.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;
using note::StatementBuilder;
using note::StatementReader;

constexpr std::size_t kMaxRepeats = 64;
constexpr std::size_t kDigest = 64;  // hexadecimal digits

// "root", "invitation <hex>" or "certificate <hex>", as the certificate's number asks for.
bool is_issuer(std::string_view text, std::uint64_t number) {
  constexpr std::string_view kInvitation = "invitation ";
  constexpr std::string_view kCertificate = "certificate ";
  if (number > 0) {
    return text.starts_with(kCertificate) &&
           base::is_lower_hex(text.substr(kCertificate.size()), kDigest);
  }
  return text == "root" || (text.starts_with(kInvitation) &&
                            base::is_lower_hex(text.substr(kInvitation.size()), kDigest));
}

Result<void> check_words(const std::vector<std::string>& words, std::string_view what) {
  const std::set<std::string> distinct(words.begin(), words.end());
  if (words.size() > kMaxRepeats || distinct.size() != words.size() ||
      !std::all_of(words.begin(), words.end(), [](const auto& w) { return is_purpose(w); })) {
    return malformed(fmt::format("a {} is out of form or named twice", what));
  }
  return {};
}

// Purposes belong to services, which may send for nothing else.
Result<void> check_purposes(Role role, const std::vector<std::string>& purposes) {
  if (role == Role::kService && purposes.empty()) {
    return Error{Code::kMalformed, "a service without a purpose could send nothing",
                 "name at least one purpose"};
  }
  if (role != Role::kService && !purposes.empty()) {
    return malformed(
        fmt::format("purposes are for services, not for the role {}", role_name(role)));
  }
  return check_words(purposes, "purpose");
}

Result<void> check_validity(base::Time at, base::Time expires, std::chrono::days longest,
                            std::string_view what) {
  if (expires <= at) return malformed(fmt::format("{} would expire before it begins", what));
  if (expires - at > longest) {
    return malformed(fmt::format("{} lives for {} days at most", what, longest.count()));
  }
  return {};
}

Result<void> check(const Organisation& value) {
  if (!is_organisation(value.name)) {
    return Error{Code::kMalformed, "not the name of an organisation",
                 "choose a name like mercy.example"};
  }
  if (value.root.name() != value.name) {
    return malformed("the root's key does not carry the organisation's name");
  }
  return {};
}

Result<void> check(const Invitation& value) {
  if (!is_user(value.user)) {
    return Error{Code::kMalformed, "not a user id",
                 "use lower-case letters, digits, dots, dashes and underscores, like dr.lee"};
  }
  const std::string_view organisation = base::split(value.key.name(), '/').front();
  if (!is_organisation(organisation) || !is_invitation_key(value.key.name(), organisation)) {
    return malformed("the invitation's key does not carry the name of an invitation");
  }
  TRY(check_purposes(value.role, value.purposes));
  return check_validity(value.at, value.expires, kMaxInvitationDays, "an invitation");
}

Result<void> check(const Certificate& value) {
  TRY(parse_device_name(value.name.str()));
  if (value.key.name() != value.name.str()) {
    return malformed("the certificate's key does not carry the device's name");
  }
  if (!is_issuer(value.issuer, value.number)) {
    return malformed("the certificate's issuer does not fit its number");
  }
  if (value.suites.empty()) return malformed("a certificate names at least one suite");
  TRY(check_words(value.suites, "suite"));
  TRY(check_purposes(value.role, value.purposes));
  return check_validity(value.at, value.expires, kMaxCertificateDays, "a certificate");
}

Result<void> check(const Revocation& value) {
  const std::string_view organisation = base::split(value.target, '/').front();
  const bool device = parse_device_name(value.target).has_value();
  if (!device &&
      !(is_organisation(organisation) && is_invitation_key(value.target, organisation))) {
    return malformed("a revocation names a device or an invitation's key");
  }
  return check_reason(value.reason);
}

Result<void> check(const RoleChange& value) {
  if (!is_user(value.user)) return malformed("a change of role names no user");
  TRY(check_purposes(value.role, value.purposes));
  return check_reason(value.reason);
}

Result<void> check(const RegisterSkip& value) {
  if (value.stream != "people" && value.stream != "organisation") {
    return malformed("the register has no such stream");
  }
  if (!parse_device_name(value.author)) return malformed("entries are skipped of a device");
  if (value.first == 0 || value.last < value.first) {
    return malformed("entries that are skipped are a row that is numbered from 1");
  }
  return check_reason(value.reason);
}

// Host and port without user, path or query: "host", "host:8443", "[::1]:8443".
bool is_authority(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const std::size_t colon = text.find(':', bracket);
  const std::string_view host = text.substr(0, colon);
  constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  constexpr std::string_view kAddress = "0123456789abcdef:.";
  const bool host_fits =
      bracket == 0
          ? host.find_first_not_of(kName) == std::string_view::npos
          : bracket > 1 && host.size() == bracket + 1 &&
                text.substr(1, bracket - 1).find_first_not_of(kAddress) == std::string_view::npos;
  if (host.empty() || !host_fits) return false;
  if (colon == std::string_view::npos) return true;
  const auto port = base::parse_decimal(text.substr(colon + 1), 65535);
  return port.has_value() && *port > 0;
}

bool is_pin(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256//";
  if (!text.starts_with(kPrefix)) return false;
  const auto hash = base::parse_base64(text.substr(kPrefix.size()));
  return hash.has_value() && hash->size() == crypto::Digest().size();
}

Result<void> check(const RelayStatement& value) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  const std::string_view url = value.url;
  const bool tls = url.starts_with(kTls) && is_authority(url.substr(kTls.size()));
  const auto parsed = text::parse_url(value.url);
  const bool plain = url.starts_with(kPlain) && is_authority(url.substr(kPlain.size())) && parsed &&
                     text::is_loopback(parsed->host);
  if (!tls && !plain) {
    return Error{Code::kMalformed, "not the address of a relay",
                 "write https://host:port without a path; http:// is for loopback addresses"};
  }
  if (tls ? !is_pin(value.pin) : !value.pin.empty()) {
    return malformed("a relay has a pin sha256//<base64> with https:// and none with http://");
  }
  const std::string_view organisation = base::split(value.log.name(), '/').front();
  if (!is_organisation(organisation) || value.log.name() != std::string(organisation) + "/relay") {
    return malformed("the log's key does not carry the name <organisation>/relay");
  }
  return {};
}

Result<Role> role_field(StatementReader& reader) {
  TRY(const std::string name, reader.one("role"));
  const auto role = role_from_name(name);
  if (!role) return malformed("a role that does not exist");
  return *role;
}

void add_all(StatementBuilder& builder, std::string_view key,
             const std::vector<std::string>& values) {
  for (const std::string& value : values) builder.add(key, value);
}

// What else a policy says is the policy module's to read.
std::optional<Views> views_of_policy(std::string_view text) {
  auto reader = StatementReader::open(text, "policy");
  if (!reader) return std::nullopt;
  const auto seen = reader->views();
  return seen ? *seen : std::nullopt;
}

}  // namespace

Result<std::string> format(const Organisation& value) {
  TRY(check(value));
  return StatementBuilder("organisation")
      .add("name", value.name)
      .add("root", value.root.vkey())
      .add_time("at", value.at)
      .text();
}

Result<std::string> format(const Invitation& value) {
  TRY(check(value));
  StatementBuilder builder("invitation");
  builder.add("user", value.user).add("role", role_name(value.role));
  add_all(builder, "purpose", value.purposes);
  builder.add("key", value.key.vkey()).add_time("at", value.at).add_time("expires", value.expires);
  builder.add_views(value.seen);
  return builder.text();
}

Result<std::string> format(const Certificate& value) {
  TRY(check(value));
  StatementBuilder builder("certificate");
  builder.add("device", value.name.str()).add("role", role_name(value.role));
  add_all(builder, "purpose", value.purposes);
  builder.add("key", value.key.vkey()).add("number", value.number).add("issuer", value.issuer);
  add_all(builder, "suite", value.suites);
  return builder.add_time("at", value.at).add_time("expires", value.expires).text();
}

Result<std::string> format(const Revocation& value) {
  TRY(check(value));
  StatementBuilder builder("revocation");
  builder.add("target", value.target);
  add_text(builder, "reason", value.reason);
  builder.add_time("at", value.at);
  builder.add_views(value.seen);
  return builder.text();
}

Result<std::string> format(const RoleChange& value) {
  TRY(check(value));
  StatementBuilder builder("role");
  builder.add("user", value.user).add("role", role_name(value.role));
  add_all(builder, "purpose", value.purposes);
  add_text(builder, "reason", value.reason);
  builder.add_time("at", value.at);
  builder.add_views(value.seen);
  return builder.text();
}

Result<std::string> format(const RegisterSkip& value) {
  TRY(check(value));
  StatementBuilder builder("register-skip");
  builder.add("stream", value.stream).add("author", value.author);
  builder.add("first", value.first).add("last", value.last);
  builder.add("head", base::to_base64(value.head));
  add_text(builder, "reason", value.reason);
  builder.add_time("at", value.at);
  builder.add_views(value.seen);
  return builder.text();
}

Result<std::string> format(const RelayStatement& value) {
  TRY(check(value));
  StatementBuilder builder("relay");
  builder.add("url", value.url);
  add_text(builder, "pin", value.pin);
  return builder.add("log", value.log.vkey()).add_time("at", value.at).text();
}

Result<Organisation> parse_organisation(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "organisation"));
  Organisation value;
  TRY(value.name, reader.one("name"));
  TRY(value.root, key_field(reader, "root"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<Invitation> parse_invitation(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "invitation"));
  Invitation value;
  TRY(value.user, reader.one("user"));
  TRY(value.role, role_field(reader));
  TRY(value.purposes, reader.all("purpose"));
  TRY(value.key, key_field(reader, "key"));
  TRY(value.at, reader.time("at"));
  TRY(value.expires, reader.time("expires"));
  TRY(value.seen, reader.views());
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<Certificate> parse_certificate(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "certificate"));
  Certificate value;
  TRY(value.name, device_field(reader));
  TRY(value.role, role_field(reader));
  TRY(value.purposes, reader.all("purpose"));
  TRY(value.key, key_field(reader, "key"));
  TRY(value.number, reader.number("number"));
  TRY(value.issuer, reader.one("issuer"));
  TRY(value.suites, reader.all("suite"));
  TRY(value.at, reader.time("at"));
  TRY(value.expires, reader.time("expires"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<Revocation> parse_revocation(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "revocation"));
  Revocation value;
  TRY(value.target, reader.one("target"));
  TRY(value.reason, text_field(reader, "reason"));
  TRY(value.at, reader.time("at"));
  TRY(value.seen, reader.views());
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<RoleChange> parse_role_change(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "role"));
  RoleChange value;
  TRY(value.user, reader.one("user"));
  TRY(value.role, role_field(reader));
  TRY(value.purposes, reader.all("purpose"));
  TRY(value.reason, text_field(reader, "reason"));
  TRY(value.at, reader.time("at"));
  TRY(value.seen, reader.views());
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<RegisterSkip> parse_register_skip(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "register-skip"));
  RegisterSkip value;
  TRY(value.stream, reader.one("stream"));
  TRY(value.author, reader.one("author"));
  TRY(value.first, reader.number("first"));
  TRY(value.last, reader.number("last"));
  TRY(const std::string head, reader.one("head"));
  TRY(const base::Bytes bytes, base::parse_base64(head));
  TRY(value.head, crypto::digest_from(bytes));
  TRY(value.reason, text_field(reader, "reason"));
  TRY(value.at, reader.time("at"));
  TRY(value.seen, reader.views());
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<RelayStatement> parse_relay(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "relay"));
  RelayStatement value;
  TRY(value.url, reader.one("url"));
  TRY(value.pin, text_field(reader, "pin"));
  TRY(value.log, key_field(reader, "log"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

std::optional<Views> views_in(std::string_view entry) {
  const auto note = note::parse(entry);
  if (!note) return std::nullopt;
  const auto seen_in = [](const auto& parsed) {
    return parsed ? parsed->seen : std::optional<Views>();
  };
  const std::string kind = note::statement_kind(note->text).value_or("");
  if (kind == "invitation") return seen_in(parse_invitation(note->text));
  if (kind == "revocation") return seen_in(parse_revocation(note->text));
  if (kind == "role") return seen_in(parse_role_change(note->text));
  if (kind == "register-skip") return seen_in(parse_register_skip(note->text));
  if (kind == "policy") return views_of_policy(note->text);
  return std::nullopt;
}

}  // namespace sealpost::trust
