// sealpost relay init | serve; fsck is in relay_fsck.cpp
#include <systemd/sd-daemon.h>

#include <mutex>

#include "cmd/relay_fsck.hpp"
#include "cmd/relay_portal.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "portal/portal.hpp"
#include "relay/relay.hpp"
#include "report/events.hpp"

namespace sealpost::cmd {
namespace {

constexpr base::milliseconds kUntilAsked = std::chrono::hours(1);

struct InitOptions {
  std::string dir;
  std::string organisation;
  std::string listen = "127.0.0.1:8443";
  std::string url;
  std::string tls_certificate;
  std::string tls_key;
  bool plain = false;
  bool proxy = false;
};

struct ServeOptions {
  std::string dir;
};

std::optional<std::filesystem::path> maybe_path(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return std::filesystem::path(path);
}

base::Result<relay::NewRelay> new_relay(const InitOptions& options) {
  relay::NewRelay out;
  out.dir = options.dir;
  auto organisation = note::Verifier::parse(options.organisation);
  if (!organisation) {
    return base::Error{base::Code::kUsage, "--org must be an organisation's vkey",
                       "print it with: sealpost org show --vkey"};
  }
  out.organisation = *std::move(organisation);
  out.listen = options.listen;
  out.url =
      options.url.empty() ? (options.plain ? "http://" : "https://") + options.listen : options.url;
  out.tls_certificate = maybe_path(options.tls_certificate);
  out.tls_key = maybe_path(options.tls_key);
  out.plain = options.plain;
  out.proxy = options.proxy;
  return out;
}

base::Result<void> run_init(const InitOptions& options, Env& env) {
  TRY(const relay::NewRelay wanted, new_relay(options));
  TRY(const relay::Facts facts, relay::initialise(wanted, {env.clock, env.random}));
  const std::string pin = facts.pin.empty() ? "" : " --pin " + facts.pin;
  const std::string connect = "sealpost org connect " + facts.url + pin;
  const std::string serve = "sealpost relay serve --dir " + options.dir;
  if (env.out.json()) {
    return env.out.document({{"type", "relay"},
                             {"dir", options.dir},
                             {"organisation", facts.organisation.name()},
                             {"url", facts.url},
                             {"pin", facts.pin},
                             {"log", facts.log.vkey()},
                             {"next", text::OrderedJson::array({serve, connect})}});
  }
  env.out.note("The relay is in " + options.dir + ". Start it, then connect the organisation:");
  TRY(env.out.line(serve));
  return env.out.line(connect);
}

base::Result<void> say_ready(const std::string& url, Env& env) {
  if (env.out.json()) return env.out.document({{"type", "relay-ready"}, {"url", url}});
  return env.out.line("ready " + url);
}

// For the relay's forwarder, which does not know what it sends.
base::Result<relay::EventLine> event_lines(const std::string& format,
                                           const std::string& organisation,
                                           const std::string& log) {
  const report::EventSource source{organisation, log, SEALPOST_VERSION};
  if (format == "syslog") {
    return relay::EventLine([source](std::uint64_t index, const audit::Event& event) {
      return report::syslog_event({index, event}, source);
    });
  }
  if (format == "cef") {
    return relay::EventLine([source](std::uint64_t index, const audit::Event& event) {
      return report::syslog_cef_event({index, event}, source);
    });
  }
  return base::Error{base::Code::kUsage, "relay.toml: the format of [forward] is syslog or cef",
                     ""};
}

// Serves until the process is asked to stop.
base::Result<void> run_serve(const ServeOptions& options, Env& env) {
  std::mutex mutex;  // lines of several threads stay whole
  const relay::LogSink log = [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    env.terminal.write_err(std::string(line) + "\n");
  };
  TRY(const auto server, relay::Server::start(options.dir, {env.clock, env.random}, log,
                                              {portal::own_page(), event_lines}));
  TRY(say_ready(server->url(), env));
  sd_notify(0, "READY=1");
  while (!env.interrupt.requested()) env.clock.sleep(kUntilAsked);
  sd_notify(0, "STOPPING=1");
  server->stop();
  return {};
}

void add_init(CLI::App& relay, Env& env) {
  auto [verb, options] = add_verb<InitOptions>(
      relay, env, "init", "Make a relay's folder, keys and settings", run_init);
  verb.add_option("--dir", options.dir, "Folder to make")->type_name("DIR")->required();
  verb.add_option("--org", options.organisation, "The organisation's root key")
      ->type_name("VKEY")
      ->required();
  verb.add_option("--listen", options.listen, "Numeric address and port")
      ->type_name("ADDR")
      ->capture_default_str();
  verb.add_option("--url", options.url, "Where clients find it; default: the address")
      ->type_name("URL");
  verb.add_option("--tls-cert", options.tls_certificate, "PEM file instead of one made here")
      ->type_name("FILE");
  verb.add_option("--tls-key", options.tls_key, "PEM file, with --tls-cert")->type_name("FILE");
  verb.add_flag("--plain", options.plain, "No TLS: on loopback, or with --proxy");
  verb.add_flag("--proxy", options.proxy, "Behind a proxy that sets X-Forwarded-For");
}

}  // namespace

void add_relay(CLI::App& app, Env& env) {
  CLI::App& relay = add_group(app, "relay", "Host a relay");
  add_init(relay, env);
  auto [serve, options] = add_verb<ServeOptions>(
      relay, env, "serve", "Run a relay until it is asked to stop", run_serve);
  serve.add_option("--dir", options.dir, "The relay's folder")->type_name("DIR")->required();
  add_relay_fsck(relay, env);
  add_relay_portal(relay, env);
}

}  // namespace sealpost::cmd
