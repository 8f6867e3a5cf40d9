// Leave as of a time, and the gate: sealpost-register(5), CONSENT.
#include <algorithm>
#include <set>

#include "register/scope.hpp"
#include "text/time.hpp"

namespace sealpost::reg {
namespace {

struct Question {
  const Contact& contact;
  std::string_view purpose;
  std::string_view channel;
  base::Time when;
};

int rank(Leave leave) {
  switch (leave) {
    case Leave::kGranted:
      return 5;
    case Leave::kNotYet:
      return 4;
    case Leave::kExpired:
      return 3;
    case Leave::kRevoked:
      return 2;
    default:
      return 1;
  }
}

// Of two that are granted, the one that lasts; of two others, the later one.
bool is_better(const Status& a, const Status& b) {
  if (rank(a.leave) != rank(b.leave)) return rank(a.leave) > rank(b.leave);
  if (a.leave != Leave::kGranted) return true;
  return b.until && (!a.until || *a.until > *b.until);
}

Status of_grant(const Question& asked, const Granted& granted) {
  const GrantRecord& record = granted.record;
  const Revoked* end = ended_by(asked.contact, record, asked.purpose, asked.channel, asked.when);
  if (end != nullptr) {
    return {Leave::kRevoked, record.id, end->record.id, "", std::nullopt, end->where.at};
  }
  const base::Time begin = record.effective.value_or(granted.where.at);
  if (asked.when < begin) return {Leave::kNotYet, record.id, "", "", begin, std::nullopt};
  if (record.expires && *record.expires <= asked.when) {
    return {Leave::kExpired, record.id, "", "", std::nullopt, record.expires};
  }
  return {Leave::kGranted, record.id, "", "", record.expires, std::max(begin, granted.where.at)};
}

// What the first revocation says where nothing was ever granted.
Status without_grant(const Question& asked) {
  for (const Revoked& revoked : asked.contact.revocations) {
    if (revoked.where.at <= asked.when && covers(revoked.record, asked.purpose, asked.channel)) {
      return {Leave::kRevoked, "", revoked.record.id, "", std::nullopt, revoked.where.at};
    }
  }
  return {};
}

Status of_grants(const Question& asked) {
  Status best = without_grant(asked);
  for (const Granted& granted : asked.contact.grants) {
    if (granted.where.at > asked.when || !covers(granted.record, asked.purpose, asked.channel)) {
      continue;
    }
    Status status = of_grant(asked, granted);
    if (is_better(status, best)) best = std::move(status);
  }
  return best;
}

Status of_channels(const Question& asked) {
  Status best;
  for (const std::string_view channel : kChannels) {
    Status status = of_grants({asked.contact, asked.purpose, channel, asked.when});
    if (is_better(status, best)) best = std::move(status);
  }
  return best;
}

const Removal* removal_at(const Contact& contact, base::Time when) {
  const Removal* last = nullptr;
  for (const Removal& removal : contact.removals) {
    if (removal.where.at <= when) last = &removal;
  }
  return last != nullptr && last->removed ? last : nullptr;
}

const Paused* pause_at(const Contact& contact, base::Time when) {
  const auto waits = [&](const Paused& paused) {
    return paused.where.at <= when && (!paused.decided || paused.decided->at > when);
  };
  const auto found = std::find_if(contact.pauses.begin(), contact.pauses.end(), waits);
  return found == contact.pauses.end() ? nullptr : &*found;
}

bool is_refusal(const Status& status) {
  return status.leave == Leave::kRevoked || status.leave == Leave::kPaused ||
         status.leave == Leave::kGone;
}

// Whether the contact has said no to every way that is asked about.
bool refuses(const Question& asked) {
  const auto no = [&](std::string_view channel) {
    return is_refusal(status(asked.contact, asked.purpose, channel, asked.when));
  };
  if (!asked.channel.empty()) return no(asked.channel);
  return std::all_of(std::begin(kChannels), std::end(kChannels), no);
}

std::string moment(const std::optional<base::Time>& time) {
  return time ? text::format_time(*time) : std::string();
}

std::string subject(const Question& asked) {
  std::string text = "leave for \"" + std::string(asked.purpose) + "\"";
  if (!asked.channel.empty()) text += " by " + std::string(asked.channel);
  return text;
}

Decision explain(const Question& asked, Status status) {
  const std::string leave = subject(asked);
  const std::string since = moment(status.since);
  switch (status.leave) {
    case Leave::kGranted: {
      std::string end = status.until ? ", until " + moment(status.until) : std::string();
      return {true, "granted", leave + " was given at " + since + end, std::move(status)};
    }
    case Leave::kNotYet:
      return {false, "not-yet", leave + " begins only at " + moment(status.until),
              std::move(status)};
    case Leave::kExpired:
      return {false, "expired", leave + " ended at " + since, std::move(status)};
    case Leave::kRevoked:
      return {false, "revoked", leave + " was revoked at " + since, std::move(status)};
    case Leave::kPaused:
      return {false, "paused",
              "a reply that may mean stop waits for a person to decide since " + since,
              std::move(status)};
    case Leave::kGone:
      return {false, "removed", "the contact was removed at " + since, std::move(status)};
    case Leave::kNever:
      break;
  }
  return {false, "no-grant", leave + " was never given", std::move(status)};
}

// Whether `is_so` for any purpose and channel of the grant.
template <typename IsSo>
bool any_part(const GrantRecord& grant, const IsSo& is_so) {
  for (const std::string& purpose : grant.purposes) {
    for (const std::string& channel : grant.channels) {
      if (is_so(purpose, channel)) return true;
    }
  }
  return false;
}

}  // namespace

Status status(const Contact& contact, std::string_view purpose, std::string_view channel,
              base::Time when) {
  const Question asked{contact, purpose, channel, when};
  if (const Removal* removal = removal_at(contact, when)) {
    return {Leave::kGone, "", "", "", std::nullopt, removal->where.at};
  }
  Status found = channel.empty() ? of_channels(asked) : of_grants(asked);
  if (const Paused* paused = pause_at(contact, when)) {
    return {Leave::kPaused, found.grant, "", paused->record.id, std::nullopt, paused->where.at};
  }
  return found;
}

std::string_view why_not(const Contact& contact, const Granted& granted, base::Time when) {
  if (removal_at(contact, when) != nullptr) return "removed";
  if (pause_at(contact, when) != nullptr) return "paused";
  Status best;
  for (const std::string& purpose : granted.record.purposes) {
    for (const std::string& channel : granted.record.channels) {
      Status status = of_grant({contact, purpose, channel, when}, granted);
      if (is_better(status, best)) best = std::move(status);
    }
  }
  if (best.leave == Leave::kRevoked) return "revoked";
  if (best.leave == Leave::kExpired) return "expired";
  return best.leave == Leave::kNotYet || granted.where.at > when ? "not-yet" : "";
}

bool in_force(const Contact& contact, const Granted& granted, base::Time when) {
  return granted.where.at <= when && why_not(contact, granted, when).empty();
}

bool stands(const Contact& contact, const Revoked& revoked) {
  std::size_t known = 0;
  for (const Granted& granted : contact.grants) {
    known = std::max(known, known_to(contact, granted.record));
  }
  const auto later = contact.revocations.begin() + static_cast<std::ptrdiff_t>(known);
  return std::any_of(later, contact.revocations.end(), [&](const Revoked& standing) {
    return standing.record.id == revoked.record.id;
  });
}

std::vector<std::string> known_revocations(const Contact& contact, const GrantRecord& grant) {
  const auto newest = std::find_if(
      contact.revocations.rbegin(), contact.revocations.rend(), [&](const Revoked& revoked) {
        return any_part(grant, [&](const std::string& purpose, const std::string& channel) {
          return covers(revoked.record, purpose, channel);
        });
      });
  if (newest == contact.revocations.rend()) return {};
  return {newest->record.id};
}

std::vector<Revoked> newly_overridden(const Contact& contact, const GrantRecord& grant) {
  std::vector<std::size_t> known;  // by each grant: how many revocations
  for (const Granted& one : contact.grants) known.push_back(known_to(contact, one.record));
  std::set<std::size_t> found;
  any_part(grant, [&](const std::string& purpose, const std::string& channel) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < contact.grants.size(); ++i) {
      if (covers(contact.grants[i].record, purpose, channel)) begin = std::max(begin, known[i]);
    }
    for (std::size_t i = begin; i < contact.revocations.size(); ++i) {
      if (covers(contact.revocations[i].record, purpose, channel)) found.insert(i);
    }
    return false;
  });
  std::vector<Revoked> out;
  for (const std::size_t i : found) out.push_back(contact.revocations[i]);
  return out;
}

Decision decide(const Contact& contact, std::string_view purpose, std::string_view channel,
                base::Time when, bool exempt) {
  const Question asked{contact, purpose, channel, when};
  Status found = status(contact, purpose, channel, when);
  if (exempt && found.leave != Leave::kGranted && !refuses(asked)) {
    return {true, "exempt", "the policy asks no leave for \"" + std::string(purpose) + "\"",
            std::move(found)};
  }
  return explain(asked, std::move(found));
}

}  // namespace sealpost::reg
