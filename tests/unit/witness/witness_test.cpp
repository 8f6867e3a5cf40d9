// The witness: what it cosigns, and what it never does.
#include "witness/witness.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "note/cosignature.hpp"
#include "support/fakes.hpp"

using namespace sealpost;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = fs::temp_directory_path() / "sealpost-witness-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

note::Signer signer(const std::string& name, std::uint8_t seed) {
  const std::vector<std::uint8_t> bytes(32, seed);
  return note::Signer::make(name,
                            crypto::SigningKey::from_seed(crypto::SigningSeed::from(bytes).value()))
      .value();
}

// A log whose entries are numbers; `fork` gives it another past.
struct Log {
  note::Signer key = signer("log.example/a", 1);
  std::uint64_t size = 0;
  char fork = 'a';

  std::vector<merkle::Digest> leaves() const {
    std::vector<merkle::Digest> out;
    for (std::uint64_t i = 0; i < size; ++i) {
      out.push_back(merkle::leaf_hash(base::as_bytes(fork + std::to_string(i))));
    }
    return out;
  }
  std::string checkpoint() const {
    return note::sign(merkle::format_checkpoint({key.name(), size, merkle::root_of(leaves())}),
                      key);
  }
  std::string ask(std::uint64_t old) const {
    merkle::AddCheckpoint request{old, {}, checkpoint()};
    const merkle::NodeReader nodes = [all = leaves()](int level, std::uint64_t at) {
      const auto width = std::size_t{1} << level;
      return base::Result<merkle::Digest>(
          merkle::root_of(std::span(all).subspan(static_cast<std::size_t>(at) * width, width)));
    };
    if (old > 0 && old < size) {
      request.proof = merkle::consistency_proof(old, size, nodes).value();
    }
    return merkle::format_add_checkpoint(request);
  }
};

struct Watched {
  Folder folder;
  testing::FakeClock clock;
  testing::FakeRandom random;
  std::vector<witness::Notice> notices;
  std::unique_ptr<witness::Witness> witness = open();

  std::unique_ptr<witness::Witness> open() {
    return std::make_unique<witness::Witness>(
        witness::Memory::open(folder.path, {}, "w.example", random).value(),
        std::vector<note::Verifier>{Log().key.verifier()}, clock,
        [this](const witness::Notice& notice) { notices.push_back(notice); });
  }
  int status(const std::string& body) { return witness->add_checkpoint(body).status; }
};

}  // namespace

TEST_CASE("a log that grows is cosigned, with a signature that verifies") {
  Watched watched;
  Log log;
  for (const std::uint64_t size : {1U, 2U, 7U, 7U, 8U, 300U}) {
    const std::uint64_t old = log.size;
    log.size = size;
    const witness::Answer answer = watched.witness->add_checkpoint(log.ask(old));
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    const note::Note note = note::parse(log.checkpoint() + answer.body).value();
    const auto key = note::Cosigner::parse(watched.witness->vkey()).value();
    CHECK(note::cosigned_at(note, key).value().has_value());
  }
  CHECK(watched.notices.size() == 6);
}

TEST_CASE("each refusal has the status that the protocol gives it") {
  Watched watched;
  Log log;
  log.size = 10;
  CHECK(watched.status("old 0\n\n") == 400);
  CHECK(watched.status("old 00\n\n" + log.checkpoint()) == 400);
  CHECK(watched.status("old 11\n\n" + log.checkpoint()) == 400);
  Log unknown;
  unknown.key = signer("log.example/b", 2);
  unknown.size = 5;
  CHECK(watched.status(unknown.ask(0)) == 404);
  Log impostor;
  impostor.key = signer("log.example/a", 3);
  impostor.size = 5;
  CHECK(watched.status(impostor.ask(0)) == 403);
  // Nothing of that was taken in.
  const witness::Answer wrong = watched.witness->add_checkpoint(log.ask(3));
  CHECK(wrong.status == 409);
  CHECK(wrong.body == "0\n");
  CHECK(wrong.type == "text/x.tlog.size");
  merkle::AddCheckpoint too_much{0, {merkle::Digest{}}, log.checkpoint()};
  CHECK(watched.status(merkle::format_add_checkpoint(too_much)) == 422);
  CHECK(watched.status(log.ask(0)) == 200);
  log.size = 20;
  CHECK(watched.witness->add_checkpoint(log.ask(0)).body == "10\n");
  std::string bent = log.ask(10);
  bent[8] = bent[8] == 'A' ? 'B' : 'A';
  CHECK(watched.status(bent) == 422);
  CHECK(watched.status(log.ask(10)) == 200);
}

TEST_CASE("a log that forks is refused, and what it signed is kept once") {
  Watched watched;
  Log log;
  log.size = 10;
  REQUIRE(watched.status(log.ask(0)) == 200);
  Log other;
  other.size = 10;
  other.fork = 'b';
  CHECK(watched.status(other.ask(10)) == 409);
  CHECK(watched.notices.back().alarm);
  CHECK(watched.status(other.ask(10)) == 409);
  other.size = 20;
  CHECK(watched.status(other.ask(10)) == 422);
  std::size_t kept = 0;
  for (const auto& file : fs::directory_iterator(watched.folder.path / "evidence")) {
    kept += file.is_regular_file() ? 1 : 0;
  }
  CHECK(kept == 2);
  log.size = 11;
  CHECK(watched.status(log.ask(10)) == 200);
}

TEST_CASE("what was cosigned is known after a restart, under the same key") {
  Watched watched;
  Log log;
  log.size = 10;
  REQUIRE(watched.status(log.ask(0)) == 200);
  const std::string vkey = watched.witness->vkey();
  CHECK(witness::Memory::open(watched.folder.path, {}, "w.example", watched.random).error().code ==
        base::Code::kConflict);
  watched.witness.reset();  // lets go of the lock
  watched.witness = watched.open();
  CHECK(watched.witness->vkey() == vkey);
  CHECK(watched.witness->last(log.key.name()).value().size == 10);
  CHECK(watched.status(log.ask(0)) == 409);
  watched.witness.reset();
  CHECK(witness::Memory::open(watched.folder.path, "other", "w.example", watched.random)
            .error()
            .code == base::Code::kConflict);
}

TEST_CASE("a cosignature that cannot be remembered is not given") {
  if (::geteuid() == 0) return;  // may write everywhere
  Watched watched;
  Log log;
  log.size = 10;
  fs::permissions(watched.folder.path, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(watched.status(log.ask(0)) == 500);
  fs::permissions(watched.folder.path, fs::perms::owner_all);
}

TEST_CASE("who holds the log is held to the same") {
  Watched watched;
  Log log;
  log.size = 10;
  const auto root = [](const Log& of) { return merkle::root_of(of.leaves()); };
  REQUIRE(watched.witness->cosign(log.checkpoint(), root(log)));
  const merkle::Digest seen = root(log);
  log.size = 12;
  CHECK(watched.witness->cosign(log.checkpoint(), root(log)).error().code ==
        base::Code::kVerificationFailed);
  CHECK(watched.witness->cosign(log.checkpoint(), seen));
  log.size = 11;
  CHECK(watched.witness->cosign(log.checkpoint(), seen).error().code ==
        base::Code::kVerificationFailed);
  log.key = signer("log.example/b", 2);
  CHECK(watched.witness->cosign(log.checkpoint(), seen).error().code == base::Code::kDenied);
}
