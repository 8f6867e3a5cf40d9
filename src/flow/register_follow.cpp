#include "flow/register_follow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "age/file.hpp"
#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/erasure.hpp"
#include "flow/event_proof.hpp"
#include "flow/logged_chain.hpp"
#include "flow/register_state.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 16;  // entries

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why),
          "do not use this relay until the organisation's owner has found out why"};
}

base::Error waiting(reg::Stream stream) {
  return {
      base::Code::kBusy,
      fmt::format("the key of the register's {} has not reached this device yet",
                  reg::stream_name(stream)),
      "it comes with the next contact of another device that has it, as by `sealpost inbox` there"};
}

std::string detail(const audit::Event& event, const char* name) {
  const auto at = event.details.find(name);
  return at == event.details.end() ? std::string() : at->second;
}

// Where entries of the trust chain stand in the log; asked once each.
class EntryPlaces {
 public:
  EntryPlaces(Installation& installation, client::RelayClient& relay, EventProof& proof)
      : installation_(installation), relay_(relay), proof_(proof) {}

  base::Result<std::uint64_t> of(std::uint64_t number) {
    if (const auto known = places_.find(number); known != places_.end()) return known->second;
    TRY(const wire::EvidenceList list, relay_.trust_evidence({number}));
    const auto& entries = installation_.chain().entries();
    if (list.items.size() != 1 || number >= entries.size() ||
        list.items[0].statement != entries[static_cast<std::size_t>(number)]) {
      return refuse(fmt::format("the relay does not show trust chain entry {} in the log", number));
    }
    const wire::EvidenceItem& item = list.items[0];
    TRY(proof_.check(item.index, item.leaf));
    TRY(const audit::Event event, audit::parse_leaf(item.leaf));
    TRY(check_logs_entry(event, {number, item.statement, item.index}));
    places_[number] = item.index;
    return item.index;
  }

 private:
  Installation& installation_;
  client::RelayClient& relay_;
  EventProof& proof_;
  std::map<std::uint64_t, std::uint64_t> places_;
};

// One page: verified entry by entry, then stored as a whole.
class Page {
 public:
  Page(Installation& installation, client::RelayClient& relay, EventProof& proof,
       EntryPlaces& places, reg::Stream stream, StreamState& state)
      : installation_(installation),
        proof_(proof),
        places_(places),
        stream_(stream),
        state_(state),
        began_(state.read),
        seen_(installation, relay),
        changes_(installation.vault()) {}

  base::Result<void> add_keys(const std::vector<wire::WrappedKey>& keys) {
    std::map<std::uint64_t, reg::WrapKey> wrap_keys;
    for (const wire::WrappedKey& wrapped : keys) {
      if (!wrap_keys.contains(wrapped.epoch)) {
        auto wrap = state_.keys.wrap_key(wrapped.epoch);
        if (!wrap) return waiting(stream_);
        wrap_keys.emplace(wrapped.epoch, *std::move(wrap));
      }
      auto key =
          reg::unwrap_contact_key(wrap_keys.at(wrapped.epoch), wrapped.contact, wrapped.wrapped);
      if (!key) {
        return refuse(
            fmt::format("the key of contact {} is not as it was wrapped", wrapped.contact));
      }
      changes_.add_key(wrapped.contact, *std::move(key));
    }
    return {};
  }

  // kBusy when it is of an epoch whose key is not here.
  base::Result<void> add(const wire::RegisterEntry& item) {
    auto added = try_add(item);
    if (added || added.error().code != base::Code::kMalformed) return added;
    return refuse(fmt::format("entry {} of the register's {} is out of form: {}", item.number,
                              reg::stream_name(stream_), added.error().text));
  }

  // False, and nothing is stored, when another process of this vault has read on meanwhile.
  base::Result<bool> store() {
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

 private:
  struct Taken {
    std::uint64_t number = 0;
    crypto::Digest head{};
    std::string author;
    std::string id;
  };

  base::Result<void> store_all(vault::Vault& vault) {
    TRY(changes_.store());
    for (const Taken& taken : taken_) {
      auto remembered =
          remember_entry(vault, stream_, taken.number, taken.head, taken.author, taken.id);
      if (!remembered && remembered.error().code == base::Code::kConflict) {
        return refuse(fmt::format("entry {} repeats the id of an earlier one", taken.number));
      }
      TRY(remembered);
    }
    if (changes_.erased()) {
      TRY(mark_erasure(vault, fmt::format("contact key {}", state_.read.size)));
    }
    return update_stream(vault, stream_, [&](StreamState& state) {
      state.read = state_.read;
      state.leaf = state_.leaf;
      state.epoch = state_.epoch;
      state.since = state_.since;
    });
  }

  base::Result<void> try_add(const wire::RegisterEntry& item) {
    TRY(const audit::Event event, audit::parse_leaf(item.leaf));
    TRY(const crypto::Digest head, check_event(item, event));
    TRY(const std::uint64_t epoch, base::parse_decimal(detail(event, "epoch")));
    const age::X25519Identity* identity = state_.keys.of(epoch);
    if (identity == nullptr) return waiting(stream_);
    TRY(const std::string statement, decrypt(item, *identity));
    TRY(const note::Note signed_note, note::parse(statement));
    TRY(const reg::Entry entry, reg::parse_entry(signed_note.text));
    TRY(check_entry(item, entry, epoch, *identity));
    TRY(check_author(item, event, signed_note, entry));
    TRY(check_views(item, entry, event.actor));
    const reg::Position where{item.number, item.index, event.at, event.actor};
    for (const reg::Record& record : entry.records) TRY(changes_.apply(record, where));
    taken_.push_back({item.number, head, event.actor, entry.id});
    heads_[item.number] = head;
    state_.read = {item.number, head};
    state_.leaf = item.index;
    if (epoch != state_.epoch) {
      state_.epoch = epoch;
      state_.since = entry.trust.size;
    }
    return {};
  }

  base::Result<crypto::Digest> check_event(const wire::RegisterEntry& item,
                                           const audit::Event& event) {
    const std::string_view name = reg::stream_name(stream_);
    if (item.number != state_.read.size + 1) {
      return refuse(
          fmt::format("entry {} of the register's {} is missing", state_.read.size + 1, name));
    }
    const crypto::Digest file = crypto::sha256(item.file);
    const crypto::Digest head = reg::next_head(state_.read.hash, file);
    const bool fits =
        event.event == "register.append" && event.outcome == audit::Outcome::kSuccess &&
        event.objects == std::vector<std::string>{std::string(name)} &&
        detail(event, "number") == fmt::format("{}", item.number) &&
        detail(event, "entry") == base::to_hex(file) && detail(event, "head") == base::to_hex(head);
    if (!fits || (item.number > 1 && item.index <= state_.leaf)) {
      return refuse(fmt::format("entry {} of the register's {} is not the one that was logged",
                                item.number, name));
    }
    TRY(proof_.check(item.index, item.leaf));
    return head;
  }

  base::Result<std::string> decrypt(const wire::RegisterEntry& item,
                                    const age::X25519Identity& identity) const {
    const age::Identity* identities[] = {&identity};
    TRY(const age::OpenedHeader header, age::open_header(item.file, identities));
    TRY(const crypto::SecretBytes plain,
        age::open_payload(header.file_key, base::ByteView(item.file).subspan(header.size)));
    return std::string(plain.expose_text());
  }

  base::Result<void> check_entry(const wire::RegisterEntry& item, const reg::Entry& entry,
                                 std::uint64_t epoch, const age::X25519Identity& identity) const {
    const auto* begins = std::get_if<reg::EpochRecord>(&entry.records.front());
    bool fits = entry.stream == stream_ && entry.epoch == epoch;
    if (epoch == state_.epoch) {
      fits = fits && std::none_of(entry.records.begin(), entry.records.end(), [](const auto& one) {
               return std::holds_alternative<reg::EpochRecord>(one);
             });
    } else {
      fits = fits && epoch == state_.epoch + 1 && entry.records.size() == 1 && begins != nullptr &&
             begins->epoch == epoch && begins->recipient == identity.recipient().str();
    }
    if (fits) return {};
    return refuse(fmt::format("entry {} of the register's {} does not belong there", item.number,
                              reg::stream_name(stream_)));
  }

  base::Result<void> check_author(const wire::RegisterEntry& item, const audit::Event& event,
                                  const note::Note& signed_note, const reg::Entry& entry) {
    const trust::Device* author = installation_.chain().device(event.actor);
    if (author == nullptr || signed_note.signatures.size() != 1 ||
        trust::key_that_signed(*author, signed_note) == nullptr) {
      return refuse(fmt::format("entry {} of the register's {} is not signed by {}", item.number,
                                reg::stream_name(stream_), event.actor));
    }
    TRY(const bool might, might_write(*author, item.index));
    if (might && entry.trust.size > author->joined) return {};
    return refuse(fmt::format("entry {} of the register's {}: {} might not write it", item.number,
                              reg::stream_name(stream_), event.actor));
  }

  // When its entry was logged.
  base::Result<bool> might_write(const trust::Device& author, std::uint64_t index) {
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

  base::Result<void> check_views(const wire::RegisterEntry& item, const reg::Entry& entry,
                                 const std::string& author) {
    auto seen = head_at(entry.seen.size);
    if (!seen && seen.error().code != base::Code::kNotFound) return seen.error();
    if (!seen || *seen != entry.seen.hash) {
      return refuse(
          fmt::format("who wrote entry {} has seen another register than the relay shows "
                      "here",
                      item.number));
    }
    const auto views =
        std::make_tuple(entry.log.size, entry.log.hash, entry.trust.size, entry.trust.hash);
    if (!compared_.insert(views).second) return {};
    TRY(const std::string split, seen_.disagreement(author, entry.log, entry.trust));
    if (split.empty()) return {};
    return refuse(fmt::format("entry {} of the register: {}", item.number, split));
  }

  base::Result<crypto::Digest> head_at(std::uint64_t number) const {
    if (const auto known = heads_.find(number); known != heads_.end()) return known->second;
    return head_behind(installation_.vault(), stream_, number);
  }

  Installation& installation_;
  EventProof& proof_;
  EntryPlaces& places_;
  reg::Stream stream_;
  StreamState& state_;
  const note::View began_;
  SeenViews seen_;
  RegisterChanges changes_;
  std::vector<Taken> taken_;
  std::map<std::uint64_t, crypto::Digest> heads_;
  std::set<std::tuple<std::uint64_t, crypto::Digest, std::uint64_t, crypto::Digest>> compared_;
};

}  // namespace

base::Result<void> follow(Installation& installation, client::RelayClient& relay,
                          reg::Stream stream) {
  const std::string_view name = reg::stream_name(stream);
  TRY(StreamState state, load_stream(installation.vault(), stream));
  TRY(const wire::RegisterState there, relay.register_state(name));
  if (there.size < state.read.size) {
    return refuse(fmt::format("the register's {} has {} entries, this vault has read {}", name,
                              there.size, state.read.size));
  }
  if (there.size > state.read.size && state.keys.newest() == 0) return waiting(stream);
  EventProof proof(installation, relay);
  EntryPlaces places(installation, relay, proof);
  while (state.read.size < there.size) {
    TRY(const wire::RegisterEntries list, relay.register_entries(name, state.read.size, kPage));
    if (list.entries.empty()) {
      return refuse(fmt::format("the relay does not show entry {} of the register's {}",
                                state.read.size + 1, name));
    }
    TRY(sync_trust(installation, relay));
    Page page(installation, relay, proof, places, stream, state);
    TRY(page.add_keys(list.keys));
    for (const wire::RegisterEntry& item : list.entries) TRY(page.add(item));
    TRY(const bool stored, page.store());
    if (!stored) {
      TRY(state, load_stream(installation.vault(), stream));
    }
  }
  return {};
}

}  // namespace sealpost::flow
