#include "flow/transfer.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "flow/save_names.hpp"
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

// A relay that knows one blob and nothing else.
class BlobRelay {
 public:
  Answer operator()(const Asked& asked) {
    const std::lock_guard lock(mutex_);
    if (!open_) return {503, "", {}};  // of a transfer that has ended meanwhile
    if (asked.method == "PUT") return put(asked);
    if (asked.path == "/v1/blobs") return reserve(asked);
    if (asked.path.ends_with("/complete")) return complete(asked);
    if (asked.path.ends_with("/leaves")) return {200, text(wire::to_cbor(leaves)), {}};
    return range(asked);
  }

  // What this thread did to the relay is seen by the server's, and the other way round. Whether it
  // was open.
  bool open(bool open) {
    const std::lock_guard lock(mutex_);
    return std::exchange(open_, open);
  }

  std::map<std::uint64_t, std::string> parts;
  std::vector<std::string> ids;        // of reservations
  std::vector<std::uint64_t> arrived;  // numbers of parts, in order
  std::vector<std::size_t> ranges;     // where they began
  std::size_t stop_after = SIZE_MAX;   // parts; then the relay has no room any more
  std::size_t cut_after = SIZE_MAX;    // bytes of the blob; behind them the relay is away
  std::uint64_t reserved = 0;
  bool complete_said = false;  // by the answer to reservations, of the last blob
  wire::BlobCompletion leaves;
  std::string blob;  // what is served; the parts in order after complete()
  int busy = 0;      // so many PUTs are turned away first
  int refuse = 0;    // with this status, every PUT
  int swept = 0;     // so many completions find that the first part is gone

 private:
  static std::string text(const wire::Bytes& bytes) { return std::string(base::as_text(bytes)); }

  Answer put(const Asked& asked) {
    if (complete_said) return {409, "", {}};
    if (refuse != 0) return {refuse, "", {}};
    if (busy > 0) {
      --busy;
      return {503, "", {}};
    }
    if (parts.size() >= stop_after) return {507, "", {}};
    const std::uint64_t number = std::stoul(asked.path.substr(asked.path.rfind('/') + 1));
    parts[number] = asked.body;
    arrived.push_back(number);
    return {204, "", {}};
  }
  Answer reserve(const Asked& asked) {
    const auto wanted = *wire::parse_blob_reservation(base::as_bytes(asked.body));
    reserved = wanted.size;
    if (ids.empty() || ids.back() != wanted.id) {
      parts.clear();
      complete_said = false;
    }
    ids.push_back(wanted.id);
    wire::BlobState state;
    state.complete = complete_said;
    for (const auto& part : parts) {
      if (!complete_said) state.parts.push_back(part.first);  // a whole one has none any more
    }
    return {200, text(wire::to_cbor(state)), {}};
  }
  Answer complete(const Asked& asked) {
    if (swept > 0) {
      --swept;
      parts.erase(0);
      return {409, "", {}};
    }
    leaves = *wire::parse_blob_completion(base::as_bytes(asked.body));
    blob.clear();
    for (const auto& part : parts) blob += part.second;
    complete_said = true;
    return {200, text(wire::to_cbor(wire::BlobState{{}, true})), {}};
  }
  Answer range(const Asked& asked) {
    const std::string& value = asked.headers.at("range");
    const std::size_t dash = value.find('-');
    const std::size_t first = std::stoul(value.substr(6, dash - 6));
    const std::size_t last = std::stoul(value.substr(dash + 1));
    ranges.push_back(first);
    if (last >= cut_after) return {503, "", {}};
    return {206, blob.substr(std::min(first, blob.size()), last - first + 1), {}};
  }

  std::mutex mutex_;
  bool open_ = false;
};

class Watch final : public TransferProgress {
 public:
  void start(const std::string& name, std::optional<std::uint64_t> total) override {
    log += "start " + name + (total ? " " + std::to_string(*total) : "") + ";";
  }
  void skip(std::uint64_t more) override { skipped += more; }
  void advance(std::uint64_t more) override { bytes += more; }
  void done() override { log += "done"; }
  std::string log;
  std::uint64_t skipped = 0;
  std::uint64_t bytes = 0;
};

// The relay is the server's while a transfer runs, and the test's before and after it.
class Turn {
 public:
  explicit Turn(BlobRelay& relay) : relay_(relay), was_open_(relay.open(true)) {}
  ~Turn() { relay_.open(was_open_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  BlobRelay& relay_;
  bool was_open_;
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
  vault::Vault vault = make_vault();

  vault::Vault make_vault() {
    return *vault::Vault::create(folder / "vault", base::as_bytes("passphrase"),
                                 vault::Tuning{1, 8 << 10}, world.random);
  }
  fs::path write(const base::Bytes& plain) {
    std::ofstream(folder / "plain", std::ios::binary) << base::as_text(plain);
    return folder / "plain";
  }
  base::Result<UploadedFile> send(const fs::path& path, const std::string& journal = "") {
    const Turn turn(relay);
    TRY(const OpenFile file, open_outgoing(path));
    return upload_attachment(vault, client, {file, "scan.dcm", "application/dicom", journal},
                             context, watch);
  }
  base::Result<message::Attachment> upload(const base::Bytes& plain) {
    TRY(UploadedFile uploaded, send(write(plain)));
    return std::move(uploaded.attachment);
  }
  base::Result<void> save(const message::Attachment& attachment, const fs::path& path) {
    const Turn turn(relay);
    return download_attachment(client, {attachment}, path, context, watch);
  }
  base::Result<base::Bytes> download(const message::Attachment& attachment) {
    const Turn turn(relay);
    base::MemorySink sink;
    TRY(download_attachment(client, {attachment}, sink, context, watch));
    return sink.take();
  }
};

base::Bytes some_bytes(std::size_t size) {
  base::Bytes bytes(size);
  testing::FakeRandom(5).fill(bytes);
  return bytes;
}

crypto::Digest digest_of(const base::Bytes& bytes) {
  base::MemorySource source(bytes);
  return *content_digest(source);
}

// Writes into a pipe until somebody has read it all.
class Feeder {
 public:
  explicit Feeder(const base::Bytes& bytes) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    reading_ = base::Fd(ends[0]);
    thread_ = std::thread([&bytes, writing = ends[1]] {
      const base::Fd end(writing);
      CHECK(base::write_all(end.get(), bytes));
    });
  }
  ~Feeder() { thread_.join(); }
  std::string path() const { return "/dev/fd/" + std::to_string(reading_.get()); }

 private:
  base::Fd reading_;
  std::thread thread_;
};

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
    const auto attachment = scene.upload(plain);
    REQUIRE(attachment);
    CHECK(attachment->name == "scan.dcm");
    CHECK(attachment->media_type == "application/dicom");
    CHECK(attachment->size == size);
    CHECK(scene.relay.reserved == attachment->ciphertext_size);
    CHECK(scene.relay.blob.size() == attachment->ciphertext_size);
    CHECK(scene.relay.parts.size() == attachment->ciphertext_size / (8 * kMiB) + 1);
    CHECK(scene.relay.parts[0].size() == std::min<std::size_t>(scene.relay.blob.size(), 8 * kMiB));
    CHECK(scene.watch.bytes == attachment->ciphertext_size);
    CHECK(scene.watch.log ==
          "start scan.dcm " + std::to_string(attachment->ciphertext_size) + ";done");
    CHECK(*scene.download(*attachment) == plain);
  }
}

TEST_CASE("a pipe of unknown length goes up, too") {
  Scene scene;
  const base::Bytes plain = some_bytes(9 * kMiB + 1);
  Feeder feeder(plain);
  const auto uploaded = scene.send(feeder.path(), "journal");
  REQUIRE(uploaded);
  CHECK(uploaded->attachment.size == plain.size());
  CHECK(uploaded->content == digest_of(plain));
  CHECK(scene.relay.reserved == uploaded->attachment.ciphertext_size);
  CHECK(*scene.download(uploaded->attachment) == plain);
  CHECK(*scene.vault.count(vault::Kind::kUpload) == 0);
}

TEST_CASE("a file that grows or shrinks while it is read is not sent") {
  for (const std::size_t later : {std::size_t{0}, 9 * kMiB, 20 * kMiB}) {
    CAPTURE(later);
    Scene scene;
    const fs::path path = scene.write(some_bytes(17 * kMiB));
    const OpenFile file = *open_outgoing(path);
    fs::resize_file(path, later);
    const Turn turn(scene.relay);
    const auto outcome =
        upload_attachment(scene.vault, scene.client, {file, "scan.dcm", "application/dicom", ""},
                          scene.context, scene.watch);
    CHECK(code_of(outcome) == base::Code::kConflict);
    CHECK(scene.relay.blob.empty());
  }
}

TEST_CASE("contents are told apart, and a file has the digest with which it was sent") {
  Scene scene;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, 8 * kMiB, 8 * kMiB + 1}) {
    base::Bytes plain = some_bytes(size);
    CHECK(scene.send(scene.write(plain))->content == digest_of(plain));
    const crypto::Digest before = digest_of(plain);
    plain.push_back(0);
    CHECK(digest_of(plain) != before);
  }
}

TEST_CASE("an upload that broke goes on with the parts that are missing") {
  Scene scene;
  const base::Bytes plain = some_bytes(60 * kMiB);
  const fs::path path = scene.write(plain);
  scene.relay.stop_after = 3;
  CHECK(code_of(scene.send(path, "journal")) == base::Code::kNoSpace);
  REQUIRE(scene.relay.parts.size() == 3);
  const auto before = std::exchange(scene.relay.arrived, {});
  scene.relay.stop_after = SIZE_MAX;
  scene.watch = {};
  const auto uploaded = scene.send(path, "journal");
  REQUIRE(uploaded);
  CHECK(scene.relay.ids[0] == scene.relay.ids[1]);
  CHECK(scene.relay.arrived.size() == 8 - 3);
  for (const std::uint64_t part : before) {
    const auto& again = scene.relay.arrived;
    CHECK(std::find(again.begin(), again.end(), part) == again.end());
  }
  CHECK(scene.watch.skipped == 3 * 8 * kMiB);
  CHECK(scene.watch.skipped + scene.watch.bytes == uploaded->attachment.ciphertext_size);
  CHECK(uploaded->content == digest_of(plain));
  CHECK(*scene.download(uploaded->attachment) == plain);
}

TEST_CASE("a part that the relay lost before the end is sent again, but not for ever") {
  Scene scene;
  const base::Bytes plain = some_bytes(20 * kMiB);
  SUBCASE("once") {
    scene.relay.swept = 1;
    const auto uploaded = scene.send(scene.write(plain), "journal");
    REQUIRE(uploaded);
    CHECK(scene.relay.arrived.size() == 3 + 1);
    CHECK(scene.relay.ids.front() == scene.relay.ids.back());
    CHECK(*scene.download(uploaded->attachment) == plain);
  }
  SUBCASE("always") {
    scene.relay.swept = 30;
    CHECK(code_of(scene.send(scene.write(plain), "journal")) == base::Code::kConflict);
    CHECK(scene.relay.swept >= 30 - 5);
  }
}

TEST_CASE("a file that changed is never sent under the keys of what it was") {
  Scene scene;
  base::Bytes plain = some_bytes(60 * kMiB);
  scene.relay.stop_after = 3;
  CHECK(!scene.send(scene.write(plain), "journal"));
  const auto first = scene.relay.parts;
  scene.relay.stop_after = SIZE_MAX;
  SUBCASE("in its first block") { plain[5] ^= 1; }
  SUBCASE("in a block that was read and not sent") { plain[25 * kMiB] ^= 1; }
  SUBCASE("in its size") { plain.pop_back(); }
  const auto uploaded = scene.send(scene.write(plain), "journal");
  REQUIRE(uploaded);
  CHECK(scene.relay.ids.back() != scene.relay.ids.front());
  CHECK(*scene.download(uploaded->attachment) == plain);
  // Other keys: no block of the two blobs is the same, not even where the plaintexts are.
  for (const auto& [number, bytes] : first) {
    CHECK(bytes.substr(0, 200) != scene.relay.parts.at(number).substr(0, 200));
    CHECK(bytes.substr(bytes.size() / 2, 64) !=
          scene.relay.parts.at(number).substr(bytes.size() / 2, 64));
  }
}

TEST_CASE("a block that nobody has read yet may change: the upload goes on with it as it is now") {
  Scene scene;
  base::Bytes plain = some_bytes(100 * kMiB);
  scene.relay.stop_after = 1;
  CHECK(!scene.send(scene.write(plain), "journal"));
  scene.relay.stop_after = SIZE_MAX;
  plain.back() ^= 1;
  const auto uploaded = scene.send(scene.write(plain), "journal");
  REQUIRE(uploaded);
  CHECK(scene.relay.ids.back() == scene.relay.ids.front());
  CHECK(*scene.download(uploaded->attachment) == plain);
}

TEST_CASE(
    "a relay with parts that the vault knows nothing of does not get others under their keys") {
  Scene scene;
  const base::Bytes plain = some_bytes(30 * kMiB);
  const fs::path path = scene.write(plain);
  scene.relay.stop_after = 2;
  CHECK(!scene.send(path, "journal"));
  // As in a vault that was restored from a copy: the keys are there, the digests are not.
  const std::string group = scene.relay.ids[0] + "\n0";
  const auto row = scene.vault.get(vault::Kind::kUpload, group);
  REQUIRE(row);
  REQUIRE(scene.vault.erase(vault::Kind::kUpload, row->id));
  scene.relay.stop_after = SIZE_MAX;
  const auto uploaded = scene.send(path, "journal");
  REQUIRE(uploaded);
  CHECK(scene.relay.ids.back() != scene.relay.ids.front());
  CHECK(*scene.download(uploaded->attachment) == plain);
}

TEST_CASE("a blob that is complete needs nothing more, unless its digests are gone") {
  Scene scene;
  const base::Bytes plain = some_bytes(30 * kMiB);
  const fs::path path = scene.write(plain);
  REQUIRE(scene.send(path, "journal"));
  const std::size_t arrived = scene.relay.arrived.size();
  const auto again = scene.send(path, "journal");
  REQUIRE(again);
  CHECK(scene.relay.arrived.size() == arrived);
  CHECK(*scene.download(again->attachment) == plain);
  const auto row = scene.vault.get(vault::Kind::kUpload, scene.relay.ids[0] + "\n0");
  REQUIRE(row);
  REQUIRE(scene.vault.erase(vault::Kind::kUpload, row->id));
  const auto anew = scene.send(path, "journal");
  REQUIRE(anew);
  CHECK(anew->attachment.blob != again->attachment.blob);
  CHECK(scene.relay.arrived.size() == 2 * arrived);
  CHECK(*scene.download(anew->attachment) == plain);
}

TEST_CASE("two uploads, or none with a name, share nothing; what is forgotten is gone") {
  Scene scene;
  const fs::path path = scene.write(some_bytes(1'000));
  for (const char* journal : {"a", "b", "", ""}) REQUIRE(scene.send(path, journal));
  CHECK(std::set(scene.relay.ids.begin(), scene.relay.ids.end()).size() == 4);
  CHECK(*uploaded_bytes(scene.vault, "a") == 1'000);
  CHECK(*uploaded_bytes(scene.vault, "c") == 0);
  REQUIRE(scene.send(path, "a"));
  CHECK(scene.relay.ids.back() == scene.relay.ids.front());
  for (const char* journal : {"a", "b", "c"}) {
    REQUIRE(scene.vault.transaction([&] { return forget_upload(scene.vault, journal); }));
  }
  CHECK(*scene.vault.count(vault::Kind::kUpload) == 0);
}

TEST_CASE("a part that is turned away is repeated") {
  Scene scene;
  scene.relay.busy = 2;
  const base::Bytes plain = some_bytes(20 * kMiB);
  const auto attachment = scene.upload(plain);
  REQUIRE(attachment);
  CHECK(*scene.download(*attachment) == plain);
}

TEST_CASE("a relay without space ends the upload with its own error") {
  Scene scene;
  scene.relay.refuse = 507;
  const base::Bytes plain = some_bytes(60 * kMiB);
  CHECK(code_of(scene.upload(plain)) == base::Code::kNoSpace);
  CHECK(scene.watch.log.ends_with("done"));
}

TEST_CASE("a file appears when it is complete, and never over another") {
  Scene scene;
  const base::Bytes plain = some_bytes(3 * kMiB);
  const auto attachment = scene.upload(plain);
  const fs::path path = scene.folder / "scan.dcm";
  REQUIRE(scene.save(*attachment, path));
  CHECK(*base::read_file(path, 4 * kMiB) == plain);
  CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms(0600));
  CHECK(code_of(scene.save(*attachment, path)) == base::Code::kConflict);
}

TEST_CASE("a flipped byte leaves no file, and nothing false at a pipe") {
  Scene scene;
  const base::Bytes plain = some_bytes(9 * kMiB);
  const auto attachment = scene.upload(plain);
  scene.relay.blob[5 * kMiB + 17] ^= 1;
  const fs::path path = scene.folder / "scan.dcm";
  CHECK(code_of(scene.save(*attachment, path)) == base::Code::kVerificationFailed);
  CHECK(!fs::exists(path));
  CHECK(!fs::exists(scene.folder / "scan.dcm.partial"));
  base::MemorySink sink;
  const Turn turn(scene.relay);
  CHECK(!download_attachment(scene.client, {*attachment}, sink, scene.context, scene.watch));
  CHECK(sink.bytes().size() <= 5 * kMiB);
  CHECK(std::equal(sink.bytes().begin(), sink.bytes().end(), plain.begin()));
}

TEST_CASE("other content under the same keys is not what the sender signed") {
  Scene scene;
  base::Bytes plain = some_bytes(3 * kMiB);
  const message::BlobKeys keys = message::new_blob_keys(scene.world.random);
  const auto seal = [&](base::Bytes& ciphertext) {
    base::MemorySource source(plain);
    base::MemorySink sink;
    auto sealed = message::seal_blob(source, sink, keys);
    REQUIRE(sealed);
    ciphertext = sink.take();
    return *std::move(sealed);
  };
  base::Bytes ciphertext;
  const message::SealedBlob sealed = seal(ciphertext);
  scene.relay.leaves = {sealed.leaves};
  scene.relay.blob = base::as_text(ciphertext);
  message::Attachment attachment;
  attachment.name = "scan.dcm";
  attachment.size = sealed.size;
  attachment.blob = "00112233445566778899aabbccddeeff";
  attachment.ciphertext_size = sealed.ciphertext_size;
  attachment.root = sealed.root;
  attachment.key = sealed.key;
  CHECK(*scene.download(attachment) == plain);
  plain.back() ^= 1;  // every chunk of it opens
  seal(ciphertext);
  scene.relay.blob = base::as_text(ciphertext);
  CHECK(code_of(scene.download(attachment)) == base::Code::kVerificationFailed);
  CHECK(code_of(scene.save(attachment, scene.folder / "out")) == base::Code::kVerificationFailed);
  CHECK(!fs::exists(scene.folder / "out"));
  CHECK(!fs::exists(scene.folder / "out.partial"));
}

TEST_CASE("a relay that has less than it promised, or is gone, is told apart from a forgery") {
  Scene scene;
  const base::Bytes plain = some_bytes(30 * kMiB);
  const auto attachment = scene.upload(plain);
  scene.relay.blob.resize(4 * kMiB);
  const auto outcome = scene.download(*attachment);
  CHECK(code_of(outcome) == base::Code::kMalformed);
  client::RelayClient gone = scene.world.client(testing::dead_url());
  base::MemorySink sink;
  CHECK(code_of(download_attachment(gone, {*attachment}, sink, scene.context, scene.watch)) ==
        base::Code::kUnreachable);
}

namespace {

// Somebody who has stopped in the middle of a download of 40 MiB.
struct Stopped : Scene {
  Stopped() {
    attachment = *upload(plain);
    relay.cut_after = 21 * kMiB;
    CHECK(code_of(save(attachment, path)) == base::Code::kBusy);
    REQUIRE(fs::exists(partial));
    relay.cut_after = SIZE_MAX;
    relay.ranges.clear();
    watch = {};
  }
  base::Bytes plain = some_bytes(40 * kMiB);
  message::Attachment attachment;
  fs::path path = folder / "scan.dcm";
  fs::path partial = folder / "scan.dcm.partial";
};

std::size_t fetched(const std::vector<std::size_t>& ranges, std::size_t size) {
  std::size_t lowest = size;
  for (const std::size_t from : ranges) {
    if (from > 0) lowest = std::min(lowest, from);
  }
  return size - lowest;
}

}  // namespace

TEST_CASE_FIXTURE(Stopped,
                  "what was checked stays when the relay goes away, and is not fetched again") {
  const base::Bytes kept = *base::read_file(partial, 50 * kMiB);
  CHECK(kept.size() >= 16 * kMiB);
  CHECK(std::equal(kept.begin(), kept.end(), plain.begin()));
  REQUIRE(save(attachment, path));
  CHECK(*base::read_file(path, 50 * kMiB) == plain);
  CHECK(!fs::exists(partial));
  CHECK(fetched(relay.ranges, attachment.ciphertext_size) <= plain.size() - kept.size() + 2 * kMiB);
  CHECK(watch.skipped > kept.size() - 2 * kMiB);
  CHECK(watch.skipped + watch.bytes == plain.size());
}

TEST_CASE_FIXTURE(Stopped, "a flipped byte in what is there is fetched anew, with what follows") {
  const int fd = ::open(partial.c_str(), O_RDWR);
  const std::uint8_t wrong = plain[9 * kMiB] ^ 1;
  REQUIRE(::pwrite(fd, &wrong, 1, 9 * kMiB) == 1);
  ::close(fd);
  REQUIRE(save(attachment, path));
  CHECK(*base::read_file(path, 50 * kMiB) == plain);
  CHECK(watch.skipped <= 9 * kMiB);
  CHECK(watch.skipped > 7 * kMiB);
}

TEST_CASE_FIXTURE(Stopped, "what is too long, or of another file, counts for nothing") {
  SUBCASE("too long") { fs::resize_file(partial, 41 * kMiB); }
  SUBCASE("another") { std::ofstream(partial) << std::string(2 * kMiB, 'x'); }
  const auto theirs = base::read_file(partial, 50 * kMiB);
  REQUIRE(save(attachment, path));
  CHECK(*base::read_file(path, 50 * kMiB) == plain);
  CHECK(watch.skipped == 0);
  // It may be somebody's: it stays.
  CHECK(*base::read_file(partial, 50 * kMiB) == *theirs);
}

TEST_CASE_FIXTURE(Stopped, "what cannot be judged, because the relay shows no leaves, stays") {
  const auto theirs = base::read_file(partial, 50 * kMiB);
  client::RelayClient gone = world.client(testing::dead_url());
  CHECK(code_of(download_attachment(gone, {attachment}, path, context, watch)) ==
        base::Code::kUnreachable);
  CHECK(*base::read_file(partial, 50 * kMiB) == *theirs);
}

TEST_CASE_FIXTURE(Stopped, "when all of it is there, only the name is missing") {
  std::ofstream(partial, std::ios::binary) << base::as_text(plain);
  REQUIRE(save(attachment, path));
  CHECK(*base::read_file(path, 50 * kMiB) == plain);
  CHECK(relay.ranges == std::vector<std::size_t>{0});
}

TEST_CASE_FIXTURE(Stopped,
                  "a blob that turns out to be damaged leaves nothing, not even what was there") {
  relay.blob[30 * kMiB] ^= 1;
  CHECK(code_of(save(attachment, path)) == base::Code::kVerificationFailed);
  CHECK(!fs::exists(partial));
  CHECK(!fs::exists(path));
}

TEST_CASE_FIXTURE(Stopped, "who comes second to a file that is being fetched is told so") {
  const auto other = base::PartialFile::resume(path, 0600);
  REQUIRE(other);
  CHECK(code_of(save(attachment, path)) == base::Code::kConflict);
  CHECK(fs::file_size(partial) > 0);
}

TEST_CASE_FIXTURE(Stopped, "nobody writes through a link that lies where the .partial was") {
  const fs::path victim = folder / "victim";
  std::ofstream(victim) << "precious";
  fs::remove(partial);
  SUBCASE("symbolic") { fs::create_symlink(victim, partial); }
  SUBCASE("hard") { fs::create_hard_link(victim, partial); }
  SUBCASE("a pipe") { REQUIRE(::mkfifo(partial.c_str(), 0600) == 0); }
  REQUIRE(save(attachment, path));
  CHECK(fs::file_size(victim) == 8);
  CHECK(*base::read_file(path, 50 * kMiB) == plain);
}

TEST_CASE_FIXTURE(
    Stopped, "in a folder, what belongs to the attachment is found, and nothing else touched") {
  const Turn turn(relay);
  SaveNames names(folder, client, context);
  const SavePlace begun = *names.find(attachment);
  CHECK(begun.path == path);
  CHECK(!begun.complete);
  CHECK(names.find(attachment)->path == folder / "scan-2.dcm");  // a second one of that name
  REQUIRE(save(attachment, path));
  CHECK(SaveNames(folder, client, context).find(attachment)->complete);
  std::ofstream(partial) << "mine";
  std::ofstream(path) << "mine, too";
  const SavePlace other = *SaveNames(folder, client, context).find(attachment);
  CHECK(other.path == folder / "scan-2.dcm");
  CHECK(!other.complete);
}

TEST_CASE("the limit on bytes per second holds for downloads and uploads") {
  Scene scene;
  const base::Bytes plain = some_bytes(20 * kMiB);
  const OpenFile file = *open_outgoing(scene.write(plain));
  const auto start = scene.world.clock.steady();
  const Turn turn(scene.relay);
  const auto uploaded = upload_attachment(scene.vault, scene.client,
                                          {file, "scan.dcm", "application/dicom", "", kMiB},
                                          scene.context, scene.watch);
  REQUIRE(uploaded);
  const auto middle = scene.world.clock.steady();
  CHECK(middle - start >= base::milliseconds(19'900));
  base::MemorySink sink;
  REQUIRE(download_attachment(scene.client, {uploaded->attachment, kMiB}, sink, scene.context,
                              scene.watch));
  CHECK(scene.world.clock.steady() - middle >= base::milliseconds(19'900));
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
