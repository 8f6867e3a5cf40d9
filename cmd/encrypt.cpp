// sealpost encrypt
#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "cmd/age_recipients.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string input;
  std::string output;
  RecipientOptions recipients;
  bool passphrase = false;
  bool armor = false;
};

base::Result<void> check(const Options& options) {
  const bool named = options.recipients.any();
  if (options.passphrase && named) {
    return base::Error{base::Code::kUsage, "-p cannot be combined with recipients",
                       "make two files, or use -p alone"};
  }
  if (!options.passphrase && !named) {
    return base::Error{base::Code::kUsage, "nobody to encrypt to",
                       "name a recipient with -r or -R, or use -p for a passphrase"};
  }
  return {};
}

base::Result<void> run_encrypt(const Options& options, Env& env) {
  TRY(check(options));
  TRY(const auto named, read_recipients(options.recipients));
  std::vector<const age::Recipient*> recipients;
  recipients.reserve(named.size() + 1);
  for (const age::X25519Recipient& recipient : named) recipients.push_back(&recipient);
  std::optional<age::ScryptRecipient> by_passphrase;
  if (options.passphrase) {
    TRY(const crypto::SecretBytes passphrase,
        new_other_passphrase(env, "Passphrase for the file:"));
    by_passphrase.emplace(passphrase.expose());
    recipients.push_back(&*by_passphrase);
  }
  TRY(InputFile input, InputFile::open(options.input, env));
  const Content content = options.armor ? Content::kText : Content::kBinary;
  TRY(OutputFile output, OutputFile::create(options.output, 0666, content, env));
  TRY(age::encrypt(input, output, recipients, {options.armor, 0}, env.random));
  TRY(output.commit());
  return output.report({{"type", "encrypted"},
                        {"output", options.output.empty() ? "-" : options.output},
                        {"size", output.bytes_written()},
                        {"plaintext_size", input.bytes_read()},
                        {"recipients", named.size()},
                        {"passphrase", options.passphrase},
                        {"armor", options.armor}});
}

}  // namespace

void add_encrypt(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "encrypt", "Encrypt a file with age", run_encrypt);
  add_recipient_options(verb, options.recipients);
  verb.add_flag("-p,--passphrase", options.passphrase, "Encrypt with a passphrase");
  verb.add_flag("-a,--armor", options.armor, "Write text instead of binary data");
  never_empty(verb.add_option("-o,--output", options.output, "Write to OUT, which must not exist"))
      ->type_name("OUT");
  verb.add_option("FILE", options.input, "What to encrypt; - or nothing for standard input");
}

}  // namespace sealpost::cmd
