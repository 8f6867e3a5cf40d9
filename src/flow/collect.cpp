#include "flow/collect.hpp"

#include <fmt/format.h>

#include "audit/event.hpp"
#include "flow/file_keys.hpp"
#include "flow/mailbox.hpp"
#include "flow/receipt_event.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kCursor = "receipts-cursor";
constexpr std::size_t kPage = 256;

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why),
          "see `sealpost receipt verify`, and tell the organisation's owner"};
}

// Signature, signer and subject; whether it is logged is judged when somebody asks for proof.
base::Result<receipt::Receipt> check_receipt(const Installation& installation,
                                             const std::string& statement) {
  TRY(const note::Note signed_note, note::parse(statement));
  TRY(receipt::Receipt said, receipt::parse(signed_note.text));
  TRY(const std::optional<SeenRecord> seen, find_seen(installation.vault(), Direction::kSent,
                                                      installation.signer().name(), said.message));
  if (!seen || seen->message_sha256 != said.message_sha256) {
    return refuse(fmt::format("a receipt speaks of another message under the id {}", said.message));
  }
  if (receipt::is_relays(said.state)) {
    TRY(const note::Verifier log, installation.log_verifier());
    if (note::signed_by(signed_note, log)) return said;
    return refuse(fmt::format("a receipt for message {} is not signed by the relay", said.message));
  }
  const trust::Device* by = installation.chain().device(said.by);
  if (by == nullptr || trust::key_that_signed(*by, signed_note) == nullptr) {
    return refuse(
        fmt::format("a receipt for message {} is not signed by {}", said.message, said.by));
  }
  return said;
}

struct Page {
  std::vector<std::pair<receipt::Receipt, const wire::EvidenceItem*>> holding;  // borrowed
  std::vector<std::string> refused;
};

// Also whether who signed had seen the log and trust chain that are shown here.
base::Result<Page> check_page(Installation& installation, client::RelayClient& relay,
                              const wire::EvidenceList& list) {
  Page page;
  SeenViews seen(installation, relay);
  for (const wire::EvidenceItem& item : list.items) {
    auto said = check_receipt(installation, item.statement);
    std::string problem = said ? std::string() : said.error().text;
    if (said) {
      TRY(problem, seen.disagreement(said->by, said->log, said->trust));
    }
    if (problem.empty()) {
      page.holding.emplace_back(*std::move(said), &item);
    } else {
      page.refused.push_back(std::move(problem));
    }
  }
  return page;
}

// By whose doing, where the log's entry tells: a device that destroyed a message says so for
// itself.
std::string taken_back_by(const receipt::Receipt& said, const wire::EvidenceItem& item) {
  if (said.state != receipt::State::kWithdrawn) return {};
  const auto event = audit::parse_leaf(item.leaf);
  return event && logged_statement(*event, said) ? event->actor : std::string();
}

// A message that somebody else took back, such as an admin, is marked in the lists as well.
base::Result<void> note_taken_back(vault::Vault& vault, const receipt::Receipt& said,
                                   const wire::EvidenceItem& item) {
  if (said.state != receipt::State::kWithdrawn && said.state != receipt::State::kRecalled) {
    return {};
  }
  TRY(const auto seen, find_seen(vault, Direction::kSent, said.from, said.message));
  if (!seen) return {};
  TRY(Listed listed, find_message(vault, fmt::format("{}", seen->number), Direction::kSent));
  const std::string by = taken_back_by(said, item);
  auto& mark = listed.record.recalled;
  if (mark && (!mark->by.empty() || by.empty())) return {};
  mark = RecallMark{by,
                    "",
                    mark ? mark->at : said.at,
                    listed.header.sent,
                    listed.header.expires,
                    listed.header.purpose};
  return update_message(vault, listed.record);
}

base::Result<void> store_page(Installation& installation, const Page& page, std::uint64_t cursor) {
  vault::Vault& vault = installation.vault();
  bool erased = false;
  TRY(vault.transaction([&]() -> base::Result<void> {
    for (const auto& [said, item] : page.holding) {
      const ReceiptRecord record{item->statement, item->index, item->leaf};
      TRY(vault.put(Kind::kReceipt, receipt_row(said.message, said.by, said.state, said.device),
                    encode(record).expose()));
      TRY(note_taken_back(vault, said, *item));
      TRY(const bool last, note_answer(vault, said));
      erased = erased || last;
    }
    return vault.put(Kind::kState, kCursor, base::as_bytes(fmt::format("{}", cursor)));
  }));
  return erased ? purge_keys(vault) : base::Result<void>();
}

}  // namespace

base::Result<std::uint64_t> receipts_cursor(const vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kCursor));
  if (!row) return std::uint64_t{0};
  return base::parse_decimal(row->value.expose_text());
}

base::Result<std::vector<std::string>> collect_receipts(Installation& installation,
                                                        client::RelayClient& relay,
                                                        Refused refused) {
  std::vector<std::string> sentences;
  TRY(std::uint64_t cursor, receipts_cursor(installation.vault()));
  for (bool more = true; more;) {
    TRY(const wire::EvidenceList list, relay.receipts_after(cursor, kPage));
    if (list.items.empty()) return sentences;
    if (list.items.back().cursor <= cursor) return refuse("the relay's receipts go backwards");
    cursor = list.items.back().cursor;
    more = list.more;
    TRY(sync_trust(installation, relay));
    TRY(const Page page, check_page(installation, relay, list));
    if (refused == Refused::kLeft && !page.refused.empty()) return sentences;
    TRY(store_page(installation, page, cursor));
    sentences.insert(sentences.end(), page.refused.begin(), page.refused.end());
  }
  return sentences;
}

}  // namespace sealpost::flow
