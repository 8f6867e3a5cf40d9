#include "cmd/age_recipients.hpp"

#include "age/key_file.hpp"
#include "base/file.hpp"

namespace sealpost::cmd {

void add_recipient_options(Verb verb, RecipientOptions& options) {
  add_repeatable(verb, "-r,--recipient", options.recipients, "Encrypt to this age1... key")
      ->type_name("RECIPIENT");
  add_repeatable(verb, "-R,--recipients-file", options.files, "Encrypt to every key in FILE")
      ->type_name("FILE");
}

base::Result<std::vector<age::X25519Recipient>> read_recipients(const RecipientOptions& options) {
  std::vector<age::X25519Recipient> all;
  for (const std::string& text : options.recipients) {
    const auto recipient = age::X25519Recipient::parse(text);
    if (!recipient) {
      const bool harmless = text.starts_with("age1");
      return base::with_context(recipient.error(), harmless ? "-r " + text : "-r");
    }
    all.push_back(*recipient);
  }
  for (const std::string& name : options.files) {
    TRY(const base::Bytes file, base::read_file(name, age::kMaxKeyFileSize));
    const auto recipients = age::parse_recipients(file);
    if (!recipients) return base::with_context(recipients.error(), name);
    all.insert(all.end(), recipients->begin(), recipients->end());
  }
  return all;
}

}  // namespace sealpost::cmd
