#include "cmd/copy_findings.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

text::OrderedJson json_of(const std::vector<flow::Cosigned>& cosignatures) {
  text::OrderedJson all = text::OrderedJson::array();
  for (const flow::Cosigned& one : cosignatures) {
    text::OrderedJson json{{"witness", one.name}, {"key", one.key}};
    if (one.at) json["at"] = text::format_time(*one.at);
    all.push_back(json);
  }
  return all;
}

std::string words_on(const std::vector<flow::Cosigned>& cosignatures) {
  std::string words;
  for (const flow::Cosigned& one : cosignatures) {
    words += (words.empty() ? "" : ", ") + one.name;
    words += one.at ? " at " + text::format_time(*one.at) : " (not checked: no --witness)";
  }
  return words.empty() ? "none" : words;
}

}  // namespace

base::Result<void> print(const CopyFindings& found, Env& env) {
  const merkle::Checkpoint& tree = found.checkpoint;
  if (env.out.json()) {
    text::OrderedJson document{
        {"type", "audit-verification"},    {"verified", true},   {"size", tree.size},
        {"root", base::to_hex(tree.root)}, {"copy", found.copy}, {"origin", tree.origin}};
    for (const auto& [name, value] : found.json) document[name] = value;
    document["cosignatures"] = json_of(found.cosignatures);
    return env.out.document(document);
  }
  TRY(env.out.line(found.verified));
  std::vector<ui::Field> lines{{"log", fmt::format("{}, {} events", tree.origin, tree.size)},
                               {"root", base::to_hex(tree.root)}};
  lines.insert(lines.end(), found.lines.begin(), found.lines.end());
  lines.emplace_back("cosigned", words_on(found.cosignatures));
  return env.out.fields(lines);
}

}  // namespace sealpost::cmd
