// sealpost inspect
#include "flow/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/file_streams.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "crypto/secret.hpp"
#include "flow/explain.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string file = "-";
  std::string root;
  bool explain = false;
};

// What was read; it may be an invitation or a key, so it does not stay in memory.
struct Sample {
  base::Bytes head;
  std::uint64_t size = 0;
  Sample() = default;
  Sample(Sample&&) = default;
  Sample& operator=(Sample&&) = delete;
  ~Sample() { crypto::wipe(head); }
};

// The beginning, and how long the rest is.
base::Result<Sample> read_sample(const std::string& name, Env& env) {
  TRY(InputFile input, InputFile::open(name, env));
  Sample sample;
  sample.head.resize(flow::kInspectLimit);
  TRY(const std::size_t count, base::read_full(input, sample.head));
  base::Bytes rest(count == sample.head.size() ? 1 << 20 : 0);
  sample.head.resize(count);
  for (bool more = !rest.empty(); more;) {
    TRY(const std::size_t read, input.read(rest));
    more = read > 0;
  }
  sample.size = input.bytes_read();
  return sample;
}

base::Result<std::optional<note::Verifier>> parse_root(const std::string& vkey) {
  if (vkey.empty()) return std::optional<note::Verifier>();
  TRY(note::Verifier root, note::Verifier::parse(vkey));
  return std::optional<note::Verifier>(std::move(root));
}

// "header_bytes" -> "header bytes"
std::string label_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// A value on one line: "by mercy.example, key 251fe40c, signature valid".
std::string words_of(const text::OrderedTree& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_structured()) return value.dump();
  std::string words;
  for (const auto& [name, member] : value.items()) {
    if (!words.empty()) words += ", ";
    if (value.is_object()) words += label_of(name) + " ";
    words += words_of(member);
  }
  return words;
}

void add_lines(const std::string& name, const text::OrderedTree& value,
               std::vector<ui::Field>& lines) {
  if (value.is_array()) {
    for (const auto& element : value) lines.emplace_back(label_of(name), words_of(element));
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) add_lines(key, member, lines);
  } else {
    lines.emplace_back(label_of(name), words_of(value));
  }
}

base::Result<void> print(const flow::Inspection& found, Env& env) {
  if (env.out.json()) {
    text::OrderedTree document{
        {"type", "inspection"}, {"kind", found.kind}, {"summary", found.summary}};
    document.update(found.findings);
    return env.out.document(text::to_document(std::move(document)));
  }
  std::vector<ui::Field> lines{{"kind", found.kind}};
  add_lines("", found.findings, lines);
  TRY(env.out.line(found.summary));
  return env.out.fields(lines);
}

text::OrderedTree json_of(const flow::Check& check) {
  text::OrderedTree json{{"standard", check.standard},
                         {"section", check.section},
                         {"rule", check.rule},
                         {"holds", nullptr}};
  if (check.holds) json["holds"] = *check.holds;
  if (!check.found.empty()) json["found"] = check.found;
  return json;
}

std::string words_on(const flow::Check& check) {
  std::string words = fmt::format("{}, {}: {}", check.standard, check.section, check.rule);
  if (!check.found.empty()) words += fmt::format(" ({})", check.found);
  return (!check.holds ? "  -     " : *check.holds ? "  ok    " : "  FAILED") + ("  " + words);
}

base::Result<void> print(const flow::Explanation& explained, Env& env) {
  if (env.out.json()) {
    text::OrderedTree checks = text::OrderedTree::array();
    for (const flow::Check& check : explained.checks) checks.push_back(json_of(check));
    return env.out.document(text::to_document(
        {{"type", "explanation"}, {"kind", explained.kind}, {"checks", std::move(checks)}}));
  }
  TRY(env.out.line(explained.kind));
  for (const flow::Check& check : explained.checks) TRY(env.out.line(words_on(check)));
  return {};
}

base::Result<void> explain(const Sample& sample, const std::optional<note::Verifier>& root,
                           Env& env) {
  TRY(const flow::Explanation explained, flow::explain({sample.head, sample.size}, root));
  TRY(print(explained, env));
  const auto failed = [](const flow::Check& check) { return check.holds == false; };
  const auto first = std::find_if(explained.checks.begin(), explained.checks.end(), failed);
  if (first == explained.checks.end()) return {};
  const auto count = std::count_if(first, explained.checks.end(), failed);
  return base::Error{base::Code::kVerificationFailed,
                     fmt::format("{} of {} checks failed, the first by {}, {}", count,
                                 explained.checks.size(), first->standard, first->section),
                     ""};
}

base::Result<void> run_inspect(const Options& options, Env& env) {
  TRY(const auto root, parse_root(options.root));
  TRY(const Sample sample, read_sample(options.file, env));
  if (options.explain) return explain(sample, root, env);
  TRY(const flow::Inspection found, flow::inspect({sample.head, sample.size}, root));
  TRY(print(found, env));
  if (found.failure) return *found.failure;
  return {};
}

}  // namespace

void add_inspect(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "inspect", "Tell what a file is, and check it", run_inspect);
  verb.add_option("FILE", options.file, "The file, or - for standard input");
  verb.add_option("--root", options.root, "Check against this root key")->type_name("VKEY");
  verb.add_flag("--explain", options.explain, "Tell every check, and which standard asks for it");
}

}  // namespace sealpost::cmd
