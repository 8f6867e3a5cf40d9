#include "flow/cosigned.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sealpost::flow {
namespace {

std::string key_of(const note::Cosigner& witness) { return fmt::format("{:08x}", witness.id()); }

}  // namespace

base::Result<std::vector<Cosigned>> cosignatures_on(const note::Note& checkpoint,
                                                    const note::Verifier& log,
                                                    std::span<const note::Cosigner> witnesses) {
  std::vector<Cosigned> found;
  for (const note::SignatureLine& line : checkpoint.signatures) {
    if (line.name == log.name()) continue;
    Cosigned one{line.name, fmt::format("{:08x}", line.key_id), {}};
    const auto known = std::find_if(witnesses.begin(), witnesses.end(), [&](const auto& witness) {
      return witness.name() == line.name && witness.id() == line.key_id;
    });
    if (known != witnesses.end()) {
      TRY(one.at, note::cosigned_at({checkpoint.text, {line}}, *known));
    }
    found.push_back(std::move(one));
  }
  return found;
}

base::Result<std::vector<note::Cosigner>> witnesses_of(const policy::Policy& policy) {
  std::vector<note::Cosigner> witnesses;
  for (const std::string& vkey : policy.witnesses) {
    TRY(note::Cosigner witness, note::Cosigner::parse(vkey));
    witnesses.push_back(std::move(witness));
  }
  return witnesses;
}

base::Result<void> check_quorum(std::span<const Cosigned> found,
                                std::span<const note::Cosigner> witnesses, std::size_t quorum) {
  std::size_t count = 0;
  std::string missing;
  for (const note::Cosigner& witness : witnesses) {
    const bool cosigned = std::any_of(found.begin(), found.end(), [&](const Cosigned& one) {
      return one.at && one.name == witness.name() && one.key == key_of(witness);
    });
    count += cosigned ? 1 : 0;
    if (!cosigned) missing += (missing.empty() ? "" : ", ") + witness.name();
  }
  if (count >= quorum) return {};
  return base::Error{base::Code::kVerificationFailed,
                     fmt::format("{} of {} witnesses have cosigned the checkpoint, {} are asked "
                                 "for; not cosigned: {}",
                                 count, witnesses.size(), quorum, missing),
                     ""};
}

}  // namespace sealpost::flow
