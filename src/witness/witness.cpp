#include "witness/witness.hpp"

#include <algorithm>

#include "note/cosignature.hpp"

namespace sealpost::witness {
namespace {

using base::Result;

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kSize = "text/x.tlog.size";

Answer failed(const base::Error& why) {
  return {500, std::string(kPlain), "the witness cannot do this: " + why.text + "\n"};
}

// What it signs is what it has understood: extension lines are nobody's business here, and stand in
// the text that is signed.
Result<merkle::Checkpoint> checkpoint_in(const std::string& note) {
  TRY(const note::Note parsed, note::parse(note));
  return merkle::parse_checkpoint(parsed.text);
}

}  // namespace

std::string Witness::vkey() const { return note::Cosigner::of(memory_.key().verifier()).vkey(); }

const note::Verifier* Witness::log_named(std::string_view origin) const {
  const auto at = std::find_if(logs_.begin(), logs_.end(),
                               [&](const auto& log) { return log.name() == origin; });
  return at == logs_.end() ? nullptr : &*at;
}

Result<Witness::Asked> Witness::read(std::string_view body, int& status) const {
  status = 400;
  Asked asked;
  TRY(asked.request, merkle::parse_add_checkpoint(body));
  TRY(asked.note, note::parse(asked.request.checkpoint_note));
  TRY(asked.checkpoint, merkle::parse_checkpoint(asked.note.text));
  const note::Verifier* log = log_named(asked.checkpoint.origin);
  if (log == nullptr) {
    status = 404;
    return base::Error{base::Code::kNotFound, "this witness does not know the log", ""};
  }
  if (!note::signed_by_log(asked.note, *log)) {
    status = 403;
    return base::Error{base::Code::kDenied, "the log has not signed the checkpoint", ""};
  }
  if (asked.request.old_size <= asked.checkpoint.size) return asked;
  return base::Error{base::Code::kMalformed, "the old size is larger than the new one", ""};
}

Answer Witness::add_checkpoint(std::string_view body) {
  int status = 0;
  const auto asked = read(body, status);
  if (!asked) {
    listener_({{}, status, asked.error().text});
    return {status, std::string(kPlain), asked.error().text + "\n"};
  }
  const std::lock_guard lock(mutex_);
  return judge(*asked, body);
}

Answer Witness::judge(const Asked& asked, std::string_view body) {
  const merkle::Checkpoint& fresh = asked.checkpoint;
  const auto seen = last_locked(fresh.origin);
  if (!seen) return failed(seen.error());
  if (asked.request.old_size != seen->size) {
    Answer answer = refuse(409, asked, "the log thinks that the witness has seen another size");
    answer.type = kSize;
    answer.body = merkle::format_witness_size(seen->size);
    return answer;
  }
  if (seen->size == fresh.size && seen->size > 0 && seen->root != fresh.root) {
    return accuse(409, asked, body, "the log has signed two trees of one size");
  }
  const auto extends = merkle::verify_consistency(seen->size, seen->root, fresh.size, fresh.root,
                                                  asked.request.proof);
  const bool too_much = seen->size == 0 && !asked.request.proof.empty();
  if (!extends || too_much) {
    return accuse(422, asked, body, "the proof does not lead from what was seen to this tree");
  }
  return grant(asked);
}

Answer Witness::grant(const Asked& asked) {
  auto line = sign(asked.checkpoint, asked.note, asked.request.checkpoint_note);
  if (!line) return failed(line.error());
  listener_({asked.checkpoint, 200, "cosigned"});
  return {200, std::string(kPlain), *std::move(line)};
}

Answer Witness::refuse(int status, const Asked& asked, std::string what, bool alarm) {
  Answer answer{status, std::string(kPlain), what + "\n"};
  listener_({asked.checkpoint, status, std::move(what), alarm});
  return answer;
}

// With a proof that does not hold nobody is convicted, but two signed checkpoints may be: both are
// kept.
Answer Witness::accuse(int status, const Asked& asked, std::string_view body, std::string what) {
  const auto kept = memory_.accuse(std::string(body));
  Answer answer =
      refuse(status, asked,
             what + (kept ? "; kept in " + kept->string() : "; " + kept.error().text), true);
  answer.body = what + "\n";
  return answer;
}

Result<merkle::Checkpoint> Witness::last_locked(const std::string& origin) const {
  TRY(const auto note, memory_.last(origin));
  if (!note) return merkle::Checkpoint{origin, 0, merkle::empty_root()};
  return checkpoint_in(*note);
}

Result<std::string> Witness::sign(const merkle::Checkpoint& checkpoint, const note::Note& note,
                                  const std::string& text) const {
  TRY(memory_.remember(checkpoint.origin, text));
  return note::cosignature_line(note.text, memory_.key(), clock_->now());
}

Result<merkle::Checkpoint> Witness::last(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  return last_locked(origin);
}

Result<Witness::Cosigned> Witness::cosign(const std::string& text, const merkle::Digest& old_root) {
  TRY(const note::Note note, note::parse(text));
  TRY(const merkle::Checkpoint fresh, merkle::parse_checkpoint(note.text));
  const note::Verifier* log = log_named(fresh.origin);
  if (log == nullptr || !note::signed_by_log(note, *log)) {
    return base::Error{base::Code::kDenied, "no log that this witness knows has signed this", ""};
  }
  const std::lock_guard lock(mutex_);
  TRY(const merkle::Checkpoint seen, last_locked(fresh.origin));
  if (seen.size > fresh.size || (seen.size > 0 && seen.root != old_root)) {
    return base::Error{base::Code::kVerificationFailed,
                       "the log does not continue the one that this witness has cosigned",
                       "keep both, and tell the organisation's owner"};
  }
  TRY(std::string line, sign(fresh, note, text));
  return Cosigned{fresh, std::move(line)};
}

}  // namespace sealpost::witness
