#include "flow/send.hpp"

#include <fmt/format.h>

#include "flow/drafts.hpp"
#include "flow/freshness.hpp"
#include "flow/link_notices.hpp"
#include "flow/outbox.hpp"
#include "flow/outgoing.hpp"
#include "flow/repeats.hpp"
#include "flow/sealing.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

// True when nothing of this message was in the outbox.
base::Result<bool> begin(vault::Vault& vault, const Draft& draft) {
  TRY(const bool sealed, is_sealed(vault, draft.id));
  if (sealed) return false;
  TRY(const std::optional<Draft> earlier, find_draft(vault, draft.id));
  if (earlier) {
    TRY(check_same_request(*earlier, draft));
    return false;
  }
  if (!draft.request.files.empty()) TRY(keep_draft(vault, draft));
  return true;
}

bool may_pass(base::Code code) {
  return code == base::Code::kUnreachable || code == base::Code::kBusy ||
         code == base::Code::kInterrupted || code == base::Code::kNoSpace ||
         code == base::Code::kTimeout;
}

std::string how_to_go_on(const Draft& draft, bool sealed) {
  if (sealed) {
    return fmt::format(
        "it is not known whether the relay accepted the message; `sealpost outbox retry {}` finds "
        "out, and sends it once",
        draft.id);
  }
  if (!draft.repeatable) return "run the same command again, with the same --key";
  return fmt::format("`sealpost outbox retry {}` goes on where it stopped", draft.id);
}

// What stays in the outbox is what can succeed later without anybody changing anything; of a
// message that was there before, all stays.
base::Error stopped(vault::Vault& vault, const Draft& draft, bool fresh, base::Error error) {
  const auto sealed = is_sealed(vault, draft.id);
  const auto kept = find_draft(vault, draft.id);
  if (!sealed || !kept) return error;  // the vault itself fails; say what failed first
  if (!*sealed && !*kept) return error;
  const bool goes_on = *sealed || draft.repeatable || draft.request.key;
  if (fresh && !*sealed && (!may_pass(error.code) || !goes_on)) {
    const auto erased = vault.transaction([&] { return erase_draft(vault, draft.id); });
    return erased ? error : erased.error();
  }
  if (may_pass(error.code)) error.hint = how_to_go_on(draft, *sealed);
  return error;
}

// Nothing is sent on an old view. What can be sent later without anybody asking again is kept.
base::Error hold_back(vault::Vault& vault, const Draft& draft, base::Error error) {
  const auto sealed = is_sealed(vault, draft.id);
  const auto earlier = find_draft(vault, draft.id);
  if (!sealed || !earlier) return error;  // the vault itself fails; say what failed first
  if (!*sealed && *earlier) {
    if (auto same = check_same_request(**earlier, draft); !same) return same.error();
  }
  if (!*sealed && !*earlier) {
    if (!draft.repeatable) return error;
    if (auto kept = keep_draft(vault, draft); !kept) return kept.error();
  }
  error.text += fmt::format("; message {} stays in the outbox", draft.id);
  return error;
}

}  // namespace

base::Result<Sent> send(Installation& installation, const SendRequest& request, Context& context,
                        TransferProgress& progress, notify::Notifier* notifier) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(check_request(installation, request, context.clock.now()));
  const std::string id = message_id(installation, request, context);
  vault::Vault& vault = installation.vault();
  TRY(const vault::Lease alone, hold(vault, id, context));
  TRY(std::optional<Sent> before, sent_before(installation, request, id));
  if (before) {
    if (notifier != nullptr) TRY(hear_of_contact(installation, relay, id, context));
    return tell_contact(installation, *std::move(before), notifier, context);
  }
  TRY(const Draft draft, draft_of(id, request, context.clock.now()));
  if (auto current = check_fresh(installation, context.clock.now()); !current) {
    return hold_back(vault, draft, current.error());
  }
  TRY(const bool fresh, begin(vault, draft));
  auto confirmed = carry_through(installation, draft, relay, context, progress);
  if (!confirmed) return stopped(vault, draft, fresh, std::move(confirmed).error());
  return tell_contact(installation, sent_of(confirmed->record, confirmed->duplicate), notifier,
                      context);
}

}  // namespace sealpost::flow
