#include "flow/installation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/erasure.hpp"
#include "flow/notices.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kSelf = "self";
constexpr std::string_view kDeviceKey = "device";
constexpr std::string_view kPendingKey = "pending";
constexpr std::string_view kRootKey = "root";
constexpr std::string_view kCheckpoint = "checkpoint";
constexpr std::string_view kViewTime = "time";  // as RFC 3339

base::Result<crypto::SigningKey> load_key(const vault::Vault& vault, std::string_view name) {
  TRY(const vault::Row row, vault.get(Kind::kSigningKey, name));
  TRY(const crypto::SigningSeed seed, crypto::SigningSeed::from(row.value.expose()));
  return crypto::SigningKey::from_seed(seed);
}

base::Result<void> store_entries(vault::Vault& vault, std::uint64_t first,
                                 std::span<const std::string> entries) {
  for (const std::string& entry : entries) {
    TRY(vault.insert(Kind::kTrustEntry, fmt::format("{}", first++), base::as_bytes(entry)));
  }
  return {};
}

base::Result<trust::Chain> load_chain(const vault::Vault& vault, const note::Verifier& root) {
  trust::Chain chain(root);
  TRY(vault.each(Kind::kTrustEntry, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(chain.append(row.value.expose_text()));
    return true;
  }));
  return chain;
}

base::Result<policy::Policy> policy_of(const trust::Chain& chain) {
  if (!chain.policy_text()) return policy::default_policy();
  return policy::parse_policy(*chain.policy_text());
}

}  // namespace

Installation::Installation(vault::Vault& vault, Profile profile, note::Signer signer,
                           trust::Chain chain)
    : vault_(&vault),
      profile_(std::move(profile)),
      signer_(std::move(signer)),
      chain_(std::move(chain)),
      policy_(policy_of(chain_)) {}

void Installation::take_chain(trust::Chain chain) {
  chain_ = std::move(chain);
  policy_ = policy_of(chain_);
}

base::Result<void> Installation::initialise(vault::Vault& vault, const Profile& profile,
                                            const crypto::SigningKey& device_key,
                                            const crypto::SigningKey* root_key,
                                            const trust::Chain& chain,
                                            const std::function<base::Result<void>()>& also) {
  return vault.transaction([&]() -> base::Result<void> {
    TRY(vault.insert(Kind::kProfile, kSelf, encode(profile).expose()));
    TRY(vault.insert(Kind::kSigningKey, kDeviceKey, device_key.seed().expose()));
    if (root_key != nullptr) {
      TRY(vault.insert(Kind::kSigningKey, kRootKey, root_key->seed().expose()));
    }
    TRY(store_entries(vault, 0, chain.entries()));
    return also();
  });
}

base::Result<bool> Installation::is_fresh(const vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kProfile, kSelf));
  return !row.has_value();
}

base::Result<Installation> Installation::load(vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kProfile, kSelf));
  if (!row) {
    return base::Error{base::Code::kNotFound, "this profile belongs to no organisation yet",
                       "use `sealpost setup` or `sealpost join`"};
  }
  TRY(Profile profile, decode_profile(row->value.expose()));
  TRY(const note::Verifier root, note::Verifier::parse(profile.root));
  TRY(crypto::SigningKey key, load_key(vault, kDeviceKey));
  const trust::DeviceName name{root.name(), profile.user, profile.device};
  TRY(note::Signer signer, note::Signer::make(name.str(), std::move(key)));
  TRY(trust::Chain chain, load_chain(vault, root));
  Installation installation(vault, std::move(profile), std::move(signer), std::move(chain));
  TRY(installation.load_checkpoint());
  TRY(installation.load_view_time());
  // What a process left behind that died; what cannot be done now, every visit tries again.
  static_cast<void>(finish_erasure(vault).has_value());
  return installation;
}

base::Result<void> Installation::load_checkpoint() {
  TRY(const std::optional<vault::Row> row, vault_->find(Kind::kLogView, kCheckpoint));
  if (row) {
    TRY(checkpoint_, merkle::parse_checkpoint(row->value.expose_text()));
  }
  return {};
}

base::Result<void> Installation::load_view_time() {
  TRY(const std::optional<vault::Row> row, vault_->find(Kind::kLogView, kViewTime));
  if (row) {
    TRY(view_time_, text::parse_time(row->value.expose_text()));
  }
  return {};
}

trust::DeviceName Installation::name() const {
  return {chain_.organisation(), profile_.user, profile_.device};
}

std::string Installation::user_name() const { return full_user(profile_.user); }

std::string Installation::full_user(std::string_view user) const {
  return fmt::format("{}/{}", chain_.organisation(), user);
}

base::Result<note::Signer> Installation::root_signer() const {
  auto key = load_key(*vault_, kRootKey);
  if (!key && key.error().code == base::Code::kNotFound) {
    return base::Error{base::Code::kDenied, "the organisation's root key is not in this vault",
                       "ask the organisation's owner"};
  }
  TRY(crypto::SigningKey root, std::move(key));
  return note::Signer::make(chain_.organisation(), std::move(root));
}

base::Result<void> Installation::store_root_key(const crypto::SigningSeed& seed) {
  if (crypto::SigningKey::from_seed(seed).verify_key() != chain_.root().key()) {
    return base::Error{base::Code::kVerificationFailed,
                       "the root key is another one than the organisation's", ""};
  }
  TRY(vault_->insert(Kind::kSigningKey, kRootKey, seed.expose()));
  return {};
}

base::Result<std::optional<note::Signer>> Installation::pending_signer() const {
  TRY(const auto row, vault_->find(Kind::kSigningKey, kPendingKey));
  if (!row) return std::optional<note::Signer>();
  TRY(const crypto::SigningSeed seed, crypto::SigningSeed::from(row->value.expose()));
  TRY(note::Signer signer, note::Signer::make(signer_.name(), crypto::SigningKey::from_seed(seed)));
  return std::optional(std::move(signer));
}

base::Result<note::Signer> Installation::make_pending_signer(base::Random& random) {
  TRY(note::Signer signer,
      note::Signer::make(signer_.name(), crypto::SigningKey::generate(random)));
  TRY(vault_->insert(Kind::kSigningKey, kPendingKey, signer.key().seed().expose()));
  return signer;
}

base::Result<void> Installation::adopt_pending_signer() {
  std::optional<note::Signer> pending;
  TRY(vault_->transaction([&]() -> base::Result<void> {
    TRY(pending, pending_signer());
    if (!pending) return {};
    TRY(vault_->put(Kind::kSigningKey, kDeviceKey, pending->key().seed().expose()));
    TRY(const vault::Row row, vault_->get(Kind::kSigningKey, kPendingKey));
    return vault_->erase(Kind::kSigningKey, row.id);
  }));
  if (!pending) return take_up_signer();  // another process was faster
  signer_ = *std::move(pending);
  return vault_->purge();
}

base::Result<void> Installation::take_up_signer() {
  TRY(crypto::SigningKey key, load_key(*vault_, kDeviceKey));
  if (key.verify_key() == signer_.key().verify_key()) return {};
  TRY(signer_, note::Signer::make(signer_.name(), std::move(key)));
  return {};
}

base::Result<void> Installation::erase_root_key() {
  TRY(const std::optional<vault::Row> row, vault_->find(Kind::kSigningKey, kRootKey));
  if (!row) return {};
  TRY(vault_->erase(Kind::kSigningKey, row->id));
  return vault_->purge();
}

base::Result<const trust::Device*> Installation::self(base::Time now) const {
  return chain_.active_device(signer_.name(), now);
}

base::Result<policy::Policy> Installation::policy_at(std::uint64_t size) const {
  const auto& entries = chain_.entries();
  for (std::size_t i = std::min<std::size_t>(size, entries.size()); i > 0; --i) {
    if (!entries[i - 1].starts_with("sealpost/v1/policy\n")) continue;
    TRY(const note::Note signed_note, note::parse(entries[i - 1]));
    return policy::parse_policy(signed_note.text);
  }
  return policy::default_policy();
}

base::Result<note::Verifier> Installation::log_verifier() const {
  if (!chain_.relay()) {
    return base::Error{base::Code::kNotFound, "the organisation has no relay yet",
                       "use `sealpost org connect`"};
  }
  return chain_.relay()->log;
}

base::Result<void> Installation::set_relay(std::string url, std::string pin) {
  profile_.url = std::move(url);
  profile_.pin = std::move(pin);
  return vault_->put(Kind::kProfile, kSelf, encode(profile_).expose());
}

base::Result<void> Installation::extend_chain(std::span<const std::string> entries) {
  if (entries.empty()) return {};
  trust::Chain longer = chain_;
  std::vector<Notice> notices;
  TRY(const std::optional<note::Signer> pending, pending_signer());
  const std::vector<note::Verifier> own = pending
                                              ? std::vector{signer_.verifier(), pending->verifier()}
                                              : std::vector{signer_.verifier()};
  for (const std::string& entry : entries) {
    TRY(longer.check_view(entry));
    TRY(longer.append(entry));
    if (auto notice = notice_of(longer, entry, name(), own)) notices.push_back(*std::move(notice));
  }
  const std::uint64_t first = chain_.size();
  auto stored = vault_->transaction([&]() -> base::Result<void> {
    TRY(store_entries(*vault_, first, entries));
    return keep_notices(*vault_, notices);
  });
  if (stored) {
    take_chain(std::move(longer));
    return {};
  }
  if (stored.error().code != base::Code::kConflict) return stored;
  // Another process has caught up meanwhile: take what it verified.
  TRY(trust::Chain theirs, load_chain(*vault_, chain_.root()));
  take_chain(std::move(theirs));
  const auto head = chain_.head_at(std::min(chain_.size(), longer.size()));
  const auto ours = longer.head_at(std::min(chain_.size(), longer.size()));
  if (head && ours && *head == *ours) return {};
  return base::Error{base::Code::kVerificationFailed,
                     "the relay showed two trust chains to two processes of this profile", ""};
}

base::Result<void> Installation::set_checkpoint(const merkle::Checkpoint& checkpoint) {
  TRY(vault_->transaction([&]() -> base::Result<void> {
    TRY(load_checkpoint());  // another process may have seen a newer one
    if (checkpoint.size <= checkpoint_.size) return {};
    const std::string text = merkle::format_checkpoint(checkpoint);
    return vault_->put(Kind::kLogView, kCheckpoint, base::as_bytes(text));
  }));
  return load_checkpoint();
}

base::Result<void> Installation::set_view_time(base::Time time) {
  return vault_->transaction([&]() -> base::Result<void> {
    TRY(load_view_time());  // another process may have seen a newer one
    if (view_time_ && *view_time_ >= time) return {};
    view_time_ = time;
    return vault_->put(Kind::kLogView, kViewTime, base::as_bytes(text::format_time(time)));
  });
}

}  // namespace sealpost::flow
