#include "flow/read.hpp"

#include <fmt/format.h>

#include <set>

#include "flow/visit.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

constexpr int kMaxNames = 10000;  // tries for an unused file name

base::Result<const message::Attachment*> attachment_of(const Listed& listed, std::uint64_t which) {
  const auto& attachments = listed.header.attachments;
  if (which == 0 || which > attachments.size()) {
    return base::Error{
        base::Code::kNotFound,
        fmt::format("message {} has {} attachments", listed.record.number, attachments.size()),
        "they are counted from 1"};
  }
  return &attachments[which - 1];
}

// Names in the folder that count as taken, in the form in which two names are the same file on some
// common system.
std::set<std::string> taken_names(const std::filesystem::path& folder) {
  std::set<std::string> taken;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    taken.insert(text::fold(entry.path().filename().string()));
  }
  return taken;
}

// "scan.dcm", "scan-2.dcm", ...
base::Result<std::string> unused_name(const std::string& outside, std::set<std::string>& taken) {
  const std::string safe = text::safe_filename(outside);
  const std::size_t dot = safe.rfind('.');
  const std::string stem = safe.substr(0, dot);
  const std::string extension = dot == std::string::npos ? "" : safe.substr(dot);
  for (int count = 1; count < kMaxNames; ++count) {
    const std::string name = count == 1 ? safe : fmt::format("{}-{}{}", stem, count, extension);
    const bool fresh =
        !taken.contains(text::fold(name + ".partial")) && taken.insert(text::fold(name)).second;
    if (fresh) return name;
  }
  return base::Error{base::Code::kConflict, "the folder has too many files of that name", ""};
}

base::Result<void> check_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) return {};
  return base::Error{base::Code::kNotFound, fmt::format("{} is not a folder", folder.string()),
                     "make it first"};
}

}  // namespace

base::Result<bool> mark_read(Installation& installation, Listed& listed, bool receipt,
                             Context& context) {
  MessageRecord& record = listed.record;
  if (record.direction != Direction::kReceived || !record.unread) return false;
  record.unread = false;
  TRY(installation.vault().transaction([&]() -> base::Result<void> {
    TRY(update_message(installation.vault(), record));
    if (!receipt) return {};
    return queue_receipt(installation,
                         {record.id, record.from, record.message_sha256, receipt::State::kRead},
                         context.clock.now());
  }));
  return receipt;
}

base::Result<std::uint64_t> deliver_receipts(Installation& installation, Context& context) {
  auto relay = connect(installation, context);
  if (relay) {
    auto delivered = flush_receipts(installation, *relay);
    const bool offline = !delivered && (delivered.error().code == base::Code::kUnreachable ||
                                        delivered.error().code == base::Code::kBusy);
    if (!delivered && !offline) return delivered.error();
  }
  return waiting_receipts(installation);
}

base::Result<std::vector<std::filesystem::path>> save_attachments(
    Installation& installation, const Listed& listed, const std::filesystem::path& folder,
    Context& context, TransferProgress& progress) {
  TRY(check_folder(folder));
  std::vector<std::filesystem::path> saved;
  std::set<std::string> taken = taken_names(folder);
  for (const message::Attachment& attachment : listed.header.attachments) {
    TRY(const std::string name, unused_name(attachment.name, taken));
    TRY(client::RelayClient relay, connect(installation, context));
    const std::filesystem::path path = folder / name;
    auto done = download_attachment(relay, attachment, path, context, progress);
    if (!done) return base::with_context(std::move(done).error(), path.string());
    saved.push_back(path);
  }
  return saved;
}

base::Result<void> stream_attachment(Installation& installation, const Listed& listed,
                                     std::uint64_t which, base::ByteSink& sink, Context& context,
                                     TransferProgress& progress) {
  TRY(const message::Attachment* attachment, attachment_of(listed, which));
  TRY(client::RelayClient relay, connect(installation, context));
  return download_attachment(relay, *attachment, sink, context, progress);
}

base::Result<void> save_attachment(Installation& installation, const Listed& listed,
                                   std::uint64_t which, const std::filesystem::path& into,
                                   Context& context, TransferProgress& progress) {
  TRY(const message::Attachment* attachment, attachment_of(listed, which));
  TRY(client::RelayClient relay, connect(installation, context));
  return download_attachment(relay, *attachment, into, context, progress);
}

}  // namespace sealpost::flow
