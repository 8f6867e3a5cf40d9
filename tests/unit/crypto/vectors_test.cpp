// The published vectors of every primitive. Where a standard's example uses what this interface
// leaves out (associated data, a salt of another size), the value was computed with a second
// implementation and the comment says so.
#include <doctest/doctest.h>

#include "base/encoding.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "crypto/sign.hpp"
#include "crypto/x25519.hpp"
#include "support/fakes.hpp"

namespace sealpost::crypto {
namespace {

using base::as_bytes;
using base::Bytes;

Bytes hex(std::string_view text) { return *base::parse_hex(text); }

Bytes counting(std::uint8_t first, std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

template <std::size_t N>
std::array<std::uint8_t, N> array_of(std::string_view text) {
  std::array<std::uint8_t, N> out{};
  const Bytes bytes = hex(text);
  REQUIRE(bytes.size() == N);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

std::string hex_of(const base::Result<SecretBytes>& secret) {
  REQUIRE(secret);
  return base::to_hex(secret->expose());
}

// Hands out what it was given, then stops the test.
class GivenRandom final : public base::Random {
 public:
  explicit GivenRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    REQUIRE(out.size() == bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
  }

 private:
  Bytes bytes_;
};

constexpr std::string_view kSunscreen =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.";

}  // namespace

TEST_CASE("SHA-256 has the vectors of FIPS 180") {
  CHECK(base::to_hex(sha256(Bytes{})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(base::to_hex(sha256(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(
      base::to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(base::to_hex(sha256(Bytes(1000000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a hash of parts is the hash of the whole, and an object serves again") {
  CHECK(sha256({as_bytes("a"), as_bytes(""), as_bytes("bc")}) == sha256(as_bytes("abc")));
  Sha256 hash;
  for (int round = 0; round < 3; ++round) {
    hash.update(as_bytes("ab"));
    hash.update(as_bytes("c"));
    CHECK(hash.finish() == sha256(as_bytes("abc")));
  }
  CHECK(hash.finish() == sha256(Bytes{}));
}

TEST_CASE("a digest has exactly 32 bytes") {
  CHECK(digest_from(Bytes(32, 1)));
  CHECK(digest_from(Bytes(31, 1)).error().code == base::Code::kMalformed);
  CHECK(digest_from(Bytes(33, 1)).error().code == base::Code::kMalformed);
}

TEST_CASE("HMAC-SHA-256 has the vectors of RFC 4231") {
  struct Case {
    Bytes key;
    Bytes data;
    std::string_view tag;
  };
  const Case cases[] = {
      {Bytes(20, 0x0b), base::to_bytes(std::string_view("Hi There")),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {base::to_bytes(std::string_view("Jefe")),
       base::to_bytes(std::string_view("what do ya want for nothing?")),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {Bytes(20, 0xaa), Bytes(50, 0xdd),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting(1, 25), Bytes(50, 0xcd),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {Bytes(131, 0xaa),
       base::to_bytes(std::string_view("Test Using Larger Than Block-Size Key - Hash Key First")),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {Bytes(131, 0xaa),
       base::to_bytes(std::string_view(
           "This is a test using a larger than block-size key and a larger than "
           "block-size data. The key needs to be hashed before being used by the HMAC "
           "algorithm.")),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
      {{}, {}, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
  };
  for (const Case& one : cases) CHECK(base::to_hex(hmac_sha256(one.key, one.data)) == one.tag);
}

TEST_CASE("HKDF-SHA-256 has the vectors of RFC 5869") {
  Bytes out(42);
  hkdf_sha256(Bytes(22, 0x0b), counting(0, 13), base::as_text(counting(0xf0, 10)), out);
  CHECK(base::to_hex(out) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  out.resize(82);
  hkdf_sha256(counting(0, 80), counting(0x60, 80), base::as_text(counting(0xb0, 80)), out);
  CHECK(base::to_hex(out) ==
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e"
        "590e"
        "09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  out.resize(42);
  hkdf_sha256(Bytes(22, 0x0b), {}, "", out);
  CHECK(base::to_hex(out) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("HKDF gives up to 8,160 bytes") {
  Bytes longest(8160);
  hkdf_sha256(as_bytes("key"), {}, "info", longest);
  Bytes start(33);
  hkdf_sha256(as_bytes("key"), {}, "info", start);
  CHECK(std::equal(start.begin(), start.end(), longest.begin()));
}

TEST_CASE("Ed25519 has the vectors of RFC 8032") {
  struct Case {
    std::string_view seed;
    std::string_view key;
    std::string_view message;
    std::string_view signature;
  };
  const Case cases[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9b4"
       "6bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "11d"
       "8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
       "dc6"
       "594a7c15e9716ed28dc027beceea1ec40a"},
      {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
       "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3f"
       "eeb"
       "bd454d4423643ce80e2a9ac94fa54ca49f",
       "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6643"
       "1e0"
       "303dca179c138ac17ad9bef1177331a704"},
  };
  for (const Case& one : cases) {
    const auto key = SigningKey::from_seed(*SigningSeed::from(hex(one.seed)));
    CHECK(base::to_hex(key.verify_key()) == one.key);
    CHECK(base::to_hex(key.sign(hex(one.message))) == one.signature);
    CHECK(verify(key.verify_key(), hex(one.message), hex(one.signature)));
    CHECK(base::to_hex(key.seed().expose()) == one.seed);
    CHECK(key.clone().verify_key() == key.verify_key());
  }
}

TEST_CASE("any flipped bit of an Ed25519 signature, message or key fails") {
  testing::FakeRandom random;
  const auto key = SigningKey::generate(random);
  const auto good = key.sign(as_bytes("text"));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Bytes bad(good.begin(), good.end());
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
    REQUIRE_FALSE(verify(key.verify_key(), as_bytes("text"), bad));
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    VerifyKey other = key.verify_key();
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1U << bit % 8);
    REQUIRE_FALSE(verify(other, as_bytes("text"), good));
  }
  CHECK_FALSE(verify(key.verify_key(), as_bytes("Text"), good));
  CHECK_FALSE(verify(key.verify_key(), as_bytes("text"), base::ByteView(good).first(63)));
  CHECK_FALSE(verify(key.verify_key(), as_bytes("text"), {}));
}

TEST_CASE("an Ed25519 key of small order verifies nothing") {
  // With the identity as key, R = identity and S = 0 satisfy the equation for every message.
  const auto identity =
      array_of<32>("0100000000000000000000000000000000000000000000000000000000000000");
  Bytes forged(identity.begin(), identity.end());
  forged.resize(64);
  CHECK_FALSE(verify(identity, as_bytes("anything"), forged));
}

TEST_CASE("an Ed25519 signature with S above the group order is refused") {
  const auto key = array_of<32>("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  // The second vector of RFC 8032 with the order of the group added to S.
  CHECK_FALSE(verify(key, hex("72"),
                     hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                         "f52db7415978abc61b2c2eb6aeebfca0387b2eaeb4302aeeb00d291612bb0c10")));
}

TEST_CASE("X25519 has the vectors of RFC 7748") {
  const auto multiply = [](std::string_view scalar, std::string_view point) {
    const auto shared = x25519(*X25519Secret::from(hex(scalar)), array_of<32>(point));
    REQUIRE(shared);
    return base::to_hex(shared->expose());
  };
  CHECK(multiply("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                 "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c") ==
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  CHECK(multiply("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                 "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493") ==
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  constexpr std::string_view kBob =
      "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
  CHECK(base::to_hex(x25519_public(*X25519Secret::from(hex(kBob)))) ==
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  CHECK(multiply(kBob, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a") ==
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST_CASE("X25519 iterated a thousand times arrives where RFC 7748 says") {
  Bytes scalar(32);
  scalar[0] = 9;
  Bytes point = scalar;
  for (int i = 0; i < 1000; ++i) {
    X25519Public peer;
    std::copy(point.begin(), point.end(), peer.begin());
    const auto next = x25519(*X25519Secret::from(scalar), peer);
    point = scalar;
    scalar = base::to_bytes(base::ByteView(next->expose()));
  }
  CHECK(base::to_hex(scalar) == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST_CASE("a point of small order gives no shared secret") {
  const auto secret = X25519Secret::from(Bytes(32, 7));
  for (std::string_view point :
       {"0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    CHECK(x25519(*secret, array_of<32>(point)).error().code == base::Code::kVerificationFailed);
  }
}

TEST_CASE("ChaCha20-Poly1305 has the ciphertext of RFC 8439, section 2.8.2") {
  // The tag is that of the same input without associated data, computed with another program.
  constexpr std::string_view kSealed =
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92"
      "728b"
      "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831"
      "d7bc"
      "3ff4def08e4b7a9de576d26586cec64b61166a23a4681fd59456aea1d29f82477216";
  ChaChaPoly cipher(*AeadKey::from(counting(0x80, 32)));
  const auto nonce = array_of<12>("070000004041424344454647");
  Bytes sealed(kSunscreen.size() + kTagSize);
  cipher.seal(nonce, as_bytes(kSunscreen), sealed);
  CHECK(base::to_hex(sealed) == kSealed);
  Bytes plain(kSunscreen.size());
  CHECK(cipher.open(nonce, sealed, plain));
  CHECK(base::as_text(plain) == kSunscreen);
}

TEST_CASE("ChaCha20-Poly1305 seals and opens in place, nothing, and again with one object") {
  ChaChaPoly cipher(*AeadKey::from(counting(0x80, 32)));
  const auto nonce = array_of<12>("070000004041424344454647");
  Bytes tag(kTagSize);
  cipher.seal(nonce, {}, tag);
  CHECK(base::to_hex(tag) == "a0784d7a4716f3feb4f64e7f4b39bf04");
  CHECK(cipher.open(nonce, tag, {}));
  tag[0] ^= 1;
  CHECK_FALSE(cipher.open(nonce, tag, {}));
  for (std::uint8_t round = 0; round < 4; ++round) {
    Nonce96 next{};
    next[11] = round;
    Bytes buffer = base::to_bytes(kSunscreen);
    buffer.resize(kSunscreen.size() + kTagSize);
    cipher.seal(next, base::ByteView(buffer).first(kSunscreen.size()), buffer);
    REQUIRE(cipher.open(next, buffer, std::span(buffer).first(kSunscreen.size())));
    CHECK(base::as_text(base::ByteView(buffer).first(kSunscreen.size())) == kSunscreen);
  }
}

TEST_CASE("a flipped bit anywhere opens nothing and leaves zeros") {
  ChaChaPoly cipher(*AeadKey::from(counting(0x80, 32)));
  const Nonce96 nonce{};
  Bytes sealed(100 + kTagSize);
  cipher.seal(nonce, Bytes(100, 0x55), sealed);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes bad = sealed;
    bad[i] ^= 0x80;
    Bytes plain(100, 0xff);
    REQUIRE_FALSE(cipher.open(nonce, bad, plain));
    REQUIRE(plain == Bytes(100, 0));
  }
  Bytes plain(100);
  CHECK_FALSE(cipher.open(Nonce96{1}, sealed, plain));
  CHECK_FALSE(cipher.open(nonce, Bytes(15), {}));
  CHECK(cipher.open(nonce, sealed, plain));  // a failure does not spoil the object
}

TEST_CASE("XChaCha20-Poly1305 has the vector of its Internet draft") {
  constexpr std::string_view kSealed =
      "404142434445464748494a4b4c4d4e4f5051525354555657"
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda"
      "7e39"
      "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3"
      "fff9"
      "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49";
  const auto key = AeadKey::from(counting(0x80, 32));
  const Bytes associated = hex("50515253c0c1c2c3c4c5c6c7");
  GivenRandom random(counting(0x40, 24));
  CHECK(base::to_hex(xchacha_seal(*key, as_bytes(kSunscreen), associated, random)) == kSealed);
  const auto plain = xchacha_open(*key, hex(kSealed), associated);
  REQUIRE(plain);
  CHECK(plain->expose_text() == kSunscreen);
}

TEST_CASE("a sealed value opens with its key and associated data only, whole and unchanged") {
  testing::FakeRandom random;
  const auto key = AeadKey::random(random);
  const Bytes sealed = xchacha_seal(key, as_bytes("value"), as_bytes("row 7"), random);
  CHECK(xchacha_open(key, sealed, as_bytes("row 7"))->expose_text() == "value");
  CHECK(xchacha_open(key, sealed, as_bytes("row 8")).error().code ==
        base::Code::kVerificationFailed);
  CHECK_FALSE(xchacha_open(AeadKey::random(random), sealed, as_bytes("row 7")));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes bad = sealed;
    bad[i] ^= 1;
    REQUIRE_FALSE(xchacha_open(key, bad, as_bytes("row 7")));
    REQUIRE_FALSE(xchacha_open(key, base::ByteView(sealed).first(i), as_bytes("row 7")));
  }
  Bytes out(xchacha_plain_size(sealed), 7);
  CHECK(xchacha_open_into(key, sealed, as_bytes("row 7"), out));
  CHECK(base::as_text(out) == "value");
  CHECK_FALSE(xchacha_open_into(key, sealed, as_bytes("row 8"), out));
  CHECK(out == Bytes(5, 0));
  CHECK(xchacha_plain_size(base::ByteView(sealed).first(39)) == 0);
  const Bytes empty = xchacha_seal(key, {}, {}, random);
  CHECK(xchacha_open(key, empty, {})->empty());
  CHECK(xchacha_seal(key, {}, {}, random) != empty);
}

TEST_CASE("scrypt has the vectors of RFC 7914") {
  CHECK(hex_of(scrypt({}, {}, 4, 1, 1, 64)) ==
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0f"
        "c81f"
        "17e8d3e0fb2e0d3628cf35e20c38d18906");
  CHECK(hex_of(scrypt(as_bytes("password"), as_bytes("NaCl"), 10, 8, 16, 64)) ==
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d"
        "9830"
        "dac727afb94a83ee6d8360cbdfa2cc0640");
  CHECK(hex_of(scrypt(as_bytes("pleaseletmein"), as_bytes("SodiumChloride"), 14, 8, 1, 64)) ==
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d4970524"
        "2a9a"
        "f9e61e85dc0d651e40dfcf017b45575887");
  for (int log_n : {-1, 0, 63, 64}) {
    CHECK(scrypt({}, {}, log_n, 8, 1, 32).error().code == base::Code::kMalformed);
  }
}

TEST_CASE("Argon2id agrees with OpenSSL's") {
  CHECK(hex_of(argon2id(as_bytes("password"), as_bytes("somesaltsomesalt"), 2, 64 << 20, 32)) ==
        "fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2");
  CHECK(hex_of(argon2id({}, counting(0, 16), 3, 8 << 20, 16)) ==
        "c295444bfb0f3a2915719153cf05fc83");
  CHECK(argon2id({}, Bytes(15), 1, 8 << 20, 32).error().code == base::Code::kMalformed);
}

}  // namespace sealpost::crypto
