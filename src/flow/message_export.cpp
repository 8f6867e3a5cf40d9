#include "flow/message_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "age/stream.hpp"
#include "flow/tar_writer.hpp"
#include "flow/through_pipe.hpp"
#include "flow/visit.hpp"
#include "text/json.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

// Numbers instead of records: a vault may hold more than memory does.
base::Result<std::vector<std::uint64_t>> chosen(const vault::Vault& vault,
                                                const std::vector<std::string>& which) {
  std::set<std::uint64_t> numbers;
  for (const std::string& name : which) {
    TRY(const Listed listed, find_message(vault, name, Direction::kReceived));
    if (is_gone(listed.record)) {
      return base::Error{base::Code::kNotFound, fmt::format("message {} was recalled", name), ""};
    }
    numbers.insert(listed.record.number);
  }
  if (which.empty()) {
    for (const Direction direction : {Direction::kReceived, Direction::kSent}) {
      TRY(each_message(vault, direction, [&](const Listed& listed) -> base::Result<void> {
        if (!is_gone(listed.record)) numbers.insert(listed.record.number);
        return {};
      }));
    }
  }
  if (numbers.empty()) {
    return base::Error{base::Code::kNotFound, "there is no message to export", ""};
  }
  return std::vector<std::uint64_t>(numbers.begin(), numbers.end());
}

base::Result<Listed> numbered(const vault::Vault& vault, std::uint64_t number) {
  return find_message(vault, fmt::format("{}", number), Direction::kReceived);
}

crypto::Digest digest_of(const std::vector<age::X25519Recipient>& recipients) {
  std::set<std::string> lines;
  for (const age::X25519Recipient& recipient : recipients) lines.insert(recipient.str() + "\n");
  std::string all;
  for (const std::string& line : lines) all += line;
  return crypto::sha256(base::as_bytes(all));
}

base::Result<void> announce(const vault::Vault& vault, client::RelayClient& relay,
                            const std::vector<std::uint64_t>& numbers,
                            const crypto::Digest& recipients) {
  wire::Export batch{{}, recipients};
  for (const std::uint64_t number : numbers) {
    TRY(Listed listed, numbered(vault, number));
    batch.messages.push_back(std::move(listed.record.id));
    if (batch.messages.size() < wire::kMaxBatch && number != numbers.back()) continue;
    TRY(relay.announce_export(batch));
    batch.messages.clear();
  }
  return {};
}

// Writes one export. Borrows everything.
class Writing {
 public:
  Writing(Installation& installation, client::RelayClient& relay, Context& context,
          TransferProgress& progress)
      : installation_(installation), relay_(relay), context_(context), progress_(progress) {}

  base::Result<Exported> run(const std::vector<std::uint64_t>& numbers, base::ByteSink& sink) {
    TRY(TarWriter tar, TarWriter::open(sink));
    for (const std::uint64_t number : numbers) {
      if (context_.interrupt.requested()) {
        return base::Error{base::Code::kInterrupted, "the export was interrupted", ""};
      }
      TRY(const Listed listed, numbered(installation_.vault(), number));
      TRY(message(tar, listed));
      ++done_.messages;
    }
    TRY(tar.finish());
    return std::move(done_);
  }

 private:
  base::Result<void> message(TarWriter& tar, const Listed& listed) {
    const MessageRecord& record = listed.record;
    const std::string folder = fmt::format("{:06}-{}/", record.number, record.id);
    const base::Time at = listed.header.sent;
    TRY(tar.add(folder + "message.json", base::as_bytes(summary(listed)), at));
    if (!record.contact) {
      TRY(tar.add(folder + "header.note", base::as_bytes(record.header_note), at));
    }
    if (!record.body.empty()) TRY(tar.add(folder + "body.txt", record.body.expose(), at));
    if (!record.receipt.empty()) {
      TRY(tar.add(folder + "accepted.note", base::as_bytes(record.receipt), at));
    }
    if (record.direction == Direction::kSent) TRY(receipts(tar, folder, listed));
    std::set<std::string> taken;
    for (const message::Attachment& attachment : listed.header.attachments) {
      TRY(file(tar, folder, listed, attachment, taken));
    }
    return {};
  }

  // What people look at first; everything in it stands in the signed header, too.
  static std::string summary(const Listed& listed) {
    const message::Header& header = listed.header;
    text::OrderedJson files = text::OrderedJson::array();
    for (const message::Attachment& attachment : header.attachments) {
      files.push_back({{"name", attachment.name}, {"size", attachment.size}});
    }
    text::OrderedJson json{
        {"type", "exported-message"},
        {"id", listed.record.id},
        {"direction", listed.record.direction == Direction::kSent ? "sent" : "received"},
        {"from", header.from},
        {"to", header.to},
        {"sent", text::format_time(header.sent)},
        {"purpose", header.purpose}};
    if (header.subject) json["subject"] = *header.subject;
    json["attachments"] = std::move(files);
    return text::to_line(json) + "\n";
  }

  base::Result<void> receipts(TarWriter& tar, const std::string& folder, const Listed& listed) {
    for (const RecipientRecord& recipient : listed.record.recipients) {
      for (const auto state : {receipt::State::kDelivered, receipt::State::kRead}) {
        const std::string_view word = receipt::state_name(state);
        TRY(const std::optional<vault::Row> row,
            installation_.vault().find(Kind::kReceipt,
                                       receipt_row(listed.record.id, recipient.device, state)));
        if (!row) continue;
        TRY(const ReceiptRecord record, decode_receipt(row->value.expose()));
        std::string name = recipient.device;
        std::replace(name.begin(), name.end(), '/', '_');
        TRY(tar.add(fmt::format("{}{}.{}.note", folder, name, word),
                    base::as_bytes(record.statement), listed.header.sent));
      }
    }
    return {};
  }

  base::Result<void> file(TarWriter& tar, const std::string& folder, const Listed& listed,
                          const message::Attachment& attachment, std::set<std::string>& taken) {
    if (auto there = relay_.blob_leaves(attachment.blob); !there) {
      if (there.error().code != base::Code::kNotFound) return there.error();
      done_.missing.push_back(
          {listed.record.id, attachment.name, "the relay does not keep it any more"});
      return {};
    }
    TRY(base::ByteSink * content, tar.begin(folder + "files/" + unused(attachment.name, taken),
                                            attachment.size, listed.header.sent));
    auto fetched = download_attachment(relay_, {attachment, 0}, *content, context_, progress_);
    if (!fetched) return base::with_context(std::move(fetched).error(), attachment.name);
    ++done_.attachments;
    return {};
  }

  static std::string unused(const std::string& outside, std::set<std::string>& taken) {
    const std::string safe = text::safe_filename(outside);
    std::string name = safe;
    for (int i = 2; !taken.insert(text::fold(name)).second; ++i) {
      name = fmt::format("{}-{}", i, safe);
    }
    return name;
  }

  Installation& installation_;
  client::RelayClient& relay_;
  Context& context_;
  TransferProgress& progress_;
  Exported done_;
};

}  // namespace

base::Result<Exported> export_messages(Installation& installation, const ExportRequest& request,
                                       base::ByteSink& sink, Context& context,
                                       TransferProgress& progress) {
  TRY(const std::vector<std::uint64_t> numbers, chosen(installation.vault(), request.messages));
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(announce(installation.vault(), relay, numbers, digest_of(request.recipients)));
  std::vector<const age::Recipient*> recipients;
  for (const age::X25519Recipient& recipient : request.recipients) {
    recipients.push_back(&recipient);
  }
  Writing writing(installation, relay, context, progress);
  Exported exported;
  TRY(through_pipe(
      [&](base::ByteSink& archive) -> base::Result<void> {
        TRY(exported, writing.run(numbers, archive));
        return {};
      },
      [&](base::ByteSource& archive) {
        return age::encrypt(archive, sink, recipients, {}, context.random);
      }));
  return exported;
}

}  // namespace sealpost::flow
