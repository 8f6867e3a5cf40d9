// What a vault holds of the register's streams: how far it has read, and the keys. Rows of
// Kind::kRegister. sealpost-register(5), KEYS and ENTRIES.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "age/x25519.hpp"
#include "register/personal.hpp"
#include "register/stream.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

// The keys of a stream, epoch 1 first. Move-only.
class StreamKeys {
 public:
  // As a grant carries them: one identity a line. kMalformed.
  static base::Result<StreamKeys> parse(const crypto::SecretBytes& lines);
  crypto::SecretBytes to_lines() const;
  void add(age::X25519Identity identity) { identities_.push_back(std::move(identity)); }
  // The key of this epoch, the newest. Epochs before it that were given up, and whose keys nobody
  // has, get the same: nothing of them is ever opened.
  base::Result<void> add_up_to(std::uint64_t epoch, const age::X25519Identity& identity);
  // Forgets the key of this epoch, and those behind it, if it is the one for this recipient: other
  // processes may have got the right one meanwhile.
  void drop(std::uint64_t epoch, const std::string& recipient);

  std::uint64_t newest() const { return identities_.size(); }  // 0 without any key
  // nullptr for an epoch whose key is not here.
  const age::X25519Identity* of(std::uint64_t epoch) const;
  std::vector<std::string> recipients() const;
  base::Result<reg::WrapKey> wrap_key(std::uint64_t epoch) const;  // kNotFound

 private:
  std::vector<age::X25519Identity> identities_;
};

struct StreamState {
  note::View read;           // entries, and the head behind the last of them
  std::uint64_t leaf = 0;    // index of the event that logs the last entry
  std::uint64_t epoch = 0;   // as the entries say; 0 before the first
  std::uint64_t top = 0;     // the newest that the log has, also one that was given up
  std::uint64_t since = 0;   // size of the trust chain that the author of this epoch had seen
  std::uint64_t tended = 0;  // size of the trust chain when grants were last looked after
  std::uint64_t known = 0;   // entries that were ever read: what is read again is not less
  std::uint64_t skips = 0;   // how many register-skips of this stream were heeded
  bool anew = false;         // this device began its epoch in the place of one that was given up
  bool looked = false;       // it was read to its end once
  base::Time at{};           // of the event that logs the last entry
  std::uint64_t begun = 0;   // newest epoch that the relay has told of
  StreamKeys keys;
};
base::Result<StreamState> load_stream(const vault::Vault& vault, reg::Stream stream);
base::Result<void> store_stream(vault::Vault& vault, reg::Stream stream, const StreamState& state);
// Changes what is there now: other processes use the vault as well. Inside a transaction.
base::Result<void> update_stream(vault::Vault& vault, reg::Stream stream,
                                 const std::function<void(StreamState&)>& change);

// The head behind an entry that was read; kNotFound for one that was not.
base::Result<crypto::Digest> head_behind(const vault::Vault& vault, reg::Stream stream,
                                         std::uint64_t number);
// Whether an entry of this author under this id was read.
base::Result<bool> has_entry(const vault::Vault& vault, std::string_view author,
                             std::string_view id);
// Remembers the head behind an entry; kConflict when it was another one before. Call inside a
// transaction.
base::Result<void> remember_entry(vault::Vault& vault, reg::Stream stream, std::uint64_t number,
                                  const crypto::Digest& head);
// Remembers that the author has used this id for the entry; kConflict when it was used for another.
// Call inside a transaction.
base::Result<void> remember_id(vault::Vault& vault, reg::Stream stream, std::uint64_t number,
                               std::string_view author, std::string_view id);

}  // namespace sealpost::flow
