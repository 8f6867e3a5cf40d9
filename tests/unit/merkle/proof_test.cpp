// Hashing and proofs against RFC 6962 and RFC 9162: published vectors, the recursive definition as
// an independent model, and every tree up to a size.
#include <doctest/doctest.h>

#include <bit>

#include "base/encoding.hpp"
#include "merkle/merkle.hpp"

namespace sealpost::merkle {
namespace {

constexpr std::uint64_t kLargest = 300;

Digest leaf(std::uint64_t number) { return leaf_hash(base::as_bytes(std::to_string(number))); }

std::vector<Digest> leaves(std::uint64_t count) {
  std::vector<Digest> all;
  for (std::uint64_t i = 0; i < count; ++i) all.push_back(leaf(i));
  return all;
}

// MTH(D[n]) as RFC 6962 §2.1 defines it.
Digest model_root(std::span<const Digest> all) {
  if (all.empty()) return empty_root();
  if (all.size() == 1) return all[0];
  const std::size_t middle = std::bit_floor(all.size() - 1);
  return node_hash(model_root(all.first(middle)), model_root(all.subspan(middle)));
}

std::vector<Digest> model_roots(std::span<const Digest> all) {
  std::vector<Digest> roots;
  for (std::size_t size = 0; size <= all.size(); ++size)
    roots.push_back(model_root(all.first(size)));
  return roots;
}

// Complete subtrees level by level, kept as a plain table.
NodeReader reader_over(std::span<const Digest> all) {
  std::vector<std::vector<Digest>> levels{{all.begin(), all.end()}};
  while (levels.back().size() > 1) {
    std::vector<Digest> above;
    for (std::size_t i = 0; i + 1 < levels.back().size(); i += 2) {
      above.push_back(node_hash(levels.back()[i], levels.back()[i + 1]));
    }
    levels.push_back(std::move(above));
  }
  return [levels](int level, std::uint64_t index) -> base::Result<Digest> {
    const auto row = static_cast<std::size_t>(level);
    if (row >= levels.size() || index >= levels[row].size()) {
      return base::Error{base::Code::kNotFound, "no node", ""};
    }
    return levels[row][index];
  };
}

Digest flipped(Digest digest, std::size_t bit = 0) {
  digest[bit / 8] = static_cast<std::uint8_t>(digest[bit / 8] ^ 1U << bit % 8);
  return digest;
}

void check_refused(const base::Result<void>& result) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == base::Code::kVerificationFailed);
  CHECK_FALSE(result.error().text.empty());
}

struct Inclusion {
  std::uint64_t index;
  std::uint64_t size;
  Digest leaf;
  std::vector<Digest> path;
  Digest root;
  base::Result<void> verify() const { return verify_inclusion(index, size, leaf, path, root); }
};

struct Consistency {
  std::uint64_t old_size;
  Digest old_root;
  std::uint64_t size;
  Digest root;
  std::vector<Digest> proof;
  base::Result<void> verify() const {
    return verify_consistency(old_size, old_root, size, root, proof);
  }
};

}  // namespace

TEST_CASE("the leaves of the Certificate Transparency vectors hash to their roots") {
  Frontier frontier;
  CHECK(base::to_hex(frontier.root()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"}) {
    frontier.append(leaf_hash(*base::parse_hex(hex)));
    if (frontier.size() == 1) {
      CHECK(base::to_hex(frontier.root()) ==
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }
  }
  CHECK(base::to_hex(frontier.root()) ==
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST_CASE("the audit leaf of the manual has the hash of the manual") {
  constexpr std::string_view kLeaf =
      R"({"actor":"mercy.example/relay","at":"2026-11-21T12:00:00Z","event":"service.start",)"
      R"("outcome":"success","v":1})";
  CHECK(base::to_hex(leaf_hash(base::as_bytes(kLeaf))) ==
        "d4970187aa71488264c2684fac6f52f822d9dc05fa3d004045b43d983eb0a66d");
}

TEST_CASE("a leaf and a node of the same bytes have different hashes") {
  const Digest left = leaf(0);
  const Digest right = leaf(1);
  base::Bytes both = base::to_bytes(base::ByteView(left));
  base::append(both, right);
  CHECK(leaf_hash(both) != node_hash(left, right));
  CHECK(node_hash(left, right) != node_hash(right, left));
}

TEST_CASE("the frontier, the stored tree and the definition agree on every root") {
  const auto all = leaves(kLargest);
  Frontier frontier;
  for (std::uint64_t size = 0; size <= kLargest; ++size) {
    const auto part = std::span(all).first(size);
    const Digest expected = model_root(part);
    REQUIRE(frontier.size() == size);
    REQUIRE(frontier.root() == expected);
    REQUIRE(root_of(part) == expected);
    REQUIRE(*read_root(size, reader_over(all)) == expected);
    if (size < kLargest) frontier.append(all[size]);
  }
}

TEST_CASE("every entry of every tree has an inclusion proof that verifies, and only at its place") {
  const auto all = leaves(kLargest);
  const auto roots = model_roots(all);
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    const auto read = reader_over(std::span(all).first(size));
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto path = inclusion_proof(index, size, read);
      REQUIRE(path);
      REQUIRE(verify_inclusion(index, size, all[index], *path, roots[size]));
      REQUIRE_FALSE(verify_inclusion(index, size, flipped(all[index]), *path, roots[size]));
      if (size == 1) continue;
      const std::uint64_t elsewhere = (index + 1) % size;
      REQUIRE_FALSE(verify_inclusion(elsewhere, size, all[index], *path, roots[size]));
    }
  }
}

TEST_CASE("every pair of tree sizes has a consistency proof that verifies") {
  const auto all = leaves(kLargest);
  const auto roots = model_roots(all);
  for (std::uint64_t size = 0; size <= kLargest; ++size) {
    const auto read = reader_over(std::span(all).first(size));
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = consistency_proof(old_size, size, read);
      REQUIRE(proof);
      REQUIRE(verify_consistency(old_size, roots[old_size], size, roots[size], *proof));
      if (old_size == 0) continue;
      REQUIRE_FALSE(
          verify_consistency(old_size, flipped(roots[old_size]), size, roots[size], *proof));
      REQUIRE_FALSE(
          verify_consistency(old_size, roots[old_size], size, flipped(roots[size]), *proof));
    }
  }
}

TEST_CASE("an inclusion proof with any part changed is refused") {
  const auto all = leaves(71);
  const Inclusion good{37, 71, all[37], *inclusion_proof(37, 71, reader_over(all)), root_of(all)};
  REQUIRE(good.verify());
  SUBCASE("any hash of the path") {
    for (std::size_t i = 0; i < good.path.size(); ++i) {
      Inclusion bad = good;
      bad.path[i] = flipped(bad.path[i], i * 31 % 256);
      check_refused(bad.verify());
    }
  }
  SUBCASE("a hash left out, doubled or added") {
    for (std::size_t i = 0; i < good.path.size(); ++i) {
      Inclusion bad = good;
      bad.path.erase(bad.path.begin() + static_cast<std::ptrdiff_t>(i));
      check_refused(bad.verify());
      bad = good;
      bad.path.insert(bad.path.begin() + static_cast<std::ptrdiff_t>(i), good.path[i]);
      check_refused(bad.verify());
    }
    Inclusion bad = good;
    bad.path.push_back(good.root);
    check_refused(bad.verify());
    bad.path.clear();
    check_refused(bad.verify());
  }
  SUBCASE("two hashes changing places") {
    for (std::size_t i = 1; i < good.path.size(); ++i) {
      Inclusion bad = good;
      std::swap(bad.path[i - 1], bad.path[i]);
      check_refused(bad.verify());
    }
  }
  SUBCASE("any other index") {
    for (std::uint64_t index : {0UL, 36UL, 38UL, 70UL, 71UL, 72UL, UINT64_MAX}) {
      Inclusion bad = good;
      bad.index = index;
      check_refused(bad.verify());
    }
  }
  SUBCASE("a size whose tree has another shape there") {
    for (std::uint64_t size : {0UL, 37UL, 38UL, 64UL, 129UL, UINT64_MAX}) {
      Inclusion bad = good;
      bad.size = size;
      check_refused(bad.verify());
    }
  }
  SUBCASE("leaf or root") {
    Inclusion bad = good;
    bad.leaf = flipped(bad.leaf, 255);
    check_refused(bad.verify());
    bad = good;
    bad.root = flipped(bad.root, 255);
    check_refused(bad.verify());
  }
}

TEST_CASE("the only entry of a log is not also its second one") {
  CHECK(verify_inclusion(0, 1, leaf(0), {}, leaf(0)));
  CHECK(verify_inclusion(1, 1, leaf(0), {}, leaf(0)).error().text ==
        "the entry lies beyond the end of the log");
  CHECK_FALSE(verify_inclusion(0, 0, leaf(0), {}, leaf(0)));
}

TEST_CASE("a proof that climbs above the root is refused, even when the hashes fit") {
  const Digest above = leaf(7);
  const std::vector<Digest> path{above};
  const auto inclusion = verify_inclusion(0, 1, leaf(0), path, node_hash(above, leaf(0)));
  CHECK(inclusion.error().text == "the inclusion proof is too long");
  const Digest old_root = leaf(0);
  const Digest root = node_hash(leaf(0), leaf(1));
  const std::vector<Digest> proof{leaf(1), above};
  const auto consistency = verify_consistency(1, old_root, 2, node_hash(above, root), proof);
  CHECK(consistency.error().text == "the consistency proof is too long");
}

TEST_CASE("a consistency proof with any part changed is refused") {
  const auto all = leaves(150);
  const auto roots = model_roots(all);
  for (std::uint64_t old_size : {1UL, 6UL, 64UL, 97UL, 128UL, 149UL}) {
    CAPTURE(old_size);
    const Consistency good{old_size, roots[old_size], 150, roots[150],
                           *consistency_proof(old_size, 150, reader_over(all))};
    REQUIRE(good.verify());
    for (std::size_t i = 0; i < good.proof.size(); ++i) {
      Consistency bad = good;
      bad.proof[i] = flipped(bad.proof[i], i * 29 % 256);
      check_refused(bad.verify());
      bad = good;
      bad.proof.erase(bad.proof.begin() + static_cast<std::ptrdiff_t>(i));
      check_refused(bad.verify());
      bad = good;
      bad.proof.insert(bad.proof.begin() + static_cast<std::ptrdiff_t>(i), good.proof[i]);
      check_refused(bad.verify());
    }
    Consistency bad = good;
    bad.proof.push_back(good.root);
    check_refused(bad.verify());
    bad.proof.clear();
    check_refused(bad.verify());
    for (std::uint64_t other : {old_size + 1, old_size - 1, 151UL, UINT64_MAX}) {
      if (other == 0) continue;
      bad = good;
      bad.old_size = other;
      check_refused(bad.verify());
    }
    for (std::uint64_t other : {0UL, old_size, 257UL}) {
      bad = good;
      bad.size = other;
      check_refused(bad.verify());
    }
  }
}

TEST_CASE("a log that shrank, forked or pretends to be empty is refused with its own reason") {
  const auto all = leaves(8);
  const Digest root = root_of(all);
  CHECK(verify_consistency(8, root, 7, root, {}).error().text == "the log has shrunk");
  CHECK(verify_consistency(8, root, 8, flipped(root), {}).error().text ==
        "two logs of one size with different roots");
  CHECK(verify_consistency(0, root, 0, root, {}).error().text ==
        "an empty log with a root that is not empty");
  CHECK_FALSE(verify_consistency(8, root, 8, root, std::vector{root}));
  CHECK_FALSE(verify_consistency(0, empty_root(), 8, root, std::vector{root}));
  CHECK(verify_consistency(0, empty_root(), 8, root, {}));
  CHECK(verify_consistency(8, root, 8, root, {}));
}

TEST_CASE("a tree in which one old entry was replaced is no continuation") {
  auto all = leaves(90);
  const Digest old_root = root_of(std::span(all).first(50));
  all[17] = leaf(4711);
  const auto proof = consistency_proof(50, 90, reader_over(all));
  check_refused(verify_consistency(50, old_root, 90, root_of(all), *proof));
}

TEST_CASE("proofs beyond the tree are not found, and a failing storage is passed on") {
  const auto all = leaves(5);
  const auto read = reader_over(all);
  CHECK(inclusion_proof(5, 5, read).error().code == base::Code::kNotFound);
  CHECK(inclusion_proof(0, 0, read).error().code == base::Code::kNotFound);
  CHECK(consistency_proof(6, 5, read).error().code == base::Code::kNotFound);
  const NodeReader broken = [](int, std::uint64_t) -> base::Result<Digest> {
    return base::Error{base::Code::kBusy, "disk", ""};
  };
  CHECK(read_root(3, broken).error().code == base::Code::kBusy);
  CHECK(inclusion_proof(1, 3, broken).error().code == base::Code::kBusy);
  CHECK(consistency_proof(2, 3, broken).error().code == base::Code::kBusy);
}

TEST_CASE("the largest sizes neither overflow nor loop") {
  const Digest hash = leaf(0);
  const NodeReader constant = [&](int, std::uint64_t) -> base::Result<Digest> { return hash; };
  CHECK(read_root(UINT64_MAX, constant));
  CHECK(inclusion_proof(UINT64_MAX - 1, UINT64_MAX, constant)->size() == 63);
  CHECK(inclusion_proof(0, UINT64_MAX, constant)->size() == 64);
  CHECK(consistency_proof(UINT64_MAX - 1, UINT64_MAX, constant));
  check_refused(verify_inclusion(UINT64_MAX - 1, UINT64_MAX, hash,
                                 *inclusion_proof(UINT64_MAX - 1, UINT64_MAX, constant), hash));
}

}  // namespace sealpost::merkle
