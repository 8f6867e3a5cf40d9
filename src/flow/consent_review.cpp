#include "flow/consent_review.hpp"

#include <fmt/format.h>

#include "flow/gate.hpp"
#include "flow/opened_records.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kLeastOfId = 8;  // digits

base::Error none(const std::string& pause) {
  return {base::Code::kNotFound,
          fmt::format("no word {} waits for anybody", text::for_terminal(pause)),
          "see `sealpost consent review`"};
}

base::Result<Unclear> find(const Installation& installation, const std::string& pause) {
  std::vector<Unclear> found;
  TRY(each_unclear(installation, [&](Unclear one) -> base::Result<void> {
    if (one.pause.record.id.starts_with(pause)) found.push_back(std::move(one));
    return {};
  }));
  if (found.empty()) return none(pause);
  if (found.size() == 1) return std::move(found.front());
  return base::Error{base::Code::kConflict, fmt::format("{} fits several words", pause),
                     "give more of the id"};
}

base::Result<void> check(const policy::Policy& policy, const Verdict& verdict) {
  for (const std::string& purpose : verdict.purposes) TRY(check_declared(policy, purpose));
  for (const std::string& channel : verdict.channels) TRY(check_channel(channel));
  return {};
}

}  // namespace

base::Result<void> each_unclear(const Installation& installation,
                                const std::function<base::Result<void>(Unclear)>& visit) {
  return each_contact(installation.vault(), [&](KeyedContact keyed) -> base::Result<bool> {
    for (const reg::Paused& pause : keyed.contact.pauses) {
      if (pause.decided) continue;
      TRY(visit({keyed.contact, pause, opened_text(keyed, pause.record.word)}));
    }
    return true;
  });
}

base::Result<Unclear> find_unclear(Installation& installation, const std::string& pause,
                                   Context& context) {
  if (pause.size() < kLeastOfId) {
    return base::Error{base::Code::kUsage, "give at least eight digits of the id", ""};
  }
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  return find(installation, pause);
}

base::Result<void> decide_unclear(Installation& installation, const Unclear& unclear,
                                  const Verdict& verdict, Context& context) {
  TRY(const policy::Policy policy, installation.policy());
  TRY(check(policy, verdict));
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  const reg::PauseRecord& record = unclear.pause.record;
  // A person took their time to read it; somebody else may have been quicker.
  TRY(find(installation, record.id));
  RegisterDraft draft;
  if (verdict.revoke) {
    draft.records.emplace_back(reg::RevokeRecord{reg::new_record_id(context.random), record.contact,
                                                 verdict.purposes, verdict.channels, record.word,
                                                 record.channel, record.received});
  }
  draft.records.emplace_back(reg::DecisionRecord{record.id, record.contact, verdict.revoke});
  return write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context);
}

}  // namespace sealpost::flow
