#include "flow/visit.hpp"

#include <fmt/format.h>

#include "flow/freshness.hpp"
#include "flow/journal.hpp"
#include "flow/new_headers.hpp"
#include "flow/prekeys.hpp"
#include "flow/rotation.hpp"
#include "flow/wipe_file.hpp"
#include "flow/wiping.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

struct Waiting {
  std::vector<std::int64_t> rows;
  std::vector<std::string> acknowledgements;  // delivered, undecryptable, recalled
  std::vector<std::string> receipts;          // read
  bool more = false;
};

// What waits was perhaps signed with a key that the device had before, which the relay takes no
// more.
base::Result<Waiting> next_waiting(const Installation& installation) {
  const note::Signer& own = installation.signer();
  Waiting waiting;
  const auto& vault = installation.vault();
  TRY(vault.each(Kind::kPendingReceipt, 0, [&](const vault::Row& row) -> base::Result<bool> {
    if (waiting.rows.size() == wire::kMaxBatch) {
      waiting.more = true;
      return false;
    }
    std::string statement(row.value.expose_text());
    TRY(const note::Note signed_note, note::parse(statement));
    if (!note::signed_by(signed_note, own.verifier())) {
      statement = note::sign(signed_note.text, own);
    }
    TRY(const receipt::Receipt said, receipt::parse(signed_note.text));
    auto& batch = said.state == receipt::State::kRead ? waiting.receipts : waiting.acknowledgements;
    batch.push_back(std::move(statement));
    waiting.rows.push_back(row.id);
    return true;
  }));
  return waiting;
}

}  // namespace

base::Result<client::RelayClient> visit(Installation& installation, Context& context) {
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(keep_wipe_file(installation, context));
  TRY(heed_order(installation, relay));
  TRY(sync_trust(installation, relay));
  TRY(installation.self(context.clock.now()));
  TRY(sync_log(installation, relay));
  TRY(renew_certificate(installation, relay, context));
  TRY(fill_stock(installation, relay, context));
  TRY(flush_receipts(installation, relay));
  TRY(flush_journal(installation, relay));
  // A new header is a message's key for a device: not for one that may have been revoked meanwhile.
  if (check_fresh(installation, context.clock.now())) {
    TRY(answer_devices(installation, relay, context));
  }
  return relay;
}

base::Result<void> queue_receipt(Installation& installation, const Witnessed& witnessed,
                                 base::Time now) {
  const receipt::Receipt said{witnessed.message,
                              witnessed.from,
                              witnessed.message_sha256,
                              witnessed.state,
                              installation.signer().name(),
                              now,
                              installation.log_view(),
                              installation.chain().view()};
  TRY(const std::string text, receipt::format(said));
  const std::string statement = note::sign(text, installation.signer());
  const std::string name = fmt::format("{}\n{}\n{}", witnessed.from, witnessed.message,
                                       receipt::state_name(witnessed.state));
  return installation.vault().put(Kind::kPendingReceipt, name, base::as_bytes(statement));
}

base::Result<bool> flush_receipts(Installation& installation, client::RelayClient& relay) {
  vault::Vault& vault = installation.vault();
  bool recalled = false;
  for (bool more = true; more;) {
    TRY(const Waiting waiting, next_waiting(installation));
    more = waiting.more;
    if (!waiting.acknowledgements.empty()) {
      TRY(const wire::ReceiptBatchResult taken, relay.acknowledge(waiting.acknowledgements));
      recalled = recalled || taken.recalled;
    }
    if (!waiting.receipts.empty()) TRY(relay.post_receipts(waiting.receipts));
    TRY(vault.transaction([&]() -> base::Result<void> {
      for (std::int64_t row : waiting.rows) TRY(vault.erase(Kind::kPendingReceipt, row));
      return {};
    }));
  }
  return recalled;
}

base::Result<std::uint64_t> waiting_receipts(const Installation& installation) {
  return installation.vault().count(Kind::kPendingReceipt);
}

}  // namespace sealpost::flow
