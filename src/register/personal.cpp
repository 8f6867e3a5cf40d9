#include "register/personal.hpp"

#include <algorithm>

#include "register/record_json.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::reg {
namespace {

using base::Result;
using text::Json;

constexpr std::string_view kSealed = "sealpost/v1/contact\n";
constexpr std::string_view kWrapped = "sealpost/v1/contact-key\n";
constexpr std::string_view kWrapInfo = "sealpost/v1/register/contact-key";
constexpr std::size_t kMaxLabelSize = 200;  // bytes
constexpr std::size_t kMaxEmail = 254;      // bytes, RFC 5321

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// E.164: a plus sign and at most 15 digits, the first of which is not zero.
bool is_phone(std::string_view text) {
  return text.size() >= 7 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         std::all_of(text.begin() + 1, text.end(), is_digit);
}

// One @ with something on both sides. Whether it exists is for others to find out.
bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return is_label(text, kMaxEmail) && text.find(' ') == std::string_view::npos &&
         at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos;
}

bool is_date(std::string_view text) {
  // Before 1970 too, which a time cannot be.
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t width) {
    int value = 0;
    for (const char c : text.substr(at, width))
      value = is_digit(c) ? value * 10 + (c - '0') : -1000;
    return value;
  };
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (number(0, 4) < 1800 || month < 1 || day < 1) return false;
  return std::chrono::year_month_day{std::chrono::year(number(0, 4)),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day))}
      .ok();
}

struct Form {
  std::string_view field;
  bool (*fits)(std::string_view);
  std::string_view wanted;
};
bool is_short_label(std::string_view text) { return is_label(text, kMaxLabelSize); }
constexpr std::string_view kLabel = "plain text of at most 200 bytes";
constexpr Form kForms[] = {
    {"alias", is_user_like, "lower-case letters, digits, dots, dashes and underscores"},
    {"name", is_short_label, kLabel},
    {"phone", is_phone, "a plus sign and 6 to 15 digits"},
    {"email", is_email, "an e-mail address"},
    {"language", is_language, "a language like en or es-MX"},
    {"birthdate", is_date, "a date like 1980-05-31"},
    {"representative", is_short_label, kLabel},
    {"authority", is_short_label, kLabel},
};

const Form* form_of(std::string_view field) {
  const auto* found = std::find_if(std::begin(kForms), std::end(kForms),
                                   [&](const Form& form) { return form.field == field; });
  return found == std::end(kForms) ? nullptr : found;
}

base::Bytes associated(std::string_view prefix, std::string_view contact) {
  return base::to_bytes(std::string(prefix) + std::string(contact));
}

// What is sealed is not long, and wiped with its owner.
base::Bytes seal_json(const ContactKey& key, std::string_view contact, const Json& json,
                      base::Random& random) {
  std::string text = text::canonical(json);
  base::Bytes sealed =
      crypto::xchacha_seal(key, base::as_bytes(text), associated(kSealed, contact), random);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return sealed;
}

// One spelling only, as everywhere.
Result<Json> open_json(const ContactKey& key, std::string_view contact, base::ByteView sealed) {
  base::Bytes plain(crypto::xchacha_plain_size(sealed));
  TRY(crypto::xchacha_open_into(key, sealed, associated(kSealed, contact), plain));
  const std::string_view text = base::as_text(plain);
  auto json = text::parse_json(text);
  const bool is_canonical = json && json->is_object() && text::canonical(*json) == text;
  crypto::wipe(plain);
  if (!is_canonical) {
    return malformed("a sealed value of the register is not a canonical object");
  }
  return json;
}

base::Error no_field(std::string_view name) {
  return malformed("\"" + text::for_terminal(name) + "\" is no field of a contact");
}

Result<Personal> fields_in(const Json& object) {
  Personal fields;
  for (const auto& [name, value] : object.items()) {
    if (!is_personal_field(name)) return no_field(name);
    TRY(fields[name], text::string_at(object, name));
  }
  TRY(check_personal(fields));
  return fields;
}

}  // namespace

bool is_personal_field(std::string_view name) { return form_of(name) != nullptr; }

Result<void> check_personal(const Personal& fields) {
  for (const auto& [name, value] : fields) {
    const Form* form = form_of(name);
    if (form == nullptr) return no_field(name);
    if (!value.empty() && !form->fits(value)) {
      return malformed("\"" + name + "\" of a contact is " + std::string(form->wanted));
    }
  }
  return {};
}

Result<Personal> parse_personal(std::string_view json) {
  TRY(const Json document, text::parse_json(json));
  if (!document.is_object()) return malformed("the fields of a contact are a JSON object");
  return fields_in(document);
}

Result<base::Bytes> seal_personal(const ContactKey& key, std::string_view contact,
                                  const Personal& fields, base::Random& random) {
  TRY(check_personal(fields));
  return seal_json(key, contact, Json(fields), random);
}

Result<Personal> open_personal(const ContactKey& key, std::string_view contact,
                               base::ByteView sealed) {
  TRY(const Json json, open_json(key, contact, sealed));
  return fields_in(json);
}

Result<base::Bytes> seal_text(const ContactKey& key, std::string_view contact,
                              std::string_view text, base::Random& random) {
  if (text.empty() || text.size() > kMaxText || !text::is_utf8(text)) {
    return malformed("a remark, a word or a witness is UTF-8 text of at most 800 bytes");
  }
  return seal_json(key, contact, Json{{"text", text}}, random);
}

Result<std::string> open_text(const ContactKey& key, std::string_view contact,
                              base::ByteView sealed) {
  TRY(const Json json, open_json(key, contact, sealed));
  TRY(std::string text, text::string_at(json, "text"));
  if (json.size() != 1) return malformed("a sealed text of the register says more than its text");
  return text;
}

Result<base::Bytes> seal_file(const ContactKey& key, std::string_view contact, const File& file,
                              base::Random& random) {
  TRY(check_file(file));
  return seal_json(key, contact, file_to_json(file), random);
}

Result<File> open_file(const ContactKey& key, std::string_view contact, base::ByteView sealed) {
  TRY(const Json json, open_json(key, contact, sealed));
  TRY(File file, file_from_json(json));
  if (file_to_json(file) != json) return malformed("a sealed file of the register says more");
  return file;
}

Result<base::Bytes> seal_facts(const ContactKey& key, std::string_view contact,
                               const FileFacts& facts, base::Random& random) {
  TRY(check_facts(facts));
  return seal_json(key, contact, facts_to_json(facts), random);
}

Result<FileFacts> open_facts(const ContactKey& key, std::string_view contact,
                             base::ByteView sealed) {
  TRY(const Json json, open_json(key, contact, sealed));
  TRY(FileFacts facts, facts_from_json(json));
  if (facts_to_json(facts) != json) return malformed("a sealed file of the register says more");
  return facts;
}

WrapKey wrap_key(base::ByteView identity) {
  WrapKey key;
  crypto::hkdf_sha256(identity, {}, kWrapInfo, key.expose_mutable());
  return key;
}

base::Bytes wrap_contact_key(const WrapKey& wrap, std::string_view contact, const ContactKey& key,
                             base::Random& random) {
  return crypto::xchacha_seal(wrap, key.expose(), associated(kWrapped, contact), random);
}

Result<ContactKey> unwrap_contact_key(const WrapKey& wrap, std::string_view contact,
                                      base::ByteView wrapped) {
  ContactKey key;
  if (crypto::xchacha_plain_size(wrapped) != ContactKey::kSize) {
    return base::Error{base::Code::kVerificationFailed, "a contact's key is of the wrong length",
                       ""};
  }
  TRY(crypto::xchacha_open_into(wrap, wrapped, associated(kWrapped, contact),
                                key.expose_mutable()));
  return key;
}

}  // namespace sealpost::reg
