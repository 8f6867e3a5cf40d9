// What a change gives back: its answer together with the audit facts that record it. A handler that
// changes something cannot return without saying one or the other, because Record has no other way
// to be made. Values.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "audit/event.hpp"
#include "base/file.hpp"
#include "relay/store/meta_store.hpp"

namespace sealpost::relay {

// Part of a file, sent without passing through memory.
struct FileRange {
  base::Fd file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Reply {
  int status = 200;
  std::string type;
  base::Bytes body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<FileRange> file = std::nullopt;  // instead of the body
};
Reply cbor(base::Bytes body);
Reply plain_text(std::string text);
Reply json(std::string text);
Reply octets(base::Bytes body);
Reply problem(const base::Error& error);

// One audit event and, where there is one, what it records: a statement about a message, an entry
// of the trust chain by its number, one of the register, a stop or a recall by its row.
struct Fact {
  audit::Event event;
  std::optional<NewEvidence> evidence = std::nullopt;
  std::optional<std::uint64_t> trust_entry = std::nullopt;
  std::optional<std::uint64_t> register_row = std::nullopt;
  std::optional<std::uint64_t> stop_row = std::nullopt;
  std::optional<std::uint64_t> recall_row = std::nullopt;
};

// How a change is recorded.
class Record {
 public:
  static Record of(Fact fact);
  static Record of(std::vector<Fact> facts);  // empty only when every part was a repeat
  // Nothing changed: an earlier request did the same and was recorded then.
  static Record repeat() { return Record({}); }
  // Room and bytes that nobody has been told of yet; the message that names them is the event.
  static Record staging() { return Record({}); }
  // What an event of another kind has recorded already.
  static Record recorded() { return Record({}); }
  // When a device was last heard of, which its requests tell already.
  static Record hearing() { return Record({}); }
  const std::vector<Fact>& facts() const { return facts_; }

 private:
  explicit Record(std::vector<Fact> facts) : facts_(std::move(facts)) {}
  std::vector<Fact> facts_;
};

struct Written {
  Reply reply;
  Record record;
};

struct Unit;  // what a change works with: unit.hpp
// Runs on the writer thread inside the group's transaction. An error undoes all that it did.
using Change = std::function<base::Result<Written>(Unit&)>;

using Done = std::function<void(base::Result<Reply>)>;

// Work for another thread, which calls Done once, at any time and on any thread.
struct Pending {
  std::function<void(Done)> start;
};

// What is found for a question that may wait: an answer, or one that is given only with a change.
using Found = std::variant<Reply, Change>;

// A question that may wait for mail: asked again when something arrives for the device or the time
// is over. Nothing means "not yet"; with `last` there must be an answer.
struct Poll {
  std::string device;
  base::milliseconds wait{};
  bool receipts = false;  // also asked again when a receipt comes about a message of the device
  std::function<base::Result<std::optional<Found>>(bool last)> look;
};

// What a handler makes of a request.
using Outcome = std::variant<Reply, Change, Pending, Poll>;

}  // namespace sealpost::relay
