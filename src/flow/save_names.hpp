// Under which names attachments are saved in a folder that holds other files, too. One thread.
//
// A name is free when nothing in the folder has it, in the form in which two names are the same
// file on some common system. A file that holds the very attachment already counts as saved, and a
// .partial that is a true beginning of it is gone on with; every other one is somebody else's and
// stays as it is.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "flow/transfer.hpp"

namespace sealpost::flow {

struct SavePlace {
  std::filesystem::path path;
  bool complete = false;  // the attachment is there, whole and true
};

base::Result<void> check_save_folder(const std::filesystem::path& folder);  // kNotFound

class SaveNames {
 public:
  // Looks at the folder once, now. Borrows client and context.
  SaveNames(std::filesystem::path folder, client::RelayClient& client, Context& context);
  // "scan.dcm", "scan-2.dcm", ... Each call gives another name. kConflict when there are too many;
  // otherwise what the client says.
  base::Result<SavePlace> find(const message::Attachment& attachment);

 private:
  enum class Content { kOther, kBeginning, kWhole };
  base::Result<Content> examine(const std::filesystem::path& path,
                                const message::Attachment& attachment);
  base::Result<std::optional<SavePlace>> try_name(const std::string& name,
                                                  const message::Attachment& attachment);

  std::filesystem::path folder_;
  client::RelayClient& client_;
  Context& context_;
  std::set<std::string> there_;  // folded names in the folder
  std::set<std::string> given_;  // folded names of this run
};

}  // namespace sealpost::flow
