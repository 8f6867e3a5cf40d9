#include "notify/secret_text.hpp"

#include <algorithm>

namespace sealpost::notify {
namespace {

constexpr std::size_t kFirst = 1024;  // bytes

}  // namespace

SecretText& SecretText::append(std::string_view more) {
  if (size_ + more.size() > bytes_.size()) {
    crypto::SecretBytes larger(std::max({kFirst, 2 * bytes_.size(), size_ + more.size()}));
    const auto old = bytes_.expose().first(size_);
    std::copy(old.begin(), old.end(), larger.expose_mutable().begin());
    bytes_ = std::move(larger);
  }
  std::copy(more.begin(), more.end(),
            bytes_.expose_mutable().begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += more.size();
  return *this;
}

}  // namespace sealpost::notify
