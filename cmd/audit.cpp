// sealpost audit: ask the log.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/audit_event.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/auditing.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct QueryOptions {
  std::string event;
  std::string actor;
  std::string object;
  std::string purpose;
  std::string outcome;
  std::string address;
  std::string since;
  std::string until;
  std::string after;
  std::string limit;
};

std::optional<std::string> given(const std::string& value) {
  return value.empty() ? std::nullopt : std::optional<std::string>(value);
}

base::Result<std::optional<std::uint64_t>> number_of(std::string_view option,
                                                     const std::string& value) {
  if (value.empty()) return std::optional<std::uint64_t>();
  const auto number = base::parse_decimal(value, INT64_MAX);
  if (!number) {
    return base::Error{base::Code::kUsage, fmt::format("{} takes a whole number", option), ""};
  }
  return std::optional<std::uint64_t>(*number);
}

base::Result<audit::Filter> filter_of(const QueryOptions& options, base::Time now) {
  audit::Filter filter;
  if (!options.event.empty()) {
    TRY(filter.event, audit::parse_event_pattern(options.event));
  }
  filter.actor = given(options.actor);
  filter.object = given(options.object);
  filter.purpose = given(options.purpose);
  filter.address = given(options.address);
  TRY(filter.after, number_of("--after", options.after));
  if (!options.outcome.empty()) {
    filter.outcome = audit::outcome_from_name(options.outcome);
    if (!filter.outcome) {
      return base::Error{base::Code::kUsage, "--outcome is success, refused or failed", ""};
    }
  }
  if (!options.since.empty()) {
    TRY(filter.since, text::parse_moment(options.since, now));
  }
  if (!options.until.empty()) {
    TRY(filter.until, text::parse_moment(options.until, now));
  }
  return filter;
}

base::Result<void> print(Env& env, const flow::LoggedEvent& logged) {
  if (!env.out.json()) return env.out.line(words_on(logged));
  text::OrderedJson document{{"type", "audit-event"}};
  add_event(document, logged);
  return env.out.document(document);
}

base::Result<void> run_query(const QueryOptions& options, Env& env) {
  TRY(const audit::Filter filter, filter_of(options, env.clock.now()));
  TRY(const auto limit, number_of("--limit", options.limit));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  return flow::query_log(opened.installation, filter, limit, context,
                         [&](const flow::LoggedEvent& logged) { return print(env, logged); });
}

}  // namespace

void add_audit(CLI::App& app, Env& env) {
  CLI::App& audit = add_group(app, "audit", "Query the audit log and verify it");
  auto [query, options] =
      add_verb<QueryOptions>(audit, env, "query", "List events of the audit log", run_query);
  query.add_option("--event", options.event, "Name of the event, or a beginning: 'message.*'");
  query.add_option("--actor", options.actor, "User id or full device name");
  query.add_option("--object", options.object, "Message id or another object");
  query.add_option("--purpose", options.purpose, "Purpose of the message");
  query.add_option("--outcome", options.outcome, "success, refused or failed");
  query.add_option("--address", options.address, "Network address the relay saw");
  query.add_option("--since", options.since, "From this time on: 2026-01-01, 7d");
  query.add_option("--until", options.until, "Before this time");
  query.add_option("--after", options.after, "Only events with a higher index");
  query.add_option("--limit", options.limit, "At most so many");
  add_audit_verify(audit, env);
  add_audit_mirror(audit, env);
  add_audit_prove(audit, env);
}

}  // namespace sealpost::cmd
