#include "relay/metrics.hpp"

#include <prometheus/text_serializer.h>

namespace sealpost::relay {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}
prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}
prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

}  // namespace

Metrics::Metrics()
    : requests_(&prometheus::BuildCounter()
                     .Name("sealpost_requests_total")
                     .Help("Requests answered")
                     .Register(registry_)),
      unauthenticated_(&counter(registry_, "sealpost_unauthenticated_total",
                                "Requests refused because nobody known signed them")),
      messages_(&counter(registry_, "sealpost_messages_accepted_total", "Messages accepted")),
      entries_(&counter(registry_, "sealpost_register_entries_total",
                        "Entries appended to the register")),
      claims_(&prometheus::BuildCounter()
                   .Name("sealpost_prekeys_claimed_total")
                   .Help("Prekeys handed to senders")
                   .Register(registry_)),
      once_claimed_(&claims_->Add({{"use", "once"}})),
      last_resort_claimed_(&claims_->Add({{"use", "last-resort"}})),
      failed_groups_(&counter(registry_, "sealpost_commit_failures_total",
                              "Groups of changes that could not be committed")),
      caught_(&counter(registry_, "sealpost_exceptions_total",
                       "Failures of libraries caught outside a request")),
      log_size_(&gauge(registry_, "sealpost_log_size", "Leaves of the audit log")),
      checkpoint_size_(
          &gauge(registry_, "sealpost_checkpoint_size", "Leaves under the latest checkpoint")),
      waiting_polls_(&gauge(registry_, "sealpost_waiting_polls", "Inbox polls that wait")),
      group_changes_(&histogram(registry_, "sealpost_commit_changes", "Changes committed together",
                                {1, 2, 4, 8, 16, 32, 64, 128, 256})),
      group_seconds_(&histogram(registry_, "sealpost_commit_seconds",
                                "Time from taking a group to its commit",
                                {.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5})) {}

void Metrics::request(std::string_view method, std::string_view route, int status) {
  requests_
      ->Add({{"method", std::string(method)},
             {"route", std::string(route)},
             {"status", std::to_string(status)}})
      .Increment();
}

void Metrics::group(std::size_t changes, double seconds, bool committed) {
  if (!committed) failed_groups_->Increment();
  group_changes_->Observe(static_cast<double>(changes));
  group_seconds_->Observe(seconds);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace sealpost::relay
