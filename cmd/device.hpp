// The verbs of `sealpost device`: what they share, and one declaration for each file.
#pragma once

#include "cmd/opened.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

// kNotFound when the trust chain has no device of this name. Borrowed from the installation.
base::Result<const trust::Device*> known_device(const Opened& opened,
                                                const trust::DeviceName& name);

}  // namespace sealpost::cmd
