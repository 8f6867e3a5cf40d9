#include "flow/reply_words.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/record_codec.hpp"
#include "flow/registry.hpp"
#include "register/words.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

using text::Json;
using vault::Kind;

constexpr std::size_t kMostKept = 1000;  // bytes of a reply that go into the register

crypto::SecretBytes encode(const ReplyWord& word) {
  return pack({{"reply", word.reply},
               {"contact", word.contact},
               {"purpose", word.purpose},
               {"text", word.text},
               {"at", millis(word.at)}});
}

base::Result<ReplyWord> decode(base::ByteView bytes) {
  return unpack<ReplyWord>(bytes, [](const Json& json, ReplyWord& out) -> base::Result<void> {
    TRY(out.reply, text::string_at(json, "reply"));
    TRY(out.contact, text::string_at(json, "contact"));
    TRY(out.purpose, text::string_at(json, "purpose"));
    TRY(out.text, text::string_at(json, "text"));
    TRY(out.at, time_at(json, "at"));
    return {};
  });
}

// The beginning of a text that is too long, without half a character at its end.
std::string beginning(std::string text) {
  if (text.size() <= kMostKept) return text;
  text.resize(kMostKept);
  while (!text.empty() && !text::is_utf8(text)) text.pop_back();
  return text;
}

// The same, however often it is recorded.
std::string record_id(const ReplyWord& word) {
  const crypto::Digest digest =
      crypto::sha256({base::as_bytes("sealpost/v1/reply-word\n"), base::as_bytes(word.reply)});
  return base::to_hex(base::ByteView(digest).first(16));
}

bool is_recorded(const reg::Contact& contact, const std::string& id) {
  const auto has_id = [&](const auto& one) { return one.record.id == id; };
  return std::any_of(contact.revocations.begin(), contact.revocations.end(), has_id) ||
         std::any_of(contact.pauses.begin(), contact.pauses.end(), has_id);
}

base::Result<void> add(const KeyedContact& keyed, const ReplyWord& word, base::Random& random,
                       RegisterDraft& draft) {
  const std::string id = record_id(word);
  if (!keyed.key || is_recorded(keyed.contact, id)) return {};
  const reg::Meaning meant = reg::meaning_of(word.text);
  const auto received = std::chrono::floor<std::chrono::seconds>(word.at);
  TRY(base::Bytes sealed, reg::seal_text(*keyed.key, word.contact, beginning(word.text), random));
  if (meant == reg::Meaning::kUnclear) {
    draft.records.emplace_back(
        reg::PauseRecord{id, word.contact, std::move(sealed), "", base::Time(received)});
    return {};
  }
  reg::RevokeRecord record;
  record.id = id;
  record.contact = word.contact;
  if (meant == reg::Meaning::kStop) record.purposes = {word.purpose};
  record.word = std::move(sealed);
  record.received = base::Time(received);
  draft.records.emplace_back(std::move(record));
  return {};
}

}  // namespace

base::Result<void> note_reply_word(vault::Vault& vault, const ReplyWord& word) {
  if (reg::meaning_of(word.text) == reg::Meaning::kNone) return {};
  return vault.put(Kind::kReplyWord, word.reply, encode(word).expose());
}

base::Result<void> record_reply_words(Installation& installation, client::RelayClient& relay,
                                      Context& context) {
  vault::Vault& vault = installation.vault();
  TRY(const std::uint64_t waiting, vault.count(Kind::kReplyWord));
  if (waiting == 0 || !check_writes(installation, context.clock.now())) return {};
  const auto met = meet_register(installation, relay, reg::Stream::kPeople, context);
  if (!met && met.error().code == base::Code::kBusy) return {};  // until the stream's key is here
  if (!met) return met.error();
  RegisterDraft draft;
  std::vector<std::int64_t> rows;
  TRY(vault.each(Kind::kReplyWord, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(const ReplyWord word, decode(row.value.expose()));
    TRY(const auto keyed, contact_by_id(vault, word.contact));
    if (keyed) TRY(add(*keyed, word, context.random, draft));
    rows.push_back(row.id);
    return true;
  }));
  if (!draft.records.empty()) {
    TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  }
  return vault.transaction([&]() -> base::Result<void> {
    for (const std::int64_t row : rows) TRY(vault.erase(Kind::kReplyWord, row));
    return {};
  });
}

}  // namespace sealpost::flow
