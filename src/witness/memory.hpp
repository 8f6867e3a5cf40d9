// What a witness keeps: its key, and of each log the last checkpoint that it has cosigned. A
// folder, sealpost-log(5), WITNESS. One process at a time: kConflict for the second. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "base/seams.hpp"
#include "note/note.hpp"

namespace sealpost::witness {

class Memory {
 public:
  // Makes folder and key where there are none. The key gets the name that is wanted, or else the
  // `usual` one; one that is there already must have the name that is wanted (kConflict).
  // kMalformed as note::Signer::make.
  static base::Result<Memory> open(const std::filesystem::path& folder,
                                   const std::optional<std::string>& wanted,
                                   const std::string& usual, base::Random& random);

  const note::Signer& key() const { return key_; }
  bool is_new() const { return new_; }  // the key was made by open()
  // The checkpoint that was cosigned last for this log, as it was signed; nothing before the first.
  base::Result<std::optional<std::string>> last(const std::string& origin) const;
  // On the disk when this returns.
  base::Result<void> remember(const std::string& origin, const std::string& checkpoint_note) const;
  // A signed checkpoint that no honest log signs, kept as evidence; a few, the same one once.
  base::Result<std::filesystem::path> accuse(const std::string& request) const;

 private:
  Memory(std::filesystem::path folder, base::Fd lock, note::Signer key, bool is_new)
      : folder_(std::move(folder)), lock_(std::move(lock)), key_(std::move(key)), new_(is_new) {}
  std::filesystem::path folder_;
  base::Fd lock_;
  note::Signer key_;
  bool new_;
};

}  // namespace sealpost::witness
