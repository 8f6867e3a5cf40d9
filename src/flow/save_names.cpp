#include "flow/save_names.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "flow/blob_reader.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

constexpr int kMaxNames = 10000;  // tries for a name

// "scan.dcm", "scan-2.dcm", ...
std::string variant(const std::string& safe, int count) {
  if (count == 1) return safe;
  const std::size_t dot = safe.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : safe.substr(dot);
  return fmt::format("{}-{}{}", safe.substr(0, dot), count, extension);
}

struct Opened {
  base::Fd file;
  std::uint64_t size = 0;
};

// A plain file of this user, followed through nothing; no descriptor for anything else.
Opened open_plain(const std::filesystem::path& path) {
  Opened opened;
  base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info {};
  const bool plain = file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode);
  if (!plain) return opened;
  opened.file = std::move(file);
  opened.size = static_cast<std::uint64_t>(info.st_size);
  return opened;
}

}  // namespace

base::Result<void> check_save_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) return {};
  return base::Error{base::Code::kNotFound, fmt::format("{} is not a folder", folder.string()),
                     "make it first"};
}

SaveNames::SaveNames(std::filesystem::path folder, client::RelayClient& client, Context& context)
    : folder_(std::move(folder)), client_(client), context_(context) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    there_.insert(text::fold(entry.path().filename().string()));
  }
}

base::Result<SaveNames::Content> SaveNames::examine(const std::filesystem::path& path,
                                                    const message::Attachment& attachment) {
  const Opened there = open_plain(path);
  if (!there.file || there.size > attachment.size) return Content::kOther;
  if (there.size == attachment.size && there.size == 0) return Content::kWhole;
  if (there.size == 0) return Content::kBeginning;
  TRY(const BlobReader reader, BlobReader::open(client_, {attachment}, context_));
  TRY(const std::uint64_t same, reader.count_true(there.file.get()));
  if (same == attachment.size) return Content::kWhole;
  return same > 0 ? Content::kBeginning : Content::kOther;
}

base::Result<std::optional<SavePlace>> SaveNames::try_name(const std::string& name,
                                                           const message::Attachment& attachment) {
  const SavePlace place{folder_ / name, false};
  if (given_.contains(text::fold(name))) return std::optional<SavePlace>();
  if (there_.contains(text::fold(name))) {
    TRY(const Content content, examine(place.path, attachment));
    if (content != Content::kWhole) return std::optional<SavePlace>();
    return std::optional<SavePlace>({place.path, true});
  }
  if (there_.contains(text::fold(name + ".partial"))) {
    TRY(const Content content, examine(place.path.string() + ".partial", attachment));
    if (content == Content::kOther) return std::optional<SavePlace>();
  }
  return std::optional<SavePlace>(place);
}

base::Result<SavePlace> SaveNames::find(const message::Attachment& attachment) {
  const std::string safe = text::safe_filename(attachment.name);
  for (int count = 1; count < kMaxNames; ++count) {
    const std::string name = variant(safe, count);
    TRY(std::optional<SavePlace> place, try_name(name, attachment));
    if (!place) continue;
    given_.insert(text::fold(name));
    return *std::move(place);
  }
  return base::Error{base::Code::kConflict, "the folder has too many files of that name", ""};
}

}  // namespace sealpost::flow
