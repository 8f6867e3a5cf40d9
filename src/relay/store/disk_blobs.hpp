// Blobs as files: <folder>/ab/<id>, one each, mode 0600.
#pragma once

#include <filesystem>

#include "relay/store/blob_store.hpp"

namespace sealpost::relay {

class DiskBlobs final : public BlobStore {
 public:
  static base::Result<DiskBlobs> open(const std::filesystem::path& folder);
  base::Result<base::Fd> open_for_writing(std::string_view id) override;
  base::Result<void> write_at(const base::Fd& file, std::uint64_t offset,
                              base::ByteView bytes) override;
  bool is_there(const base::Fd& file) override;
  base::Result<void> sync_part(const base::Fd& file) override;
  void abandon(const base::Fd& file) override;
  base::Result<std::uint64_t> room() override;
  base::Result<void> sync(std::string_view id, std::uint64_t size) override;
  base::Result<base::Fd> open_for_reading(std::string_view id) override;
  base::Result<void> remove(std::string_view id) override;
  base::Result<std::vector<std::string>> list() override;

 private:
  explicit DiskBlobs(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path path_of(std::string_view id) const;
  std::filesystem::path folder_;
};

}  // namespace sealpost::relay
