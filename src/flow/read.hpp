// Reading what was fetched: works without the relay; the receipt then waits. sealpost-read(1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/mailbox.hpp"
#include "flow/transfer.hpp"

namespace sealpost::flow {

// Marks a received message as read and, with `receipt`, signs a read receipt for its sender, once.
// Returns whether a receipt was signed now.
base::Result<bool> mark_read(Installation& installation, Listed& listed, bool receipt,
                             Context& context);

// Tries to hand in waiting receipts; no relay is no error: they wait. Returns how many still do.
base::Result<std::uint64_t> deliver_receipts(Installation& installation, Context& context);

// How attachments are fetched. Borrows all.
struct Fetching {
  Installation& installation;
  Context& context;
  TransferProgress& progress;
  std::uint64_t bandwidth = 0;  // bytes per second; 0: no limit
};

// Saves every attachment into `folder` under names made safe and unused, verified before they get
// them. What an earlier try saved, or began to, under such a name is taken up. Returns the paths in
// order of the attachments.
base::Result<std::vector<std::filesystem::path>> save_attachments(
    const Fetching& fetching, const Listed& listed, const std::filesystem::path& folder);

// Streams one attachment (counted from 1) to a sink or into a new file. kNotFound when there is
// none of that number.
base::Result<void> stream_attachment(const Fetching& fetching, const Listed& listed,
                                     std::uint64_t which, base::ByteSink& sink);
base::Result<void> save_attachment(const Fetching& fetching, const Listed& listed,
                                   std::uint64_t which, const std::filesystem::path& into);

}  // namespace sealpost::flow
