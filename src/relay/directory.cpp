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
    : state_{trust::Chain(root), std::make_shared<const policy::Policy>(policy::default_policy())} {
}

std::uint64_t Directory::size() const {
  return read([](const trust::Chain& chain) { return chain.size(); });
}

note::View Directory::view() const {
  return read([](const trust::Chain& chain) { return chain.view(); });
}

std::shared_ptr<const policy::Policy> Directory::policy() const {
  const std::shared_lock lock(mutex_);
  return state_.policy;
}

base::Result<void> Directory::append(std::string_view entry) {
  TRY(auto changed_policy, policy_in(entry));
  keep();
  const std::unique_lock lock(mutex_);
  TRY(state_.chain.append(entry));
  if (changed_policy) state_.policy = std::move(changed_policy);
  return {};
}

void Directory::begin() {
  at_begin_.reset();
  mark();
}

void Directory::mark() {
  at_mark_.reset();
  kept_ = false;
  marked_ = true;
}

// Only this thread changes the state, so it may be copied while others read.
void Directory::keep() {
  if (!marked_ || kept_) return;
  kept_ = true;
  (at_begin_ ? at_mark_ : at_begin_) = state_;
}

void Directory::undo() {
  if (!kept_) return;
  put_back(at_mark_ ? at_mark_ : at_begin_);
  kept_ = false;
}

void Directory::rollback() {
  put_back(at_begin_);
  mark();
}

void Directory::commit() {
  at_begin_.reset();
  at_mark_.reset();
  marked_ = false;
}

void Directory::put_back(std::optional<State>& earlier) {
  if (!earlier) return;
  {
    const std::unique_lock lock(mutex_);
    std::swap(state_, *earlier);
  }
  earlier.reset();
}

}  // namespace sealpost::relay
