// What a vault remembers, and the bytes in which it does: CBOR objects inside sealed rows. Pure,
// thread-safe. Parsers fail with kVerificationFailed: a row that opens but does not parse was not
// written by this program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {

// Who this installation is and where its relay is. Row "self" of kProfile.
struct Profile {
  std::string root;  // vkey of the organisation
  std::string user;
  std::string device;
  std::string url;  // of the relay; empty until there is one
  std::string pin;  // "sha256//..." or empty
};

// A one-time or last-resort secret. Row "<id>" of kPrekeySecret.
struct PrekeySecret {
  std::string id;
  crypto::SecretBytes identity;  // AGE-SECRET-KEY-1...
  base::Time at;
  base::Time expires;
  bool once = false;  // destroyed after its first message; else a last resort
};

enum class Direction { kReceived, kSent };

// Where a sent message stands with one recipient device.
struct RecipientRecord {
  std::string user;
  std::string device;        // full name; empty when the user has none
  std::string state;         // accepted, unknown, revoked, refused
  bool last_resort = false;  // sealed for the device's last-resort prekey, as the device signed it
};

// What a message has in the place of a header when it came through a contact's link.
struct FromContact {
  std::string contact;  // id
  std::string alias;    // as it was when the message came; may be empty
  std::string answers;  // id of the message that was written to the contact
  bool confirms = false;
  base::Time at;  // when it reached the relay
};

// That a message was taken back. What was unread is gone, and this is in its place.
struct RecallMark {
  std::string by;  // device
  std::string reason;
  base::Time at;    // as `by` claims
  base::Time sent;  // of the message, with what follows
  base::Time expires;
  std::string purpose;
};

// A message of either direction. Row "<number>" of kMessage.
struct MessageRecord {
  std::uint64_t number = 0;
  Direction direction = Direction::kReceived;
  std::string id;
  std::string from;         // full device name
  std::string header_note;  // signed, verbatim
  crypto::SecretBytes body;
  crypto::Digest message_sha256{};
  bool unread = false;
  bool confirmed = true;  // sent: the relay's receipt is here
  // Sent: the relay had accepted the same content under this id before, as this vault, taken from
  // an older copy, did not know. message_sha256 and receipt are of that message; the header note
  // that recipients have is another than the one here.
  bool adopted = false;
  base::Time stored;
  std::string receipt;  // the relay's signed accepted receipt; empty until confirmed
  std::vector<RecipientRecord> recipients;  // sent only
  std::optional<FromContact> contact = {};  // received only; then there is no header note
  std::optional<RecallMark> recalled = {};  // received: then there is neither header note nor body
};

// Taken back before it was read here.
inline bool is_gone(const MessageRecord& record) {
  return record.recalled && record.direction == Direction::kReceived;
}

// A submission whose outcome is not known. Row "<id>" of kOutgoing.
struct OutgoingRecord {
  std::uint64_t number = 0;  // of its MessageRecord
  base::Bytes tag;
  base::Bytes submission;  // wire::Submissions, verbatim
};

// The file key of a sent message and the devices that may still need a new header. Row "<id>" of
// kFileKey.
struct KeyedDevice {
  std::string device;        // full name
  std::string prekey;        // id of the one its last header is for
  std::uint64_t resent = 0;  // new headers it was given
  bool wants = false;        // it said that it could not open the last one
};
struct FileKeyRecord {
  crypto::SecretBytes key;
  base::Time expires;
  std::vector<KeyedDevice> devices;
};

// Which message an id is. Row "sent" or "received", "\n<from>\n<id>" of kSeen.
struct SeenRecord {
  std::uint64_t number = 0;
  crypto::Digest message_sha256{};
  base::Bytes tag;  // sent only
};

// A recall that was obeyed, as far as there was anything to obey. Row "<from>\n<id>" of kRecall.
enum class RecallEnd { kNotHere, kDestroyed, kRead };
struct RecallRecord {
  std::string message;  // id
  std::string from;     // device that sent it
  std::string by;       // device
  std::string reason;
  base::Time at;
  std::uint64_t number = 0;  // of its MessageRecord; 0 when it is not here
  RecallEnd end = RecallEnd::kNotHere;
};

// A receipt about a sent message. Row receipt_row() of kReceipt.
struct ReceiptRecord {
  std::string statement;  // note
  std::uint64_t index = 0;
  base::Bytes leaf;
};
// "<message>\n<by>\n<state>", and behind a dropped message's "\n<device>": the relay may say that
// of several devices.
std::string receipt_row(std::string_view message, std::string_view by, receipt::State state,
                        std::string_view device = {});

// Encoded values may hold secrets: they are wiped with their SecretBytes.
crypto::SecretBytes encode(const Profile& value);
crypto::SecretBytes encode(const PrekeySecret& value);
crypto::SecretBytes encode(const MessageRecord& value);
crypto::SecretBytes encode(const OutgoingRecord& value);
crypto::SecretBytes encode(const FileKeyRecord& value);
crypto::SecretBytes encode(const SeenRecord& value);
crypto::SecretBytes encode(const ReceiptRecord& value);
crypto::SecretBytes encode(const RecallRecord& value);
base::Result<Profile> decode_profile(base::ByteView bytes);
base::Result<PrekeySecret> decode_prekey_secret(base::ByteView bytes);
base::Result<MessageRecord> decode_message(base::ByteView bytes);
base::Result<OutgoingRecord> decode_outgoing(base::ByteView bytes);
base::Result<FileKeyRecord> decode_file_key(base::ByteView bytes);
base::Result<SeenRecord> decode_seen(base::ByteView bytes);
base::Result<ReceiptRecord> decode_receipt(base::ByteView bytes);
base::Result<RecallRecord> decode_recall(base::ByteView bytes);

}  // namespace sealpost::flow
