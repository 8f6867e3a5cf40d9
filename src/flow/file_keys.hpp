// The file keys of sent messages: kept, sealed, while a device may need a new header, and no
// longer. That ends with the device's delivered receipt, with the message's life, or with the third
// new header. sealpost-message(5), FAN-OUT.
//
// Everything but erase_old_keys() is to be called inside the transaction that makes it true.
#pragma once

#include <string>
#include <vector>

#include "flow/installation.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {

inline constexpr std::uint64_t kMaxNewHeaders = 3;  // of one message, for one device

base::Result<void> keep_file_key(vault::Vault& vault, const std::string& id,
                                 const FileKeyRecord& record);
base::Result<std::optional<FileKeyRecord>> find_file_key(const vault::Vault& vault,
                                                         const std::string& id);
// Without devices that may need a header, the key is erased instead. True when it was.
base::Result<bool> update_file_key(vault::Vault& vault, const std::string& id,
                                   const FileKeyRecord& record);
base::Result<void> forget_file_key(vault::Vault& vault, const std::string& id);

// What a verified receipt means for the key. True when the key was erased.
base::Result<bool> note_answer(vault::Vault& vault, const receipt::Receipt& said);

// Messages of which some device waits for a new header.
base::Result<std::vector<std::string>> wanted_headers(const vault::Vault& vault);
base::Result<void> set_wanted_headers(vault::Vault& vault, const std::vector<std::string>& ids);

// Once a day: those of messages that have expired, and links (flow/link_records.hpp).
base::Result<void> erase_old_keys(vault::Vault& vault, base::Time now);
// After keys were erased. That somebody else reads the vault just now is no failure.
base::Result<void> purge_keys(vault::Vault& vault);

}  // namespace sealpost::flow
