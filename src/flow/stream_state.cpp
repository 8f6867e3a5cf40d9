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
                               TRY(out.since, text::number_at(json, "since"));
                               TRY(out.tended, text::number_at(json, "tended"));
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
                                          {"since", state.since},
                                          {"tended", state.tended},
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
                                  const crypto::Digest& head, std::string_view author,
                                  std::string_view id) {
  TRY(vault.insert(Kind::kRegisterEntry, fmt::format("{}\n{}", author, id), base::ByteView()));
  TRY(vault.insert(Kind::kRegisterEntry, entry_row(stream, number), head));
  return {};
}

}  // namespace sealpost::flow
