// Agreements of the organisation with others, trainings, assessments: who signed what, and until
// when it holds. sealpost-agreement(1). One thread.
//
// Each fails as the register does: kDenied for a role that does not hold its key, or may not write,
// kBusy while the key has not come, kVerificationFailed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/register_state.hpp"
#include "flow/transfer.hpp"

namespace sealpost::flow {

// "in-force", "not-yet" before the day on which it was signed, "expired".
std::string_view agreement_state(const reg::Agreement& agreement, base::Time now);

struct NewAgreement {
  std::string party;
  std::string kind;
  std::optional<base::Time> signed_at;
  std::optional<base::Time> expires;
  std::optional<std::filesystem::path> file;
};
// kUsage for a party, kind or span out of form; kConflict when the same is recorded already; for
// the file as store_register_file().
base::Result<reg::Agreement> add_agreement(Installation& installation, const NewAgreement& fresh,
                                           Context& context, TransferProgress& progress);

// Of what is not removed, in the vault, by party: what ends by then, or has, but for what another
// agreement of the same kind with the same party outlasts that began before the end, or has begun.
base::Result<std::vector<reg::Agreement>> lapsing_agreements(const vault::Vault& vault,
                                                             base::Time by, base::Time now);

// Those that are not removed, by party; with `ending_by` only lapsing_agreements().
base::Result<std::vector<reg::Agreement>> list_agreements(Installation& installation,
                                                          std::optional<base::Time> ending_by,
                                                          Context& context);

// By id, by a beginning of it of at least eight digits that fits one only, or by the party, in
// whatever case. kNotFound; kConflict when it fits several, naming them.
base::Result<reg::Agreement> show_agreement(Installation& installation, std::string_view which,
                                            Context& context);
// As save_register_file(); kNotFound when it has no file.
base::Result<std::filesystem::path> save_agreement_file(Installation& installation,
                                                        const reg::Agreement& agreement,
                                                        const std::filesystem::path& folder,
                                                        Context& context,
                                                        TransferProgress& progress);

base::Result<void> remove_agreement(Installation& installation, const std::string& id,
                                    Context& context);

// When, from then on, no business associate agreement with this party is in force, as the vault
// knows the register: `from` itself when none is then, nothing when that never comes.
base::Result<std::optional<base::Time>> relay_agreement_gap(const vault::Vault& vault,
                                                            std::string_view party,
                                                            base::Time from);

inline constexpr const char* kNoRelayAgreementHint =
    "`sealpost agreement list` shows what there is; `sealpost agreement add PARTY --kind baa` "
    "records a new one";

// What the policy asks for before anything is sealed: kDenied when it names a party with whom no
// business associate agreement is in force. Follows the register only when it names one; as
// meet_register().
base::Result<void> check_relay_agreement(Installation& installation, client::RelayClient& relay,
                                         Context& context);

}  // namespace sealpost::flow
