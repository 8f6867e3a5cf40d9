// sealpost sent: what this device has sent.
#include "cmd/listing.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/link_notices.hpp"

namespace sealpost::cmd {
namespace {

struct Options {};

base::Result<void> run_sent(const Options&, Env& env) {
  TRY(const Opened opened, open_installation(env));
  std::vector<flow::Listed> messages;
  TRY(flow::each_message(*opened.vault, flow::Direction::kSent,
                         [&](flow::Listed message) -> base::Result<void> {
                           TRY(flow::add_notice_state(*opened.vault, message));
                           messages.push_back(std::move(message));
                           return {};
                         }));
  return print_messages(env, messages);
}

}  // namespace

void add_sent(CLI::App& app, Env& env) {
  add_verb<Options>(app, env, "sent", "List what was sent from here", run_sent);
}

}  // namespace sealpost::cmd
