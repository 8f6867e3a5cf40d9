// sealpost decrypt
#include <memory>

#include "age/key_file.hpp"
#include "age/scrypt.hpp"
#include "age/stream.hpp"
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
  std::vector<std::string> identity_files;
  bool passphrase = false;
};

bool is_stdin(const std::string& name) { return name.empty() || name == "-"; }

base::Result<std::vector<age::X25519Identity>> read_identity_file(const std::string& name) {
  TRY(base::Bytes file, name == "-" ? base::read_fd(0, age::kMaxKeyFileSize)
                                    : base::read_file(name, age::kMaxKeyFileSize));
  auto identities = age::parse_identities(file);
  crypto::wipe(file);
  if (!identities) return base::with_context(identities.error(), name);
  return identities;
}

using Identities = std::vector<std::unique_ptr<age::Identity>>;

base::Result<Identities> collect_identities(const Options& options, Env& env) {
  Identities all;
  for (const std::string& name : options.identity_files) {
    if (name == "-" && is_stdin(options.input)) {
      return base::Error{base::Code::kUsage, "the file and the identity cannot both be on stdin",
                         "name one of them"};
    }
    TRY(auto identities, read_identity_file(name));
    for (age::X25519Identity& identity : identities) {
      all.push_back(std::make_unique<age::X25519Identity>(std::move(identity)));
    }
  }
  if (options.passphrase) {
    TRY(const crypto::SecretBytes passphrase, other_passphrase(env, "Passphrase of the file:"));
    all.push_back(std::make_unique<age::ScryptIdentity>(passphrase.expose()));
  }
  if (all.empty()) {
    return base::Error{base::Code::kUsage, "nothing to decrypt with",
                       "name an identity file with -i, or use -p for a passphrase"};
  }
  return all;
}

base::Result<void> run_decrypt(const Options& options, Env& env) {
  TRY(const Identities owned, collect_identities(options, env));
  std::vector<const age::Identity*> identities;
  for (const auto& identity : owned) identities.push_back(identity.get());
  TRY(InputFile input, InputFile::open(options.input, env));
  TRY(OutputFile output, OutputFile::create(options.output, 0600, Content::kAny, env));
  auto done = age::decrypt(input, output, identities);
  if (!done && done.error().code == base::Code::kVerificationFailed) {
    const std::string name = is_stdin(options.input) ? "standard input" : options.input;
    return base::with_context(std::move(done).error(), name);
  }
  TRY(done);
  TRY(output.commit());
  return output.report({{"type", "decrypted"},
                        {"output", options.output.empty() ? "-" : options.output},
                        {"size", output.bytes_written()}});
}

}  // namespace

void add_decrypt(CLI::App& app, Env& env) {
  auto [verb, options] = add_verb<Options>(app, env, "decrypt", "Decrypt an age file", run_decrypt);
  add_repeatable(verb, "-i,--identity", options.identity_files, "Decrypt with the keys in FILE")
      ->type_name("FILE");
  verb.add_flag("-p,--passphrase", options.passphrase, "Decrypt with a passphrase");
  never_empty(verb.add_option("-o,--output", options.output, "Write to OUT, which must not exist"))
      ->type_name("OUT");
  verb.add_option("FILE", options.input, "What to decrypt; - or nothing for standard input");
}

}  // namespace sealpost::cmd
