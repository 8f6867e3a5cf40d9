#include "flow/wipe_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/file.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kLongest = 64 << 10;  // bytes of any of the files
constexpr mode_t kPrivate = 0600;

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

// Whether the file says this already.
bool says(const std::filesystem::path& path, const std::string& text) {
  const auto found = base::read_file(path, kLongest);
  return found && base::as_text(*found) == text;
}

// The key is new each time that the file is: what vouches for it and what uses it belong together.
base::Result<void> write_key(const Installation& installation, const WipePaths& paths,
                             Context& context) {
  const crypto::SigningKey key = crypto::SigningKey::generate(context.random);
  const trust::DeviceName name = installation.name();
  TRY(const note::Verifier verifier, note::Verifier::make(name.str() + "/wipe", key.verify_key()));
  TRY(const std::string text, trust::format(trust::WipeKey{name, verifier, context.clock.now()}));
  const std::string voucher = note::sign(text, installation.signer());
  TRY(base::replace_file(paths.key(), key.seed().expose(), kPrivate));
  return base::replace_file(paths.voucher(), base::as_bytes(voucher), kPrivate);
}

}  // namespace

base::Result<void> keep_wipe_file(Installation& installation, Context& context) {
  const Profile& profile = installation.profile();
  if (profile.url.empty()) return {};
  const WipePaths paths(installation.vault().path());
  const trust::WipeFile file{installation.name(), installation.chain().root(), profile.url,
                             profile.pin,
                             trust::fingerprint(installation.signer().key().verify_key())};
  TRY(const std::string text, trust::format(file));
  if (says(paths.device(), text) && is_there(paths.key()) && is_there(paths.voucher())) return {};
  TRY(base::make_private_folder(paths.folder));
  TRY(write_key(installation, paths, context));
  return base::replace_file(paths.device(), base::as_bytes(text), kPrivate);
}

base::Result<std::optional<trust::WipeFile>> read_wipe_file(const std::filesystem::path& vault) {
  const auto bytes = base::read_file(WipePaths(vault).device(), kLongest);
  if (!bytes && bytes.error().code == base::Code::kNotFound) {
    return std::optional<trust::WipeFile>();
  }
  if (!bytes) return bytes.error();
  TRY(trust::WipeFile file, trust::parse_wipe_file(base::as_text(*bytes)));
  return std::optional(std::move(file));
}

}  // namespace sealpost::flow
