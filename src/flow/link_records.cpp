#include "flow/link_records.hpp"

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using text::binary;
using text::Json;
using vault::Kind;

constexpr std::chrono::hours kKept{24 * 31};  // behind its end: a day more than at the relay

base::Result<wire::Passcode> passcode_at(const Json& json) {
  TRY(const std::string name, text::string_at(json, "passcode"));
  const auto passcode = wire::passcode_from_name(name);
  if (!passcode) return base::Error{base::Code::kMalformed, "passcode", ""};
  return *passcode;
}

base::Result<void> fill_text(const Json& json, std::string_view key, std::string& out) {
  TRY(out, text::string_at(json, key));
  return {};
}

// Links of earlier versions have no notice.
base::Result<NoticeState> notice_at(const Json& json) {
  using Stage = NoticeState::Stage;
  NoticeState state;
  if (!json.contains("notice")) return state;
  TRY(const std::string name, text::string_at(json, "notice"));
  for (const Stage stage : {Stage::kNone, Stage::kWaiting, Stage::kSent, Stage::kFailed}) {
    if (notice_stage_name(stage) == name) state.stage = stage;
  }
  TRY(state.reason, text::string_at(json, "notice-reason"));
  return state;
}

crypto::SecretBytes encode(const LinkRecord& value) {
  return pack({{"address", binary(value.address.expose())},
               {"answer", binary(value.answer.expose())},
               {"identity", binary(value.identity.expose())},
               {"contact", value.contact},
               {"channel", value.channel},
               {"passcode", wire::passcode_name(value.passcode)},
               {"expires", millis(value.expires)},
               {"replies", Json(value.replies)},
               {"notice", notice_stage_name(value.notice.stage)},
               {"notice-reason", value.notice.reason}});
}

base::Result<LinkRecord> decode(base::ByteView bytes) {
  return unpack<LinkRecord>(bytes, [](const Json& json, LinkRecord& out) -> base::Result<void> {
    TRY(out.address, secret_at(json, "address"));
    TRY(out.answer, secret_at(json, "answer"));
    TRY(out.identity, secret_at(json, "identity"));
    TRY(out.contact, text::string_at(json, "contact"));
    TRY(out.channel, text::string_at(json, "channel"));
    TRY(out.passcode, passcode_at(json));
    TRY(out.expires, time_at(json, "expires"));
    TRY(const Json* replies, text::array_at(json, "replies"));
    for (const Json& id : *replies) {
      if (!id.is_string()) return base::Error{base::Code::kMalformed, "replies", ""};
      out.replies.push_back(id.get<std::string>());
    }
    TRY(out.notice, notice_at(json));
    return {};
  });
}

// What no link is behind any more.
base::Result<void> forget_lost_notices(vault::Vault& vault) {
  TRY(const std::vector<std::string> messages, awaited_notices(vault));
  for (const std::string& message : messages) {
    TRY(const std::optional<vault::Row> link, vault.find(Kind::kLink, message));
    if (!link) TRY(forget_notice(vault, message));
  }
  return {};
}

}  // namespace

base::Result<std::optional<LinkRecord>> find_link(const vault::Vault& vault,
                                                  const std::string& message) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kLink, message));
  if (!row) return std::optional<LinkRecord>();
  TRY(LinkRecord record, decode(row->value.expose()));
  return std::optional<LinkRecord>(std::move(record));
}

base::Result<void> keep_link(vault::Vault& vault, const std::string& message,
                             const LinkRecord& record) {
  return vault.put(Kind::kLink, message, encode(record).expose());
}

base::Result<void> forget_link(vault::Vault& vault, const std::string& message) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kLink, message));
  if (row) TRY(vault.erase(Kind::kLink, row->id));
  return forget_notice(vault, message);
}

base::Result<void> await_notice(vault::Vault& vault, const std::string& message) {
  return vault.put(Kind::kLinkNotice, message, pack({{"message", message}}).expose());
}

base::Result<bool> awaits_notice(const vault::Vault& vault, const std::string& message) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kLinkNotice, message));
  return row.has_value();
}

base::Result<std::vector<std::string>> awaited_notices(const vault::Vault& vault) {
  std::vector<std::string> messages;
  TRY(vault.each(Kind::kLinkNotice, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(messages.emplace_back(),
        unpack<std::string>(row.value.expose(), [](const Json& json, std::string& out) {
          return fill_text(json, "message", out);
        }));
    return true;
  }));
  return messages;
}

base::Result<void> forget_notice(vault::Vault& vault, const std::string& message) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kLinkNotice, message));
  if (row) TRY(vault.erase(Kind::kLinkNotice, row->id));
  return {};
}

base::Result<bool> erase_old_links(vault::Vault& vault, base::Time now) {
  std::vector<std::int64_t> old;
  TRY(vault.each(Kind::kLink, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(const LinkRecord record, decode(row.value.expose()));
    if (now >= record.expires + kKept) old.push_back(row.id);
    return true;
  }));
  if (old.empty()) return false;
  TRY(vault.transaction([&]() -> base::Result<void> {
    for (const std::int64_t row : old) TRY(vault.erase(Kind::kLink, row));
    return forget_lost_notices(vault);
  }));
  return true;
}

}  // namespace sealpost::flow
