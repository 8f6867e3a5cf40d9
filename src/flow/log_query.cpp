#include "flow/log_query.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/event_proof.hpp"
#include "flow/visit.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

using base::Code;

constexpr std::size_t kPage = 1000;
constexpr base::milliseconds kLook{1000};  // between looks for new events
constexpr base::milliseconds kMaxAway{30000};

base::Error refuse(std::string why) {
  return {Code::kVerificationFailed, std::move(why),
          "do not use this relay until the organisation's owner has found out why"};
}

base::Error interrupted() { return {Code::kInterrupted, "interrupted", "go on with --after"}; }

base::Result<LoggedEvent> parse_entry(const wire::AuditEntry& entry, const audit::Filter& filter) {
  TRY(audit::Event event, audit::parse_leaf(entry.leaf));
  if (!audit::matches(filter, entry.index, event)) {
    return refuse(
        fmt::format("the relay answers with event {}, which was not asked for", entry.index));
  }
  return LoggedEvent{entry.index, std::move(event)};
}

// A query as it goes on from page to page.
class Asking {
 public:
  Asking(Installation& installation, client::RelayClient& relay, audit::Filter filter,
         std::optional<std::uint64_t> limit, Context& context, const VisitEvent& visit)
      : relay_(relay),
        id_(text::uuid_v7(context.clock.now(), context.random)),
        proof_(installation, relay),
        filter_(std::move(filter)),
        left_(limit.value_or(UINT64_MAX)),
        visit_(visit) {}

  bool is_done() const { return left_ == 0; }

  // To the end of what there is.
  base::Result<void> all(const base::Interrupt& interrupt) {
    for (bool more = true; more && left_ > 0;) {
      if (interrupt.requested()) return interrupted();
      TRY(more, page());
    }
    return {};
  }

 private:
  base::Result<bool> page() {
    TRY(const wire::AuditEntries answer,
        relay_.audit_events(filter_,
                            static_cast<std::size_t>(std::min<std::uint64_t>(kPage, left_)), id_));
    for (const wire::AuditEntry& entry : answer.entries) {
      TRY(const LoggedEvent logged, parse_entry(entry, filter_));
      TRY(proof_.check(entry.index, entry.leaf));
      TRY(visit_(logged));
      filter_.after = entry.index;
      if (--left_ == 0) return false;
    }
    const bool stuck =
        filter_.after && answer.next < *filter_.after + (answer.entries.empty() ? 1 : 0);
    if (answer.more && stuck) return refuse("the relay's pages do not end");
    if (!stuck && (answer.next > 0 || filter_.after)) filter_.after = answer.next;
    return answer.more;
  }

  client::RelayClient& relay_;
  std::string id_;  // one query, however often a page of it is asked for
  EventProof proof_;
  audit::Filter filter_;
  std::uint64_t left_;
  const VisitEvent& visit_;
};

bool is_away(const base::Result<void>& asked) {
  return !asked && (asked.error().code == Code::kUnreachable || asked.error().code == Code::kBusy);
}

}  // namespace

base::Result<void> query_log(Installation& installation, audit::Filter filter,
                             std::optional<std::uint64_t> limit, Context& context,
                             const VisitEvent& visit_event) {
  if (limit && *limit == 0) return {};
  TRY(client::RelayClient relay, visit(installation, context));
  return Asking(installation, relay, std::move(filter), limit, context, visit_event)
      .all(context.interrupt);
}

base::Result<void> follow_log(Installation& installation, audit::Filter filter,
                              std::optional<std::uint64_t> limit, Context& context,
                              const VisitEvent& visit_event,
                              const std::function<void(const base::Error&)>& away) {
  if (limit && *limit == 0) return {};
  TRY(client::RelayClient relay, visit(installation, context));
  Asking asking(installation, relay, std::move(filter), limit, context, visit_event);
  for (base::milliseconds pause = kLook;;) {
    const base::Result<void> asked = asking.all(context.interrupt);
    if (!asked && !is_away(asked)) return asked;
    if (asking.is_done()) return {};
    if (!asked && pause == kLook) away(asked.error());
    pause = asked ? kLook : std::min(pause * 2, kMaxAway);
    context.clock.sleep(pause);
  }
}

}  // namespace sealpost::flow
