#include "trust/chain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/safety.hpp"
#include "trust/chain_rules.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

crypto::Digest first_head(const note::Verifier& root) {
  return crypto::sha256(base::as_bytes("sealpost/v1/trust\n" + root.vkey() + "\n"));
}

crypto::Digest next_head(const crypto::Digest& head, std::string_view entry) {
  return crypto::sha256({head, crypto::sha256(base::as_bytes(entry))});
}

}  // namespace

Chain::Chain(note::Verifier root) : root_(std::move(root)), heads_{first_head(root_)} {}

Result<void> Chain::append(std::string_view entry) {
  TRY(note::Note note, note::parse(entry));
  TRY(ChainRules(*this, entry, std::move(note)).take_in());
  heads_.push_back(next_head(head(), entry));
  entries_.emplace_back(entry);
  return {};
}

Result<crypto::Digest> Chain::head_at(std::uint64_t size) const {
  if (size >= heads_.size()) {
    return Error{Code::kNotFound, fmt::format("the trust chain has no {} entries yet", size), ""};
  }
  return heads_[static_cast<std::size_t>(size)];
}

Result<void> Chain::check_view(std::string_view entry) const {
  const std::optional<Views> seen = views_in(entry);
  if (!seen) return {};
  const auto known = head_at(seen->trust.size);
  if (known && *known == seen->trust.hash) return {};
  return Error{Code::kVerificationFailed,
               fmt::format("who signed entry {} has seen another trust chain", size()), ""};
}

const Device* Chain::device(std::string_view name) const {
  const auto found = devices_.find(std::string(name));
  return found == devices_.end() ? nullptr : &found->second;
}

const Device* Chain::device_with_key(const crypto::Digest& fingerprint) const {
  const auto found = keys_.find(fingerprint);
  return found == keys_.end() ? nullptr : device(found->second);
}

Result<const Device*> Chain::active_device(std::string_view name, base::Time now) const {
  const Device* found = device(name);
  const std::string shown = text::for_terminal(name);
  if (found == nullptr) {
    return Error{Code::kNotFound, fmt::format("the organisation has no device {}", shown), ""};
  }
  if (found->revoked) return Error{Code::kRevoked, fmt::format("{} is revoked", shown), ""};
  if (now > found->certificate.expires) {
    return Error{Code::kDenied, fmt::format("the certificate of {} has expired", shown),
                 "renew it, or join again with a new invitation"};
  }
  return found;
}

std::vector<const Device*> Chain::devices_of(std::string_view user) const {
  const std::string prefix = organisation() + "/" + std::string(user) + "/";
  std::vector<const Device*> found;
  for (auto at = devices_.lower_bound(prefix);
       at != devices_.end() && at->first.starts_with(prefix); ++at) {
    found.push_back(&at->second);
  }
  std::sort(found.begin(), found.end(),
            [](const Device* a, const Device* b) { return a->entry < b->entry; });
  return found;
}

// An entry ends with its last signature line, and only signature lines begin with a dash.
Result<std::vector<std::string>> split_entries(std::string_view file) {
  constexpr std::string_view kDash = "\xe2\x80\x94 ";
  std::vector<std::string> entries;
  while (!file.empty()) {
    const std::size_t blank = file.find("\n\n");
    std::size_t end = blank == std::string_view::npos ? file.size() : blank + 2;
    while (file.substr(end).starts_with(kDash)) {
      end = std::min(file.find('\n', end), file.size() - 1) + 1;
    }
    TRY(note::parse(file.substr(0, end)));
    entries.emplace_back(file.substr(0, end));
    file.remove_prefix(end);
  }
  return entries;
}

bool has_owner(const Chain& chain, base::Time now,
               const std::function<bool(const std::string& device)>& out) {
  return std::any_of(chain.devices().begin(), chain.devices().end(), [&](const auto& item) {
    return item.second.role == Role::kOwner && chain.active_device(item.first, now) &&
           !out(item.first);
  });
}

const Standing& standing_at(const Device& device, std::uint64_t size) {
  auto at = device.standings.rbegin();
  while (std::next(at) != device.standings.rend() && at->entry >= size) ++at;
  return *at;
}

const note::Verifier* key_that_signed(const Device& device, const note::Note& note) {
  for (auto key = device.keys.rbegin(); key != device.keys.rend(); ++key) {
    if (note::signed_by(note, *key)) return &*key;
  }
  return nullptr;
}

}  // namespace sealpost::trust
