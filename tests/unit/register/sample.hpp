// Ids, times and records for the tests of the register.
#pragma once

#include <string>

#include "register/contact.hpp"
#include "support/fakes.hpp"

namespace sealpost::reg {

inline const std::string kJane = "c-00112233445566778899aabbccddeeff";
inline const std::string kPhone = "mercy.example/nurse.kim/phone";
inline const std::string kRecipient =
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

inline base::Time noon() { return testing::FakeClock().now(); }
inline base::Time day(int number) { return noon() + std::chrono::hours(24 * number); }

// "a" and a number make an id.
inline std::string id_of(unsigned number) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id(32, '0');
  for (std::size_t i = 32; number != 0; number /= 16) id[--i] = kDigits[number % 16];
  return id;
}

inline crypto::Digest digest_of(std::uint8_t byte) {
  crypto::Digest digest;
  digest.fill(byte);
  return digest;
}

inline File sample_file() {
  return {"scan 1.pdf",
          1048576,
          digest_of(0x64),
          "00112233445566778899aabbccddeeff",
          1048997,
          digest_of(0x17),
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="};
}

inline ContactRecord added() { return {kJane, base::Bytes(60, 7), std::nullopt, std::nullopt}; }

inline GrantRecord grant(unsigned id, std::vector<std::string> purposes = {"billing"},
                         std::vector<std::string> channels = {"link-sms"}) {
  GrantRecord record;
  record.id = id_of(id);
  record.contact = kJane;
  record.purposes = std::move(purposes);
  record.channels = std::move(channels);
  record.method = "paper";
  return record;
}

inline RevokeRecord revoke(unsigned id, std::vector<std::string> purposes = {},
                           std::vector<std::string> channels = {}) {
  RevokeRecord record;
  record.id = id_of(id);
  record.contact = kJane;
  record.purposes = std::move(purposes);
  record.channels = std::move(channels);
  return record;
}

inline PauseRecord pause(unsigned id) {
  return {id_of(id), kJane, base::Bytes(60, 9), "sms", std::nullopt};
}

// Jane as she becomes by records, one a day from day 0 on, in entries from 1 on.
class Story {
 public:
  explicit Story(const Personal& personal = {{"alias", "jane-doe"}}) {
    REQUIRE(apply(jane, added(), personal, next()));
  }
  Story& then(const Record& record) {
    REQUIRE(apply(jane, record, std::nullopt, next()));
    return *this;
  }
  base::Result<void> attempt(const Record& record) {
    return apply(jane, record, std::nullopt, next());
  }
  Contact jane;

 private:
  Position next() {
    ++entry_;
    return {entry_, entry_ * 3, day(static_cast<int>(entry_) - 1), kPhone};
  }
  std::uint64_t entry_ = 0;
};

}  // namespace sealpost::reg
