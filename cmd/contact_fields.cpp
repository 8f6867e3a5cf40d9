#include "cmd/contact_fields.hpp"

#include <unistd.h>

#include "base/file.hpp"
#include "cmd/never_empty.hpp"

namespace sealpost::cmd {
namespace {

reg::Personal given_fields(const ContactFields& fields) {
  reg::Personal out;
  const auto take = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  take("alias", fields.alias);
  take("name", fields.name);
  take("phone", fields.phone);
  take("email", fields.email);
  take("language", fields.language);
  take("birthdate", fields.birthdate);
  take("representative", fields.representative);
  take("authority", fields.authority);
  return out;
}

}  // namespace

void add_fields(Verb verb, ContactFields& fields) {
  never_empty(verb.add_option("--name", fields.name, "The person's name"))->type_name("TEXT");
  never_empty(verb.add_option("--phone", fields.phone, "As +15550100"))->type_name("NUMBER");
  never_empty(verb.add_option("--email", fields.email, "Address"))->type_name("ADDRESS");
  never_empty(verb.add_option("--language", fields.language, "To write in, as es"))
      ->type_name("TAG");
  never_empty(verb.add_option("--birthdate", fields.birthdate, "As 1980-12-31"))->type_name("DATE");
  never_empty(
      verb.add_option("--representative", fields.representative, "Who decides for the person"))
      ->type_name("TEXT");
  never_empty(verb.add_option("--authority", fields.authority, "By what right they do"))
      ->type_name("TEXT");
}

base::Result<reg::Personal> read_fields(const ContactFields& given, const std::string& source,
                                        const Env& env) {
  reg::Personal fields = given_fields(given);
  if (source.empty()) return fields;
  if (source != "-") {
    return base::Error{base::Code::kUsage, "fields are read from standard input only",
                       "write - for it"};
  }
  if (env.globals.passphrase_file == "-") {
    return base::Error{base::Code::kUsage, "standard input can be read for one thing only",
                       "give the passphrase another way"};
  }
  constexpr std::size_t kMost = 64 << 10;
  TRY(const base::Bytes document, base::read_fd(STDIN_FILENO, kMost));
  TRY(reg::Personal more, reg::parse_personal(base::as_text(document)));
  fields.merge(more);
  return fields;
}

}  // namespace sealpost::cmd
