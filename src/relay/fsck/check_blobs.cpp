// Blobs: the file of each complete one there, whole and equal to its leaf list; the parts of the
// others within their files; and files that nobody speaks of.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/regular_file.hpp"
#include "merkle/blob_leaf.hpp"
#include "relay/fsck/examination.hpp"
#include "relay/handlers/blob_rules.hpp"

namespace sealpost::relay {
namespace {

struct Row {
  std::string id;
  std::uint64_t size;
  bool complete;
  base::Bytes leaves;
};

std::filesystem::path file_of(const Examination& all, const std::string& id) {
  return all.folder.blobs() / id.substr(0, 2) / id;
}

base::Result<base::Fd> open_blob(const Examination& all, const std::string& id) {
  return base::open_regular(file_of(all, id), base::Symlinks::kRefuse);
}

base::Result<std::uint64_t> size_of(const base::Fd& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return base::errno_error("cannot examine a blob");
  return static_cast<std::uint64_t>(info.st_size);
}

// A part that never came, or was given up, is a hole.
bool has_hole(const base::Fd& file, std::uint64_t from, std::uint64_t to) {
  const off_t hole = ::lseek(file.get(), static_cast<off_t>(from), SEEK_HOLE);
  return hole >= 0 && static_cast<std::uint64_t>(hole) < to;
}

// Hashes the file leaf by leaf and counts those that the list has otherwise.
base::Result<std::uint64_t> count_wrong_leaves(Examination& all, const base::Fd& file,
                                               const Row& blob) {
  std::uint64_t wrong = 0;
  base::Bytes piece(static_cast<std::size_t>(merkle::kBlobLeafSize));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return base::errno_error("cannot read a blob");
  for (std::uint64_t i = 0; i < merkle::blob_leaf_count(blob.size); ++i) {
    TRY(const std::size_t count, base::read_full(file.get(), piece));
    const merkle::Digest hash = merkle::leaf_hash(base::ByteView(piece).first(count));
    const auto expected = base::ByteView(blob.leaves).subspan(i * hash.size(), hash.size());
    if (!std::equal(hash.begin(), hash.end(), expected.begin())) ++wrong;
    all.found.blob_bytes += count;
    TRY(all.passed(count));
  }
  return wrong;
}

// What is wrong with a complete blob; empty when nothing is.
base::Result<std::string> judge_complete(Examination& all, const Row& blob) {
  if (blob.leaves.size() != merkle::blob_leaf_count(blob.size) * sizeof(merkle::Digest)) {
    return std::string("its leaf list has another length than it");
  }
  const auto file = open_blob(all, blob.id);
  if (!file && file.error().code == base::Code::kNotFound)
    return std::string("its file is missing");
  if (!file) return "its file cannot be read: " + file.error().text;
  TRY(const std::uint64_t size, size_of(*file));
  if (size != blob.size) {
    return "its file has " + std::to_string(size) + " bytes instead of " +
           std::to_string(blob.size);
  }
  if (has_hole(*file, 0, size)) return std::string("its file has holes");
  if (all.options.quick) return std::string();
  const auto wrong = count_wrong_leaves(all, *file, blob);
  if (!wrong && wrong.error().code == base::Code::kInterrupted) return wrong.error();
  if (!wrong) return "its file cannot be read: " + wrong.error().text;
  if (*wrong == 0) return std::string();
  return std::to_string(*wrong) + " of " + std::to_string(merkle::blob_leaf_count(blob.size)) +
         " MiB are not what its leaf list says";
}

// What is wrong with the parts that are noted of an incomplete blob.
base::Result<std::string> judge_parts(Examination& all, const Row& blob) {
  TRY(Query query, all.db.query("SELECT part FROM parts WHERE blob = ? ORDER BY part"));
  query.bind(std::string_view(blob.id));
  const auto file = open_blob(all, blob.id);
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return std::string();
    const std::uint64_t part = query.number(0);
    const std::string name = "part " + std::to_string(part);
    if (part >= part_count(blob.size)) return name + " is noted, and it has no such part";
    if (!file) return name + " is noted, and its file is missing";
    TRY(const std::uint64_t size, size_of(*file));
    const std::uint64_t from = part * wire::kPartSize;
    const std::uint64_t to = from + part_size(blob.size, part);
    if (size < to || has_hole(*file, from, to)) return name + " is noted, and is not in its file";
  }
}

base::Result<void> check_blob(Examination& all, const Row& blob) {
  if (!check_blob_id(blob.id)) return all.damage(Part::kBlob, blob.id, "its id is out of form");
  TRY(std::string what, blob.complete ? judge_complete(all, blob) : judge_parts(all, blob));
  if (what.empty()) return {};
  return all.damage(Part::kBlob, blob.id, std::move(what));
}

base::Result<void> count_left_over(Examination& all) {
  std::error_code error;
  for (const auto& shelf : std::filesystem::directory_iterator(all.folder.blobs(), error)) {
    std::error_code inner;
    for (const auto& file : std::filesystem::directory_iterator(shelf.path(), inner)) {
      const std::string id = file.path().filename().string();
      TRY(Query query, all.db.query("SELECT 1 FROM blobs WHERE id = ?"));
      query.bind(std::string_view(id));
      TRY(const bool known, query.step());
      if (!known) ++all.found.left_over;
    }
  }
  return {};
}

}  // namespace

base::Result<void> check_blobs(Examination& all) {
  TRY(Query query, all.db.query("SELECT b.id, b.size, b.complete, l.hashes FROM blobs b "
                                "LEFT JOIN blob_leaves l ON l.blob = b.id ORDER BY b.id"));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) break;
    ++all.found.blobs;
    TRY(check_blob(all, {query.text(0), query.number(1), query.number(2) != 0, query.bytes(3)}));
    TRY(all.passed(0));
  }
  return count_left_over(all);
}

}  // namespace sealpost::relay
