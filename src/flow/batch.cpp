#include "flow/batch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <set>

#include "flow/addressees.hpp"
#include "flow/agreements.hpp"
#include "flow/all_cores.hpp"
#include "flow/drafts.hpp"
#include "flow/freshness.hpp"
#include "flow/gate.hpp"
#include "flow/link_notices.hpp"
#include "flow/link_records.hpp"
#include "flow/link_sealing.hpp"
#include "flow/outbox.hpp"
#include "flow/repeats.hpp"
#include "flow/sealing.hpp"
#include "flow/submitter.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

using base::Code;

constexpr std::size_t kMostBytes = 4 << 20;  // of one submission
constexpr std::chrono::seconds kGrace{30};

// What is under way may land after somebody has asked to stop, unless that takes too long.
class Grace final : public base::Interrupt {
 public:
  Grace(const base::Interrupt& outer, const base::Clock& clock) : outer_(outer), clock_(clock) {}
  bool requested() const override {
    if (!outer_.requested()) return false;
    const std::int64_t now = clock_.steady().count();
    std::int64_t since = kNever;
    if (asked_.compare_exchange_strong(since, now)) since = now;
    return now - since >= base::milliseconds(kGrace).count();
  }

 private:
  static constexpr std::int64_t kNever = -1;
  const base::Interrupt& outer_;
  const base::Clock& clock_;
  mutable std::atomic<std::int64_t> asked_ = kNever;
};

// One message on its way to being sealed.
struct Item {
  SendRequest request;
  std::string id;
  std::size_t number = 0;  // as it was added
  SealWork work = {};
};
using Items = std::deque<Item>;  // works borrow the requests in it

// Sent to a contact who was not told of it, or maybe was.
struct Untold {
  std::size_t number = 0;
  Sent sent;
};

bool is_for_contact(const Sent& sent) {
  return !sent.recipients.empty() && sent.recipients.front().user.starts_with(kContactAddress);
}

// Errors of one message, after which others are sent all the same.
bool is_of_one(Code code) {
  constexpr std::array kOfOne{Code::kUsage,  Code::kNotFound, Code::kRevoked,
                              Code::kDenied, Code::kConflict, Code::kNoConsent};
  return std::find(kOfOne.begin(), kOfOne.end(), code) != kOfOne.end();
}

class Sender final : public BatchSender {
 public:
  Sender(Installation& installation, client::RelayClient relay, Context& context,
         TransferProgress& progress, notify::Notifier* notifier, Told told)
      : installation_(installation),
        vault_(installation.vault()),
        relay_(std::move(relay)),
        context_(context),
        progress_(progress),
        notifier_(notifier),
        told_(std::move(told)),
        grace_(context.interrupt, context.clock),
        submitter_(relay_, grace_) {}

  base::Result<void> add(std::vector<SendRequest> requests) override {
    TRY(meet());
    heard_ = false;
    Items items;
    for (SendRequest& request : requests) {
      items.push_back({std::move(request), "", added_++});
      Item& item = items.back();
      TRY(const bool kept, settled_before(item));
      if (kept) items.pop_back();
    }
    TRY(tell_contacts());
    TRY(prepare(items));
    TRY(seal(items));
    return post();
  }

  base::Result<void> finish() override {
    base::Result<void> outcome;
    while (!submitter_.is_idle()) {
      const auto landed = land();
      if (outcome && !landed) outcome = landed.error();
    }
    return outcome;
  }

 private:
  // What everybody's messages depend on, as it is now.
  base::Result<void> meet() {
    TRY(sync_trust(installation_, relay_));
    TRY(sync_log(installation_, relay_));
    TRY(check_fresh(installation_, context_.clock.now()));
    return check_relay_agreement(installation_, relay_, context_);
  }

  // True when the message needs no sealing: it was sent before, is sealed, is wrong, or has files
  // and goes alone.
  base::Result<bool> settled_before(Item& item) {
    item.id = message_id(installation_, item.request, context_);
    if (notifier_ != nullptr && contact_in(item.request)) {
      item.request.link.told_by = channels_of(*notifier_);
    }
    if (under_way_.contains(item.id)) TRY(settle_all());  // the same key twice
    if (auto right = check_request(installation_, item.request, context_.clock.now()); !right) {
      return told_of(item, right.error());
    }
    auto before = sent_before(installation_, item.request, item.id);
    if (!before) return told_of(item, before.error());
    if (*before) return told_before(item, *std::move(*before));
    TRY(const bool sealed, is_sealed(vault_, item.id));
    under_way_.emplace(item.id, item.number);
    if (sealed) {
      TRY(ready_.emplace_back(), find_waiting(vault_, item.id));
      return true;
    }
    if (item.request.files.empty()) return false;
    return send_alone(item);
  }

  // What contacts said since the message was sent counts, if they are still to be told of it.
  base::Result<bool> told_before(const Item& item, Sent sent) {
    const bool to_contact = notifier_ != nullptr && is_for_contact(sent);
    if (to_contact && !heard_) {
      TRY(heard_, awaits_notice(vault_, item.id));
      if (heard_) TRY(meet_register(installation_, relay_, reg::Stream::kPeople, context_));
    }
    return told_sent(item, std::move(sent));
  }

  base::Result<bool> send_alone(const Item& item) {
    TRY(const Draft draft, draft_of(item.id, item.request, context_.clock.now()));
    TRY(const auto earlier, find_draft(vault_, item.id));
    if (!earlier) TRY(keep_draft(vault_, draft));
    const auto confirmed = carry_through(installation_, draft, relay_, context_, progress_);
    if (confirmed) return told_sent(item, sent_of(confirmed->record, confirmed->duplicate));
    const base::Error& error = confirmed.error();
    if (is_of_one(error.code)) {
      TRY(vault_.transaction([&] { return erase_draft(vault_, item.id); }));
    }
    return told_of(item, error);
  }

  base::Result<void> prepare(Items& items) {
    std::vector<Item*> members;
    std::vector<Item*> contacts;
    for (Item& item : items) (contact_in(item.request) ? contacts : members).push_back(&item);
    if (!contacts.empty()) TRY(prepare_contacts(contacts));
    if (!members.empty()) TRY(prepare_members(members));
    return {};
  }

  base::Result<void> prepare_contacts(const std::vector<Item*>& items) {
    TRY(meet_register(installation_, relay_, reg::Stream::kPeople, context_));
    std::vector<std::pair<Item*, LinkDecision>> decided;
    wire::ConsentDecisions logged;
    for (Item* item : items) {
      const SendRequest& request = item->request;
      auto decision =
          decide_link(installation_, *contact_in(request), request.purpose, context_.clock.now());
      if (!decision) {
        TRY(told_of(*item, decision.error()));
        continue;
      }
      logged.decisions.push_back(decision_of(*decision));
      decided.emplace_back(item, *std::move(decision));
    }
    if (!decided.empty()) TRY(relay_.record_decisions(logged));
    for (auto& [item, decision] : decided) {
      const SendRequest& request = item->request;
      auto leave = leave_of(std::move(decision), *contact_in(request));
      if (!leave) {
        TRY(told_of(*item, leave.error()));
        continue;
      }
      TRY(take_work(*item, seal_for_contact(installation_, request, item->id, *std::move(leave), {},
                                            context_.clock.now())));
    }
    return {};
  }

  base::Result<void> prepare_members(const std::vector<Item*>& items) {
    std::vector<Item*> addressed;
    std::vector<std::vector<std::string>> users;
    for (Item* item : items) {
      auto expanded = expand_addressees(installation_, relay_, item->request.to, context_);
      if (expanded) expanded = distinct_users(*std::move(expanded));
      if (!expanded) {
        TRY(told_of(*item, expanded.error()));
        continue;
      }
      addressed.push_back(item);
      users.push_back(*std::move(expanded));
    }
    TRY(std::vector<Targets> targets,
        find_targets(installation_, relay_, users, context_.clock.now()));
    for (std::size_t i = 0; i < addressed.size(); ++i) {
      Item& item = *addressed[i];
      if (auto reach = check_reach(targets[i], item.request.partial); !reach) {
        TRY(told_of(item, reach.error()));
        continue;
      }
      TRY(take_work(item, seal_for_devices(installation_, item.request, item.id,
                                           std::move(targets[i]), {}, context_.clock.now())));
    }
    return {};
  }

  base::Result<void> take_work(Item& item, base::Result<SealWork> work) {
    if (work) {
      item.work = *std::move(work);
      return {};
    }
    TRY(told_of(item, work.error()));
    return {};
  }

  // What has work is sealed and kept, or told of.
  base::Result<void> seal(const Items& items) {
    std::vector<const Item*> wanted;
    for (const Item& item : items) {
      if (item.work) wanted.push_back(&item);
    }
    std::vector<std::optional<base::Result<Outgoing>>> sealed(wanted.size());
    on_all_cores(wanted.size(),
                 [&](std::size_t i) { sealed[i] = wanted[i]->work(context_.random); });
    std::vector<Outgoing> kept;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!*sealed[i]) {
        TRY(told_of(*wanted[i], sealed[i]->error()));
        continue;
      }
      kept.push_back(**std::move(sealed[i]));
    }
    if (kept.empty()) return {};
    TRY(std::vector<WaitingMessage> waiting, keep_outgoing(installation_, std::move(kept)));
    std::move(waiting.begin(), waiting.end(), std::back_inserter(ready_));
    return {};
  }

  // Everything that is sealed leaves, in requests of bounded size.
  base::Result<void> post() {
    Flight flight;
    std::size_t bytes = 0;
    for (WaitingMessage& message : std::exchange(ready_, {})) {
      if (!flight.messages.empty() && bytes + message.size > kMostBytes) {
        TRY(launch(std::exchange(flight, {})));
        bytes = 0;
      }
      bytes += message.size;
      flight.batch.messages.push_back(std::move(message.submission));
      flight.messages.push_back(std::move(message));
    }
    return flight.messages.empty() ? base::Result<void>() : launch(std::move(flight));
  }

  base::Result<void> launch(Flight flight) {
    while (!submitter_.has_room()) TRY(land());
    submitter_.post(std::move(flight));
    return {};
  }

  base::Result<void> land() {
    std::optional<Landed> landed = submitter_.landed();
    if (!landed) return {};
    if (!landed->results) return landed->results.error();
    std::vector<std::string> ids;
    for (const WaitingMessage& message : landed->flight.messages) ids.push_back(message.record.id);
    TRY(const std::vector<Settled> settled,
        settle(installation_, std::move(landed->flight.messages), *landed->results));
    for (std::size_t i = 0; i < ids.size(); ++i) TRY(tell(ids[i], settled[i]));
    return tell_contacts();
  }

  base::Result<void> tell(const std::string& id, const Settled& settled) {
    const auto at = under_way_.find(id);
    BatchOutcome outcome{at->second, id, {}, settled.refused};
    under_way_.erase(at);
    if (settled.confirmed) {
      const Confirmed& confirmed = *settled.confirmed;
      return keep_sent(outcome.number, sent_of(confirmed.record, confirmed.duplicate));
    }
    if (!outcome.error) {
      outcome.error = base::Error{
          Code::kNotFound, "the relay does not have the message's files any more", "send it again"};
    }
    return told_(outcome);
  }

  // Contacts are told several at once, with tell_contacts().
  base::Result<void> keep_sent(std::size_t number, Sent sent) {
    if (!is_for_contact(sent)) return told_({number, sent.id, std::move(sent), {}});
    const auto same = [&](const Untold& one) { return one.sent.id == sent.id; };
    if (std::any_of(untold_.begin(), untold_.end(), same)) TRY(tell_contacts());
    untold_.push_back({number, std::move(sent)});
    return {};
  }

  base::Result<void> tell_contacts() {
    std::vector<Untold> all = std::exchange(untold_, {});
    std::vector<vault::Lease> alone;
    std::vector<std::string> ids;
    for (const Untold& one : all) {
      ids.push_back(one.sent.id);
      TRY(const bool waits, awaits_notice(vault_, one.sent.id));
      if (!waits || notifier_ == nullptr) continue;
      TRY(vault::Lease lease, hold(vault_, one.sent.id, context_));
      alone.push_back(std::move(lease));
    }
    return send_notices(installation_, ids, notifier_, context_,
                        [&](std::size_t at, NoticeState state) -> base::Result<void> {
                          TRY(Sent sent, with_link(vault_, std::move(all[at].sent)));
                          if (sent.link) sent.link->notice = std::move(state);
                          return told_({all[at].number, ids[at], std::move(sent), {}});
                        });
  }

  // Nothing is under way afterwards.
  base::Result<void> settle_all() {
    TRY(post());
    while (!submitter_.is_idle()) TRY(land());
    return {};
  }

  base::Result<bool> told_sent(const Item& item, Sent sent) {
    under_way_.erase(item.id);
    TRY(keep_sent(item.number, std::move(sent)));
    return true;
  }
  // Fails with what is everybody's.
  base::Result<bool> told_of(const Item& item, const base::Error& error) {
    if (!is_of_one(error.code)) return error;
    under_way_.erase(item.id);
    TRY(told_({item.number, item.id, {}, error}));
    return true;
  }

  Installation& installation_;
  vault::Vault& vault_;
  client::RelayClient relay_;
  Context& context_;
  TransferProgress& progress_;
  notify::Notifier* const notifier_;
  const Told told_;
  const Grace grace_;
  Submitter submitter_;
  std::size_t added_ = 0;
  std::map<std::string, std::size_t> under_way_;  // id -> number, of those nothing was told of
  std::vector<WaitingMessage> ready_;             // sealed and not posted
  std::vector<Untold> untold_;                    // of whom the notices go next
  bool heard_ = false;                            // the register was read since the batch began
};

}  // namespace

base::Result<std::unique_ptr<BatchSender>> BatchSender::open(Installation& installation,
                                                             Context& context,
                                                             TransferProgress& progress,
                                                             notify::Notifier* notifier,
                                                             Told told) {
  TRY(client::RelayClient relay, visit(installation, context));
  return std::unique_ptr<BatchSender>(std::make_unique<Sender>(
      installation, std::move(relay), context, progress, notifier, std::move(told)));
}

}  // namespace sealpost::flow
