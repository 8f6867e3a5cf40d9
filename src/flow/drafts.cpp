#include "flow/drafts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using text::binary;
using text::Json;
using vault::Kind;

// Paths and keys are any bytes; text in CBOR is UTF-8.
Json raw(const std::string& value) { return binary(base::as_bytes(value)); }

base::Result<std::string> raw_at(const Json& json, std::string_view key) {
  TRY(const base::Bytes bytes, text::binary_at(json, key));
  return std::string(base::as_text(bytes));
}

crypto::SecretBytes encode(const Draft& draft) {
  const SendRequest& request = draft.request;
  Json files = Json::array();
  for (const OutgoingFile& file : request.files) {
    files.push_back({{"path", raw(file.path.string())}, {"name", file.name}});
  }
  return pack({{"id", draft.id},
               {"to", Json(request.to)},
               {"subject", request.subject ? Json(*request.subject) : Json()},
               {"purpose", request.purpose},
               {"expires", request.expires ? Json(millis(*request.expires)) : Json()},
               {"body", binary(request.body.expose())},
               {"files", std::move(files)},
               {"key", request.key ? raw(*request.key) : Json()},
               {"partial", request.partial},
               {"bandwidth", request.bandwidth},
               {"passcode",
                request.link.passcode ? Json(wire::passcode_name(*request.link.passcode)) : Json()},
               {"code", binary(request.link.code.expose())},
               {"views", request.link.views},
               {"told-by", Json(request.link.told_by)},
               {"began", millis(draft.began)},
               {"repeatable", draft.repeatable}});
}

base::Result<void> fill_files(const Json& json, SendRequest& out) {
  TRY(const Json* files, text::array_at(json, "files"));
  for (const Json& item : *files) {
    TRY(const std::string path, raw_at(item, "path"));
    TRY(std::string name, text::string_at(item, "name"));
    out.files.push_back({path, std::move(name), false});
  }
  return {};
}

base::Result<void> fill_link(const Json& json, LinkWish& out) {
  TRY(const std::optional<std::string> passcode, text::optional_string_at(json, "passcode"));
  if (passcode) out.passcode = wire::passcode_from_name(*passcode);
  TRY(out.code, secret_at(json, "code"));
  TRY(out.views, text::number_at(json, "views"));
  if (!json.contains("told-by")) return {};
  TRY(const Json* channels, text::array_at(json, "told-by"));
  for (const Json& channel : *channels) {
    if (!channel.is_string()) return base::Error{base::Code::kMalformed, "told-by", ""};
    out.told_by.push_back(channel.get<std::string>());
  }
  return {};
}

base::Result<void> fill_request(const Json& json, SendRequest& out) {
  TRY(const Json* to, text::array_at(json, "to"));
  for (const Json& user : *to) {
    if (!user.is_string()) return base::Error{base::Code::kMalformed, "to", ""};
    out.to.push_back(user.get<std::string>());
  }
  if (!json.at("subject").is_null()) {
    TRY(out.subject, text::string_at(json, "subject"));
  }
  TRY(out.purpose, text::string_at(json, "purpose"));
  if (!json.at("expires").is_null()) {
    TRY(out.expires, time_at(json, "expires"));
  }
  TRY(out.body, secret_at(json, "body"));
  TRY(fill_files(json, out));
  if (!json.at("key").is_null()) {
    TRY(out.key, raw_at(json, "key"));
  }
  TRY(out.partial, text::bool_at(json, "partial"));
  TRY(out.bandwidth, text::number_at(json, "bandwidth"));
  return json.contains("code") ? fill_link(json, out.link) : base::Result<void>();
}

base::Result<Draft> decode(base::ByteView bytes) {
  return unpack<Draft>(bytes, [](const Json& json, Draft& out) -> base::Result<void> {
    for (const char* key : {"subject", "expires", "key"}) {
      if (!json.contains(key)) return base::Error{base::Code::kMalformed, key, ""};
    }
    TRY(out.id, text::string_at(json, "id"));
    TRY(fill_request(json, out.request));
    TRY(out.began, time_at(json, "began"));
    TRY(out.repeatable, text::bool_at(json, "repeatable"));
    for (OutgoingFile& file : out.request.files) file.regular = out.repeatable;
    return {};
  });
}

bool same_files(const std::vector<OutgoingFile>& a, const std::vector<OutgoingFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.path == y.path && x.name == y.name;
  });
}

bool same_wish(const LinkWish& a, const LinkWish& b) {
  return a.passcode == b.passcode && a.views == b.views &&
         crypto::equal(a.code.expose(), b.code.expose());
}

std::set<std::string> as_set(const std::vector<std::string>& users) {
  return {users.begin(), users.end()};
}

}  // namespace

base::Result<void> keep_draft(vault::Vault& vault, const Draft& draft) {
  return vault.put(Kind::kDraft, draft.id, encode(draft).expose());
}

base::Result<std::optional<Draft>> find_draft(const vault::Vault& vault, const std::string& id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kDraft, id));
  if (!row) return std::optional<Draft>();
  TRY(Draft draft, decode(row->value.expose()));
  return std::optional<Draft>(std::move(draft));
}

base::Result<void> each_draft(const vault::Vault& vault,
                              const std::function<base::Result<void>(Draft)>& visit) {
  return vault.each(Kind::kDraft, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(Draft draft, decode(row.value.expose()));
    TRY(visit(std::move(draft)));
    return true;
  });
}

base::Result<void> erase_draft(vault::Vault& vault, const std::string& id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kDraft, id));
  if (!row) return {};
  TRY(const Draft draft, decode(row->value.expose()));
  for (std::size_t i = 0; i < draft.request.files.size(); ++i) {
    TRY(forget_upload(vault, journal_of(id, i)));
  }
  return vault.erase(Kind::kDraft, row->id);
}

base::Result<Draft> draft_of(std::string id, const SendRequest& request, base::Time now) {
  Draft draft{std::move(id), clone(request), now, true};
  for (OutgoingFile& file : draft.request.files) {
    std::error_code error;
    draft.repeatable =
        draft.repeatable && file.path != "-" && std::filesystem::is_regular_file(file.path, error);
    if (file.path == "-") continue;
    file.path = std::filesystem::absolute(file.path, error);
    if (error) return base::Error{base::Code::kInternal, "the current folder is gone", ""};
  }
  return draft;
}

base::Result<void> check_same_request(const Draft& draft, const Draft& request) {
  const SendRequest& a = draft.request;
  const SendRequest& b = request.request;
  if (as_set(a.to) == as_set(b.to) && a.subject == b.subject && a.purpose == b.purpose &&
      crypto::equal(a.body.expose(), b.body.expose()) && same_files(a.files, b.files) &&
      same_wish(a.link, b.link)) {
    return {};
  }
  return base::Error{
      base::Code::kConflict, "this --key was used for another message, which is not sent yet",
      fmt::format("choose another key, or give that message up: sealpost outbox drop {}",
                  draft.id)};
}

std::string journal_of(const std::string& id, std::size_t number) {
  return fmt::format("{}\n{}", id, number);
}

SendRequest clone(const SendRequest& request) {
  SendRequest copy;
  copy.to = request.to;
  copy.subject = request.subject;
  copy.purpose = request.purpose;
  copy.expires = request.expires;
  copy.body = request.body.clone();
  copy.files = request.files;
  copy.key = request.key;
  copy.partial = request.partial;
  copy.bandwidth = request.bandwidth;
  copy.link = {request.link.passcode, request.link.code.clone(), request.link.views,
               request.link.told_by};
  return copy;
}

}  // namespace sealpost::flow
