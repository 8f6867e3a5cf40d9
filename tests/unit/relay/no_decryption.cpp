// A program that links what a relay links and nothing else. no-decryption looks at its symbols.
#include "crypto/random.hpp"
#include "relay/relay.hpp"

namespace {

using namespace sealpost;

class NoClock final : public base::Clock {
 public:
  base::Time now() const override { return {}; }
  base::milliseconds steady() const override { return {}; }
  void sleep(base::milliseconds) override {}
};

}  // namespace

int main(int argc, char** argv) {
  NoClock clock;
  crypto::SystemRandom random;
  const auto server = relay::Server::start(argc > 1 ? argv[1] : "", {clock, random}, {});
  return server ? 0 : 1;
}
