// sealpost read: one message, and its attachments.
#include <fmt/format.h>
#include <unistd.h>

#include "cmd/listing.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/rate.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/read.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string message;
  std::string save;
  std::uint64_t attachment = 0;
  std::string output;
  std::string bwlimit;
  bool no_receipt = false;
};

std::string counted_from_1(const std::string& number) {
  const bool zero = number.find_first_not_of('0') == std::string::npos;
  return zero ? "attachments are counted from 1" : "";
}

base::Result<void> check(const Options& options) {
  if (options.attachment == 0 && !options.output.empty()) {
    return base::Error{base::Code::kUsage, "-o needs --attachment", "they are counted from 1"};
  }
  if (options.attachment != 0 && options.output.empty()) {
    return base::Error{base::Code::kUsage, "--attachment needs -o", "add -o FILE, or -o - to pipe"};
  }
  TRY(parse_rate(options.bwlimit));
  return {};
}

base::Result<void> print(Env& env, const flow::Listed& message,
                         const std::vector<std::filesystem::path>& saved) {
  const std::string body(message.record.body.expose_text());
  if (env.out.json()) {
    text::OrderedJson document = message_json(message);
    document["body"] = body;
    document["saved"] = text::OrderedJson::array();
    for (const auto& path : saved) document["saved"].push_back(path.string());
    return env.out.document(document);
  }
  const message::Header& header = message.header;
  std::string to;
  for (const std::string& name : header.to) to += (to.empty() ? "" : ", ") + user_of(name);
  TRY(env.out.fields({{"From", fmt::format("{} ({})", user_of(header.from), header.from)},
                      {"To", to},
                      {"Sent", text::format_time(header.sent)},
                      {"Expires", message.record.contact ? "" : text::format_time(header.expires)},
                      {"Purpose", header.purpose},
                      {"Subject", header.subject.value_or("")}}));
  for (std::size_t i = 0; i < header.attachments.size(); ++i) {
    const message::Attachment& attachment = header.attachments[i];
    TRY(env.out.line(
        fmt::format("File {}: {} ({})", i + 1, attachment.name, ui::human_size(attachment.size))));
  }
  for (const auto& path : saved) TRY(env.out.line("Saved: " + path.string()));
  if (body.empty()) return {};
  TRY(env.out.line(""));
  return env.out.block(body);
}

// Beside the file, as for every file that a verb writes.
base::Result<void> report_attachment(const Options& options, Env& env,
                                     const flow::Listed& message) {
  if (!env.out.json()) return {};
  const message::Attachment& attachment = message.header.attachments[options.attachment - 1];
  const text::OrderedJson document{{"type", "attachment-written"},     {"id", message.record.id},
                                   {"attachment", options.attachment}, {"name", attachment.name},
                                   {"output", options.output},         {"size", attachment.size}};
  if (options.output != "-") return env.out.document(document);
  env.terminal.write_err(text::to_line(document) + "\n");
  return {};
}

// Where one attachment goes with -o; the message itself is not printed then.
base::Result<void> write_attachment(const Options& options, Env& env, Opened& opened,
                                    const flow::Listed& message) {
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  TRY(const std::uint64_t bandwidth, parse_rate(options.bwlimit));
  const flow::Fetching fetching{opened.installation, context, progress, bandwidth};
  if (options.output != "-") {
    return flow::save_attachment(fetching, message, options.attachment, options.output);
  }
  if (env.terminal.out_is_terminal()) {
    return base::Error{base::Code::kUsage, "a file is not written to a terminal",
                       "use -o FILE, or a pipe"};
  }
  base::FdSink sink(STDOUT_FILENO);
  return flow::stream_attachment(fetching, message, options.attachment, sink);
}

base::Result<void> acknowledge(const Options& options, Env& env, Opened& opened,
                               flow::Listed& message) {
  flow::Context context = context_of(env);
  TRY(const bool signed_now,
      flow::mark_read(opened.installation, message, !options.no_receipt, context));
  if (!signed_now) return {};
  TRY(const std::uint64_t waiting, flow::deliver_receipts(opened.installation, context));
  if (waiting > 0) env.out.note("The relay cannot be reached; the receipt follows later.");
  return {};
}

base::Error recalled(const flow::Listed& message) {
  const flow::RecallMark& mark = *message.record.recalled;
  const std::string why = mark.reason.empty() ? "" : ": " + text::for_terminal(mark.reason);
  return {base::Code::kNotFound,
          fmt::format("message {} was recalled by {}{}", message.record.number, mark.by, why),
          "it was destroyed before it was read"};
}

base::Result<void> run_read(const Options& options, Env& env) {
  TRY(check(options));
  TRY(Opened opened, open_installation(env));
  TRY(flow::Listed message,
      flow::find_message(*opened.vault, options.message, flow::Direction::kReceived));
  if (flow::is_gone(message.record)) return recalled(message);
  if (options.attachment != 0) {
    TRY(write_attachment(options, env, opened, message));
    TRY(report_attachment(options, env, message));
    return acknowledge(options, env, opened, message);
  }
  std::vector<std::filesystem::path> saved;
  if (!options.save.empty()) {
    flow::Context context = context_of(env);
    ui::Transfer progress(env);
    TRY(const std::uint64_t bandwidth, parse_rate(options.bwlimit));
    const flow::Fetching fetching{opened.installation, context, progress, bandwidth};
    TRY(saved, flow::save_attachments(fetching, message, options.save));
  }
  TRY(print(env, message, saved));
  return acknowledge(options, env, opened, message);
}

}  // namespace

void add_read(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "read", "Show a message and save its files", run_read);
  verb.add_option("MESSAGE", options.message, "Number or id")->required();
  const Option save =
      never_empty(verb.add_option("--save", options.save, "Folder to save all files in"));
  verb.add_option("--attachment", options.attachment, "One file, counted from 1")
      ->check(counted_from_1)
      ->excludes(save);
  never_empty(
      verb.add_option("-o,--output", options.output, "Where that file goes; - is standard output"));
  never_empty(
      verb.add_option("--bwlimit", options.bwlimit, "Most bytes per second, like 500K or 20M"));
  verb.add_flag("--no-receipt", options.no_receipt, "Do not tell the sender that it was read");
}

}  // namespace sealpost::cmd
