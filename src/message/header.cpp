#include "message/header.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "message/attachment_field.hpp"
#include "text/safety.hpp"
#include "text/uuid.hpp"

namespace sealpost::message {
namespace {

constexpr std::string_view kKind = "message";
constexpr std::size_t kMaxName = 400;  // bytes of organisation, user, device and two slashes
constexpr std::size_t kMaxPurpose = 64;
constexpr std::size_t kAgeRecipient = 62;  // characters of an X25519 one

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, "a message header " + std::string(text), ""};
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && text.find(' ') == std::string_view::npos &&
         text::is_plain(text);
}

bool is_purpose(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPurpose &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_label(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && text::is_plain(text);
}

base::Result<void> check_people(const Header& header) {
  if (!is_name(header.from)) return malformed("whose sender is no name");
  if (header.to.empty()) return malformed("without a recipient");
  if (header.to.size() > kMaxRecipients) return malformed("with more than 1,000 recipients");
  std::set<std::string_view> seen;
  for (const std::string& user : header.to) {
    if (!is_name(user)) return malformed("with a recipient that is no name");
    if (!seen.insert(user).second) return malformed("that names a recipient twice");
  }
  return {};
}

// Of the form that age gives its recipients; whether it is a key, who encrypts to it finds out.
bool is_age_recipient(std::string_view text) {
  return text.size() == kAgeRecipient && text.starts_with("age1") &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

base::Result<void> check_reply(const Header& header) {
  if (header.reply.size() > kMaxReplyKeys) return malformed("with more than 16 keys for replies");
  std::set<std::string_view> seen;
  for (const std::string& key : header.reply) {
    if (!is_age_recipient(key)) return malformed("with a key for replies that is none");
    if (!seen.insert(key).second) return malformed("that names a key for replies twice");
  }
  return {};
}

base::Result<void> check(const Header& header) {
  if (!text::is_uuid(header.id)) return malformed("whose id is no UUID");
  TRY(check_people(header));
  TRY(check_reply(header));
  if (header.expires <= header.sent) return malformed("that expires before it is sent");
  if (!is_purpose(header.purpose)) return malformed("whose purpose is out of form");
  if (header.subject && !is_label(*header.subject, kMaxSubject)) {
    return malformed("whose subject is not plain text of at most 200 bytes");
  }
  if (header.thread && !text::is_uuid(*header.thread)) return malformed("whose thread is no UUID");
  if (!is_label(header.content_type, kMaxLabel)) return malformed("whose content type is no text");
  if (header.body_length > kMaxBody) return malformed("whose body is longer than 4 MiB");
  if (header.attachments.size() > kMaxAttachments) {
    return malformed("with more than 256 attachments");
  }
  return {};
}

base::Result<void> read_people(note::StatementReader& reader, Header& header) {
  TRY(header.id, reader.one("id"));
  TRY(header.from, reader.one("from"));
  TRY(header.to, reader.all("to"));
  return {};
}

base::Result<void> read_envelope(note::StatementReader& reader, Header& header) {
  TRY(header.sent, reader.time("sent"));
  TRY(header.expires, reader.time("expires"));
  TRY(header.purpose, reader.one("purpose"));
  TRY(header.subject, reader.maybe("subject"));
  TRY(header.thread, reader.maybe("thread"));
  TRY(header.reply, reader.all("reply"));
  return {};
}

base::Result<void> read_body(note::StatementReader& reader, Header& header) {
  TRY(header.content_type, reader.one("content-type"));
  TRY(header.body_length, reader.number("body-length"));
  TRY(header.body_sha256, reader.digest("body-sha256"));
  TRY(header.log, reader.view("log"));
  TRY(header.trust, reader.view("trust"));
  return {};
}

base::Result<void> read_attachments(note::StatementReader& reader, Header& header) {
  TRY(const auto values, reader.all("attachment"));
  for (const std::string& value : values) {
    TRY(auto attachment, parse_attachment(value));
    header.attachments.push_back(std::move(attachment));
  }
  return {};
}

}  // namespace

base::Result<std::string> format_header(const Header& header) {
  TRY(check(header));
  note::StatementBuilder builder(kKind);
  builder.add("id", header.id).add("from", header.from);
  for (const std::string& user : header.to) builder.add("to", user);
  builder.add_time("sent", header.sent)
      .add_time("expires", header.expires)
      .add("purpose", header.purpose)
      .add_optional("subject", header.subject)
      .add_optional("thread", header.thread);
  for (const std::string& key : header.reply) builder.add("reply", key);
  builder.add("content-type", header.content_type)
      .add("body-length", header.body_length)
      .add_digest("body-sha256", header.body_sha256)
      .add("log", note::format_view(header.log))
      .add("trust", note::format_view(header.trust));
  for (const Attachment& attachment : header.attachments) {
    TRY(const std::string value, format_attachment(attachment));
    builder.add("attachment", value);
  }
  return builder.text();
}

base::Result<Header> parse_header(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, kKind));
  Header header;
  TRY(read_people(reader, header));
  TRY(read_envelope(reader, header));
  TRY(read_body(reader, header));
  TRY(read_attachments(reader, header));
  TRY(reader.finish());
  // One spelling only: what differs from our own writing of the same values is refused.
  TRY(const std::string canonical, format_header(header));
  if (canonical != text) return malformed("whose fields are out of order or spelled otherwise");
  return header;
}

}  // namespace sealpost::message
