// sealpost inbox: fetch what waits at the relay, then list.
#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/fetch.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string wait = "0s";
  bool unread = false;
};

base::Result<void> list(Env& env, const Opened& opened, const Options& options) {
  std::vector<flow::Listed> messages;
  TRY(flow::each_message(*opened.vault, flow::Direction::kReceived,
                         [&](flow::Listed message) -> base::Result<void> {
                           if (message.record.unread || !options.unread) {
                             messages.push_back(std::move(message));
                           }
                           return {};
                         }));
  return print_messages(env, messages);
}

// Who does not receive has what came before; so has a device whose certificate has expired. That a
// relay denies anything else is no reason to show a list.
base::Result<void> list_without(Env& env, const Opened& opened, const Options& options,
                                const base::Error& why) {
  const flow::Installation& installation = opened.installation;
  const trust::Device* self = installation.chain().device(installation.signer().name());
  if (self == nullptr) return why;
  const bool receives = trust::allowed(self->role, trust::Operation::kReceive);
  const bool expired = self->certificate.expires <= env.clock.now();
  if (receives && !expired) return why;
  TRY(list(env, opened, options));
  if (receives) return why;
  env.out.warn(fmt::format("nothing was fetched: the role {} does not receive messages",
                           trust::role_name(self->role)));
  return {};
}

base::Result<void> run_inbox(const Options& options, Env& env) {
  TRY(const base::milliseconds wait, text::parse_span(options.wait));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  const auto outcome = flow::fetch(opened.installation,
                                   std::chrono::duration_cast<std::chrono::seconds>(wait), context);
  if (!outcome && outcome.error().code == base::Code::kDenied) {
    return list_without(env, opened, options, outcome.error());
  }
  if (!outcome) return outcome.error();
  const flow::Fetched& fetched = *outcome;
  TRY(list(env, opened, options));
  if (fetched.rejected.empty()) {
    return fetched.neglected ? base::Result<void>(*fetched.neglected) : base::Result<void>();
  }
  for (const flow::Rejected& rejected : fetched.rejected) {
    env.out.warn(
        fmt::format("refused {} from {}: {}", rejected.id, rejected.from, rejected.reason));
  }
  return base::Error{base::Code::kVerificationFailed,
                     fmt::format("{} of the messages that came were refused: {}",
                                 fetched.rejected.size(), fetched.rejected.front().reason),
                     "nothing of them was stored; members who sent one are told"};
}

}  // namespace

void add_inbox(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "inbox", "Fetch messages and list them", run_inbox);
  verb.add_option("--wait", options.wait, "Wait so long for something to come, like 30s");
  verb.add_flag("--unread", options.unread, "List only what was not read");
}

}  // namespace sealpost::cmd
