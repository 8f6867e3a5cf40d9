// `sealpost device wipe`, a part of `sealpost device`, and what `device show` says of it.
#pragma once

#include <optional>
#include <vector>

#include "cmd/opened.hpp"
#include "flow/wipe_order.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

void add_device_wipe(CLI::App& device, Env& env);

// The newest order for the device and what became of it; nothing when there is none, when the relay
// does not answer, or does not tell this device. kVerificationFailed.
base::Result<std::optional<flow::WipeState>> wipe_of(Opened& opened, const trust::DeviceName& name,
                                                     Env& env);
text::OrderedJson wipe_json(const flow::WipeState& wipe);
void add_wipe_fields(const flow::WipeState& wipe, std::vector<ui::Field>& fields);

}  // namespace sealpost::cmd
