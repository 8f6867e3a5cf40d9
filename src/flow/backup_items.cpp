#include "flow/backup_items.hpp"

#include <algorithm>

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using text::Json;

constexpr std::string_view kMagic = "sealpost-backup/1\n";
constexpr std::size_t kMaxItem = 16 << 20;
constexpr std::size_t kLengthSize = 4;

base::Error malformed(std::string what) {
  return {base::Code::kMalformed, "the backup is out of form: " + std::move(what), ""};
}

base::Result<void> only(const Json& item, std::size_t members) {
  if (item.size() == members) return {};
  return malformed("an item has more than belongs to it");
}

base::Result<BackedDevice> device_of(const Json& item) {
  BackedDevice out;
  TRY(only(item, 9));
  TRY(out.profile.root, text::string_at(item, "root"));
  TRY(out.profile.user, text::string_at(item, "user"));
  TRY(out.profile.device, text::string_at(item, "device"));
  TRY(out.profile.url, text::string_at(item, "url"));
  TRY(out.profile.pin, text::string_at(item, "pin"));
  TRY(out.at, time_at(item, "at"));
  TRY(const crypto::SecretBytes root, secret_at(item, "root-key"));
  if (!root.empty()) {
    TRY(out.root_key, crypto::SigningSeed::from(root.expose()));
  }
  TRY(out.invitation, secret_at(item, "invitation"));
  return out;
}

base::Result<crypto::SecretBytes> record_of(const Json& item) {
  TRY(only(item, 2));
  return secret_at(item, "record");
}

}  // namespace

base::Result<void> BackupWriter::item(const crypto::SecretBytes& body) {
  if (body.size() > kMaxItem) {
    return base::Error{base::Code::kInternal, "an item is too large for a backup", ""};
  }
  base::Bytes length;
  for (int shift = 24; shift >= 0; shift -= 8) {
    length.push_back(static_cast<std::uint8_t>(body.size() >> shift));
  }
  TRY(sink_.write(length));
  return sink_.write(body.expose());
}

base::Result<void> BackupWriter::device(const BackedDevice& device) {
  TRY(sink_.write(base::as_bytes(kMagic)));
  const Profile& profile = device.profile;
  Json body{{"kind", "device"},         {"root", profile.root}, {"user", profile.user},
            {"device", profile.device}, {"url", profile.url},   {"pin", profile.pin},
            {"at", millis(device.at)}};
  body["root-key"] = text::binary(device.root_key ? device.root_key->expose() : base::ByteView());
  body["invitation"] = text::binary(device.invitation.expose());
  return item(pack(body));
}

base::Result<void> BackupWriter::entry(const std::string& note) {
  return item(pack({{"kind", "entry"}, {"note", note}}));
}

base::Result<void> BackupWriter::checkpoint(const std::string& text) {
  return item(pack({{"kind", "checkpoint"}, {"text", text}}));
}

base::Result<void> BackupWriter::message(base::ByteView record) {
  ++counts_.messages;
  return item(pack({{"kind", "message"}, {"record", text::binary(record)}}));
}

base::Result<void> BackupWriter::receipt(base::ByteView record) {
  ++counts_.receipts;
  return item(pack({{"kind", "receipt"}, {"record", text::binary(record)}}));
}

base::Result<BackupCounts> BackupWriter::end() {
  TRY(item(
      pack({{"kind", "end"}, {"messages", counts_.messages}, {"receipts", counts_.receipts}})));
  return counts_;
}

base::Result<void> BackupReader::write(base::ByteView bytes) {
  base::append(held_, bytes);
  for (;;) {
    TRY(const bool more, take());
    if (!more) break;
  }
  crypto::wipe(std::span(held_).first(used_));
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ = 0;
  return {};
}

base::Result<bool> BackupReader::take() {
  const base::ByteView rest = base::ByteView(held_).subspan(used_);
  if (place_ == Place::kMagic) {
    const std::size_t there = std::min(rest.size(), kMagic.size());
    if (!std::equal(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(there),
                    kMagic.begin())) {
      return malformed("it is not a backup of version 1");
    }
    if (there < kMagic.size()) return false;
    used_ += there;
    place_ = Place::kDevice;
    return true;
  }
  if (rest.size() < kLengthSize) return false;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthSize; ++i) length = length << 8 | rest[i];
  if (length > kMaxItem) return malformed("an item is too large");
  if (rest.size() < kLengthSize + length) return false;
  used_ += kLengthSize + length;
  TRY(item(rest.subspan(kLengthSize, length)));
  return true;
}

// From one kind of item to the next: the device is alone, the others may be absent or several.
base::Result<void> BackupReader::advance(Place to) {
  const bool first = place_ == Place::kDevice;
  if (place_ == Place::kEnd || first != (to == Place::kDevice) || to < place_ ||
      (to == Place::kCheckpoint && place_ == to)) {
    return malformed("its items are in another order");
  }
  place_ = to == Place::kDevice ? Place::kEntries : to;
  return {};
}

base::Result<void> BackupReader::item(base::ByteView body) {
  TRY(const Json json, text::parse_cbor(body));
  if (!json.is_object()) return malformed("an item is no map");
  TRY(const std::string kind, text::string_at(json, "kind"));
  if (kind == "device") {
    TRY(advance(Place::kDevice));
    TRY(BackedDevice device, device_of(json));
    return visitor_.device(std::move(device));
  }
  if (kind == "entry" || kind == "checkpoint") {
    const bool entry = kind == "entry";
    TRY(advance(entry ? Place::kEntries : Place::kCheckpoint));
    TRY(only(json, 2));
    TRY(std::string text, text::string_at(json, entry ? "note" : "text"));
    return entry ? visitor_.entry(std::move(text)) : visitor_.checkpoint(std::move(text));
  }
  if (kind == "message" || kind == "receipt") {
    const bool message = kind == "message";
    TRY(advance(message ? Place::kMessages : Place::kReceipts));
    TRY(const crypto::SecretBytes record, record_of(json));
    ++(message ? counts_.messages : counts_.receipts);
    return message ? visitor_.message(record.expose()) : visitor_.receipt(record.expose());
  }
  if (kind != "end") return malformed("an item of an unknown kind");
  TRY(advance(Place::kEnd));
  TRY(only(json, 3));
  TRY(const std::uint64_t messages, text::number_at(json, "messages"));
  TRY(const std::uint64_t receipts, text::number_at(json, "receipts"));
  if (messages == counts_.messages && receipts == counts_.receipts) return {};
  return malformed("it holds another number of items than it says");
}

base::Result<BackupCounts> BackupReader::finish() const {
  if (place_ == Place::kEnd && held_.empty()) return counts_;
  return malformed(place_ == Place::kEnd ? "something stands behind its end"
                                         : "its end is missing");
}

}  // namespace sealpost::flow
