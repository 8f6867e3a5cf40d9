// The configuration file (config/config.hpp).
#include "config/config.hpp"

#include "base/bytes.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::set<std::string> known{"quiet", "json", "send.purpose", "receipt.list.since"};
  const std::string_view text = base::as_text(base::ByteView(data, size));
  const auto config = config::Config::parse(text, "config.toml", known);
  if (!config) {
    const base::Code code = config.error().code;
    fuzz::require(code == base::Code::kMalformed || code == base::Code::kUsage);
    return 0;
  }
  for (const std::string& key : known) {
    const auto value = config->find("bob", key);
    fuzz::require(!value || value->profile.empty() || value->profile == "bob");
  }
  return 0;
}
