#include "flow/recall_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "audit/event.hpp"
#include "flow/mailbox.hpp"
#include "flow/receipt_event.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using receipt::State;

constexpr std::string_view kContact = "c-";

base::Error doubt(std::string why) { return {base::Code::kVerificationFailed, std::move(why), ""}; }

// Receipts that hold, by what they say of whom: a device, or nobody in particular.
struct Heard {
  std::map<std::pair<std::string, State>, std::vector<receipt::Receipt>> said;
  std::vector<std::string> objects;  // of the acceptance

  const receipt::Receipt* first(const std::string& who, State state) const {
    const auto at = said.find({who, state});
    return at == said.end() ? nullptr : &at->second.front();
  }
};

Result<void> check_signature(const Installation& installation, const note::Note& signed_note,
                             const receipt::Receipt& said) {
  if (receipt::is_relays(said.state)) {
    TRY(const note::Verifier log, installation.log_verifier());
    if (said.by == log.name() && note::signed_by(signed_note, log)) return {};
    return doubt("a receipt is not signed by the relay");
  }
  const trust::Device* device = installation.chain().device(said.by);
  if (device != nullptr && trust::key_that_signed(*device, signed_note) != nullptr) return {};
  return doubt(fmt::format("a receipt is not signed by {}", text::for_terminal(said.by)));
}

// About this message, by who may say it, and what its event records.
Result<receipt::Receipt> check_item(const Installation& installation, const RecallTarget& target,
                                    const wire::EvidenceItem& item, audit::Event& event) {
  TRY(const note::Note signed_note, note::parse(item.statement));
  TRY(receipt::Receipt said, receipt::parse(signed_note.text));
  const bool same = !target.sha256 || said.message_sha256 == *target.sha256;
  if (said.message != target.id || said.from != target.from || !same) {
    return doubt("a receipt is about another message");
  }
  TRY(check_signature(installation, signed_note, said));
  TRY(event, audit::parse_leaf(item.leaf));
  TRY(const crypto::Digest statement, logged_statement(event, said));
  if (statement == crypto::sha256(base::as_bytes(item.statement))) return said;
  return doubt("the log's entry is about another receipt");
}

Result<Heard> hear(const Installation& installation, const RecallTarget& target,
                   const wire::EvidenceList& evidence) {
  Heard heard;
  for (const wire::EvidenceItem& item : evidence.items) {
    audit::Event event;
    TRY(receipt::Receipt said, check_item(installation, target, item, event));
    if (said.state == State::kAccepted) heard.objects = event.objects;
    std::string who = receipt::is_relays(said.state) ? said.device : said.by;
    const State state = said.state;
    heard.said[{std::move(who), state}].push_back(std::move(said));
  }
  if (heard.objects.empty()) return doubt("the relay shows no acceptance of the message");
  return heard;
}

// A sender knows whom its message was accepted for.
Result<void> check_complete(const Installation& installation, const RecallTarget& target,
                            const Heard& heard) {
  if (!target.number) return {};
  TRY(const Listed listed,
      find_message(installation.vault(), fmt::format("{}", *target.number), Direction::kSent));
  for (const RecipientRecord& recipient : listed.record.recipients) {
    if (recipient.device.empty() || recipient.state != "accepted") continue;
    if (std::find(heard.objects.begin(), heard.objects.end(), recipient.device) !=
        heard.objects.end()) {
      continue;
    }
    return doubt("the relay hides that the message was accepted for " + recipient.device);
  }
  return {};
}

RecalledRecipient of_contact(const std::string& contact, const Heard& heard) {
  RecalledRecipient out{"", contact, Recalled::kExpired, {}, 0};
  const auto opened = heard.said.find({std::string(), State::kOpenedByLink});
  if (heard.first("", State::kLinkLocked) != nullptr) out.state = Recalled::kLocked;
  if (heard.first("", State::kWithdrawn) != nullptr) out.state = Recalled::kWithdrawn;
  if (opened == heard.said.end()) return out;
  out.state = Recalled::kOpened;
  out.at = opened->second.front().at;
  out.opened = opened->second.size();
  return out;
}

struct Meaning {
  State state;
  Recalled means;
  bool relays;  // word about every device that had not taken it
  bool tells_time;
};
// The first that was said of a device counts.
constexpr std::array kMeanings{
    Meaning{State::kRead, Recalled::kRead, false, true},
    Meaning{State::kRecalled, Recalled::kDestroyed, false, true},
    Meaning{State::kDelivered, Recalled::kOrdered, false, false},
    Meaning{State::kWithdrawn, Recalled::kWithdrawn, false, false},
    Meaning{State::kDropped, Recalled::kDropped, false, false},
    Meaning{State::kUndecryptable, Recalled::kUndecryptable, false, false},
    Meaning{State::kExpired, Recalled::kExpired, true, false},
};

Result<RecalledRecipient> of_device(const std::string& device, const Heard& heard) {
  for (const Meaning& meaning : kMeanings) {
    const receipt::Receipt* said = heard.first(meaning.relays ? "" : device, meaning.state);
    if (said == nullptr) continue;
    RecalledRecipient out{device, "", meaning.means, {}, 0};
    if (meaning.tells_time) out.at = said->at;
    return out;
  }
  return doubt("nothing is said of " + text::for_terminal(device));
}

}  // namespace

Result<std::vector<RecalledRecipient>> recalled_recipients(const Installation& installation,
                                                           const RecallTarget& target,
                                                           const wire::EvidenceList& evidence) {
  TRY(const Heard heard, hear(installation, target, evidence));
  TRY(check_complete(installation, target, heard));
  std::vector<RecalledRecipient> out;
  for (const std::string& whom : heard.objects) {
    if (whom.starts_with(kContact)) {
      out.push_back(of_contact(whom, heard));
      continue;
    }
    TRY(RecalledRecipient recipient, of_device(whom, heard));
    out.push_back(std::move(recipient));
  }
  return out;
}

std::string_view recalled_name(Recalled state) {
  constexpr std::array<std::string_view, 9> kNames{"withdrawn", "ordered",       "recalled",
                                                   "read",      "opened",        "expired",
                                                   "dropped",   "undecryptable", "link-locked"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace sealpost::flow
