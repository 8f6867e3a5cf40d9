#include "flow/register_skip.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/authority.hpp"
#include "flow/register_page.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 16;  // entries

std::string detail(const audit::Event& event, const char* name) {
  const auto at = event.details.find(name);
  return at == event.details.end() ? std::string() : at->second;
}

// Extends the row of entries by one; false when it ends before it.
base::Result<bool> extend(Blockage& found, const wire::RegisterEntry& item, std::uint64_t epoch) {
  TRY(const audit::Event event, audit::parse_leaf(item.leaf));
  TRY(const std::uint64_t its_epoch, base::parse_decimal(detail(event, "epoch")));
  if (found.first == 0) {
    found.author = event.actor;
    found.first = item.number;
  } else if (its_epoch <= epoch) {
    return false;
  }
  if (event.actor != found.author) {
    return base::Error{
        base::Code::kConflict,
        fmt::format("{} has written entry {} in the epoch that {} began, and so has its key",
                    event.actor, item.number, found.author),
        "the next contact of that device with the relay sends it"};
  }
  found.last = item.number;
  found.head = reg::next_head(found.head, crypto::sha256(item.file));
  // In an epoch that everybody reads it is this one entry.
  return its_epoch > epoch;
}

// How far the row goes: one entry of an epoch that everybody reads, else all that are left.
base::Result<void> measure(client::RelayClient& relay, std::string_view name,
                           const StreamState& state, Blockage& found) {
  std::uint64_t after = state.read.size;
  for (bool more = true; more;) {
    TRY(const wire::RegisterEntries list, relay.register_entries(name, after, kPage));
    if (list.entries.empty()) return {};
    for (const wire::RegisterEntry& item : list.entries) {
      if (item.number != ++after) return refuse_register("the relay leaves out an entry");
      TRY(more, extend(found, item, state.epoch));
      if (!more) return {};
    }
  }
  return {};
}

}  // namespace

base::Result<Blockage> find_blockage(Installation& installation, reg::Stream stream,
                                     Context& context) {
  const std::string_view name = reg::stream_name(stream);
  TRY(client::RelayClient relay, visit(installation, context));
  const auto followed = follow(installation, relay, stream, context.clock.now());
  if (followed) {
    return base::Error{base::Code::kConflict,
                       fmt::format("nothing holds up who reads the register's {}", name), ""};
  }
  const base::Code code = followed.error().code;
  if (code != base::Code::kBusy && code != base::Code::kVerificationFailed) {
    return followed.error();
  }
  TRY(const StreamState state, load_stream(installation.vault(), stream));
  Blockage found;
  found.head = state.read.hash;
  found.why = followed.error().text;
  TRY(measure(relay, name, state, found));
  if (found.first == 0) return followed.error();
  TRY(const wire::RegisterState there, relay.register_state(name));
  for (const wire::GrantHolder& holder : there.granted) {
    const trust::Device* device = installation.chain().device(holder.device);
    const bool stands = device != nullptr && !device->revoked;
    if (stands && holder.epoch > state.epoch && holder.device != found.author) {
      found.holders.push_back(holder.device);
    }
  }
  return found;
}

base::Result<void> skip_blockage(Installation& installation, reg::Stream stream,
                                 const Blockage& found, const std::string& reason,
                                 Context& context) {
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(add_statement(installation, relay, [&] {
    return trust::format(trust::RegisterSkip{std::string(reg::stream_name(stream)), found.author,
                                             found.first, found.last, found.head, reason,
                                             context.clock.now(), installation.views()});
  }));
  TRY(tend_register(installation, relay, stream, Beginning::kAllowed, context));
  return follow(installation, relay, stream, context.clock.now());
}

}  // namespace sealpost::flow
