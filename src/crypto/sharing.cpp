#include "crypto/sharing.hpp"

#include <sodium.h>

#include <memory>
#include <numeric>
#include <set>

extern "C" {  // the header does not say so
#include <libgfshare.h>
}

namespace sealpost::crypto {
namespace {

constexpr unsigned kMostShares = 255;

using Context = std::unique_ptr<gfshare_ctx, decltype(&gfshare_ctx_free)>;

void fill_random(unsigned char* out, unsigned int size) { randombytes_buf(out, size); }

// The library's own global: what it takes random numbers from, also to overwrite what it frees.
void give_random_source() { gfshare_fill_rand = &fill_random; }

base::Error no_memory() { return {base::Code::kInternal, "out of memory", ""}; }

base::Result<void> check(const std::vector<Share>& shares) {
  std::set<std::uint8_t> seen;
  for (const Share& share : shares) {
    const bool fits = share.index != 0 && !share.value.empty() &&
                      share.value.size() == shares.front().value.size();
    if (!fits || !seen.insert(share.index).second) {
      return base::Error{base::Code::kMalformed, "shares that do not belong together", ""};
    }
  }
  if (!shares.empty() && shares.size() <= kMostShares) return {};
  return base::Error{base::Code::kMalformed, "no shares, or too many", ""};
}

}  // namespace

base::Result<std::vector<Share>> split_secret(base::ByteView secret, unsigned shares,
                                              unsigned threshold) {
  if (threshold < 2 || threshold > shares || shares > kMostShares || secret.empty()) {
    return base::Error{base::Code::kUsage, "a threshold lies between 2 and the number of shares",
                       "like --shares 5 --threshold 3; at most 255 shares"};
  }
  give_random_source();
  std::vector<std::uint8_t> indices(shares);
  std::iota(indices.begin(), indices.end(), std::uint8_t{1});
  const Context context(
      gfshare_ctx_init_enc(indices.data(), shares, static_cast<std::uint8_t>(threshold),
                           static_cast<unsigned>(secret.size())),
      &gfshare_ctx_free);
  if (context == nullptr) return no_memory();
  SecretBytes copy(secret);
  gfshare_ctx_enc_setsecret(context.get(), copy.expose_mutable().data());
  std::vector<Share> out;
  for (unsigned at = 0; at < shares; ++at) {
    Share share{indices[at], SecretBytes(secret.size())};
    gfshare_ctx_enc_getshare(context.get(), static_cast<std::uint8_t>(at),
                             share.value.expose_mutable().data());
    out.push_back(std::move(share));
  }
  return out;
}

base::Result<SecretBytes> combine_secret(const std::vector<Share>& shares) {
  TRY(check(shares));
  give_random_source();
  std::vector<std::uint8_t> indices;
  indices.reserve(shares.size());
  for (const Share& share : shares) indices.push_back(share.index);
  const std::size_t size = shares.front().value.size();
  const Context context(gfshare_ctx_init_dec(indices.data(), static_cast<unsigned>(shares.size()),
                                             static_cast<unsigned>(size)),
                        &gfshare_ctx_free);
  if (context == nullptr) return no_memory();
  for (std::size_t at = 0; at < shares.size(); ++at) {
    SecretBytes value = shares[at].value.clone();
    gfshare_ctx_dec_giveshare(context.get(), static_cast<std::uint8_t>(at),
                              value.expose_mutable().data());
  }
  SecretBytes secret(size);
  gfshare_ctx_dec_extract(context.get(), secret.expose_mutable().data());
  return secret;
}

}  // namespace sealpost::crypto
