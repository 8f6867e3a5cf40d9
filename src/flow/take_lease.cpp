#include "flow/take_lease.hpp"

namespace sealpost::flow {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr base::milliseconds kPause{50};

}  // namespace

base::Result<vault::Lease> take_lease(const vault::Vault& vault, std::string_view what,
                                      const base::Error& busy, Context& context) {
  const base::milliseconds end = context.clock.steady() + kPatience;
  for (;;) {
    TRY(std::optional<vault::Lease> lease, vault.lease(what));
    if (lease) return *std::move(lease);
    if (context.interrupt.requested()) {
      return base::Error{base::Code::kInterrupted, "interrupted", ""};
    }
    if (context.clock.steady() >= end) return busy;
    context.clock.sleep(kPause);
  }
}

}  // namespace sealpost::flow
