// Being a witness of logs: `sealpost audit witness`. The key and what was cosigned lie in the
// folder `witness` of DIR; DIR may be a mirror, which is then cosigned itself. sealpost-log(5),
// WITNESS.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "flow/context.hpp"
#include "note/note.hpp"
#include "witness/server.hpp"

namespace sealpost::flow {

// Which logs: the one that this root names in the mirror, and those of these keys.
struct WitnessedLogs {
  std::optional<note::Verifier> root;
  std::vector<note::Verifier> keys;
};
struct WitnessName {
  std::optional<std::string> wanted;
  std::string usual;  // of a new key, when none is wanted
};

class Witnessing {
 public:
  // Makes the witness's key where there is none. Borrows the context. kConflict while another
  // process is this witness.
  static base::Result<std::unique_ptr<Witnessing>> open(const std::filesystem::path& folder,
                                                        const WitnessedLogs& logs,
                                                        const WitnessName& name, Context& context,
                                                        witness::Witness::Listener listener);
  std::string vkey() const { return witness_.vkey(); }
  bool is_new() const { return witness_.is_new(); }

  // Verifies the whole mirror, and that it continues what was cosigned before; adds the cosignature
  // to its checkpoint. kVerificationFailed.
  base::Result<witness::Witness::Cosigned> cosign_mirror();
  // Answers logs at this address, which must be of this machine (kUsage), until destroyed; the URL.
  base::Result<std::string> serve(const std::string& address);

 private:
  Witnessing(std::filesystem::path folder, std::optional<note::Verifier> root, Context& context,
             witness::Memory memory, std::vector<note::Verifier> logs,
             witness::Witness::Listener listener)
      : folder_(std::move(folder)),
        root_(std::move(root)),
        context_(context),
        witness_(std::move(memory), std::move(logs), context.clock, std::move(listener)) {}

  std::filesystem::path folder_;
  std::optional<note::Verifier> root_;
  Context& context_;
  witness::Witness witness_;
  std::unique_ptr<witness::Server> server_;  // goes first
};

}  // namespace sealpost::flow
