#include "flow/receipt_offline.hpp"

namespace sealpost::flow {
namespace {

// The size of the log that the file speaks of; whether it holds is judged later.
std::optional<std::uint64_t> claimed_size(std::string_view bytes) {
  const auto file = receipt::parse_file(bytes);
  if (!file) return std::nullopt;
  const auto signed_note = note::parse(file->checkpoint);
  if (!signed_note) return std::nullopt;
  const auto checkpoint = merkle::parse_checkpoint(signed_note->text);
  if (!checkpoint) return std::nullopt;
  return checkpoint->size;
}

}  // namespace

base::Result<FileVerdict> verify_receipt_file(std::string_view bytes, const note::Verifier& root,
                                              const std::optional<std::filesystem::path>& mirror,
                                              const base::Interrupt& interrupt) {
  if (!mirror) return judge_receipt_file(bytes, root, nullptr);
  const std::optional<std::uint64_t> size = claimed_size(bytes);
  if (!size) return judge_receipt_file(bytes, root, nullptr);
  TRY(const Mirror read, read_mirror(*mirror, root, size, interrupt));
  return judge_receipt_file(bytes, root, &read);
}

}  // namespace sealpost::flow
