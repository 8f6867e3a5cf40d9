// The Signature-Input and Signature fields as structured fields (RFC 8941), in the narrow form that
// RFC 9421 §4 gives them: one dictionary member, an inner list of component names without
// parameters. Internal to wire. Pure. Fails with kMalformed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace sealpost::wire {

struct Parameter {
  std::string name;
  std::string value;    // a string without its quotes, or digits
  bool quoted = false;  // a string, otherwise an integer
};

struct SignatureInput {
  std::string label;
  std::vector<std::string> components;
  std::vector<Parameter> parameters;  // in their received order, no name twice
  const Parameter* find(std::string_view name) const;
  // The inner list serialised again: the value of @signature-params.
  std::string serialise() const;
};

base::Result<SignatureInput> parse_signature_input(std::string_view field);

// The bytes behind `label` in "label=:base64:".
base::Result<base::Bytes> parse_signature_field(std::string_view field, std::string_view label);

}  // namespace sealpost::wire
