#include "crypto/strength.hpp"

#include <pwquality.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

namespace sealpost::crypto {
namespace {

constexpr int kLeastLength = 12;
constexpr int kLeastScore = 25;  // of 100
constexpr int kMostAlike = 8;    // the same character in a row; chance makes that of nothing long
// From here on the dictionary says more against random letters than for anybody's safety.
constexpr std::size_t kBeyondDictionary = 20;
constexpr const char* kDictionary = "/var/cache/cracklib/cracklib_dict.pwd";

using Settings = std::unique_ptr<pwquality_settings_t, decltype(&pwquality_free_settings)>;

// "abcabcab" says no more than "abc": the beginning that the rest only repeats.
std::size_t period_of(base::ByteView bytes) {
  for (std::size_t period = 1; period < bytes.size(); ++period) {
    if (std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(period), bytes.end(),
                   bytes.begin())) {
      return period;
    }
  }
  return bytes.size();
}

SecretBytes with_terminator(base::ByteView bytes) {
  SecretBytes text(bytes.size() + 1);  // zeroed
  std::copy(bytes.begin(), bytes.end(), text.expose_mutable().begin());
  return text;
}

base::Error too_weak(std::string reason) {
  if (!reason.empty()) {
    reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
  }
  return {base::Code::kUsage, "too weak for a passphrase: " + reason,
          "several random words do well, and so does what a password manager makes up"};
}

}  // namespace

base::Result<void> check_strength(const SecretBytes& passphrase, const std::string& user) {
  const std::size_t period = period_of(passphrase.expose());
  const bool repeats = period * 2 <= passphrase.size();
  const SecretBytes text =
      with_terminator(passphrase.expose().first(repeats ? period : passphrase.size()));
  const Settings settings(pwquality_default_settings(), &pwquality_free_settings);
  if (settings == nullptr) return base::Error{base::Code::kInternal, "out of memory", ""};
  const bool dictionary = text.size() - 1 < kBeyondDictionary && ::access(kDictionary, R_OK) == 0;
  pwquality_set_int_value(settings.get(), PWQ_SETTING_MIN_LENGTH, kLeastLength);
  pwquality_set_int_value(settings.get(), PWQ_SETTING_MAX_REPEAT, kMostAlike);
  pwquality_set_int_value(settings.get(), PWQ_SETTING_DICT_CHECK, dictionary ? 1 : 0);
  void* detail = nullptr;
  const int score =
      pwquality_check(settings.get(), reinterpret_cast<const char*>(text.expose().data()), nullptr,
                      user.empty() ? nullptr : user.c_str(), &detail);
  if (score < 0) {
    std::array<char, PWQ_MAX_ERROR_MESSAGE_LEN> reason{};
    return too_weak(pwquality_strerror(reason.data(), reason.size(), score, detail));
  }
  if (repeats && score < kLeastScore) return too_weak("it repeats itself");
  if (score < kLeastScore) return too_weak("it is too easy to guess");
  return {};
}

}  // namespace sealpost::crypto
