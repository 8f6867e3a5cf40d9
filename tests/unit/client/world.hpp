// What a client needs from the world, as a test wants it.
#pragma once

#include <atomic>

#include "client/relay_client.hpp"
#include "support/fakes.hpp"

namespace sealpost::testing {

class FakeInterrupt final : public base::Interrupt {
 public:
  bool requested() const override { return stop; }
  std::atomic<bool> stop = false;
};

struct World {
  FakeClock clock;
  FakeRandom random;
  FakeInterrupt interrupt;
  note::Signer signer =
      *note::Signer::make("mercy.example/dr.lee/laptop", crypto::SigningKey::generate(random));

  client::RelayClient client(const std::string& url, const std::string& pin = "") {
    return *client::RelayClient::make({url, pin}, &signer, {clock, random, interrupt});
  }
};

}  // namespace sealpost::testing
