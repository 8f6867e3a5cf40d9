// What a contact sends back: the plaintext of its age file. sealpost-link(5), REPLY. Pure,
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "link/keys.hpp"

namespace sealpost::link {

enum class ReplyKind { kReply, kConfirm };
std::string_view reply_kind_name(ReplyKind kind);

inline constexpr std::size_t kMaxReply = 16 << 10;  // bytes of text

struct Reply {
  ReplyKind kind = ReplyKind::kReply;
  std::string message;  // UUID of the message that it answers
  std::string text;     // UTF-8 as it came; empty in a confirmation
};

// kMalformed for a text that cannot stand in a reply.
base::Result<std::string> format_reply(const Reply& reply, const AnswerKey& key);
// kMalformed when it is out of form; kVerificationFailed when who wrote it did not have the link,
// or it answers another message than `message`.
base::Result<Reply> parse_reply(std::string_view plaintext, const AnswerKey& key,
                                std::string_view message);

}  // namespace sealpost::link
