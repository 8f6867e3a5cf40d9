// What a client needs from the world, as a test wants it.
#pragma once

#include <atomic>

#include "client/relay_client.hpp"
#include "crypto/random.hpp"
#include "support/fakes.hpp"

namespace sealpost::testing {

class FakeInterrupt final : public base::Interrupt {
 public:
  bool requested() const override { return stop; }
  std::atomic<bool> stop = false;
};

// Transfers use several threads: their clock jumps as FakeClock does, but may be shared.
class SharedClock final : public base::Clock {
 public:
  base::Time now() const override { return base::Time(steady()); }
  base::milliseconds steady() const override { return base::milliseconds(now_.load()); }
  void sleep(base::milliseconds span) override { now_ += span.count(); }

 private:
  std::atomic<base::milliseconds::rep> now_ = FakeClock().now().time_since_epoch().count();
};

struct World {
  SharedClock clock;
  crypto::SystemRandom random;
  FakeInterrupt interrupt;
  client::Pacer pacer{clock, interrupt, 0};
  note::Signer signer =
      *note::Signer::make("mercy.example/dr.lee/laptop", crypto::SigningKey::generate(random));

  client::RelayClient client(const std::string& url, const std::string& pin = "") {
    return *client::RelayClient::make({url, pin}, &signer, {clock, random, interrupt});
  }
};

}  // namespace sealpost::testing
