// The side that asks.
#include <unistd.h>

#include <array>
#include <system_error>

#include "agent/keeper.hpp"
#include "agent/socket.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace sealpost::agent {
namespace {

constexpr base::milliseconds kPatience{2000};

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::filesystem::path runtime_folder(const std::filesystem::path& profile_folder,
                                     const Variable& variable) {
  if (const auto given = variable("XDG_RUNTIME_DIR"); given && is_folder(*given)) {
    return std::filesystem::path(*given) / "sealpost";
  }
  const std::filesystem::path usual = "/run/user/" + std::to_string(::geteuid());
  return is_folder(usual) ? usual / "sealpost" : profile_folder / "agent";
}

base::Result<void> ask(const Address& address, std::uint8_t what, std::span<std::uint8_t> out,
                       base::milliseconds number = {}) {
  TRY(const base::Fd socket, connect_to(address));
  std::uint8_t status = 0;
  base::Bytes request{what};
  base::append_be(request, static_cast<std::uint64_t>(number.count()), 8);
  TRY(transmit(socket.get(), request, kPatience));
  TRY(receive(socket.get(), {&status, 1}, kPatience));
  if (status != kYes) {
    return base::Error{base::Code::kInternal, "the agent's answer is not understood",
                       "end it with `sealpost lock` and unlock again"};
  }
  return receive(socket.get(), out, kPatience);
}

}  // namespace

Address address_for(const std::filesystem::path& profile_folder, const Variable& variable) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::weakly_canonical(profile_folder, error);
  if (error) real = profile_folder;
  const crypto::Digest digest = crypto::sha256(base::as_bytes(real.string()));
  return {runtime_folder(profile_folder, variable),
          base::to_hex(base::ByteView(digest).first(8)) + ".sock", real};
}

base::Result<Key> ask_key(const Address& address) {
  Key key;
  TRY(ask(address, kAskKey, key.expose_mutable()));
  return key;
}

base::Result<Key> peek_key(const Address& address) {
  Key key;
  TRY(ask(address, kPeekKey, key.expose_mutable()));
  return key;
}

base::Result<State> ask_state(const Address& address) {
  std::array<std::uint8_t, 16> spans{};
  TRY(ask(address, kAskState, spans));
  base::Reader reader(spans);
  TRY(const std::uint64_t idle, reader.be(8));
  TRY(const std::uint64_t total, reader.be(8));
  State state{to_span(idle), std::nullopt};
  if (total != kNoLimit) state.total_left = to_span(total);
  return state;
}

base::Result<void> lower_idle(const Address& address, base::milliseconds idle) {
  return ask(address, kLowerIdle, {}, idle);
}

base::Result<bool> lock(const Address& address) {
  const base::Result<void> asked = ask(address, kAskLock, {});
  if (asked) return true;
  if (asked.error().code == base::Code::kLocked) return false;
  return asked.error();
}

}  // namespace sealpost::agent
