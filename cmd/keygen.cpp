// sealpost keygen
#include "age/key_file.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string output;
};

base::Result<void> run_keygen(const Options& options, Env& env) {
  TRY(OutputFile output, OutputFile::create(options.output, 0600, Content::kText, env));
  const auto identity = age::X25519Identity::generate(env.random);
  const std::string recipient = identity.recipient().str();
  const std::string created = text::format_time(env.clock.now());
  TRY(output.write(age::format_identity_file(identity, created).expose()));
  TRY(output.commit());
  if (!env.out.json()) env.terminal.write_err("Public key: " + recipient + "\n");
  return output.report({{"type", "identity"},
                        {"recipient", recipient},
                        {"created", created},
                        {"output", options.output.empty() ? "-" : options.output}});
}

}  // namespace

void add_keygen(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "keygen", "Make an age identity file", run_keygen);
  never_empty(verb.add_option("-o,--output", options.output, "Write to FILE, which must not exist"))
      ->type_name("FILE");
}

}  // namespace sealpost::cmd
