// Runs age test vectors (C2SP CCTV) and says where we and they differ.
//
// usage: cctv FOLDER. Each file is one vector: a textual header, an empty line, and an age file.
// A vector passes when decrypting it ends in its own class of failure, or succeeds, and the
// plaintext released before that has the expected hash. Vectors of recipient types that sealpost
// does not have are counted as skipped.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "age/armor.hpp"
#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "age/x25519.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace {

using namespace sealpost;

struct Vector {
  std::multimap<std::string, std::string, std::less<>> keys;
  base::Bytes file;

  std::string get(std::string_view key) const {
    const auto found = keys.find(key);
    return found == keys.end() ? "" : found->second;
  }
  bool hybrid() const {
    const auto pq = [](const auto& entry) {
      return entry.second.starts_with("AGE-SECRET-KEY-PQ-");
    };
    return std::any_of(keys.begin(), keys.end(), pq);
  }
};

base::Result<Vector> read_vector(const std::filesystem::path& path) {
  TRY(const base::Bytes bytes, base::read_file(path, 64 << 20));
  const std::string_view text = base::as_text(bytes);
  const std::size_t end = text.find("\n\n");
  if (end == std::string_view::npos) return base::Error{base::Code::kMalformed, "no header", ""};
  Vector vector;
  for (const std::string_view line : base::split(text.substr(0, end), '\n')) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return base::Error{base::Code::kMalformed, "no key", ""};
    vector.keys.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  vector.file.assign(bytes.begin() + static_cast<std::ptrdiff_t>(end) + 2, bytes.end());
  return vector;
}

base::Result<std::vector<std::unique_ptr<age::Identity>>> identities_of(const Vector& vector) {
  std::vector<std::unique_ptr<age::Identity>> identities;
  for (const auto& [key, value] : vector.keys) {
    if (key == "passphrase") {
      identities.push_back(std::make_unique<age::ScryptIdentity>(base::as_bytes(value)));
    } else if (key == "identity") {
      TRY(age::X25519Identity identity, age::X25519Identity::parse(value));
      identities.push_back(std::make_unique<age::X25519Identity>(std::move(identity)));
    }
  }
  return identities;
}

struct Outcome {
  age::Failure failure = age::Failure::kNone;
  std::string sha256;  // of what was released
};

base::Result<Outcome> decrypt(const Vector& vector, unsigned threads) {
  TRY(const auto owned, identities_of(vector));
  std::vector<const age::Identity*> identities;
  for (const auto& identity : owned) identities.push_back(identity.get());
  base::MemorySource file(vector.file);
  age::ArmorSource armor(file);
  base::ByteSource& source = vector.get("armored") == "yes" ? static_cast<base::ByteSource&>(armor)
                                                            : static_cast<base::ByteSource&>(file);
  base::MemorySink sink;
  Outcome outcome;
  const auto result = age::decrypt(source, sink, identities, {threads, &outcome.failure});
  if (!result && result.error().code != base::Code::kVerificationFailed) return result.error();
  if (!result && armor.broken()) outcome.failure = age::Failure::kArmor;
  if (!result && outcome.failure == age::Failure::kNone) return result.error();
  outcome.sha256 = base::to_hex(crypto::sha256(sink.bytes()));
  return outcome;
}

// Empty when the vector passes.
std::string disagreement(const Vector& vector, unsigned threads) {
  const auto outcome = decrypt(vector, threads);
  if (!outcome) return outcome.error().text;
  const std::string expected = vector.get("expect");
  const std::string_view got = age::failure_name(outcome->failure);
  if (got != expected) return "expected " + expected + ", got " + std::string(got);
  const std::string payload = vector.get("payload");
  const bool released = expected == "success" || expected == "payload failure";
  if (released && payload.empty()) return "a vector without the hash of its payload";
  if (!payload.empty() && payload != outcome->sha256) return "other plaintext was released";
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int passed = 0;
  int skipped = 0;
  int failed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    const std::string name = entry.path().filename().string();
    const auto vector = read_vector(entry.path());
    if (vector && vector->hybrid()) {
      ++skipped;
      continue;
    }
    std::string wrong = vector ? disagreement(*vector, 1) : vector.error().text;
    if (wrong.empty()) wrong = disagreement(*vector, 4);
    ++(wrong.empty() ? passed : failed);
    if (!wrong.empty()) std::printf("%s: %s\n", name.c_str(), wrong.c_str());
  }
  std::printf("cctv: %d passed, %d hybrid skipped, %d failed\n", passed, skipped, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
