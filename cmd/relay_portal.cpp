#include "cmd/relay_portal.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "cmd/never_empty.hpp"
#include "crypto/hash.hpp"
#include "portal/portal.hpp"

namespace sealpost::cmd {
namespace {

constexpr mode_t kFileMode = 0644;

struct Options {
  std::string dir;
  std::string url;
};

base::Result<void> run_export(const Options& options, Env& env) {
  TRY(const std::string page, portal::page_for(options.url));
  const std::filesystem::path dir = options.dir;
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) {
    return base::Error{base::Code::kUsage, "cannot make the folder: " + error.message(), ""};
  }
  const std::filesystem::path file = dir / "index.html";
  TRY(base::replace_file(file, base::as_bytes(page), kFileMode));
  const std::string hash = base::to_hex(crypto::sha256(base::as_bytes(page)));
  if (env.out.json()) {
    return env.out.document({{"type", "portal"}, {"file", file.string()}, {"sha256", hash}});
  }
  env.out.note("Serve it over https, then: sealpost policy set link-page https://...");
  return env.out.line(file.string() + "  " + hash);
}

}  // namespace

void add_relay_portal(CLI::App& relay, Env& env) {
  CLI::App& portal = add_group(relay, "portal", "The page behind contacts' links");
  auto [verb, options] =
      add_verb<Options>(portal, env, "export", "Write the page for another web host", run_export);
  never_empty(verb.add_option("DIR", options.dir, "Folder to write to")->required());
  never_empty(verb.add_option("--url", options.url, "The relay's address, which the page asks")
                  ->type_name("URL")
                  ->required());
}

}  // namespace sealpost::cmd
