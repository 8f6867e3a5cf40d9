// Entries of a stream of the register as the relay shows them: each is verified before anything of
// it counts, and all that one page changes is stored as a whole. sealpost-register(5), Reading.
//
// What the relay must not do stops the reader. What only an author can have done, an entry that
// does not open or that holds nonsense, is the same for every reader: it counts for nothing, and
// is remembered. Internal to the register's rooms. Borrows; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "audit/event.hpp"
#include "flow/entry_places.hpp"
#include "flow/register_state.hpp"
#include "flow/stream_state.hpp"

namespace sealpost::flow {

// kVerificationFailed, with the hint that people have to look.
base::Error refuse_register(std::string why);
// kBusy: the key of this stream has not come yet.
base::Error waiting_for_key(reg::Stream stream);

class RegisterPage {
 public:
  // `state` goes on with each entry that was taken.
  RegisterPage(Installation& installation, client::RelayClient& relay, EventProof& proof,
               EntryPlaces& places, reg::Stream stream, StreamState& state, base::Time now);
  // Before the entries that they came with.
  void add_keys(const std::vector<wire::WrappedKey>& keys);
  // kBusy when it is of an epoch whose key is not here; kVerificationFailed.
  base::Result<void> add(const wire::RegisterEntry& item);
  // The key, as it was granted to this device, is not the one that began its epoch: to be
  // forgotten, so that another device sends the right one.
  struct WrongKey {
    std::uint64_t epoch = 0;
    std::string recipient;
  };
  const std::optional<WrongKey>& wrong_key() const { return wrong_key_; }
  // False, and nothing is stored, when another process of this vault has read on meanwhile.
  base::Result<bool> store();

 private:
  struct Taken {
    std::uint64_t number = 0;
    crypto::Digest head{};
    std::string author;
    std::string id;  // empty for one that counts for nothing
  };
  // An entry that counts, or why it does not.
  struct Judged {
    reg::Entry entry;
    std::string fault;
    bool grave = false;  // it may be the relay's doing: a reader does not go on
  };
  struct Logged {
    audit::Event event;
    crypto::Digest head{};
    std::uint64_t epoch = 0;
    std::vector<std::string> shredded;
  };

  base::Result<void> try_add(const wire::RegisterEntry& item);
  base::Result<void> go_on(const wire::RegisterEntry& item, const Logged& logged,
                           const std::string& id);
  base::Result<void> settle(const wire::RegisterEntry& item, const Logged& logged,
                            const age::X25519Identity& identity, Judged judged, bool skipped);
  base::Result<bool> is_skipped(const wire::RegisterEntry& item, const Logged& logged) const;
  void give_up(const wire::RegisterEntry& item, const Logged& logged);
  base::Result<Logged> read_event(const wire::RegisterEntry& item);
  base::Result<void> check_event(const wire::RegisterEntry& item, const Logged& logged);
  base::Result<void> check_time(const wire::RegisterEntry& item, base::Time at) const;
  base::Result<Judged> judge(const wire::RegisterEntry& item, const Logged& logged,
                             const age::X25519Identity& identity);
  bool belongs(const reg::Entry& entry, std::uint64_t epoch,
               const age::X25519Identity& identity) const;
  base::Result<bool> might_write(const trust::Device& author, std::uint64_t index);
  base::Result<std::string> disagreement(const wire::RegisterEntry& item, const reg::Entry& entry,
                                         const std::string& author);
  base::Result<void> take(const wire::RegisterEntry& item, const Logged& logged,
                          const reg::Entry& entry, const age::X25519Identity& identity);
  base::Result<void> take_keys(const wire::RegisterEntry& item, const reg::Entry& entry,
                               const age::X25519Identity& identity);
  base::Result<crypto::Digest> head_at(std::uint64_t number) const;
  base::Result<void> store_all(vault::Vault& vault);
  base::Error refuse(std::uint64_t number, std::string_view why) const;

  Installation& installation_;
  EventProof& proof_;
  EntryPlaces& places_;
  reg::Stream stream_;
  StreamState& state_;
  const base::Time now_;
  const note::View began_;
  SeenViews seen_;
  RegisterChanges changes_;
  std::optional<WrongKey> wrong_key_;
  std::vector<WrongKey> given_up_;
  std::map<std::string, wire::WrappedKey> keys_;
  std::vector<Taken> taken_;
  std::map<std::uint64_t, crypto::Digest> heads_;
  std::set<std::tuple<std::uint64_t, crypto::Digest, std::uint64_t, crypto::Digest>> compared_;
};

}  // namespace sealpost::flow
