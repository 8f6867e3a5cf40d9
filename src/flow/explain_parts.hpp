// The explainers behind flow::explain, one for each family of artefacts. Private to this module.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flow/explain.hpp"
#include "flow/inspect_parts.hpp"

namespace sealpost::flow {

// Takes down what was found of one standard after the other.
class Checks {
 public:
  explicit Checks(std::vector<Check>& all) : all_(all) {}
  void by(std::string_view standard, std::string_view section) {
    standard_ = standard;
    section_ = section;
  }
  // `found` only counts when it does not hold. Returns whether it does.
  bool expect(std::string rule, bool holds, std::string found = "") {
    all_.push_back({standard_, section_, std::move(rule), holds, holds ? "" : std::move(found)});
    return holds;
  }
  template <typename T>
  bool expect(std::string rule, const base::Result<T>& read) {
    return expect(std::move(rule), read.has_value(), read ? "" : read.error().text);
  }
  void skip(std::string rule, std::string why) {
    all_.push_back({standard_, section_, std::move(rule), {}, std::move(why)});
  }

 private:
  std::vector<Check>& all_;
  std::string standard_;
  std::string section_;
};

void explain_note(std::string_view note, const Root& root, Checks& checks);
// The text of a note, if it is told to be a checkpoint.
void explain_checkpoint(std::string_view text, Checks& checks);
void explain_message(base::ByteView plaintext, const Root& root, Checks& checks);
void explain_chain(std::string_view file, const Root& root, Checks& checks);
void explain_proof(std::string_view proof, const Root& root, Checks& checks);
void explain_leaf(std::string_view leaf, Checks& checks);
void explain_receipt_file(std::string_view file, const Root& root, Checks& checks);
void explain_export(std::string_view manifest, const Root& root, Checks& checks);
void explain_age(const Specimen& specimen, Checks& checks);
void explain_armored(const Specimen& specimen, Checks& checks);

}  // namespace sealpost::flow
