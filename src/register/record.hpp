// Records of the register: one JSON object each, sealpost-register(5), RECORDS. format() refuses a
// value that breaks the rules of its type, parse_record() whatever format() would not have written;
// both fail with kMalformed. Sealed members stay sealed here (register/personal.hpp). Pure,
// thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"

namespace sealpost::reg {

// "c-" and 32 hex digits; 32 hex digits.
bool is_contact_id(std::string_view text);
bool is_record_id(std::string_view text);
std::string new_contact_id(base::Random& random);
std::string new_record_id(base::Random& random);

// The words of the page, in its order.
inline constexpr std::string_view kMethods[] = {"paper", "web", "keyword", "verbal", "import"};
inline constexpr std::string_view kChannels[] = {"link-sms", "link-email", "sms",
                                                 "email",    "phone",      "post"};
inline constexpr std::string_view kAgreementKinds[] = {"baa", "training", "risk-assessment",
                                                       "policy-acknowledgement"};
bool is_method(std::string_view text);
bool is_channel(std::string_view text);
bool is_agreement_kind(std::string_view text);

// A file that a record keeps: an attachment's facts, and the hash of its content.
struct File {
  std::string name;
  std::uint64_t size = 0;
  crypto::Digest sha256{};
  std::string blob;
  std::uint64_t blob_size = 0;
  crypto::Digest root{};
  std::string key;
  bool operator==(const File&) const = default;
};

// Of a file that is kept elsewhere.
struct FileFacts {
  std::string name;  // may be empty
  std::uint64_t size = 0;
  crypto::Digest sha256{};
  bool operator==(const FileFacts&) const = default;
};

struct EpochRecord {
  std::uint64_t epoch = 0;
  std::string recipient;
};
struct ContactRecord {
  std::string contact;
  base::Bytes sealed;  // of Personal; empty when no personal field changes
  std::optional<bool> removed;
  std::optional<std::string> hold;
};
struct GrantRecord {
  std::string id;
  std::string contact;
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
  std::string method;
  std::optional<base::Time> effective;
  std::optional<base::Time> expires;
  base::Bytes evidence;  // sealed File; empty for none
  std::optional<crypto::Digest> disclosure;
  std::string language;
  std::string version;
  bool warned = false;
  base::Bytes witness;  // sealed; empty for none
  base::Bytes note;     // sealed; empty for none
  // What a list from elsewhere says of it: evidence that is kept there (sealed FileFacts; empty for
  // none), when it was recorded, and by whom (empty when not said).
  base::Bytes elsewhere;
  std::optional<base::Time> recorded;
  std::string collector;
  std::vector<std::string> after;
};
struct RevokeRecord {
  std::string id;
  std::string contact;
  std::vector<std::string> purposes;  // empty: all
  std::vector<std::string> channels;  // empty: all
  base::Bytes word;                   // sealed; empty for none
  std::string channel;                // by which it came; empty when not said
  std::optional<base::Time> received;
};
struct PauseRecord {
  std::string id;
  std::string contact;
  base::Bytes word;  // sealed
  std::string channel;
  std::optional<base::Time> received;
};
struct DecisionRecord {
  std::string pause;
  std::string contact;
  bool revoked = false;  // else dismissed
};
struct DisclosureRecord {
  crypto::Digest sha256{};
  std::uint64_t part = 0;
  std::uint64_t parts = 0;
  std::string text;
};
struct ShredRecord {
  std::string contact;
};
struct AgreementRecord {
  std::string id;
  std::optional<std::string> party;
  std::optional<std::string> kind;
  std::optional<base::Time> signed_at;
  std::optional<std::optional<base::Time>> expires;  // inner nothing: taken away
  std::optional<File> file;
  std::optional<bool> removed;
};
struct GroupRecord {
  std::string group;
  std::map<std::string, bool> members;  // user id -> added, or taken out
  std::optional<bool> removed;
};

using Record =
    std::variant<EpochRecord, ContactRecord, GrantRecord, RevokeRecord, PauseRecord, DecisionRecord,
                 DisclosureRecord, ShredRecord, AgreementRecord, GroupRecord>;
base::Result<std::string> format(const Record& record);
base::Result<Record> parse_record(std::string_view json);
// Whether records of this type belong in the people stream; epoch records belong in both.
bool belongs_to_people(const Record& record);
bool belongs_to_organisation(const Record& record);

}  // namespace sealpost::reg
