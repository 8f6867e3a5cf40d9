// What a device keeps in the open beside its vault, so that an order to wipe it finds it while the
// vault is locked or the relay refuses it, and so that it can answer: sealpost-security(7), HOW IT
// IS DONE, Wiping. All in the folder "wipe" of the profile's folder. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "trust/wipe.hpp"

namespace sealpost::flow {

// The files, by the path of the vault.
struct WipePaths {
  explicit WipePaths(const std::filesystem::path& vault) : folder(vault.parent_path() / "wipe") {}
  std::filesystem::path folder;
  std::filesystem::path device() const { return folder / "device"; }    // trust::WipeFile
  std::filesystem::path key() const { return folder / "key"; }          // 32 bytes, the seed
  std::filesystem::path voucher() const { return folder / "voucher"; }  // for the key, signed
  std::filesystem::path order() const { return folder / "order"; }      // the one that is obeyed
  std::filesystem::path answer() const { return folder / "answer"; }    // signed; all is gone
  std::filesystem::path told() const { return folder / "told"; }        // the relay has the answer
};

// Writes what is missing, or no longer true because the relay's address or the device's key
// changed. Nothing happens before there is a relay.
base::Result<void> keep_wipe_file(Installation& installation, Context& context);

// Nothing where there is none; kMalformed.
base::Result<std::optional<trust::WipeFile>> read_wipe_file(const std::filesystem::path& vault);

}  // namespace sealpost::flow
