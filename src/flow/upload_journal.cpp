#include "flow/upload_journal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "text/json.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::size_t kBlobIdBytes = 16;
constexpr std::uint64_t kGroup = 64;  // blocks whose digests share a row
constexpr std::size_t kDigest = sizeof(crypto::Digest);

std::string group_name(const std::string& blob, std::uint64_t group) {
  return fmt::format("{}\n{}", blob, group);
}

crypto::SecretBytes encode(const std::string& blob, const message::BlobKeys& keys,
                           std::uint64_t size) {
  base::Bytes plain = text::to_cbor({{"blob", blob},
                                     {"key", keys.key},
                                     {"beginning", text::binary(keys.beginning)},
                                     {"size", size}});
  crypto::SecretBytes secret{base::ByteView(plain)};
  crypto::wipe(plain);
  return secret;
}

base::Result<std::string> blob_of(const vault::Row& row) {
  TRY(const text::Json json, text::parse_cbor(row.value.expose()));
  return text::string_at(json, "blob");
}

base::Result<void> erase(vault::Vault& vault, std::string_view name, bool& found) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kUpload, name));
  found = row.has_value();
  return found ? vault.erase(Kind::kUpload, row->id) : base::Result<void>();
}

}  // namespace

base::Result<UploadJournal> UploadJournal::open(vault::Vault& vault, std::string name,
                                                std::uint64_t size, base::Random& random) {
  UploadJournal journal(vault, std::move(name));
  if (journal.name_.empty()) {
    TRY(journal.begin(size, random));
    return journal;
  }
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(const std::optional<vault::Row> row, vault.find(Kind::kUpload, journal.name_));
    if (row) {
      TRY(const bool same, journal.take_up(*row, size));
      if (same) return {};
      TRY(forget(vault, journal.name_));
    }
    return journal.begin(size, random);
  }));
  return journal;
}

base::Result<std::uint64_t> UploadJournal::noted_bytes(vault::Vault& vault,
                                                       const std::string& name) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kUpload, name));
  if (!row) return std::uint64_t{0};
  TRY(const text::Json json, text::parse_cbor(row->value.expose()));
  TRY(const std::uint64_t size, text::number_at(json, "size"));
  UploadJournal journal(vault, name);
  TRY(journal.take_up(*row, size));
  return std::min(size, journal.known_ * kBlockSize);
}

base::Result<bool> UploadJournal::take_up(const vault::Row& row, std::uint64_t size) {
  TRY(const text::Json json, text::parse_cbor(row.value.expose()));
  TRY(const std::uint64_t kept, text::number_at(json, "size"));
  if (kept != size) return false;
  TRY(blob_, text::string_at(json, "blob"));
  TRY(std::string key, text::string_at(json, "key"));
  TRY(const base::Bytes beginning, text::binary_at(json, "beginning"));
  TRY(keys_, message::open_blob_keys(std::move(key), beginning));
  for (std::uint64_t number = 0;; ++number) {
    TRY(const base::Bytes digests, group(number));
    known_ += digests.size() / kDigest;
    if (digests.size() < kGroup * kDigest) return true;
  }
}

base::Result<void> UploadJournal::begin(std::uint64_t size, base::Random& random) {
  blob_ = base::to_hex(crypto::random_bytes(random, kBlobIdBytes));
  keys_ = message::new_blob_keys(random);
  known_ = 0;
  if (name_.empty()) return {};
  return vault_.put(Kind::kUpload, name_, encode(blob_, keys_, size).expose());
}

base::Result<void> UploadJournal::forget(vault::Vault& vault, const std::string& name) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kUpload, name));
  if (!row) return {};
  TRY(const std::string blob, blob_of(*row));
  bool found = true;
  for (std::uint64_t group = 0; found; ++group) TRY(erase(vault, group_name(blob, group), found));
  return vault.erase(Kind::kUpload, row->id);
}

base::Result<base::Bytes> UploadJournal::group(std::uint64_t number) const {
  TRY(const std::optional<vault::Row> row, vault_.find(Kind::kUpload, group_name(blob_, number)));
  if (!row) return base::Bytes();
  return base::to_bytes(row->value.expose());
}

// Nothing when the block is the next one.
base::Result<std::optional<bool>> UploadJournal::compare(std::uint64_t number,
                                                         const crypto::Digest& digest) const {
  TRY(const base::Bytes digests, group(number / kGroup));
  const std::size_t at = static_cast<std::size_t>(number % kGroup) * kDigest;
  if (at == digests.size()) return std::optional<bool>();
  if (at > digests.size()) return std::optional<bool>(false);
  const auto kept = base::ByteView(digests).subspan(at, kDigest);
  return std::optional<bool>(std::equal(kept.begin(), kept.end(), digest.begin()));
}

base::Result<void> UploadJournal::add(std::uint64_t number, const crypto::Digest& digest) {
  TRY(base::Bytes digests, group(number / kGroup));
  base::append(digests, digest);
  return vault_.put(Kind::kUpload, group_name(blob_, number / kGroup), digests);
}

base::Result<bool> UploadJournal::note(std::uint64_t number, const crypto::Digest& digest) {
  if (name_.empty()) return true;
  TRY(const std::optional<bool> before, compare(number, digest));
  if (before) return *before;
  bool same = true;
  TRY(vault_.transaction([&]() -> base::Result<void> {
    TRY(const std::optional<vault::Row> row, vault_.find(Kind::kUpload, name_));
    const auto current = row ? blob_of(*row) : base::Result<std::string>(std::string());
    if (!current || *current != blob_) {
      return base::Error{base::Code::kConflict, "another process sends this file, too",
                         "wait for the other one"};
    }
    TRY(const std::optional<bool> meanwhile, compare(number, digest));
    if (!meanwhile) return add(number, digest);
    same = *meanwhile;
    return {};
  }));
  return same;
}

}  // namespace sealpost::flow
