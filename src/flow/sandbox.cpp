#include "flow/sandbox.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "agent/agent.hpp"
#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/random.hpp"
#include "flow/enrol.hpp"
#include "flow/found.hpp"
#include "flow/passphrase.hpp"
#include "flow/process.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kOwner = "owner";
constexpr std::string_view kAuditor = "auditor";
constexpr std::string_view kDevice = "sandbox";
constexpr base::milliseconds kUnlocked = std::chrono::hours(24 * 7);
constexpr int kReadyPatience = 20000;  // milliseconds

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

// The folder, removed with everything in it, agents that somebody unlocked included.
class TemporaryHome {
 public:
  static base::Result<TemporaryHome> make(const std::filesystem::path& parent) {
    std::string pattern = (parent / "sealpost-sandbox-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      return base::errno_error("cannot make a folder in", parent);
    }
    return TemporaryHome(pattern);
  }
  TemporaryHome(TemporaryHome&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryHome& operator=(TemporaryHome&&) = delete;
  ~TemporaryHome() {
    if (path_.empty()) return;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
      if (!std::filesystem::exists(entry.path() / "vault.db", ignored)) continue;
      const auto locked = agent::lock(agent::address_for(entry.path(), variable));
      static_cast<void>(locked.has_value());  // an agent that is gone already is as good
    }
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryHome(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

base::Result<std::uint16_t> free_port() {
  const base::Fd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!probe || ::bind(probe.get(), generic, length) != 0 ||
      ::getsockname(probe.get(), generic, &length) != 0) {
    return base::errno_error("cannot find a free port");
  }
  return ntohs(address.sin_port);
}

class Builder {
 public:
  Builder(const SandboxRequest& request, const std::filesystem::path& home, Context& context)
      : request_(request), home_(home), context_(context) {}

  // One agent for each profile, started before there is anything secret that it could inherit.
  base::Result<void> start_agents() {
    std::vector<std::string> names = request_.members;
    names.insert(names.end(), {std::string(kOwner), std::string(kAuditor)});
    for (const std::string& name : names) {
      TRY(base::make_private_folder(home_ / name));
      TRY(agent::Starting agent,
          agent::start(agent::address_for(home_ / name, variable), context_.clock));
      agents_.emplace(name, std::move(agent));
    }
    return {};
  }

  base::Result<void> configure() {
    passphrase_ = base::to_hex(crypto::random_bytes(context_.random, 16));
    const std::string file = (home_ / "passphrase").string();
    TRY(base::write_new_file(file, base::as_bytes(passphrase_ + "\n"), 0600));
    const std::string config =
        fmt::format("default-profile = \"{}\"\npassphrase-file = '{}'\n", kOwner, file);
    return base::write_new_file(home_ / "config.toml", base::as_bytes(config), 0600);
  }

  base::Result<std::string> found() {
    TRY(const std::uint16_t port, free_port());
    const std::string listen = fmt::format("127.0.0.1:{}", port);
    TRY(make_vault(std::string(kOwner)));
    TRY(found_organisation(*vault_, "sandbox.example", std::string(kOwner), std::string(kDevice),
                           context_));
    TRY(Installation owner, Installation::load(*vault_));
    TRY(const LocalFacts facts,
        found_local_relay(owner, {home_ / "relay", listen, "https://" + listen, false}, context_));
    owner_ = std::move(vault_);
    return facts.url;
  }

  base::Result<Process> serve() const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return base::errno_error("cannot make a pipe");
    const base::Fd ours(ends[0]);
    const base::Fd theirs(ends[1]);
    TRY(const base::Fd log, base::create_new(home_ / "relay.log", 0600));
    Launch launch;
    launch.command = {request_.program, "relay", "serve", "--dir", (home_ / "relay").string()};
    launch.variables = {{"SEALPOST_HOME", home_.string()}};
    launch.out = theirs.get();
    launch.err = log.get();
    launch.dies_with_us = true;
    TRY(Process relay, Process::start(launch));
    TRY(await_ready(ours.get()));
    return relay;
  }

  base::Result<void> enrol(const std::string& user, trust::Role role) {
    TRY(Installation owner, Installation::load(*owner_));
    const base::Time expires = context_.clock.now() + std::chrono::hours(1);
    TRY(const Invited invited, invite(owner, {user, role, {}, expires}, context_));
    TRY(const trust::InvitationToken token, trust::parse_token(invited.token.expose_text()));
    TRY(make_vault(user));
    return join(*vault_, token, std::string(kDevice), context_);
  }

 private:
  // Cheap to open: the passphrase lies in a file beside it, and both are gone soon.
  base::Result<void> make_vault(const std::string& name) {
    constexpr vault::Tuning kCheap{.passes = 1, .memory = 8 << 20};
    TRY(vault::Vault vault,
        vault::Vault::create(home_ / name / "vault.db", base::as_bytes(passphrase_), kCheap,
                             context_.random));
    TRY(remember_passphrase(vault, context_.clock.now()));
    vault_ = std::make_unique<vault::Vault>(std::move(vault));
    TRY(const agent::Key key, agent::Key::from(vault_->key().expose()));
    return agents_.at(name).give(key, {.idle = kUnlocked, .total = {}});
  }

  base::Result<void> await_ready(int fd) const {
    const base::milliseconds end = context_.clock.steady() + base::milliseconds(kReadyPatience);
    std::string line;
    while (line.find('\n') == std::string::npos && context_.clock.steady() < end &&
           !context_.interrupt.requested()) {
      pollfd watched{fd, POLLIN, 0};
      if (::poll(&watched, 1, 100) <= 0) continue;
      std::array<std::uint8_t, 256> buffer{};
      TRY(const std::size_t count, base::read_some(fd, buffer));
      if (count == 0) break;
      line += base::as_text(base::ByteView(buffer).first(count));
    }
    if (line.find('\n') != std::string::npos) return {};
    const auto log = base::read_file(home_ / "relay.log", 1 << 20);
    return base::Error{base::Code::kInternal, "the sandbox's relay did not start",
                       log ? std::string(base::as_text(*log)) : ""};
  }

  const SandboxRequest& request_;
  const std::filesystem::path& home_;
  Context& context_;
  std::map<std::string, agent::Starting> agents_;
  std::string passphrase_;
  std::unique_ptr<vault::Vault> vault_;  // the newest
  std::unique_ptr<vault::Vault> owner_;
};

base::Result<void> check_members(const std::vector<std::string>& members) {
  std::vector<std::string> seen{std::string(kOwner), std::string(kAuditor)};
  for (const std::string& member : members) {
    if (!trust::is_user(member)) {
      return base::Error{base::Code::kUsage, fmt::format("\"{}\" is not a user id", member),
                         "write --members alice,bob"};
    }
    if (std::find(seen.begin(), seen.end(), member) != seen.end()) {
      return base::Error{base::Code::kUsage, fmt::format("{} is there twice", member),
                         "owner and auditor are always there"};
    }
    seen.push_back(member);
  }
  return {};
}

Launch command_of(const SandboxRequest& request, const std::filesystem::path& home) {
  Launch launch;
  launch.command = request.command;
  if (launch.command.empty()) launch.command = {variable("SHELL").value_or("/bin/sh")};
  const std::string folder = std::filesystem::path(request.program).parent_path().string();
  launch.unset = {"SEALPOST_"};
  launch.variables = {{"SEALPOST_HOME", home.string()},
                      {"SEALPOST_SANDBOX", home.string()},
                      {"PATH", folder + ":" + variable("PATH").value_or("/usr/bin:/bin")}};
  return launch;
}

}  // namespace

base::Result<int> run_sandbox(const SandboxRequest& request, Context& context,
                              const std::function<base::Result<void>(const SandboxFacts&)>& ready) {
  TRY(check_members(request.members));
  TRY(const TemporaryHome home, TemporaryHome::make(request.parent));
  Builder builder(request, home.path(), context);
  TRY(builder.start_agents());
  TRY(builder.configure());
  TRY(const std::string url, builder.found());
  TRY(const Process relay, builder.serve());
  TRY(builder.enrol(std::string(kAuditor), trust::Role::kAuditor));
  SandboxFacts facts{home.path(), url, {std::string(kOwner), std::string(kAuditor)}};
  for (const std::string& member : request.members) {
    TRY(builder.enrol(member, trust::Role::kMember));
    facts.profiles.push_back(member);
  }
  TRY(ready(facts));
  TRY(Process command, Process::start(command_of(request, home.path())));
  return command.wait(context.interrupt);
}

}  // namespace sealpost::flow
