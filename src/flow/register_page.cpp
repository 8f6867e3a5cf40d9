#include "flow/register_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "age/file.hpp"
#include "base/encoding.hpp"
#include "flow/erasure.hpp"
#include "flow/freshness.hpp"

namespace sealpost::flow {
namespace {

std::string detail(const audit::Event& event, const char* name) {
  const auto at = event.details.find(name);
  return at == event.details.end() ? std::string() : at->second;
}

base::Result<std::string> decrypt(const wire::RegisterEntry& item,
                                  const age::X25519Identity& identity) {
  const age::Identity* identities[] = {&identity};
  TRY(const age::OpenedHeader header, age::open_header(item.file, identities));
  TRY(const crypto::SecretBytes plain,
      age::open_payload(header.file_key, base::ByteView(item.file).subspan(header.size)));
  return std::string(plain.expose_text());
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (const std::string_view word : base::split(text, ' ')) out.emplace_back(word);
  return out;
}

bool brought_its_keys(const audit::Event& event, const reg::Entry& entry) {
  const std::string said = detail(event, "keys");
  return entry.keys.empty() ? said.empty() : said == base::to_hex(wire::digest_of(entry.keys));
}

reg::Position where_of(const wire::RegisterEntry& item, const audit::Event& event) {
  return {item.number, item.index, event.at, event.actor};
}

bool signed_by(const trust::Device& author, const note::Note& signed_note) {
  return signed_note.signatures.size() == 1 &&
         trust::key_that_signed(author, signed_note) != nullptr;
}

}  // namespace

base::Error refuse_register(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why),
          "do not use this relay until the organisation's owner has found out why"};
}

base::Error waiting_for_key(reg::Stream stream) {
  return {
      base::Code::kBusy,
      fmt::format("the key of the register's {} has not reached this device yet",
                  reg::stream_name(stream)),
      "it comes with the next contact of another device that has it, as by `sealpost inbox` there"};
}

RegisterPage::RegisterPage(Installation& installation, client::RelayClient& relay,
                           EventProof& proof, EntryPlaces& places, reg::Stream stream,
                           StreamState& state, base::Time now)
    : installation_(installation),
      proof_(proof),
      places_(places),
      stream_(stream),
      state_(state),
      now_(now),
      began_(state.read),
      seen_(installation, relay),
      changes_(installation.vault()) {}

base::Error RegisterPage::refuse(std::uint64_t number, std::string_view why) const {
  return refuse_register(
      fmt::format("entry {} of the register's {} {}", number, reg::stream_name(stream_), why));
}

void RegisterPage::add_keys(const std::vector<wire::WrappedKey>& keys) {
  for (const wire::WrappedKey& key : keys) keys_[key.contact] = key;
}

base::Result<void> RegisterPage::add(const wire::RegisterEntry& item) {
  auto added = try_add(item);
  if (added || added.error().code != base::Code::kMalformed) return added;
  return refuse(item.number, "is out of form: " + added.error().text);
}

base::Result<void> RegisterPage::try_add(const wire::RegisterEntry& item) {
  TRY(const Logged logged, read_event(item));
  TRY(check_event(item, logged));
  TRY(const bool skipped, is_skipped(item, logged));
  if (skipped && logged.epoch > state_.epoch) {
    give_up(item, logged);
    return go_on(item, logged, "");
  }
  const age::X25519Identity* identity = state_.keys.of(logged.epoch);
  if (identity == nullptr) return waiting_for_key(stream_);
  TRY(Judged judged, judge(item, logged, *identity));
  return settle(item, logged, *identity, std::move(judged), skipped);
}

base::Result<void> RegisterPage::settle(const wire::RegisterEntry& item, const Logged& logged,
                                        const age::X25519Identity& identity, Judged judged,
                                        bool skipped) {
  if (judged.fault.empty()) {
    TRY(take(item, logged, judged.entry, identity));
    return go_on(item, logged, judged.entry.id);
  }
  if (judged.grave && !skipped) return refuse(item.number, judged.fault);
  if (logged.epoch != state_.epoch) {
    // Whose fault that is, the grant's or the entry's, cannot be told from here.
    wrong_key_ = WrongKey{logged.epoch, identity.recipient().str()};
    return refuse(item.number, fmt::format("begins an epoch, and with the key that was sent for it "
                                           "it {}",
                                           judged.fault));
  }
  changes_.set_aside({stream_, where_of(item, logged.event), judged.fault});
  return go_on(item, logged, "");
}

// An epoch of its author's that was given up. Its key, where this device has it, is not the one
// that the next to begin it will send.
void RegisterPage::give_up(const wire::RegisterEntry& item, const Logged& logged) {
  changes_.set_aside({stream_, where_of(item, logged.event), "is of an epoch that was given up"});
  const age::X25519Identity* identity = state_.keys.of(logged.epoch);
  if (identity == nullptr) return;
  const age::Identity* identities[] = {identity};
  if (!age::open_header(item.file, identities)) return;
  given_up_.push_back({logged.epoch, identity->recipient().str()});
  state_.keys.drop(logged.epoch, given_up_.back().recipient);
}

// Whether an owner or an admin has had it skipped: as its author's, and behind the last of them
// the stream is the one that was meant.
base::Result<bool> RegisterPage::is_skipped(const wire::RegisterEntry& item,
                                            const Logged& logged) const {
  for (const trust::RegisterSkip& skip : installation_.chain().register_skips()) {
    if (skip.stream != reg::stream_name(stream_) || skip.author != logged.event.actor ||
        item.number < skip.first || item.number > skip.last) {
      continue;
    }
    if (item.number < skip.last || skip.head == logged.head) return true;
    return refuse(item.number, "is not the one that was to be skipped");
  }
  return false;
}

base::Result<void> RegisterPage::go_on(const wire::RegisterEntry& item, const Logged& logged,
                                       const std::string& id) {
  for (const std::string& contact : logged.shredded) {
    TRY(changes_.shred(contact, where_of(item, logged.event)));
  }
  taken_.push_back({item.number, logged.head, logged.event.actor, id});
  heads_[item.number] = logged.head;
  state_.read = {item.number, logged.head};
  state_.leaf = item.index;
  state_.at = logged.event.at;
  state_.top = std::max(state_.top, logged.epoch);
  return {};
}

base::Result<RegisterPage::Logged> RegisterPage::read_event(const wire::RegisterEntry& item) {
  Logged logged;
  TRY(logged.event, audit::parse_leaf(item.leaf));
  TRY(logged.epoch, base::parse_decimal(detail(logged.event, "epoch")));
  logged.shredded = words(detail(logged.event, "shredded"));
  logged.head = reg::next_head(state_.read.hash, crypto::sha256(item.file));
  return logged;
}

base::Result<void> RegisterPage::check_event(const wire::RegisterEntry& item,
                                             const Logged& logged) {
  const std::string_view name = reg::stream_name(stream_);
  if (item.number != state_.read.size + 1) return refuse(state_.read.size + 1, "is missing");
  const audit::Event& event = logged.event;
  const bool fits = event.event == "register.append" && event.outcome == audit::Outcome::kSuccess &&
                    event.objects == std::vector<std::string>{std::string(name)} &&
                    detail(event, "number") == fmt::format("{}", item.number) &&
                    detail(event, "entry") == base::to_hex(crypto::sha256(item.file)) &&
                    detail(event, "head") == base::to_hex(logged.head);
  if (!fits || (item.number > 1 && item.index <= state_.leaf)) {
    return refuse(item.number, "is not the one that was logged");
  }
  TRY(check_time(item, event.at));
  return proof_.check(item.index, item.leaf);
}

// The times of events are the relay's word; these are its bounds.
base::Result<void> RegisterPage::check_time(const wire::RegisterEntry& item, base::Time at) const {
  if (at < state_.at) return refuse(item.number, "was logged before the entry before it, it says");
  if (at <= now_ + kClockTolerance) return {};
  base::Error error = refuse(item.number, "was logged at a time that is still to come, it says");
  error.hint = "is this device's clock right? " + error.hint;
  return error;
}

// Views come before the signature: who has seen more of the trust chain than this device may sign
// with a key that it does not know yet, and then catches up or finds out that the relay hides it.
base::Result<RegisterPage::Judged> RegisterPage::judge(const wire::RegisterEntry& item,
                                                       const Logged& logged,
                                                       const age::X25519Identity& identity) {
  const auto fault = [](std::string why) { return Judged{{}, std::move(why), false}; };
  const auto grave = [](std::string why) { return Judged{{}, std::move(why), true}; };
  const auto statement = decrypt(item, identity);
  if (!statement) return fault("does not open");
  const auto signed_note = note::parse(*statement);
  if (!signed_note) return fault("holds no signed note");
  auto entry = reg::parse_entry(signed_note->text);
  if (!entry) return fault("is out of form: " + entry.error().text);
  if (!belongs(*entry, logged.epoch, identity)) return fault("does not belong there");
  TRY(std::string split, disagreement(item, *entry, logged.event.actor));
  if (!split.empty()) return grave(std::move(split));
  const trust::Device* author = installation_.chain().device(logged.event.actor);
  if (author == nullptr) return grave("is by a device that is none");
  if (!signed_by(*author, *signed_note)) return fault("is not signed by who brought it");
  TRY(const bool might, might_write(*author, item.index));
  if (!might) return grave(fmt::format("is by {}, who might not write it", logged.event.actor));
  if (entry->trust.size <= author->joined) return fault("is older than its author");
  if (!brought_its_keys(logged.event, *entry)) return fault("came with other keys than it names");
  return Judged{*std::move(entry), {}, false};
}

bool RegisterPage::belongs(const reg::Entry& entry, std::uint64_t epoch,
                           const age::X25519Identity& identity) const {
  if (entry.stream != stream_ || entry.epoch != epoch) return false;
  const auto* begins = std::get_if<reg::EpochRecord>(&entry.records.front());
  if (epoch == state_.epoch) return begins == nullptr;  // it would stand alone
  // In the place of one that was given up, or the next.
  const bool follows = epoch > state_.epoch && (epoch == state_.top || epoch == state_.top + 1);
  return follows && begins != nullptr && begins->epoch == epoch &&
         begins->recipient == identity.recipient().str();
}

// When its entry was logged.
base::Result<bool> RegisterPage::might_write(const trust::Device& author, std::uint64_t index) {
  if (author.revoked && author.ended) {
    TRY(const std::uint64_t ended, places_.of(author.ended->entry));
    if (ended < index) return false;
  }
  const trust::Standing* standing = &author.standings.front();
  for (const trust::Standing& later : author.standings) {
    if (&later == &author.standings.front()) continue;
    TRY(const std::uint64_t place, places_.of(later.entry));
    if (place < index) standing = &later;
  }
  return trust::allowed(standing->role, trust::Operation::kWriteRegister);
}

// How what the author had seen does not lie on one history with what this device sees; empty when
// it does.
base::Result<std::string> RegisterPage::disagreement(const wire::RegisterEntry& item,
                                                     const reg::Entry& entry,
                                                     const std::string& author) {
  auto seen = head_at(entry.seen.size);
  if (!seen && seen.error().code != base::Code::kNotFound) return seen.error();
  if (!seen || entry.seen.size >= item.number || *seen != entry.seen.hash) {
    return std::string("is by somebody who has seen another register than the relay shows here");
  }
  const auto views =
      std::make_tuple(entry.log.size, entry.log.hash, entry.trust.size, entry.trust.hash);
  if (compared_.contains(views)) return std::string();
  TRY(const std::string split, seen_.disagreement(author, entry.log, entry.trust));
  if (!split.empty()) return "does not hold: " + split;
  compared_.insert(views);
  return std::string();
}

base::Result<void> RegisterPage::take(const wire::RegisterEntry& item, const Logged& logged,
                                      const reg::Entry& entry,
                                      const age::X25519Identity& identity) {
  TRY(take_keys(item, entry, identity));
  const reg::Position where = where_of(item, logged.event);
  for (const reg::Record& record : entry.records) {
    // The log says which keys went.
    if (!std::holds_alternative<reg::ShredRecord>(record)) TRY(changes_.apply(record, where));
  }
  if (logged.epoch != state_.epoch) {
    state_.epoch = logged.epoch;
    state_.since = entry.trust.size;
  }
  return {};
}

base::Result<void> RegisterPage::take_keys(const wire::RegisterEntry& item, const reg::Entry& entry,
                                           const age::X25519Identity& identity) {
  if (entry.keys.empty()) return {};
  const reg::WrapKey wrap = reg::wrap_key(identity.expose());
  for (const auto& [contact, sha256] : entry.keys) {
    const auto shown = keys_.find(contact);
    if (shown == keys_.end()) {
      changes_.miss_key(contact, item.number);
      continue;
    }
    if (crypto::sha256(shown->second.wrapped) != sha256) {
      return refuse_register(
          fmt::format("the key of contact {} is not as it was wrapped", contact));
    }
    auto key = reg::unwrap_contact_key(wrap, contact, shown->second.wrapped);
    if (key) changes_.add_key(contact, *std::move(key));
  }
  return {};
}

base::Result<crypto::Digest> RegisterPage::head_at(std::uint64_t number) const {
  if (const auto known = heads_.find(number); known != heads_.end()) return known->second;
  return head_behind(installation_.vault(), stream_, number);
}

base::Result<bool> RegisterPage::store() {
  vault::Vault& vault = installation_.vault();
  bool stored = false;
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(const StreamState now, load_stream(vault, stream_));
    if (now.read != began_) return {};
    stored = true;
    return store_all(vault);
  }));
  if (stored && changes_.erased()) TRY(finish_erasure(vault));
  return stored;
}

base::Result<void> RegisterPage::store_all(vault::Vault& vault) {
  TRY(changes_.store());
  for (const Taken& taken : taken_) {
    auto remembered = remember_entry(vault, stream_, taken.number, taken.head);
    if (remembered && !taken.id.empty()) {
      remembered = remember_id(vault, stream_, taken.number, taken.author, taken.id);
    }
    if (!remembered && remembered.error().code == base::Code::kConflict) {
      return refuse(taken.number, remembered.error().text);
    }
    TRY(remembered);
  }
  if (changes_.erased()) {
    TRY(mark_erasure(vault, fmt::format("contact key {}", state_.read.size)));
  }
  return update_stream(vault, stream_, [&](StreamState& state) {
    state.read = state_.read;
    state.leaf = state_.leaf;
    state.at = state_.at;
    state.epoch = state_.epoch;
    state.top = state_.top;
    for (const WrongKey& key : given_up_) state.keys.drop(key.epoch, key.recipient);
    state.since = state_.since;
    state.known = std::max(state.known, state_.read.size);
  });
}

}  // namespace sealpost::flow
