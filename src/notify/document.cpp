#include "notify/document.hpp"

#include "notify/escaping.hpp"

namespace sealpost::notify {

SecretText notice_document(const Letter& letter, Link link) {
  SecretText out;
  out.append(R"({"type":"notice")");
  const auto member = [&](std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":\"");
    append_json(value, out);
    out.append("\"");
  };
  member("id", letter.id);
  member("channel", channel_name(letter.channel));
  member("address", letter.address);
  member("language", letter.language);
  member("subject", letter.subject);
  member("text", letter.text);
  if (link == Link::kAlone) member("link", letter.link);
  out.append("}\n");
  return out;
}

}  // namespace sealpost::notify
