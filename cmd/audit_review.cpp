// sealpost audit review: the regular look through the log, with notes, signed.
#include <fmt/format.h>

#include <array>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/audit_filter.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/opened.hpp"
#include "crypto/hash.hpp"
#include "flow/log_review.hpp"
#include "flow/log_source.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxNote = 16 << 10;

struct StartOptions {
  std::string since;
};
struct NoteOptions {
  std::string text;
};
struct NoOptions {};

std::string hash_of(const std::string& statement) {
  if (statement.empty()) return {};
  return base::to_hex(crypto::sha256(base::as_bytes(statement)));
}

text::OrderedJson json_of(const flow::LogReview& review) {
  return {{"type", "audit-review"},
          {"state", review.done ? "signed" : "open"},
          {"from", review.from},
          {"to", review.to},
          {"began", text::format_time(review.began)},
          {"refused", review.refused},
          {"failed", review.failed},
          {"notes", review.notes},
          {"statement", hash_of(review.statement)}};
}

std::string words_on(const flow::LogReview& review) {
  return fmt::format("{}  events {} to {}, {} refused, {} failed, {} notes  {}",
                     text::format_time(review.began), review.from, review.to, review.refused,
                     review.failed, review.notes.size(), review.done ? "signed" : "open");
}

base::Result<void> print(Env& env, const flow::LogReview& review) {
  if (env.out.json()) return env.out.document(json_of(review));
  return env.out.line(words_on(review));
}

// The events of the review and no others.
flow::AskLog within(flow::AskLog ask, const flow::LogReview& review) {
  return [ask = std::move(ask), from = review.from, to = review.to](audit::Filter filter,
                                                                    const flow::VisitEvent& visit) {
    if (from > 0) filter.after = from - 1;
    return ask(filter, [&](const flow::LoggedEvent& logged) {
      return logged.index < to ? visit(logged) : base::Result<void>();
    });
  };
}

base::Result<void> print_reports(Opened& opened, const flow::LogReview& review, Env& env) {
  flow::Context context = context_of(env);
  for (const auto kind : {report::ReportKind::kActivity, report::ReportKind::kFailures}) {
    const auto made = report::audit_report(kind, {});
    TRY(report::Page page,
        flow::make_report(*made, {},
                          within(flow::ask_relay(opened.installation, context), review)));
    page.about = fmt::format("{}, events {} to {}", opened.installation.chain().organisation(),
                             review.from, review.to);
    TRY(env.out.block(report::to_text(page)));
  }
  return {};
}

base::Result<void> run_start(const StartOptions& options, Env& env) {
  std::optional<base::Time> since;
  if (!options.since.empty()) {
    TRY(since, text::parse_moment(options.since, env.clock.now()));
  }
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::LogReview review, flow::begin_review(opened.installation, since, context));
  if (!env.out.json()) TRY(print_reports(opened, review, env));
  TRY(print(env, review));
  env.out.note("Write what you find with `sealpost audit review note -`, then `... review sign`.");
  return {};
}

base::Result<std::string> text_of(const NoteOptions& options, Env& env) {
  if (options.text != "-") return options.text;
  TRY(InputFile file, InputFile::open("-", env));
  std::string text(kMaxNote + 1, '\0');
  TRY(const std::size_t size,
      base::read_full(file, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
  text.resize(size);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

base::Result<void> run_note(const NoteOptions& options, Env& env) {
  TRY(std::string text, text_of(options, env));
  if (!text::is_utf8(text)) {
    return base::Error{base::Code::kMalformed, "the note is no text", ""};
  }
  TRY(Opened opened, open_installation(env));
  TRY(const flow::LogReview review, flow::note_in_review(opened.installation, std::move(text)));
  return print(env, review);
}

base::Result<void> run_sign(const NoOptions&, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::LogReview review, flow::sign_review(opened.installation, context));
  return print(env, review);
}

base::Result<void> show(Env& env, const flow::LogReview& review) {
  TRY(print(env, review));
  if (env.out.json()) return {};
  for (const std::string& note : review.notes) {
    TRY(env.out.block("\n" + text::block_for_terminal(note)));
  }
  return {};
}

base::Result<void> run_show(const NoOptions&, Env& env) {
  TRY(const Opened opened, open_installation(env));
  TRY(const auto done, flow::signed_reviews(opened.installation));
  for (const flow::LogReview& review : done) TRY(show(env, review));
  TRY(const auto open, flow::open_review(opened.installation));
  return open ? show(env, *open) : base::Result<void>();
}

}  // namespace

void add_audit_review(CLI::App& audit, Env& env) {
  CLI::App& review = add_group(audit, "review", "Look through the log regularly, and sign that");
  auto [start, start_options] = add_verb<StartOptions>(
      review, env, "start", "Begin one: what happened since the last", run_start);
  start.add_option("--since", start_options.since, "From this time on instead");
  auto [note, note_options] =
      add_verb<NoteOptions>(review, env, "note", "Write down what was found", run_note);
  note.add_option("TEXT", note_options.text, "The note, or - for standard input").required();
  add_verb<NoOptions>(review, env, "sign", "Sign it, and have that recorded", run_sign);
  add_verb<NoOptions>(review, env, "show", "Reviews with their notes", run_show);
}

}  // namespace sealpost::cmd
