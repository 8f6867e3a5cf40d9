#include "merkle/add_checkpoint.hpp"

#include "base/encoding.hpp"

namespace sealpost::merkle {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::size_t kMaxProof = 63;

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, "a request to a witness " + std::string(why), ""};
}

}  // namespace

std::string format_add_checkpoint(const AddCheckpoint& request) {
  std::string text = std::string(kOld) + std::to_string(request.old_size) + "\n";
  for (const Digest& hash : request.proof) text += base::to_base64(hash) + "\n";
  return text + "\n" + request.checkpoint_note;
}

base::Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kMaxAddCheckpoint) return malformed("that is too long");
  const std::size_t blank = body.find("\n\n");
  if (!body.starts_with(kOld) || blank == std::string_view::npos) {
    return malformed("without old size, or without a checkpoint");
  }
  AddCheckpoint request;
  request.checkpoint_note = body.substr(blank + 2);
  const auto lines = base::split(body.substr(kOld.size(), blank - kOld.size()), '\n');
  const auto size = base::parse_decimal(lines.front());
  if (!size) return malformed("whose old size is no whole number");
  request.old_size = *size;
  if (lines.size() > kMaxProof + 1) return malformed("with too many hashes");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto bytes = base::parse_base64(lines[i]);
    const auto hash = bytes ? crypto::digest_from(*bytes) : base::Result<Digest>(bytes.error());
    if (!hash) return malformed("with a line that is no hash");
    request.proof.push_back(*hash);
  }
  return request;
}

std::string format_witness_size(std::uint64_t size) { return std::to_string(size) + "\n"; }

base::Result<std::uint64_t> parse_witness_size(std::string_view body) {
  if (!body.ends_with('\n')) return malformed("was answered without a size");
  return base::parse_decimal(body.substr(0, body.size() - 1));
}

}  // namespace sealpost::merkle
