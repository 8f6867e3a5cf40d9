#include "note/cosignature.hpp"

#include <algorithm>

#include "note/keys.hpp"

namespace sealpost::note {
namespace {

using std::chrono::seconds;

constexpr std::size_t kTimeSize = 8;                  // bytes
constexpr std::uint64_t kLastSecond = 253402300799U;  // of the year 9999

std::string message(std::string_view text, std::uint64_t time) {
  return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
}

base::Error fails(const Cosigner& cosigner) {
  return {base::Code::kVerificationFailed, "the cosignature of " + cosigner.name() + " fails", ""};
}

base::Result<base::Time> time_of(const SignatureLine& line, std::string_view text,
                                 const Cosigner& cosigner) {
  base::Reader reader(line.signature);
  const auto time = reader.be(kTimeSize);
  if (!time || *time > kLastSecond) return fails(cosigner);
  if (!crypto::verify(cosigner.key(), base::as_bytes(message(text, *time)), reader.rest())) {
    return fails(cosigner);
  }
  return base::Time(seconds(static_cast<seconds::rep>(*time)));
}

}  // namespace

Cosigner::Cosigner(std::string name, const crypto::VerifyKey& key)
    : name_(std::move(name)), id_(key_id(name_, kCosignature, key)), key_(key) {}

base::Result<Cosigner> Cosigner::make(std::string name, const crypto::VerifyKey& key) {
  TRY(check_key_name(name));
  return Cosigner(std::move(name), key);
}

base::Result<Cosigner> Cosigner::parse(std::string_view vkey) {
  TRY(NamedKey parsed, parse_vkey(vkey, kCosignature));
  return Cosigner(std::move(parsed.name), parsed.key);
}

Cosigner Cosigner::of(const Verifier& verifier) { return {verifier.name(), verifier.key()}; }

std::string Cosigner::vkey() const { return format_vkey(name_, kCosignature, key_); }

std::string cosignature_line(std::string_view text, const Signer& key, base::Time at) {
  const auto since_1970 = std::chrono::floor<seconds>(at.time_since_epoch()).count();
  const auto time = static_cast<std::uint64_t>(std::max<seconds::rep>(since_1970, 0));
  base::Bytes payload;
  base::append_be(payload, time, kTimeSize);
  base::append(payload, key.key().sign(base::as_bytes(message(text, time))));
  return signature_line(key.name(), Cosigner::of(key.verifier()).id(), payload);
}

base::Result<std::optional<base::Time>> cosigned_at(const Note& note, const Cosigner& cosigner) {
  std::optional<base::Time> newest;
  for (const SignatureLine& line : note.signatures) {
    if (line.key_id != cosigner.id() || line.name != cosigner.name()) continue;
    TRY(const base::Time time, time_of(line, note.text, cosigner));
    newest = std::max(newest.value_or(time), time);
  }
  return newest;
}

bool signed_by_log(const Note& checkpoint, const Verifier& log) {
  return signed_by(checkpoint, log) && cosigned_at(checkpoint, Cosigner::of(log)).has_value();
}

}  // namespace sealpost::note
