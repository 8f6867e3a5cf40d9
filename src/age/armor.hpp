// The ASCII form of an age file (c2sp.org/age, "ASCII armor"): strict PEM of RFC 7468, figure 3,
// with white space allowed around it and either kind of line end.
#pragma once

#include <string>

#include "base/stream.hpp"

namespace sealpost::age {

inline constexpr std::string_view kArmorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
inline constexpr std::string_view kArmorEnd = "-----END AGE ENCRYPTED FILE-----";

// Encodes what is written to it into `sink`, which must outlive it. Nothing is complete until
// finish() has returned. One thread at a time.
class ArmorSink final : public base::ByteSink {
 public:
  explicit ArmorSink(base::ByteSink& sink) : sink_(sink) {}
  base::Result<void> write(base::ByteView bytes) override;
  base::Result<void> finish();

 private:
  base::Result<void> write_lines(base::ByteView bytes);
  base::ByteSink& sink_;
  base::Bytes held_;  // less than a line
  bool begun_ = false;
};

// Decodes an armored `source`, which must outlive it. The end comes only after the closing line and
// nothing but white space behind it. Anything else is kVerificationFailed, and broken() says that
// it was the armor and not the source. One thread at a time.
class ArmorSource final : public base::ByteSource {
 public:
  explicit ArmorSource(base::ByteSource& source) : source_(source) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override;
  bool broken() const { return broken_; }

 private:
  enum class Place { kBefore, kInside, kBehind };

  base::Result<bool> next_line(std::string& line);
  base::Result<void> begin();
  base::Result<void> decode_more();
  base::Result<void> take_line(const std::string& line);
  base::Result<void> finish();
  base::Error refuse(std::string_view text);

  base::ByteSource& source_;
  base::Bytes raw_;  // read, not yet split into lines; begins at raw_at_
  std::size_t raw_at_ = 0;
  base::Bytes decoded_;  // not yet handed out; begins at decoded_at_
  std::size_t decoded_at_ = 0;
  Place place_ = Place::kBefore;
  bool short_line_ = false;  // seen; only the closing line may follow
  bool broken_ = false;
};

}  // namespace sealpost::age
