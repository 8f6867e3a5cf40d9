// The witness's HTTP server: POST <prefix>/add-checkpoint and nothing else, in plain HTTP for who
// is on this machine; a proxy may speak TLS in front of it.
#pragma once

#include <memory>

#include "base/file.hpp"
#include "witness/witness.hpp"

namespace sealpost::witness {

class Server {
 public:
  virtual ~Server() = default;
  // Serves on a listening socket until destroyed; requests that were begun are answered. Borrows
  // the witness. kInternal when it does not start.
  static base::Result<std::unique_ptr<Server>> start(Witness& witness, base::Fd socket);
};

}  // namespace sealpost::witness
