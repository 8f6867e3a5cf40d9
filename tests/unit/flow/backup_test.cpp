// The items of a backup: what is written comes back, in pieces of any size, and nothing else does.
#include <doctest/doctest.h>

#include <algorithm>

#include "flow/backup_items.hpp"
#include "support/fakes.hpp"

using namespace sealpost;

namespace {

base::Bytes sample(bool with_end = true) {
  base::MemorySink sink;
  flow::BackupWriter writer(sink);
  flow::BackedDevice device{{"vkey", "dr.lee", "laptop", "https://127.0.0.1:1", "pin"},
                            base::Time(base::milliseconds(1000)),
                            std::nullopt,
                            crypto::SecretBytes(base::as_bytes("token"))};
  REQUIRE(writer.device(device));
  REQUIRE(writer.entry("first\n"));
  REQUIRE(writer.entry("second\n"));
  REQUIRE(writer.checkpoint("origin\n"));
  REQUIRE(writer.message(base::as_bytes("message")));
  REQUIRE(writer.receipt(base::as_bytes("receipt")));
  if (with_end) REQUIRE(writer.end());
  return sink.take();
}

struct Reading {
  std::string seen;
  base::Result<flow::BackupCounts> result{flow::BackupCounts{}};
};

Reading read(base::ByteView bytes, std::size_t piece) {
  Reading out;
  const auto text = [&](std::string what) {
    return [&out, what](const std::string& value) -> base::Result<void> {
      out.seen += what + value;
      return {};
    };
  };
  const auto record = [&](std::string what) {
    return [&out, what](base::ByteView value) -> base::Result<void> {
      out.seen += what + std::string(base::as_text(value)) + "\n";
      return {};
    };
  };
  const flow::BackupVisitor visitor{
      [&](const flow::BackedDevice& device) -> base::Result<void> {
        out.seen += "device " + device.profile.user + " " +
                    std::string(device.invitation.expose_text()) + "\n";
        return {};
      },
      text("entry "), text("checkpoint "), record("message "), record("receipt ")};
  flow::BackupReader reader(visitor);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto written = reader.write(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    if (!written) {
      out.result = written.error();
      return out;
    }
  }
  out.result = reader.finish();
  return out;
}

}  // namespace

TEST_CASE("a backup comes back as it was written, in pieces of any size") {
  const base::Bytes bytes = sample();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    const Reading reading = read(bytes, piece);
    REQUIRE(reading.result.has_value());
    CHECK(reading.result->messages == 1);
    CHECK(reading.result->receipts == 1);
    CHECK(reading.seen ==
          "device dr.lee token\nentry first\nentry second\ncheckpoint origin\nmessage message\n"
          "receipt receipt\n");
  }
}

TEST_CASE("a backup that is cut anywhere is refused") {
  const base::Bytes bytes = sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Reading reading = read(base::ByteView(bytes).first(size), 64);
    REQUIRE_FALSE(reading.result.has_value());
    CHECK(reading.result.error().code == base::Code::kMalformed);
  }
  CHECK_FALSE(read(sample(false), 64).result.has_value());
}

TEST_CASE("nothing may stand behind the end of a backup, nor come twice") {
  base::Bytes bytes = sample();
  const base::Bytes again = sample();
  bytes.push_back(0);
  CHECK_FALSE(read(bytes, 64).result.has_value());
  bytes.pop_back();
  // A second device, behind the magic of the second copy.
  base::Bytes twice = sample(false);
  twice.insert(twice.end(), again.begin() + 18, again.end());
  CHECK_FALSE(read(twice, 64).result.has_value());
}

TEST_CASE("a backup that counts wrongly is refused") {
  base::Bytes bytes = sample(false);
  base::MemorySink sink;
  flow::BackupWriter writer(sink);
  REQUIRE(writer.end());
  base::append(bytes, sink.bytes());
  const Reading reading = read(bytes, 64);
  REQUIRE_FALSE(reading.result.has_value());
  CHECK(reading.result.error().text.find("number of items") != std::string::npos);
}
