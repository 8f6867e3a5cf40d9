#include "age/key_file.hpp"

#include <algorithm>

#include "age/armor.hpp"
#include "age/header.hpp"

namespace sealpost::age {
namespace {

base::Error malformed(std::string text, std::string_view hint) {
  return {base::Code::kMalformed, std::move(text), std::string(hint)};
}

// Calls `take` with every line that is neither empty nor a comment.
template <typename Take>
base::Result<void> each_line(base::ByteView file, Take take) {
  std::string_view rest = base::as_text(file);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (base::Result<void> taken = take(line); !taken) {
      return base::with_context(taken.error(), "line " + std::to_string(number));
    }
  }
  return {};
}

bool is_age_file(base::ByteView file) {
  const std::string_view text = base::as_text(file);
  return text.starts_with(kVersionLine) || text.starts_with(kArmorBegin);
}

}  // namespace

base::Result<std::vector<X25519Identity>> parse_identities(base::ByteView file) {
  if (is_age_file(file)) {
    return malformed("the identity file is itself encrypted",
                     "decrypt it first: sealpost decrypt -p");
  }
  std::vector<X25519Identity> identities;
  TRY(each_line(file, [&](std::string_view line) -> base::Result<void> {
    TRY(X25519Identity identity, X25519Identity::parse(line));
    identities.push_back(std::move(identity));
    return {};
  }));
  if (identities.empty()) {
    return malformed("no identity in this file", "sealpost keygen makes identity files");
  }
  return identities;
}

base::Result<std::vector<X25519Recipient>> parse_recipients(base::ByteView file) {
  std::vector<X25519Recipient> recipients;
  TRY(each_line(file, [&](std::string_view line) -> base::Result<void> {
    TRY(const X25519Recipient recipient, X25519Recipient::parse(line));
    recipients.push_back(recipient);
    return {};
  }));
  if (recipients.empty()) {
    return malformed("no recipient in this file", "write one age1... per line");
  }
  return recipients;
}

crypto::SecretBytes format_identity_file(const X25519Identity& identity, std::string_view created) {
  const std::string comments =
      "# created: " + std::string(created) + "\n# public key: " + identity.recipient().str() + "\n";
  const crypto::SecretBytes text = identity.to_text();
  crypto::SecretBytes file(comments.size() + text.size() + 1);
  std::uint8_t* out = std::copy(comments.begin(), comments.end(), file.expose_mutable().data());
  out = std::copy(text.expose().begin(), text.expose().end(), out);
  *out = '\n';
  return file;
}

}  // namespace sealpost::age
