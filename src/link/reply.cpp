#include "link/reply.hpp"

#include <optional>

#include "base/encoding.hpp"
#include "text/safety.hpp"
#include "text/uuid.hpp"

namespace sealpost::link {
namespace {

constexpr std::string_view kFirst = "sealpost-reply/1 ";

base::Error malformed(std::string_view what) {
  return {base::Code::kMalformed, "a reply " + std::string(what), ""};
}

base::Result<void> check(const Reply& reply) {
  if (!text::is_uuid(reply.message)) return malformed("that names no message");
  if (reply.text.size() > kMaxReply) return malformed("of more than 16 KiB");
  if (!text::is_utf8(reply.text)) return malformed("that is no UTF-8");
  if (reply.text.empty() != (reply.kind == ReplyKind::kConfirm)) {
    return malformed("without a text, or a confirmation with one");
  }
  return {};
}

crypto::Digest proof_of(const Reply& reply, const AnswerKey& key) {
  std::string signed_text(reply_kind_name(reply.kind));
  signed_text += " " + reply.message + "\n" + reply.text;
  return crypto::hmac_sha256(key.expose(), base::as_bytes(signed_text));
}

// What stands before the next `end`, which goes with it; none when it is not there.
std::optional<std::string_view> take(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view word = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return word;
}

base::Result<ReplyKind> parse_kind(std::string_view word) {
  for (const ReplyKind kind : {ReplyKind::kReply, ReplyKind::kConfirm}) {
    if (word == reply_kind_name(kind)) return kind;
  }
  return malformed("of a kind that there is not");
}

}  // namespace

std::string_view reply_kind_name(ReplyKind kind) {
  return kind == ReplyKind::kReply ? "reply" : "confirm";
}

base::Result<std::string> format_reply(const Reply& reply, const AnswerKey& key) {
  TRY(check(reply));
  std::string out(kFirst);
  out += reply_kind_name(reply.kind);
  out += " " + reply.message + " " + base::to_base64(proof_of(reply, key)) + "\n" + reply.text;
  return out;
}

base::Result<Reply> parse_reply(std::string_view plaintext, const AnswerKey& key,
                                std::string_view message) {
  if (!plaintext.starts_with(kFirst)) return malformed("that does not begin as one");
  plaintext.remove_prefix(kFirst.size());
  const auto kind = take(plaintext, ' ');
  const auto answered = take(plaintext, ' ');
  const auto proof = take(plaintext, '\n');
  if (!kind || !answered || !proof) return malformed("without its first line");
  Reply reply;
  TRY(reply.kind, parse_kind(*kind));
  reply.message = *answered;
  reply.text = plaintext;
  TRY(check(reply));
  TRY(const base::Bytes given, base::parse_base64(*proof));
  if (!crypto::equal(given, proof_of(reply, key)) || reply.message != message) {
    return base::Error{base::Code::kVerificationFailed,
                       "a reply that nobody wrote who has the link", ""};
  }
  return reply;
}

}  // namespace sealpost::link
