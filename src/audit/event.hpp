// Audit events: the vocabulary and the canonical leaf, sealpost-events(7).
// Identifiers and hashes only: never content, names of people outside, or keys. Pure, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/seams.hpp"

namespace sealpost::audit {

inline constexpr std::size_t kMaxLeaf = 65535;

enum class Outcome { kSuccess, kRefused, kFailed };
std::string_view outcome_name(Outcome outcome);
std::optional<Outcome> outcome_from_name(std::string_view name);

struct Event {
  base::Time at;        // a leaf keeps whole seconds
  std::string event;    // one of vocabulary()
  std::string actor;    // device name, or the log's origin for the relay itself
  std::string message;  // id; may be empty
  std::vector<std::string> objects;
  std::string purpose;  // may be empty
  Outcome outcome = Outcome::kSuccess;
  std::string address;                         // as the relay saw it; may be empty
  std::map<std::string, std::string> details;  // e.g. "statement" -> hex sha256
  std::string request;  // hex sha256 of the actor's request signature; empty: the relay's own word
};

struct Word {
  std::string_view event;
  std::string_view meaning;
};
// Every event there is, sorted.
std::span<const Word> vocabulary();
bool is_event(std::string_view name);

// Canonical JSON with "v":1, empty parts left out. kMalformed for an unknown event, no actor, text
// that is not plain (text/safety.hpp), an empty object or detail, a request that is no hash, or a
// leaf longer than kMaxLeaf.
base::Result<base::Bytes> to_leaf(const Event& event);
// Accepts exactly what to_leaf writes (canonical, known version), and events of later vocabularies
// in the same form, so that an old reader can still verify a newer log; kMalformed.
base::Result<Event> parse_leaf(base::ByteView leaf);

}  // namespace sealpost::audit
