#include "merkle/checkpoint.hpp"

#include <algorithm>
#include <optional>

#include "base/encoding.hpp"

namespace sealpost::merkle {
namespace {

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kMaxPath = 64;

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, std::string(why), ""};
}

base::Result<Digest> parse_hash(std::string_view text) {
  TRY(const base::Bytes bytes, base::parse_base64(text));
  return crypto::digest_from(bytes);
}

// The lines of a proof above its empty line, taken one by one.
class Lines {
 public:
  explicit Lines(std::string_view text) : lines_(base::split(text, '\n')) {}
  bool done() const { return next_ == lines_.size(); }
  std::string_view take() { return done() ? std::string_view() : lines_[next_++]; }
  // What follows `word` and a space when the next line begins so; the line is then taken.
  std::optional<std::string_view> take_after(std::string_view word) {
    if (done()) return std::nullopt;
    const std::string_view line = lines_[next_];
    if (!line.starts_with(word) || line.substr(word.size(), 1) != " ") return std::nullopt;
    ++next_;
    return line.substr(word.size() + 1);
  }

 private:
  std::vector<std::string_view> lines_;
  std::size_t next_ = 0;
};

base::Result<base::Bytes> parse_extra(Lines& lines) {
  const auto text = lines.take_after("extra");
  if (!text) return base::Bytes();
  auto extra = base::parse_base64(*text);
  if (!extra || extra->empty()) return malformed("a proof whose extra data is not base64");
  return extra;
}

base::Result<std::vector<Digest>> parse_path(Lines& lines) {
  std::vector<Digest> path;
  while (!lines.done()) {
    if (path.size() == kMaxPath) return malformed("a proof with too many hashes");
    const auto hash = parse_hash(lines.take());
    if (!hash) return malformed("a proof with a line that is no hash");
    path.push_back(*hash);
  }
  return path;
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         base::to_base64(checkpoint.root) + "\n";
}

base::Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (!text.ends_with('\n')) return malformed("a checkpoint that does not end with a newline");
  text.remove_suffix(1);
  const auto lines = base::split(text, '\n');
  if (lines.size() < 3) return malformed("a checkpoint of fewer than three lines");
  if (std::any_of(lines.begin(), lines.end(), [](auto line) { return line.empty(); })) {
    return malformed("a checkpoint with an empty line");
  }
  if (lines[0].find_first_of(" +") != std::string_view::npos) {
    return malformed("a checkpoint whose origin holds a space or \"+\"");
  }
  const auto size = base::parse_decimal(lines[1]);
  if (!size) return malformed("a checkpoint whose size is no whole number");
  const auto root = parse_hash(lines[2]);
  if (!root) return malformed("a checkpoint whose root is no SHA-256 hash in base64");
  return Checkpoint{std::string(lines[0]), *size, *root};
}

std::string format_proof(const Proof& proof) {
  std::string text = std::string(kProofHeader) + "\n";
  if (!proof.extra.empty()) text += "extra " + base::to_base64(proof.extra) + "\n";
  text += "index " + std::to_string(proof.index) + "\n";
  for (const Digest& hash : proof.path) text += base::to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint_note;
}

base::Result<Proof> parse_proof(std::string_view text) {
  const std::size_t blank = text.find("\n\n");
  if (blank == std::string_view::npos) return malformed("a proof without an empty line");
  Lines lines(text.substr(0, blank));
  if (lines.take() != kProofHeader) return malformed("not a tlog-proof of version 1");
  Proof proof;
  TRY(proof.extra, parse_extra(lines));
  const auto index = base::parse_decimal(lines.take_after("index").value_or(""));
  if (!index) return malformed("a proof without an index");
  proof.index = *index;
  TRY(proof.path, parse_path(lines));
  proof.checkpoint_note = text.substr(blank + 2);
  if (proof.checkpoint_note.empty()) return malformed("a proof without a checkpoint");
  return proof;
}

}  // namespace sealpost::merkle
