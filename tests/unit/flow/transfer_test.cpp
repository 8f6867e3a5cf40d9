#include "flow/transfer.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <mutex>

#include "message/attachment.hpp"
#include "unit/client/server.hpp"
#include "unit/client/world.hpp"

using namespace sealpost;
using namespace sealpost::flow;
using testing::Answer;
using testing::Asked;

namespace {

constexpr std::size_t kMiB = 1 << 20;
namespace fs = std::filesystem;

// A relay that knows blobs and nothing else, and forgets parts at will.
class BlobRelay {
 public:
  Answer operator()(const Asked& asked) {
    const std::lock_guard lock(mutex_);
    if (asked.method == "PUT") return put(asked);
    if (asked.path == "/v1/blobs") return reserve(asked);
    if (asked.path.ends_with("/complete")) return complete(asked);
    if (asked.path.ends_with("/leaves")) return {200, text(wire::to_cbor(leaves)), {}};
    return range(asked);
  }

  std::map<std::uint64_t, std::string> parts;
  std::uint64_t reserved = 0;
  wire::BlobCompletion leaves;
  std::string blob;  // what is served; the parts in order after complete()
  int busy = 0;      // so many PUTs are turned away first
  int refuse = 0;    // with this status, every PUT

 private:
  static std::string text(const wire::Bytes& bytes) { return std::string(base::as_text(bytes)); }

  Answer put(const Asked& asked) {
    if (refuse != 0) return {refuse, "", {}};
    if (busy > 0) {
      --busy;
      return {503, "", {}};
    }
    parts[std::stoul(asked.path.substr(asked.path.rfind('/') + 1))] = asked.body;
    return {204, "", {}};
  }
  Answer reserve(const Asked& asked) {
    reserved = wire::parse_blob_reservation(base::as_bytes(asked.body))->size;
    return {200, text(wire::to_cbor(wire::BlobState{})), {}};
  }
  Answer complete(const Asked& asked) {
    leaves = *wire::parse_blob_completion(base::as_bytes(asked.body));
    blob.clear();
    for (const auto& part : parts) blob += part.second;
    return {200, text(wire::to_cbor(wire::BlobState{{}, true})), {}};
  }
  Answer range(const Asked& asked) {
    const std::string& value = asked.headers.at("range");
    const std::size_t dash = value.find('-');
    const std::size_t first = std::stoul(value.substr(6, dash - 6));
    const std::size_t last = std::stoul(value.substr(dash + 1));
    return {206, blob.substr(first, last - first + 1), {}};
  }

  std::mutex mutex_;
};

class Watch final : public TransferProgress {
 public:
  void start(const std::string& name, std::optional<std::uint64_t> total) override {
    log += "start " + name + (total ? " " + std::to_string(*total) : "") + ";";
  }
  void advance(std::uint64_t more) override { bytes += more; }
  void done() override { log += "done"; }
  std::string log;
  std::uint64_t bytes = 0;
};

struct Scene {
  testing::World world;
  BlobRelay relay;
  testing::Server server{[this](const Asked& asked) { return relay(asked); }};
  client::RelayClient client = world.client(server.url());
  Context context{world.clock, world.random, world.interrupt};
  Watch watch;
  fs::path folder = make_folder();
  ~Scene() { fs::remove_all(folder); }

  static fs::path make_folder() {
    std::string name = fs::temp_directory_path() / "sealpost-test-XXXXXX";
    return mkdtemp(name.data());
  }
  base::Result<message::Attachment> upload(const base::Bytes& plain,
                                           std::optional<std::uint64_t> size) {
    base::MemorySource source(plain);
    return upload_attachment(client, {source, size, "scan.dcm", "application/dicom"}, context,
                             watch);
  }
  base::Result<base::Bytes> download(const message::Attachment& attachment) {
    base::MemorySink sink;
    TRY(download_attachment(client, attachment, sink, context, watch));
    return sink.take();
  }
};

base::Bytes some_bytes(std::size_t size) {
  base::Bytes bytes(size);
  testing::FakeRandom(5).fill(bytes);
  return bytes;
}

template <typename T>
base::Code code_of(const base::Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}

}  // namespace

TEST_CASE("a file goes up in parts of 8 MiB and comes back whole") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, 8 * kMiB, 21 * kMiB + 3}) {
    CAPTURE(size);
    Scene scene;
    const base::Bytes plain = some_bytes(size);
    const auto attachment = scene.upload(plain, size);
    REQUIRE(attachment);
    CHECK(attachment->name == "scan.dcm");
    CHECK(attachment->media_type == "application/dicom");
    CHECK(attachment->size == size);
    CHECK(scene.relay.reserved == attachment->ciphertext_size);
    CHECK(scene.relay.blob.size() == attachment->ciphertext_size);
    CHECK(scene.relay.parts.size() == attachment->ciphertext_size / (8 * kMiB) + 1);
    CHECK(scene.relay.parts[0].size() == std::min<std::size_t>(scene.relay.blob.size(), 8 * kMiB));
    CHECK(scene.watch.bytes == size);
    CHECK(scene.watch.log == "start scan.dcm " + std::to_string(size) + ";done");
    CHECK(*scene.download(*attachment) == plain);
  }
}

TEST_CASE("a pipe of unknown length goes up, too") {
  Scene scene;
  const base::Bytes plain = some_bytes(9 * kMiB + 1);
  const auto attachment = scene.upload(plain, std::nullopt);
  REQUIRE(attachment);
  CHECK(attachment->size == plain.size());
  CHECK(scene.relay.reserved == attachment->ciphertext_size);
  CHECK(*scene.download(*attachment) == plain);
}

TEST_CASE("a file that grows while it is read is sent as it was, one that shrinks is not") {
  Scene scene;
  const base::Bytes plain = some_bytes(1'000);
  const auto attachment = scene.upload(plain, 900);
  REQUIRE(attachment);
  CHECK(attachment->size == 900);
  CHECK(*scene.download(*attachment) == base::Bytes(plain.begin(), plain.begin() + 900));
  CHECK(code_of(scene.upload(plain, 1'001)) == base::Code::kConflict);
}

TEST_CASE("a part that is turned away is repeated") {
  Scene scene;
  scene.relay.busy = 2;
  const base::Bytes plain = some_bytes(20 * kMiB);
  const auto attachment = scene.upload(plain, plain.size());
  REQUIRE(attachment);
  CHECK(*scene.download(*attachment) == plain);
}

TEST_CASE("a relay without space ends the upload with its own error") {
  Scene scene;
  scene.relay.refuse = 507;
  const base::Bytes plain = some_bytes(60 * kMiB);
  CHECK(code_of(scene.upload(plain, plain.size())) == base::Code::kNoSpace);
  CHECK(scene.watch.log.ends_with("done"));
}

TEST_CASE("a file appears when it is complete, and never over another") {
  Scene scene;
  const base::Bytes plain = some_bytes(3 * kMiB);
  const auto attachment = scene.upload(plain, plain.size());
  const fs::path path = scene.folder / "scan.dcm";
  REQUIRE(download_attachment(scene.client, *attachment, path, scene.context, scene.watch));
  CHECK(*base::read_file(path, 4 * kMiB) == plain);
  CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms(0600));
  CHECK(code_of(download_attachment(scene.client, *attachment, path, scene.context, scene.watch)) ==
        base::Code::kConflict);
}

TEST_CASE("a flipped byte leaves no file, and nothing false at a pipe") {
  Scene scene;
  const base::Bytes plain = some_bytes(9 * kMiB);
  const auto attachment = scene.upload(plain, plain.size());
  scene.relay.blob[5 * kMiB + 17] ^= 1;
  const fs::path path = scene.folder / "scan.dcm";
  CHECK(code_of(download_attachment(scene.client, *attachment, path, scene.context, scene.watch)) ==
        base::Code::kVerificationFailed);
  CHECK(fs::is_empty(scene.folder));
  base::MemorySink sink;
  CHECK(!download_attachment(scene.client, *attachment, sink, scene.context, scene.watch));
  CHECK(sink.bytes().size() <= 5 * kMiB);
  CHECK(std::equal(sink.bytes().begin(), sink.bytes().end(), plain.begin()));
}

TEST_CASE("a relay that has less than it promised, or is gone, is told apart from a forgery") {
  Scene scene;
  const base::Bytes plain = some_bytes(30 * kMiB);
  const auto attachment = scene.upload(plain, plain.size());
  scene.relay.blob.resize(4 * kMiB);
  const auto outcome = scene.download(*attachment);
  CHECK(code_of(outcome) == base::Code::kMalformed);
  client::RelayClient gone = scene.world.client(testing::dead_url());
  base::MemorySink sink;
  CHECK(code_of(download_attachment(gone, *attachment, sink, scene.context, scene.watch)) ==
        base::Code::kUnreachable);
}

TEST_CASE("outgoing files know their size, pipes do not, folders are refused") {
  Scene scene;
  const fs::path path = scene.folder / "a.txt";
  std::ofstream(path) << "hello";
  CHECK(open_outgoing(path)->size() == 5);
  CHECK(open_outgoing("-")->fd() == 0);
  CHECK(!open_outgoing("-")->size());
  CHECK(code_of(open_outgoing(scene.folder)) == base::Code::kUsage);
  CHECK(code_of(open_outgoing(scene.folder / "b")) == base::Code::kNotFound);
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const base::Fd reading(ends[0]);
  const base::Fd writing(ends[1]);
  CHECK(!open_outgoing("/dev/fd/" + std::to_string(ends[0]))->size());
}

TEST_CASE("media types go by the ending, whatever its case") {
  CHECK(media_type_of("scan.DCM") == "application/dicom");
  CHECK(media_type_of("a.tar.gz") == "application/gzip");
  CHECK(media_type_of("zip") == "application/octet-stream");
  CHECK(media_type_of("x.unheard-of") == "application/octet-stream");
  for (const std::string_view ending : {"avi", "zst", "pdf", "txt", "html", "m4a"}) {
    CHECK(media_type_of("x." + std::string(ending)) != "application/octet-stream");
  }
}
