// Errors as values.
//
// Every function that can fail on input, the network or the disk returns Result<T>. The member
// names are a subset of std::expected, so that the type can be replaced by it one day. Callers
// branch on Error::code, add context to Error::text and never parse text. Values are not
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sealpost::base {

// The closed list of sealpost(1), EXIT STATUS. main alone maps a Code to the exit status.
enum class Code {
  kUsage,
  kMalformed,
  kNotFound,
  kLocked,
  kWrongPassphrase,
  kMfaRequired,
  kKeyReplaced,
  kRevoked,
  kDenied,
  kNoConsent,
  kVerificationFailed,
  kPartial,
  kConflict,
  kNoSpace,
  kTimeout,
  kBusy,
  kUnreachable,
  kInterrupted,
  kInternal,
};

// The name used in --json output and in RFC 9457 problem types, e.g. "verification-failed".
std::string_view code_name(Code code);
// The inverse of code_name; nothing when the name is not in the closed list.
std::optional<Code> code_from_name(std::string_view name);

struct Error {
  Code code;
  std::string text;  // one sentence for people, no final full stop, no secrets
  std::string hint;  // what to do next; may be empty
};

// Prefixes what was being done: with_context(e, "profile bob") -> "profile bob: <text>".
Error with_context(Error error, std::string_view context);

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Asking for the value of an error, or the error of a value, is a broken invariant and aborts.
  T& value() & { return *get_if_value(); }
  const T& value() const& { return *get_if_value(); }
  T value() && { return std::move(*get_if_value()); }  // by value: nothing can dangle
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return get_if_value(); }
  const T* operator->() const { return get_if_value(); }
  const Error& error() const& { return *get_if_error(); }
  Error&& error() && { return std::move(*get_if_error()); }

  T value_or(T other) && { return has_value() ? std::move(*get_if_value()) : std::move(other); }

 private:
  static void check(bool ok) {
    if (!ok) __builtin_trap();
  }
  T* get_if_value() {
    check(has_value());
    return std::get_if<0>(&state_);
  }
  const T* get_if_value() const {
    check(has_value());
    return std::get_if<0>(&state_);
  }
  Error* get_if_error() {
    check(!has_value());
    return std::get_if<1>(&state_);
  }
  const Error* get_if_error() const {
    check(!has_value());
    return std::get_if<1>(&state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& {
    if (!error_) __builtin_trap();
    return *error_;
  }
  Error&& error() && {
    if (!error_) __builtin_trap();
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

// TRY(auto x, f());  binds the value of f() or returns its error from the enclosing function.
// TRY(f());          the same for a value that is not needed.
// NOLINTBEGIN(bugprone-macro-parentheses): `decl` is a declaration.
#define SEALPOST_JOIN_(a, b) a##b
#define SEALPOST_JOIN(a, b) SEALPOST_JOIN_(a, b)
#define SEALPOST_TRY_VALUE(tmp, decl, expr) \
  auto tmp = (expr);                        \
  if (!tmp) return std::move(tmp).error();  \
  decl = *std::move(tmp)
#define SEALPOST_TRY_VOID(tmp, expr) \
  if (auto tmp = (expr); !tmp) return std::move(tmp).error()
#define SEALPOST_TRY_2(decl, expr) \
  SEALPOST_TRY_VALUE(SEALPOST_JOIN(try_result_, __COUNTER__), decl, expr)
#define SEALPOST_TRY_1(expr) SEALPOST_TRY_VOID(SEALPOST_JOIN(try_result_, __COUNTER__), expr)
#define SEALPOST_TRY_PICK(a, b, name, ...) name
#define TRY(...) SEALPOST_TRY_PICK(__VA_ARGS__, SEALPOST_TRY_2, SEALPOST_TRY_1, )(__VA_ARGS__)
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace sealpost::base
