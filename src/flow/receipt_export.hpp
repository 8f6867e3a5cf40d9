// Writing receipt files: everything that the relay can show about one message, checked before it
// leaves the house. sealpost-receipt(1), export.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flow/receipt_judge.hpp"

namespace sealpost::flow {

struct ExportedReceipt {
  std::string file;                   // the bytes of a receipt file
  FileVerdict verdict;                // on these bytes; it holds
  std::vector<std::string> left_out;  // statements whose own times cannot be, a sentence each
};
// About a message that this device sent or received. kVerificationFailed when something that the
// relay shows does not hold: then there is no file.
base::Result<ExportedReceipt> export_receipt(Installation& installation, std::string_view which,
                                             Context& context);

}  // namespace sealpost::flow
