#include "flow/receipt_offline.hpp"

namespace sealpost::flow {
namespace {

// The sizes of the log that the file and its statements speak of; whether they hold is judged
// later.
std::set<std::uint64_t> claimed_sizes(const receipt::File& file) {
  std::set<std::uint64_t> sizes;
  const auto signed_note = note::parse(file.checkpoint);
  const auto checkpoint = signed_note ? merkle::parse_checkpoint(signed_note->text)
                                      : base::Result<merkle::Checkpoint>(signed_note.error());
  if (checkpoint) sizes.insert(checkpoint->size);
  for (const receipt::Record& record : file.records) {
    const auto statement = note::parse(record.evidence.statement);
    const auto said = statement ? receipt::parse(statement->text)
                                : base::Result<receipt::Receipt>(statement.error());
    if (said) sizes.insert(said->log.size);
  }
  return sizes;
}

}  // namespace

base::Result<FileVerdict> verify_receipt_file(std::string_view bytes, const note::Verifier& root,
                                              const std::optional<std::filesystem::path>& mirror,
                                              const base::Interrupt& interrupt) {
  if (!mirror) return judge_receipt_file(bytes, root, nullptr);
  const auto file = receipt::parse_file(bytes);
  if (!file) return judge_receipt_file(bytes, root, nullptr);
  TRY(const Mirror read, read_mirror(*mirror, root, claimed_sizes(*file), interrupt));
  return judge_receipt_file(bytes, root, &read);
}

}  // namespace sealpost::flow
