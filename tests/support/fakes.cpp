#include "support/fakes.hpp"

#include <algorithm>

namespace sealpost::testing {

void FakeRandom::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) {  // SplitMix64, one byte a step
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    byte = static_cast<std::uint8_t>(mixed >> 56);
  }
}

base::Result<void> FakeTerminal::write_out(std::string_view text) {
  out += text;
  return {};
}

void FakeTerminal::write_err(std::string_view text) { err += text; }

base::Result<std::size_t> FakeTerminal::read_secret(std::string_view prompt, std::span<char> into) {
  TRY(const std::string line, read_line(prompt));
  if (line.size() > into.size()) return base::Error{base::Code::kUsage, "too long", ""};
  std::copy(line.begin(), line.end(), into.begin());
  return line.size();
}

base::Result<std::string> FakeTerminal::read_line(std::string_view) {
  if (answers.empty()) return base::Error{base::Code::kLocked, "nobody can be asked", ""};
  std::string line = answers.front();
  answers.pop_front();
  return line;
}

}  // namespace sealpost::testing
