// Founding an organisation: its root key, its owner's device, its relay, and their mutual trust.
#pragma once

#include <filesystem>
#include <string>

#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// Root key, owner's device and the first entries of the trust chain, into a fresh vault.
// kMalformed for names out of form.
base::Result<void> found_organisation(vault::Vault& vault, const std::string& organisation,
                                      const std::string& user, const std::string& device,
                                      Context& context);

// Reaches a relay that was initialised for this organisation, has the root sign it and gives it the
// trust chain. Safe to repeat. kConflict when the organisation has another relay already.
base::Result<void> connect_relay(Installation& installation, const std::string& url,
                                 const std::string& pin, Context& context);

// Organisation and relay on one machine: initialises the relay in `folder` and hands it the chain
// without a server.
struct LocalRelay {
  std::filesystem::path folder;
  std::string listen;  // ADDR:PORT
  std::string url;     // as members reach it, e.g. https://<listen>
  bool plain = false;  // HTTP without TLS, on loopback only
};
struct LocalFacts {
  std::string url;
  std::string pin;  // empty without TLS
};
base::Result<LocalFacts> found_local_relay(Installation& installation, const LocalRelay& relay,
                                           Context& context);

}  // namespace sealpost::flow
