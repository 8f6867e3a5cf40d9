#include "cmd/send_batch.hpp"

#include <fmt/format.h>

#include <map>

#include "cmd/batch_lines.hpp"
#include "cmd/notice_words.hpp"
#include "cmd/notifying.hpp"
#include "cmd/opened.hpp"
#include "cmd/sent_json.hpp"
#include "cmd/ui/transfer.hpp"
#include "flow/batch.hpp"

namespace sealpost::cmd {
namespace {

// Which line a message came from.
struct Origin {
  std::uint64_t line = 0;
  std::string key;
};

class Batch {
 public:
  Batch(InputFile& file, Env& env) : lines_(file), env_(env) {}

  base::Result<void> run(flow::BatchSender& sender) {
    auto done = send_all(sender);
    const auto landed = sender.finish();
    if (done && !landed) done = landed.error();
    if (!done) return with_rest(std::move(done).error());
    if (bad_ == 0) return {};
    return base::Error{base::Code::kPartial,
                       fmt::format("{} of {} messages were not sent", bad_, bad_ + good_), ""};
  }

  base::Result<void> told(const flow::BatchOutcome& outcome) {
    const auto at = origins_.find(outcome.number);
    const Origin origin = std::move(at->second);
    origins_.erase(at);
    if (outcome.error) return not_sent(origin, *outcome.error);
    const bool whole = outcome.sent->complete && !notice_failed(*outcome.sent);
    ++(whole ? good_ : bad_);
    text::OrderedJson document = sent_json(*outcome.sent);
    return print(origin, std::move(document));
  }

 private:
  base::Result<void> send_all(flow::BatchSender& sender) {
    for (bool ended = false; !ended;) {
      std::vector<flow::SendRequest> requests;
      do {
        TRY(const auto line, lines_.next());
        ended = !line;
        if (line) TRY(add(*line, requests));
      } while (!ended && requests.size() < flow::kBatch && lines_.is_here());
      if (!requests.empty()) TRY(sender.add(std::move(requests)));
      // Whoever waits for an answer before the next line gets it.
      if (!ended && !lines_.is_here()) TRY(sender.finish());
    }
    return {};
  }

  base::Result<void> add(const BatchLine& line, std::vector<flow::SendRequest>& requests) {
    auto request = parse_batch_line(line, env_.clock.now());
    if (!request) return not_sent({line.number, ""}, request.error());
    origins_.emplace(added_++, Origin{line.number, request->key.value_or("")});
    requests.push_back(*std::move(request));
    return {};
  }

  base::Result<void> not_sent(const Origin& origin, const base::Error& error) {
    ++bad_;
    text::OrderedJson document{{"type", "not-sent"},
                               {"code", base::code_name(error.code)},
                               {"message", error.text},
                               {"hint", error.hint}};
    return print(origin, std::move(document));
  }

  base::Result<void> print(const Origin& origin, text::OrderedJson document) {
    document["line"] = origin.line;
    document["key"] = origin.key;
    return env_.out.document(document);
  }

  base::Error with_rest(base::Error error) const {
    if (!origins_.empty()) {
      error.text +=
          fmt::format("; of {} messages it is not known whether they were sent", origins_.size());
    }
    error.hint = "lines with a key may be sent again: each is sent once";
    return error;
  }

  BatchLines lines_;
  Env& env_;
  std::map<std::size_t, Origin> origins_;  // by the sender's number
  std::size_t added_ = 0;
  std::uint64_t good_ = 0;
  std::uint64_t bad_ = 0;
};

}  // namespace

base::Result<void> send_batch(const std::string& name, bool no_notice, Env& env) {
  TRY(InputFile file, InputFile::open(name, env));
  TRY(Opened opened, open_installation(env));
  TRY(std::optional<notify::Notifier> notifier,
      notifier_unless(no_notice, env, opened.profile.name, opened.installation));
  flow::Context context = context_of(env);
  ui::Transfer transfers(env);
  Batch batch(file, env);
  TRY(const std::unique_ptr<flow::BatchSender> sender,
      flow::BatchSender::open(
          opened.installation, context, transfers, notifier ? &*notifier : nullptr,
          [&](const flow::BatchOutcome& outcome) { return batch.told(outcome); }));
  return batch.run(*sender);
}

}  // namespace sealpost::cmd
