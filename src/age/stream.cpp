#include "age/stream.hpp"

#include <algorithm>
#include <array>

#include "age/armor.hpp"
#include "age/file.hpp"
#include "age/header.hpp"

namespace sealpost::age {
namespace {

// Bytes that were read too early, then the source itself. Borrows both.
class Rejoined final : public base::ByteSource {
 public:
  Rejoined(base::ByteView early, base::ByteSource& source) : early_(early), source_(source) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (early_.empty()) return source_.read(out);
    const std::size_t count = std::min(out.size(), early_.size());
    std::copy_n(early_.begin(), count, out.begin());
    early_ = early_.subspan(count);
    return count;
  }

 private:
  base::ByteView early_;
  base::ByteSource& source_;
};

// Reads until the header is whole, the source ends, or it is clear that there is no header. What
// was read beyond the header is at the end of the result.
base::Result<base::Bytes> read_header(base::ByteSource& source) {
  constexpr std::size_t kStep = 32 << 10;
  base::Bytes bytes;
  std::size_t searched = 0;
  while (!find_header_end(bytes, searched)) {
    const auto known = std::min(bytes.size(), kVersionLine.size());
    if (base::as_text(bytes).substr(0, known) != kVersionLine.substr(0, known)) break;
    if (bytes.size() > kMaxHeaderSize) break;
    const std::size_t before = bytes.size();
    bytes.resize(before + kStep);
    TRY(const std::size_t count, source.read(std::span(bytes).subspan(before)));
    bytes.resize(before + count);
    if (count == 0) break;
  }
  return bytes;
}

base::Result<void> decrypt_binary(base::ByteSource& file, base::ByteSink& plain,
                                  std::span<const Identity* const> identities,
                                  const DecryptOptions& options) {
  TRY(const base::Bytes early, read_header(file));
  TRY(const OpenedHeader header, open_header(early, identities, options.failure));
  Rejoined payload(base::ByteView(early).subspan(header.size), file);
  return decrypt_payload(header.file_key, payload, plain, options);
}

// A binary file begins with a letter, an armored one with a dash or white space.
base::Result<bool> looks_armored(base::ByteSource& file, std::array<std::uint8_t, 1>& first,
                                 std::size_t& read) {
  TRY(read, file.read(first));
  constexpr std::string_view kArmorStarts = "- \t\r\n";
  return read > 0 && kArmorStarts.find(static_cast<char>(first[0])) != std::string_view::npos;
}

}  // namespace

base::Result<void> encrypt(base::ByteSource& plain, base::ByteSink& file,
                           std::span<const Recipient* const> recipients,
                           const EncryptOptions& options, base::Random& random) {
  const FileKey file_key = FileKey::random(random);
  TRY(const base::Bytes header, seal_header(file_key, recipients, random));
  if (!options.armor) {
    TRY(file.write(header));
    return encrypt_payload(file_key, plain, file, options.threads, random);
  }
  ArmorSink armor(file);
  TRY(armor.write(header));
  TRY(encrypt_payload(file_key, plain, armor, options.threads, random));
  return armor.finish();
}

base::Result<void> decrypt(base::ByteSource& file, base::ByteSink& plain,
                           std::span<const Identity* const> identities,
                           const DecryptOptions& options) {
  Failure failure = Failure::kNone;
  const DecryptOptions inner{options.threads, &failure};
  std::array<std::uint8_t, 1> first{};
  std::size_t read = 0;
  TRY(const bool armored, looks_armored(file, first, read));
  Rejoined whole(base::ByteView(first).first(read), file);
  ArmorSource armor(whole);
  auto result = armored ? decrypt_binary(armor, plain, identities, inner)
                        : decrypt_binary(whole, plain, identities, inner);
  if (!result && failure == Failure::kNone && armor.broken()) failure = Failure::kArmor;
  if (options.failure != nullptr) *options.failure = failure;
  return result;
}

}  // namespace sealpost::age
