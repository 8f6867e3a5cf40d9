// Numbers for Prometheus, sealpost-relay(8), METRICS. Thread-safe.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>
#include <string_view>

namespace sealpost::relay {

class Metrics {
 public:
  Metrics();
  void request(std::string_view method, std::string_view route, int status);
  void unauthenticated() { unauthenticated_->Increment(); }
  void caught() { caught_->Increment(); }
  void group(std::size_t changes, double seconds, bool committed);
  void messages(std::size_t accepted) { messages_->Increment(static_cast<double>(accepted)); }
  void entries(std::size_t appended) { entries_->Increment(static_cast<double>(appended)); }
  void prekey_claimed(bool once) { (once ? once_claimed_ : last_resort_claimed_)->Increment(); }
  void log_size(std::uint64_t leaves) { log_size_->Set(static_cast<double>(leaves)); }
  void checkpoint_size(std::uint64_t size) { checkpoint_size_->Set(static_cast<double>(size)); }
  void waiting_polls(std::size_t count) { waiting_polls_->Set(static_cast<double>(count)); }
  std::string text() const;  // the exposition format, version 0.0.4

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>* requests_;
  prometheus::Counter* unauthenticated_;
  prometheus::Counter* messages_;
  prometheus::Counter* entries_;
  prometheus::Family<prometheus::Counter>* claims_;
  prometheus::Counter* once_claimed_;
  prometheus::Counter* last_resort_claimed_;
  prometheus::Counter* failed_groups_;
  prometheus::Counter* caught_;
  prometheus::Gauge* log_size_;
  prometheus::Gauge* checkpoint_size_;
  prometheus::Gauge* waiting_polls_;
  prometheus::Histogram* group_changes_;
  prometheus::Histogram* group_seconds_;
};

}  // namespace sealpost::relay
