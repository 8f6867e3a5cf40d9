#include "note/key_file.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"

namespace sealpost::note {
namespace {

constexpr std::size_t kMaxFile = 4096;  // bytes

void wipe(std::string& what) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(what.data()), what.size()});
}

base::Result<crypto::SigningSeed> decode_seed(std::string_view text) {
  TRY(base::Bytes raw, base::parse_base64(text));
  auto seed = crypto::SigningSeed::from(raw);
  crypto::wipe(raw);
  return seed;
}

base::Result<crypto::SecretBytes> read_small(const std::filesystem::path& path) {
  TRY(const base::Fd file, base::open_read(path));
  crypto::SecretBytes out(kMaxFile);
  TRY(const std::size_t size, base::read_full(file.get(), out.expose_mutable()));
  out.truncate(size);
  return out;
}

}  // namespace

base::Result<void> write_key_file(const std::filesystem::path& path, std::string_view kind,
                                  const Signer& signer) {
  const crypto::SigningSeed seed = signer.key().seed();
  std::string text = std::string(kind) + "\n" + signer.name() + "\n";
  text.reserve(text.size() + 64);  // no copy of the seed is left behind by growing
  std::string encoded = base::to_base64(seed.expose());
  text += encoded + "\n";
  auto written = base::replace_file(path, base::as_bytes(text), 0600);
  wipe(encoded);
  wipe(text);
  return written;
}

base::Result<Signer> read_key_file(const std::filesystem::path& path, std::string_view kind) {
  const base::Error wrong{base::Code::kMalformed, path.filename().string() + " is out of form", ""};
  TRY(const crypto::SecretBytes file, read_small(path));
  const auto lines = base::split(file.expose_text(), '\n');
  if (lines.size() != 4 || lines[0] != kind || !lines[3].empty()) return wrong;
  const auto seed = decode_seed(lines[2]);
  if (!seed) return wrong;
  return Signer::make(std::string(lines[1]), crypto::SigningKey::from_seed(*seed));
}

}  // namespace sealpost::note
