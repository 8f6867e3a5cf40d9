// A relay in a temporary folder with a small organisation: owner olivia, members lee and kim, an
// auditor and a service, all with keys from their labels (unit/trust/world.hpp).
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "../trust/world.hpp"
#include "audit/event.hpp"
#include "crypto/random.hpp"
#include "http.hpp"
#include "receipt/receipt.hpp"
#include "relay/relay.hpp"
#include "relay/settings.hpp"
#include "text/uuid.hpp"
#include "wire/messages.hpp"
#include "wire/signature.hpp"

namespace sealpost::testing {

// Starts at noon, when the organisation's statements were made, and moves only when told to.
class SharedClock final : public base::Clock {
 public:
  base::Time now() const override { return kNoon + base::milliseconds(wall_.load()); }
  base::milliseconds steady() const override { return base::milliseconds(steady_.load()); }
  void sleep(base::milliseconds) override {}
  void advance(base::milliseconds span) {
    wall_ += span.count();
    steady_ += span.count();
  }
  void set_back(base::milliseconds span) { wall_ -= span.count(); }

 private:
  std::atomic<std::int64_t> wall_{0};
  std::atomic<std::int64_t> steady_{0};
};

inline const std::string kOlivia = "mercy.example/olivia/desk";
inline const std::string kLee = "mercy.example/dr.lee/laptop";
inline const std::string kKim = "mercy.example/nurse.kim/phone";
inline const std::string kAuditor = "mercy.example/auditor/desk";
inline const std::string kService = "mercy.example/lab/server";

// The error code of a problem answer.
std::string code_of(const HttpAnswer& answer);

class House {
 public:
  // `change` edits the settings before the relay starts.
  explicit House(const std::function<void(relay::Settings&)>& change = {});
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  void start();
  void stop() { server_.reset(); }
  std::uint16_t port() const;
  std::string url() const { return server_->url(); }
  std::filesystem::path dir() const { return dir_; }
  relay::Seams seams() { return {clock, random}; }
  const note::Verifier& log() const { return facts_.log; }
  std::string logged() const;
  void edit_settings(const std::function<void(relay::Settings&)>& change);

  // The headers of a request signed by the key of that label.
  Headers sign(const std::string& label, const std::string& method, const std::string& target,
               base::ByteView body, bool digest = true);
  HttpAnswer ask(const std::string& label, const std::string& method, const std::string& target,
                 base::ByteView body = {});
  HttpAnswer ask_unsigned(const std::string& method, const std::string& target,
                          base::ByteView body = {});
  // Appends an entry to the organisation's chain here and at the relay, as `bearer`.
  HttpAnswer post_trust(const std::string& bearer, const std::string& entry);
  // A further owner, "otto/desk", certified by the root.
  HttpAnswer add_owner(const std::string& device);

  std::string checkpoint();  // the signed note
  // Events of this name as the auditor reads them, in their order; without one all but those that
  // such looking leaves.
  std::vector<audit::Event> events(const std::string& name = "");

  // A message that lee sends to kim; change what the test is about.
  wire::Submission message(int number, const std::vector<std::string>& to = {kKim}) const;
  wire::SubmissionResult submit(const std::string& from, const wire::Submission& submission);
  wire::Inbox inbox(const std::string& device, const std::string& query = "");
  std::string new_id() { return text::uuid_v7(clock.now(), random); }
  void await_polls(int count);  // until so many inbox polls wait
  // A receipt by `by` about a message of `from`, signed by `label` (default: by).
  std::string receipt(const wire::Submission& about, const std::string& from, const std::string& by,
                      receipt::State state, const std::string& label = "") const;
  wire::EvidenceList evidence(const std::string& who, const std::string& id,
                              const std::string& from);

  SharedClock clock;
  crypto::SystemRandom random;
  trust::Chain chain;

 private:
  std::filesystem::path dir_;
  relay::Facts facts_;
  mutable std::mutex mutex_;
  std::string log_lines_;
  std::unique_ptr<relay::Server> server_;
};

}  // namespace sealpost::testing
