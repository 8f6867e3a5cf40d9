// The outbox: what `send` began and the relay has not confirmed. sealpost-outbox(1).
//
// Nothing is in it twice: a message is a draft until it is sealed, then sealed until the relay's
// receipt is verified, and then one to a contact waits until its notice was taken. What another
// process works on is left to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/send.hpp"

namespace sealpost::flow {

struct OutboxEntry {
  std::string id;
  bool sealed = false;                  // submitted, maybe; before that its files are uploaded
  bool notice = false;                  // confirmed, but its contact was not told yet
  std::optional<std::uint64_t> number;  // of a sealed one
  std::vector<std::string> to;          // user ids; of a draft also groups, "group:icu"
  std::optional<std::string> subject;
  std::string purpose;
  std::vector<std::string> files;  // names
  std::uint64_t stored = 0;        // bytes of its files that are sealed and on their way
  base::Time began;
  bool repeatable = true;  // retry_outbox() can go on with it
  bool keyed = false;      // it was sent with a key
};

// In the order in which they began. Works without the relay.
base::Result<std::vector<OutboxEntry>> list_outbox(const Installation& installation);
base::Result<std::uint64_t> count_outbox(const vault::Vault& vault);
// By id, by a beginning of it of at least eight characters that fits one only, or by number.
// kNotFound, kConflict.
base::Result<OutboxEntry> find_in_outbox(const Installation& installation, std::string_view which);

// The right to work on one message; waits ten seconds for who has it. kBusy, kInterrupted.
base::Result<vault::Lease> hold(vault::Vault& vault, const std::string& id, Context& context);

struct Retried {
  std::string id;
  std::optional<Sent> sent;
  bool elsewhere = false;  // another process works on it
  std::optional<base::Error> error = std::nullopt;
};
// Goes on with each of these, in their order, each at the bandwidth that it was sent with, or at
// this one (bytes per second; 0: no limit). When the relay is lost on the way, the rest fails with
// the same error, untried. Fails itself when the relay cannot be met at all.
base::Result<std::vector<Retried>> retry_outbox(Installation& installation,
                                                const std::vector<std::string>& ids,
                                                std::optional<std::uint64_t> bandwidth,
                                                Context& context, TransferProgress& progress,
                                                notify::Notifier* notifier = nullptr);

// What the relay says of an entry before it is dropped.
enum class Fate {
  kNotSent,      // a draft: nobody but this device knows of it
  kNotTold,      // it was sent, and its notice was not
  kNotAccepted,  // the relay has not accepted it
  kConfirmed,    // it has, and now the entry is confirmed, and not in the outbox any more
  kUnknown,      // the relay did not say; `why`
};
struct Asked {
  Fate fate = Fate::kUnknown;
  std::string why;
};
base::Result<Asked> ask_fate(Installation& installation, const OutboxEntry& entry,
                             Context& context);
// Forgets the entry; a relay that has accepted it keeps and delivers it. kBusy while another
// process works on it, kNotFound when it is gone.
base::Result<void> drop_from_outbox(Installation& installation, const std::string& id,
                                    Context& context);

}  // namespace sealpost::flow
