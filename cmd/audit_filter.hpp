// The options by which `audit query` and its like choose events, and how an event is shown.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cmd/verb.hpp"
#include "flow/log_query.hpp"
#include "flow/mirror.hpp"

namespace sealpost::cmd {

struct FilterOptions {
  std::string event;
  std::string actor;
  std::string object;
  std::string purpose;
  std::string outcome;
  std::string address;
  std::string since;
  std::string until;
  std::string after;
};
void add_filter_options(Verb verb, FilterOptions& options);
// kUsage for what no filter can be.
base::Result<audit::Filter> filter_of(const FilterOptions& options, base::Time now);

// A whole number, or nothing when the option was not given; kUsage.
base::Result<std::optional<std::uint64_t>> number_of(std::string_view option,
                                                     const std::string& value);

// A line of text, or {"type":"audit-event",...} of sealpost-json(5).
base::Result<void> print_event(Env& env, const flow::LoggedEvent& logged);

// Shows how far the index of a mirror, or a look at all of it, has come.
class MirrorShown {
 public:
  MirrorShown(Env& env, const char* label);
  ~MirrorShown();
  flow::MirrorWatch watch();

 private:
  struct Progress;
  Env& env_;
  const char* label_;
  std::unique_ptr<Progress> shown_;
};

}  // namespace sealpost::cmd
