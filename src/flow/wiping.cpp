#include "flow/wiping.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/file.hpp"
#include "base/shred.hpp"
#include "flow/wipe_file.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

namespace fs = std::filesystem;
using base::Code;

constexpr base::milliseconds kShortWait{2000};
constexpr client::RetryBudget kOneTry{base::milliseconds(0), 1};
constexpr std::size_t kLongest = 64 << 10;  // bytes of any of the files
constexpr mode_t kPrivate = 0600;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

base::Result<std::string> read_text(const fs::path& path) {
  TRY(const base::Bytes bytes, base::read_file(path, kLongest));
  return std::string(base::as_text(bytes));
}

// Nobody waits longer for a relay only because this device may be ordered wiped.
class ShortWait final : public base::Interrupt {
 public:
  explicit ShortWait(const Context& context)
      : clock_(context.clock),
        inner_(context.interrupt),
        until_(context.clock.steady() + kShortWait) {}
  bool requested() const override { return inner_.requested() || clock_.steady() >= until_; }

 private:
  base::Clock& clock_;
  const base::Interrupt& inner_;
  base::milliseconds until_;
};

base::Result<client::RelayClient> nameless(const trust::WipeFile& file, const Context& context,
                                           const base::Interrupt& wait) {
  return client::RelayClient::make({file.url, file.pin}, nullptr,
                                   {context.clock, context.random, wait});
}

base::Result<void> write_down(const fs::path& vault, const std::string& order) {
  const WipePaths paths(vault);
  TRY(base::make_private_folder(paths.folder));
  return base::replace_file(paths.order(), base::as_bytes(order), kPrivate);
}

base::Result<void> take_key(const WipePaths& paths, crypto::SigningSeed& seed) {
  TRY(const base::Fd file, base::open_read(paths.key()));
  TRY(const std::size_t count, base::read_full(file.get(), seed.expose_mutable()));
  if (count == crypto::SigningSeed::kSize) return {};
  return base::Error{Code::kMalformed, paths.key().string() + " is cut off", ""};
}

// The key by which this machine knows the device, which may be older than the order's.
base::Result<crypto::Digest> own_key(const fs::path& vault, const trust::Wipe& order) {
  TRY(const std::optional<trust::WipeFile> file, read_wipe_file(vault));
  return file ? file->key : order.key;
}

// Signed and on the disk, before the key that signed it goes.
base::Result<void> write_answer(const fs::path& vault, const trust::Wipe& order, Context& context) {
  const WipePaths paths(vault);
  if (is_there(paths.answer())) return base::destroy_file(paths.key());
  if (!is_there(paths.key())) return {};  // nothing to answer with
  crypto::SigningSeed seed;
  TRY(take_key(paths, seed));
  TRY(const note::Signer signer,
      note::Signer::make(order.device.str() + "/wipe", crypto::SigningKey::from_seed(seed)));
  TRY(const crypto::Digest own, own_key(vault, order));
  TRY(const std::string text,
      trust::format(trust::Wiped{order.id, order.device, own, context.clock.now()}));
  const std::string answer = note::sign(text, signer);
  TRY(base::replace_file(paths.answer(), base::as_bytes(answer), kPrivate));
  return base::destroy_file(paths.key());
}

// Whether repeating it is of no use: the relay has read the answer and does not want it.
bool final_refusal(Code code) {
  return code == Code::kVerificationFailed || code == Code::kNotFound || code == Code::kMalformed;
}

base::Result<void> tell(const fs::path& vault, Context& context) {
  const WipePaths paths(vault);
  TRY(const std::optional<trust::WipeFile> file, read_wipe_file(vault));
  if (!file || !is_there(paths.answer())) return {};
  TRY(const std::string answer, read_text(paths.answer()));
  TRY(const std::string voucher, read_text(paths.voucher()));
  const ShortWait wait(context);
  TRY(client::RelayClient relay, nameless(*file, context, wait));
  return relay.answer_order({answer, voucher}, kOneTry);
}

base::Result<bool> tell_once(const fs::path& vault, Context& context) {
  const WipePaths paths(vault);
  if (is_there(paths.told())) return true;
  const auto told = tell(vault, context);
  if (!told && !final_refusal(told.error().code)) return false;
  TRY(base::replace_file(paths.told(), {}, kPrivate));
  return true;
}

base::Result<std::optional<base::Time>> answered_at(const WipePaths& paths) {
  if (!is_there(paths.answer())) return std::optional<base::Time>();
  TRY(const std::string answer, read_text(paths.answer()));
  TRY(const note::Note signed_note, note::parse(answer));
  TRY(const trust::Wiped wiped, trust::parse_wiped(signed_note.text));
  return std::optional(wiped.at);
}

base::Result<trust::VerifiedWipe> judge(const trust::WipeFile& self,
                                        const wire::StandingOrder& shown) {
  trust::Chain chain(self.root);
  for (const std::string& entry : shown.entries) TRY(chain.append(entry));
  TRY(trust::VerifiedWipe wipe, trust::verify_wipe(chain, shown.order));
  if (wipe.order.device == self.device && trust::holds_for(chain, wipe.order, self.key)) {
    return wipe;
  }
  return base::Error{Code::kVerificationFailed, "it is for another device, or another key", ""};
}

base::Error not_heeded(const std::string& why) {
  return {Code::kVerificationFailed,
          "the relay shows an order to wipe this device that does not hold: " + why,
          "nothing was wiped; tell the organisation's owner"};
}

// Older relays have no orders, and one that has too much to do is asked again next time.
bool is_silence(Code code) { return code == Code::kNotFound || code == Code::kBusy; }

std::string because(const trust::Wipe& order) {
  return order.reason.empty() ? "" : fmt::format(" ({})", order.reason);
}

}  // namespace

base::Result<trust::VerifiedWipe> verify_order(const trust::WipeFile& self,
                                               const wire::StandingOrder& shown) {
  auto judged = judge(self, shown);
  if (judged) return judged;
  return not_heeded(judged.error().text);
}

base::Result<bool> ask_for_order(const fs::path& vault, Context& context) {
  if (is_ordered(vault)) return true;
  TRY(const std::optional<trust::WipeFile> self, read_wipe_file(vault));
  if (!self) return false;
  const ShortWait wait(context);
  TRY(client::RelayClient relay, nameless(*self, context, wait));
  const auto shown = relay.standing_order(self->key, kOneTry);
  if (!shown || shown->order.empty()) return false;
  TRY(verify_order(*self, *shown));
  TRY(write_down(vault, shown->order));
  return true;
}

base::Result<void> heed_order(Installation& installation, client::RelayClient& relay) {
  const Profile& profile = installation.profile();
  const trust::WipeFile self{installation.name(), installation.chain().root(), profile.url,
                             profile.pin,
                             trust::fingerprint(installation.signer().key().verify_key())};
  const auto shown = relay.standing_order(self.key);
  if (!shown && is_silence(shown.error().code)) return {};
  if (!shown) return shown.error();
  if (shown->order.empty()) return {};
  TRY(const trust::VerifiedWipe wipe, verify_order(self, *shown));
  // The relay may have left out what this device has seen.
  const trust::Device* author = installation.chain().device(wipe.by);
  if (author != nullptr && author->revoked && wipe.by != installation.signer().name()) {
    return not_heeded(wipe.by + " is revoked");
  }
  TRY(write_down(installation.vault().path(), shown->order));
  return base::Error{
      Code::kRevoked,
      fmt::format("this device is to be wiped on order of {}{}", wipe.by, because(wipe.order)), ""};
}

bool is_ordered(const fs::path& vault) { return is_there(WipePaths(vault).order()); }

base::Result<Obeyed> read_order(const fs::path& vault) {
  TRY(const std::string bytes, read_text(WipePaths(vault).order()));
  TRY(const note::Note signed_note, note::parse(bytes));
  TRY(trust::Wipe order, trust::parse_wipe(signed_note.text));
  const auto& signatures = signed_note.signatures;
  return Obeyed{std::move(order), signatures.empty() ? "" : signatures.front().name};
}

base::Result<Obeyed> obey_order(const fs::path& vault, const std::function<void()>& lock_agent,
                                Context& context) {
  const WipePaths paths(vault);
  TRY(Obeyed obeyed, read_order(vault));
  if (!is_there(paths.answer()) || vault::Vault::exists(vault)) {
    lock_agent();
    TRY(vault::Vault::destroy(vault));
    TRY(base::destroy_within(vault.parent_path(), paths.folder.filename().string()));
  }
  TRY(write_answer(vault, obeyed.order, context));
  TRY(obeyed.at, answered_at(paths));
  TRY(obeyed.told, tell_once(vault, context));
  return obeyed;
}

base::Error wiped_error(const Obeyed& obeyed) {
  const std::string when = obeyed.at ? " at " + text::format_time(*obeyed.at) : "";
  return {Code::kRevoked,
          fmt::format("this device was wiped on order of {}{}{}", obeyed.by, because(obeyed.order),
                      when),
          obeyed.told ? "`sealpost profile remove` removes what is left; join again with a new "
                        "invitation"
                      : "the relay has not heard of it yet: any command tells it"};
}

}  // namespace sealpost::flow
