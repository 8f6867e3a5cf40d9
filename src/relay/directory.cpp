#include "relay/directory.hpp"

#include "note/note.hpp"

namespace sealpost::relay {
namespace {

// The policy in force after this entry; nothing when the entry is about something else.
base::Result<std::shared_ptr<const policy::Policy>> policy_in(std::string_view entry) {
  TRY(const note::Note note, note::parse(entry));
  TRY(const std::string kind, note::statement_kind(note.text));
  if (kind != "policy") return std::shared_ptr<const policy::Policy>();
  TRY(policy::Policy parsed, policy::parse_policy(note.text));
  return std::shared_ptr<const policy::Policy>(
      std::make_shared<const policy::Policy>(std::move(parsed)));
}

}  // namespace

Directory::Directory(const note::Verifier& root)
    : chain_(root), policy_(std::make_shared<const policy::Policy>(policy::default_policy())) {}

std::uint64_t Directory::size() const {
  return read([](const trust::Chain& chain) { return chain.size(); });
}

note::View Directory::view() const {
  return read([](const trust::Chain& chain) { return chain.view(); });
}

std::shared_ptr<const policy::Policy> Directory::policy() const {
  const std::shared_lock lock(mutex_);
  return policy_;
}

base::Result<void> Directory::append(std::string_view entry) {
  TRY(auto changed_policy, policy_in(entry));
  const std::unique_lock lock(mutex_);
  TRY(chain_.append(entry));
  if (changed_policy) policy_ = std::move(changed_policy);
  return {};
}

void Directory::truncate(std::uint64_t size) {
  const std::unique_lock lock(mutex_);
  if (chain_.size() <= size) return;
  const std::vector<std::string> entries = chain_.entries();
  const note::Verifier root = chain_.root();
  chain_ = trust::Chain(root);
  policy_ = std::make_shared<const policy::Policy>(policy::default_policy());
  for (std::uint64_t i = 0; i < size; ++i) {
    // They were accepted before, in this order.
    if (!chain_.append(entries[i])) return;
    if (auto changed = policy_in(entries[i]); changed && *changed) policy_ = *changed;
  }
}

}  // namespace sealpost::relay
