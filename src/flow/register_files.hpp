// Files that records of the register keep, as a scan of what was signed: stored at the relay as
// attachments are, and named in the record with the SHA-256 of their content.
// sealpost-register(5), RECORDS. One thread.
#pragma once

#include <filesystem>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/transfer.hpp"
#include "register/record.hpp"

namespace sealpost::flow {

// Uploads a regular file; the blob belongs in RegisterDraft::blobs of the records that name it, and
// is swept by the relay when none does. kUsage for what is no regular file, is empty or has a name
// that cannot be shown, kConflict when it changes meanwhile; otherwise as upload_attachment().
base::Result<reg::File> store_register_file(Installation& installation, client::RelayClient& relay,
                                            const std::filesystem::path& path, Context& context,
                                            TransferProgress& progress);

// Fetches it into `folder` under a safe name that is free, and returns the path. Saving again finds
// what was saved. kNotFound when there is no such folder, kVerificationFailed when it is not as the
// record says; then nothing stays.
base::Result<std::filesystem::path> save_register_file(client::RelayClient& relay,
                                                       const reg::File& file,
                                                       const std::filesystem::path& folder,
                                                       Context& context,
                                                       TransferProgress& progress);

}  // namespace sealpost::flow
