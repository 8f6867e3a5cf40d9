// Recalls that reach this device: what is unread is destroyed, what was read stays.
// sealpost-inbox(1), sealpost-note(5), STATEMENT OF RECALL. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/fetch.hpp"
#include "flow/mailbox.hpp"

namespace sealpost::flow {

// The cursor behind which recalls are new.
base::Result<std::uint64_t> recalls_cursor(const vault::Vault& vault);

// Verifies each and obeys it: the message is emptied, except for a mark that says who took it back,
// and the device signs that; or the message was read, and nothing happens. A recall of a message
// that is not here is remembered. What does not hold is added to `rejected` and changes nothing,
// the stored cursor neither. `heard` is the cursor of the last one that came in this run, and goes
// on in any case; the stored one may go back, since a relay shows all again to whom it never gave
// it. Finish with finish_erasure().
base::Result<void> take_recalls(Installation& installation, client::RelayClient& relay,
                                const std::vector<wire::InboxRecall>& recalls, std::uint64_t& heard,
                                std::vector<Rejected>& rejected, Context& context);

// What is known of the recall of a message that came here, or might still come.
base::Result<std::optional<RecallRecord>> find_recall(const vault::Vault& vault,
                                                      std::string_view from, std::string_view id);

}  // namespace sealpost::flow
