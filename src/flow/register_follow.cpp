#include "flow/register_follow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "flow/erasure.hpp"
#include "flow/register_page.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 16;       // entries
constexpr std::size_t kMostAsked = 64;  // entries whose keys are asked for again

class Follower {
 public:
  Follower(Installation& installation, client::RelayClient& relay, reg::Stream stream,
           base::Time now)
      : installation_(installation),
        relay_(relay),
        stream_(stream),
        name_(reg::stream_name(stream)),
        now_(now),
        proof_(installation, relay),
        places_(installation, relay, proof_) {}

  base::Result<void> read_all() {
    TRY(StreamState state, load_stream(vault(), stream_));
    TRY(const wire::RegisterState there, relay_.register_state(name_));
    const std::uint64_t known = std::max(state.known, state.read.size);
    if (there.size < known) {
      return refuse_register(fmt::format("the register's {} has {} entries, this vault has read {}",
                                         name_, there.size, known));
    }
    TRY(heed_skips(state));
    const bool keyless = state.keys.newest() == 0 && state.skips == 0;
    if (there.size > state.read.size && keyless) return waiting_for_key(stream_);
    while (state.read.size < there.size) TRY(read_page(state));
    return {};
  }

  // Keys that were not shown, and are now, change what was read before: it is read again.
  base::Result<void> settle_keys() {
    if (stream_ != reg::Stream::kPeople) return {};
    TRY(const auto missing, missing_keys(vault(), SIZE_MAX));
    if (missing.empty()) return {};
    TRY(const bool come, have_come(missing));
    if (!come) return check_keys(vault());
    TRY(read_again());
    return check_keys(vault());
  }

  // For check_known(), which asks nobody.
  base::Result<void> note_looked() {
    TRY(const StreamState state, load_stream(vault(), stream_));
    if (state.looked) return {};
    return vault().transaction([&] {
      return update_stream(vault(), stream_, [](StreamState& now) { now.looked = true; });
    });
  }

 private:
  vault::Vault& vault() const { return installation_.vault(); }

  base::Result<void> read_page(StreamState& state) {
    TRY(const wire::RegisterEntries list, relay_.register_entries(name_, state.read.size, kPage));
    if (list.entries.empty()) {
      return refuse_register(fmt::format("the relay does not show entry {} of the register's {}",
                                         state.read.size + 1, name_));
    }
    TRY(sync_trust(installation_, relay_));
    TRY(const bool renewed, heed_skips(state));
    if (renewed) return {};
    RegisterPage page(installation_, relay_, proof_, places_, stream_, state, now_);
    page.add_keys(list.keys);
    for (const wire::RegisterEntry& item : list.entries) {
      const auto added = page.add(item);
      if (added) continue;
      if (page.wrong_key()) TRY(forget_key(*page.wrong_key()));
      if (added.error().code != base::Code::kBusy) return added;
      // What comes before is good, and may say that another key is to take the place of one.
      const auto stored = page.store();
      return stored ? added : base::Result<void>(stored.error());
    }
    TRY(const bool stored, page.store());
    if (!stored) {
      TRY(state, load_stream(vault(), stream_));
    }
    return {};
  }

  // What was read before and is skipped now is read again, as everybody else reads it. True when
  // there was such a thing.
  base::Result<bool> heed_skips(StreamState& state) {
    std::uint64_t count = 0;
    bool read = false;
    for (const trust::RegisterSkip& skip : installation_.chain().register_skips()) {
      if (skip.stream != name_) continue;
      if (++count > state.skips && skip.first <= state.read.size) read = true;
    }
    if (count == state.skips) return false;
    TRY(vault().transaction([&]() -> base::Result<void> {
      if (read) TRY(forget());
      return update_stream(vault(), stream_, [&](StreamState& now) { now.skips = count; });
    }));
    if (read) TRY(finish_erasure(vault()));
    TRY(state, load_stream(vault(), stream_));
    return read;
  }

  base::Result<void> forget_key(const RegisterPage::WrongKey& key) {
    TRY(vault().transaction([&] {
      return update_stream(vault(), stream_,
                           [&](StreamState& state) { state.keys.drop(key.epoch, key.recipient); });
    }));
    return relay_.miss_register_grant(name_);
  }

  base::Result<bool> have_come(const std::vector<MissingKey>& missing) {
    std::set<std::uint64_t> entries;
    std::set<std::string> contacts;
    for (const MissingKey& one : missing) {
      if (entries.size() < kMostAsked) entries.insert(one.entry);
      contacts.insert(one.contact);
    }
    for (const std::uint64_t entry : entries) {
      TRY(const wire::RegisterEntries list, relay_.register_entries(name_, entry - 1, 1));
      const bool come = std::any_of(list.keys.begin(), list.keys.end(), [&](const auto& key) {
        return contacts.contains(key.contact);
      });
      if (come) return true;
    }
    return false;
  }

  // Inside a transaction.
  base::Result<void> forget() {
    TRY(forget_records(vault(), stream_));
    TRY(mark_erasure(vault(), fmt::format("register {}", name_)));
    return update_stream(vault(), stream_, [](StreamState& state) {
      state.read = {};
      state.leaf = state.epoch = state.top = state.since = 0;
      state.at = {};
    });
  }

  base::Result<void> read_again() {
    TRY(vault().transaction([&] { return forget(); }));
    TRY(finish_erasure(vault()));
    return read_all();
  }

  Installation& installation_;
  client::RelayClient& relay_;
  reg::Stream stream_;
  std::string_view name_;
  base::Time now_;
  EventProof proof_;
  EntryPlaces places_;
};

}  // namespace

base::Result<void> check_keys(const vault::Vault& vault) {
  constexpr std::size_t kNamed = 5;
  TRY(const auto missing, missing_keys(vault, SIZE_MAX));
  if (missing.empty()) return {};
  std::set<std::uint64_t> entries;
  for (const MissingKey& one : missing) {
    if (entries.size() <= kNamed) entries.insert(one.entry);
  }
  const bool more = entries.size() > kNamed;
  if (more) entries.erase(std::prev(entries.end()));
  return refuse_register(fmt::format(
      "the relay does not show the keys of {} contact{}, which came with entr{} {}{} of "
      "the register's people",
      missing.size(), missing.size() == 1 ? "" : "s", entries.size() == 1 ? "y" : "ies",
      fmt::join(entries, ", "), more ? " and others" : ""));
}

base::Result<void> follow(Installation& installation, client::RelayClient& relay,
                          reg::Stream stream, base::Time now) {
  Follower follower(installation, relay, stream, now);
  TRY(follower.read_all());
  TRY(follower.settle_keys());
  return follower.note_looked();
}

}  // namespace sealpost::flow
