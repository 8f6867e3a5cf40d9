#include "flow/consent_proofs.hpp"

#include <fmt/format.h>

#include <map>

#include "base/encoding.hpp"
#include "base/regular_file.hpp"
#include "flow/register_files.hpp"
#include "flow/save_names.hpp"
#include "flow/sync.hpp"

namespace sealpost::flow {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxNames = 1000;      // tries for a name
constexpr std::size_t kDigits = 12;  // of a hash, in a name
constexpr mode_t kMode = 0600;

base::Result<bool> holds(const fs::path& path, std::string_view text) {
  auto file = base::open_regular(path, base::Symlinks::kRefuse);
  if (!file) return false;
  const auto bytes = base::read_fd(file->get(), text.size());
  return bytes && base::as_text(*bytes) == text;
}

base::Result<fs::path> write_text(const fs::path& folder, const std::string& name,
                                  const std::string& text) {
  for (int count = 1; count <= kMaxNames; ++count) {
    const fs::path path =
        folder / (count == 1 ? name + ".txt" : fmt::format("{}-{}.txt", name, count));
    auto written = base::write_new_file(path, base::as_bytes(text), kMode);
    if (written) return path;
    if (written.error().code != base::Code::kConflict) return written.error();
    TRY(const bool same, holds(path, text));
    if (same) return path;
  }
  return base::Error{base::Code::kConflict, "the folder has too many files of that name", ""};
}

class Saving {
 public:
  Saving(Installation& installation, const KeyedContact& keyed, const fs::path& folder,
         Context& context, TransferProgress& progress)
      : installation_(installation),
        keyed_(keyed),
        folder_(folder),
        context_(context),
        progress_(progress) {}

  base::Result<SavedProof> save(const reg::GrantRecord& grant) {
    SavedProof saved{grant.id, {}, {}};
    if (keyed_.key && !grant.evidence.empty()) {
      TRY(saved.evidence, save_evidence(grant));
    }
    if (grant.disclosure) {
      TRY(saved.disclosure, save_disclosure(*grant.disclosure));
    }
    return saved;
  }

 private:
  base::Result<fs::path> save_evidence(const reg::GrantRecord& grant) {
    TRY(const reg::File file, reg::open_file(*keyed_.key, grant.contact, grant.evidence));
    if (!relay_) {
      TRY(client::RelayClient relay, connect(installation_, context_));
      relay_.emplace(std::move(relay));
    }
    return save_register_file(*relay_, file, folder_, context_, progress_);
  }

  base::Result<fs::path> save_disclosure(const crypto::Digest& sha256) {
    if (const auto known = texts_.find(sha256); known != texts_.end()) return known->second;
    fs::path path;
    TRY(const std::optional<std::string> text, find_disclosure(installation_.vault(), sha256));
    if (text) {
      TRY(path,
          write_text(folder_, "disclosure-" + base::to_hex(sha256).substr(0, kDigits), *text));
    }
    texts_.emplace(sha256, path);
    return path;
  }

  Installation& installation_;
  const KeyedContact& keyed_;
  const fs::path& folder_;
  Context& context_;
  TransferProgress& progress_;
  std::optional<client::RelayClient> relay_;
  std::map<crypto::Digest, fs::path> texts_;
};

}  // namespace

base::Result<std::vector<SavedProof>> save_proofs(Installation& installation,
                                                  const KeyedContact& keyed, base::Time when,
                                                  const fs::path& folder, Context& context,
                                                  TransferProgress& progress) {
  TRY(check_save_folder(folder));
  Saving saving(installation, keyed, folder, context, progress);
  std::vector<SavedProof> saved;
  for (const reg::Granted& granted : keyed.contact.grants) {
    if (granted.where.at > when) continue;
    TRY(SavedProof proof, saving.save(granted.record));
    if (!proof.evidence.empty() || !proof.disclosure.empty()) saved.push_back(std::move(proof));
  }
  if (!saved.empty()) return saved;
  return base::Error{base::Code::kNotFound,
                     "neither evidence nor the text that was shown is kept here", ""};
}

}  // namespace sealpost::flow
