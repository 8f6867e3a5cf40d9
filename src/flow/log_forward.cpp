#include "flow/log_forward.hpp"

#include <memory>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "flow/event_proof.hpp"
#include "flow/visit.hpp"
#include "merkle/tile.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using base::Error;
using base::Result;
using forward::Line;
using forward::Place;

constexpr std::size_t kPage = 256;

std::string mark_of(base::ByteView leaf) { return base::to_hex(crypto::sha256(leaf)); }

class Reader {
 public:
  Reader(Installation& installation, Context& context, EventLine line, std::string version)
      : installation_(installation),
        context_(context),
        line_(std::move(line)),
        id_(text::uuid_v7(context.clock.now(), context.random)) {
    source_.organisation = installation.chain().organisation();
    source_.version = std::move(version);
  }

  Result<std::vector<Line>> read(const Place& from) {
    if (!relay_) TRY(begin(from));
    audit::Filter filter;
    if (from.next > 0) filter.after = from.next - 1;
    TRY(const wire::AuditEntries page, relay_->audit_events(filter, kPage, id_));
    std::vector<Line> out;
    const std::uint64_t first = first_of(page, from);
    for (const wire::AuditEntry& entry : page.entries) {
      TRY(proof_->check(entry.index, entry.leaf));
      if (entry.index != first + out.size()) {
        return Error{Code::kVerificationFailed, "the relay leaves events of its log out", ""};
      }
      TRY(const audit::Event event, audit::parse_leaf(entry.leaf));
      out.push_back({entry.index, mark_of(entry.leaf), line_({entry.index, event}, source_)});
    }
    return out;
  }

 private:
  // A log whose beginning is not shown any more begins with a whole bundle.
  static std::uint64_t first_of(const wire::AuditEntries& page, const Place& from) {
    if (from.next > 0 || page.entries.empty()) return from.next;
    const std::uint64_t first = page.entries.front().index;
    return first % merkle::kTileWidth == 0 ? first : from.next;
  }
  // The event in front of the place is the one that was forwarded last.
  Result<void> begin(const Place& from) {
    TRY(client::RelayClient relay, visit(installation_, context_));
    TRY(const note::Verifier log, installation_.log_verifier());
    source_.log = log.name();
    TRY(check_mark(relay, from));
    relay_.emplace(std::move(relay));
    proof_.emplace(installation_, *relay_);
    return {};
  }

  Result<void> check_mark(client::RelayClient& relay, const Place& from) {
    if (from.next == 0) return {};
    audit::Filter filter;
    if (from.next > 1) filter.after = from.next - 2;
    TRY(const wire::AuditEntries page, relay.audit_events(filter, 1, id_));
    const bool same = page.entries.size() == 1 && page.entries.front().index == from.next - 1 &&
                      mark_of(page.entries.front().leaf) == from.mark;
    if (same) return {};
    return Error{Code::kVerificationFailed,
                 "the relay's log is not the one that was forwarded so far",
                 "it was restored from a backup, or is another one; a fresh --spool begins anew"};
  }

  Installation& installation_;
  Context& context_;
  EventLine line_;
  std::string id_;  // of the query, which goes on
  report::EventSource source_;
  std::optional<client::RelayClient> relay_;
  std::optional<EventProof> proof_;
};

}  // namespace

forward::ReadLines relay_lines(Installation& installation, Context& context, EventLine line,
                               std::string version) {
  // Shared, because a function can be copied.
  const auto reader =
      std::make_shared<Reader>(installation, context, std::move(line), std::move(version));
  return [reader](const Place& from) { return reader->read(from); };
}

}  // namespace sealpost::flow
