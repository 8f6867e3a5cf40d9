#include "flow/stream_state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

std::string entry_row(reg::Stream stream, std::uint64_t number) {
  return fmt::format("{}\n{}", reg::stream_name(stream), number);
}

// What is read a second time is what it was the first time.
base::Result<void> remember(vault::Vault& vault, std::string_view name, base::ByteView value,
                            std::string_view otherwise) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kRegisterEntry, name));
  if (!row) {
    TRY(vault.insert(Kind::kRegisterEntry, name, value));
    return {};
  }
  const base::ByteView known = row->value.expose();
  if (std::equal(known.begin(), known.end(), value.begin(), value.end())) return {};
  return base::Error{base::Code::kConflict, std::string(otherwise), ""};
}

}  // namespace

base::Result<StreamKeys> StreamKeys::parse(const crypto::SecretBytes& lines) {
  StreamKeys keys;
  std::string_view rest = lines.expose_text();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      return base::Error{base::Code::kMalformed, "keys of the register are cut off", ""};
    }
    TRY(age::X25519Identity identity, age::X25519Identity::parse(rest.substr(0, end)));
    keys.add(std::move(identity));
    rest.remove_prefix(end + 1);
  }
  return keys;
}

crypto::SecretBytes StreamKeys::to_lines() const {
  std::vector<crypto::SecretBytes> texts;
  std::size_t size = 0;
  for (const age::X25519Identity& identity : identities_) {
    texts.push_back(identity.to_text());
    size += texts.back().size() + 1;
  }
  crypto::SecretBytes lines(size);
  auto at = lines.expose_mutable().begin();
  for (const crypto::SecretBytes& text : texts) {
    at = std::copy(text.expose().begin(), text.expose().end(), at);
    *at++ = '\n';
  }
  return lines;
}

base::Result<void> StreamKeys::add_up_to(std::uint64_t epoch, const age::X25519Identity& identity) {
  const crypto::SecretBytes text = identity.to_text();
  while (newest() < epoch) {
    TRY(age::X25519Identity copy, age::X25519Identity::parse(text.expose_text()));
    add(std::move(copy));
  }
  return {};
}

void StreamKeys::drop(std::uint64_t epoch, const std::string& recipient) {
  const age::X25519Identity* identity = of(epoch);
  if (identity == nullptr || identity->recipient().str() != recipient) return;
  while (newest() >= epoch) identities_.pop_back();
}

const age::X25519Identity* StreamKeys::of(std::uint64_t epoch) const {
  if (epoch == 0 || epoch > identities_.size()) return nullptr;
  return &identities_[static_cast<std::size_t>(epoch - 1)];
}

std::vector<std::string> StreamKeys::recipients() const {
  std::vector<std::string> out;
  for (const age::X25519Identity& identity : identities_) out.push_back(identity.recipient().str());
  return out;
}

base::Result<reg::WrapKey> StreamKeys::wrap_key(std::uint64_t epoch) const {
  const age::X25519Identity* identity = of(epoch);
  if (identity == nullptr) {
    return base::Error{base::Code::kNotFound, "the key of this epoch is not here", ""};
  }
  return reg::wrap_key(identity->expose());
}

base::Result<StreamState> load_stream(const vault::Vault& vault, reg::Stream stream) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kRegister, reg::stream_name(stream)));
  if (!row) return StreamState{};
  return unpack<StreamState>(row->value.expose(),
                             [](const text::Json& json, StreamState& out) -> base::Result<void> {
                               TRY(out.read.size, text::number_at(json, "size"));
                               TRY(out.read.hash, digest_at(json, "head"));
                               TRY(out.leaf, text::number_at(json, "leaf"));
                               TRY(out.epoch, text::number_at(json, "epoch"));
                               TRY(out.top, text::number_at(json, "top"));
                               TRY(out.skips, text::number_at(json, "skips"));
                               TRY(const std::uint64_t anew, text::number_at(json, "anew"));
                               out.anew = anew != 0;
                               TRY(out.since, text::number_at(json, "since"));
                               TRY(out.tended, text::number_at(json, "tended"));
                               TRY(out.known, text::number_at(json, "known"));
                               TRY(const std::uint64_t looked, text::number_at(json, "looked"));
                               out.looked = looked != 0;
                               TRY(out.at, time_at(json, "at"));
                               TRY(out.begun, text::number_at(json, "begun"));
                               TRY(const crypto::SecretBytes keys, secret_at(json, "keys"));
                               TRY(out.keys, StreamKeys::parse(keys));
                               return {};
                             });
}

base::Result<void> store_stream(vault::Vault& vault, reg::Stream stream, const StreamState& state) {
  const crypto::SecretBytes keys = state.keys.to_lines();
  const crypto::SecretBytes value = pack({{"size", state.read.size},
                                          {"head", text::binary(state.read.hash)},
                                          {"leaf", state.leaf},
                                          {"epoch", state.epoch},
                                          {"top", state.top},
                                          {"skips", state.skips},
                                          {"anew", state.anew ? 1 : 0},
                                          {"since", state.since},
                                          {"tended", state.tended},
                                          {"known", state.known},
                                          {"looked", state.looked ? 1 : 0},
                                          {"at", millis(state.at)},
                                          {"begun", state.begun},
                                          {"keys", text::binary(keys.expose())}});
  return vault.put(Kind::kRegister, reg::stream_name(stream), value.expose());
}

base::Result<void> update_stream(vault::Vault& vault, reg::Stream stream,
                                 const std::function<void(StreamState&)>& change) {
  TRY(StreamState state, load_stream(vault, stream));
  change(state);
  return store_stream(vault, stream, state);
}

base::Result<crypto::Digest> head_behind(const vault::Vault& vault, reg::Stream stream,
                                         std::uint64_t number) {
  if (number == 0) return crypto::Digest{};
  TRY(const vault::Row row, vault.get(Kind::kRegisterEntry, entry_row(stream, number)));
  return crypto::digest_from(row.value.expose());
}

base::Result<bool> has_entry(const vault::Vault& vault, std::string_view author,
                             std::string_view id) {
  TRY(const std::optional<vault::Row> row,
      vault.find(Kind::kRegisterEntry, fmt::format("{}\n{}", author, id)));
  return row.has_value();
}

base::Result<void> remember_entry(vault::Vault& vault, reg::Stream stream, std::uint64_t number,
                                  const crypto::Digest& head) {
  return remember(vault, entry_row(stream, number), head, "is not the one that was read before");
}

base::Result<void> remember_id(vault::Vault& vault, reg::Stream stream, std::uint64_t number,
                               std::string_view author, std::string_view id) {
  return remember(vault, fmt::format("{}\n{}", author, id),
                  base::as_bytes(entry_row(stream, number)), "repeats the id of an earlier one");
}

}  // namespace sealpost::flow
