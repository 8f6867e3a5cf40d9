#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/explain_parts.hpp"
#include "merkle/checkpoint.hpp"
#include "message/header.hpp"
#include "message/sealed.hpp"
#include "text/safety.hpp"
#include "trust/chain.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kSignedNote = "C2SP signed-note v1.0.0";
constexpr std::string_view kCheckpoint = "C2SP tlog-checkpoint v1.0.0";
constexpr std::string_view kOurNotes = "sealpost-note(5)";

// A note's two halves; nothing when no empty line parts them.
struct Halves {
  std::string_view text;
  std::string_view lines;
};
std::optional<Halves> halves_of(std::string_view note) {
  const std::size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) return std::nullopt;
  return Halves{note.substr(0, blank + 1), note.substr(blank + 2)};
}

bool has_controls(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

void explain_signature(const Halves& halves, std::string_view line, std::size_t number,
                       const std::vector<note::Verifier>& known, Checks& checks) {
  checks.by(kSignedNote, "Format");
  const auto alone = note::parse("x\n\n" + std::string(line) + "\n");
  const std::string which = fmt::format("signature line {}", number);
  if (!checks.expect(which + " is a dash, a key name, and base64 of more than four bytes", alone)) {
    return;
  }
  checks.by(kSignedNote, "Signatures");
  const note::SignatureLine& read = alone->signatures.front();
  const std::string rule =
      fmt::format("the signature of {} verifies", text::for_terminal(read.name));
  const auto key = std::find_if(known.begin(), known.end(), [&](const note::Verifier& one) {
    return one.name() == read.name && one.id() == read.key_id;
  });
  if (key == known.end()) {
    return checks.skip(rule, fmt::format("its key {:08x} is not known here", read.key_id));
  }
  checks.expect(rule, note::signed_by({std::string(halves.text), {read}}, *key),
                "it was made by another key, or over another text");
}

void explain_statement(std::string_view text, Checks& checks) {
  checks.by(kOurNotes, "STATEMENTS");
  const auto kind = note::statement_kind(text);
  if (!checks.expect("the first line names a kind of statement", kind)) return;
  const auto fields = note::StatementReader::open(text, *kind);
  if (!checks.expect("the other lines are keys and values", fields)) return;
  checks.by(kOurNotes, *kind);
  const std::string rule = fmt::format("the fields are those of a statement of kind {}", *kind);
  const auto problem = problem_of_statement(*kind, text);
  if (!problem) return checks.skip(rule, "this kind is not known here");
  checks.expect(rule, problem->empty(), *problem);
}

}  // namespace

void explain_checkpoint(std::string_view text, Checks& checks) {
  checks.by(kCheckpoint, "Note text");
  std::string_view inner = text;
  if (inner.ends_with('\n')) inner.remove_suffix(1);
  const auto lines = base::split(inner, '\n');
  const auto empty = [](std::string_view line) { return line.empty(); };
  checks.expect("it has three lines or more, none of them empty",
                lines.size() >= 3 && std::none_of(lines.begin(), lines.end(), empty),
                fmt::format("{} lines", lines.size()));
  if (lines.size() >= 2) {
    checks.expect("the second line is the tree's size, decimal without leading zeros",
                  base::parse_decimal(lines[1]).has_value(), text::for_terminal(lines[1]));
  }
  if (lines.size() >= 3) {
    const auto root = base::parse_base64(lines[2]);
    checks.expect("the third line is the root's hash, 32 bytes in base64",
                  root && root->size() == sizeof(merkle::Digest), text::for_terminal(lines[2]));
  }
}

void explain_note(std::string_view bytes, const Root& root, Checks& checks) {
  checks.by(kSignedNote, "Format");
  checks.expect("it is UTF-8", text::is_utf8(bytes));
  checks.expect("it holds no control characters but line feeds", !has_controls(bytes));
  checks.expect("it ends with a line feed", bytes.ends_with('\n'));
  const auto halves = halves_of(bytes);
  if (!checks.expect("an empty line parts the text from its signatures", halves.has_value()))
    return;
  std::string_view lines = halves->lines;
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  if (checks.expect("it has a signature", !lines.empty())) {
    std::vector<note::Verifier> known = keys_in_statement(halves->text);
    if (root) known.push_back(*root);
    const auto all = base::split(lines, '\n');
    checks.expect("it has not more signatures than are read, 32",
                  all.size() <= note::kMaxSignatures, fmt::format("{}", all.size()));
    for (std::size_t i = 0; i < std::min(all.size(), note::kMaxSignatures); ++i) {
      explain_signature(*halves, all[i], i + 1, known, checks);
    }
  }
  const std::string_view text = halves->text;
  if (text.starts_with("sealpost/")) return explain_statement(text, checks);
  // Who signs other notes may write what they like; three lines with a number are meant as a tree.
  const auto all = base::split(text, '\n');
  if (all.size() >= 3 && !all[1].empty() && all[1].find_first_not_of("0123456789") == all[1].npos) {
    explain_checkpoint(text, checks);
  }
}

void explain_message(base::ByteView plaintext, const Root& root, Checks& checks) {
  checks.by("sealpost-message(5)", "FRAME");
  const auto framed = message::parse_frame(plaintext);
  if (!checks.expect("header and body have the lengths that the first line says, and the rest is "
                     "zero",
                     framed)) {
    return;
  }
  explain_note(framed->header_note, root, checks);
  checks.by("sealpost-message(5)", "HEADER");
  const auto halves = halves_of(framed->header_note);
  const auto header =
      halves ? message::parse_header(halves->text) : base::Result<message::Header>(base::Error{});
  if (!header) return checks.skip("the body is the one that the header names", "no header");
  checks.expect("the body is the one that the header names",
                header->body_sha256 == crypto::sha256(framed->body.expose()));
}

void explain_chain(std::string_view file, const Root& root, Checks& checks) {
  const auto entries = trust::split_entries(file);
  if (!entries || entries->size() == 1) explain_note(file, root, checks);
  checks.by(kOurNotes, "TRUST CHAIN");
  if (!checks.expect("it is one signed note behind the other", entries)) return;
  const auto first = note::parse(entries->front());
  const auto founded = first ? trust::parse_organisation(first->text)
                             : base::Result<trust::Organisation>(first.error());
  if (!checks.expect("the first entry founds an organisation", founded)) return;
  trust::Chain chain(root.value_or(founded->root));
  for (std::size_t number = 0; number < entries->size(); ++number) {
    const auto parsed = note::parse((*entries)[number]);
    const std::string kind = parsed ? note::statement_kind(parsed->text).value_or("unknown") : "?";
    const std::string rule =
        fmt::format("entry {}, {}, follows from those before it", number, kind);
    if (chain.size() < number) {
      checks.skip(rule, "an entry before it does not hold");
    } else {
      checks.expect(rule, chain.append((*entries)[number]));
    }
  }
  if (!root) {
    checks.skip("its root is the organisation's",
                "that needs the root's key, --root; it names " + founded->root.vkey());
  }
}

}  // namespace sealpost::flow
