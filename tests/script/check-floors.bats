#!/usr/bin/env bats
# scripts/check-floors on small houses with one broken law each.

setup() {
  house=$BATS_TEST_TMPDIR/house
  mkdir -p "$house/scripts" "$house/src/base" "$house/src/crypto" "$house/src/relay" "$house/cmd"
  cp "$BATS_TEST_DIRNAME/../../scripts/check-floors" "$house/scripts/"
  cd "$house" || return 1
}

put() { echo "$2" >"$1"; }

@test "an empty house stands" {
  run scripts/check-floors
  [ "$status" -eq 0 ]
}

@test "an edge that leads up is refused" {
  put src/base/x.cpp '#include "crypto/hash.hpp"'
  run scripts/check-floors
  [ "$status" -eq 1 ]
  [[ $output == *"base must not include crypto"* ]]
}

@test "the relay cannot include age, message or vault" {
  for module in age message vault; do
    put src/relay/x.cpp "#include \"$module/x.hpp\""
    run scripts/check-floors
    [ "$status" -eq 1 ]
    [[ $output == *"relay must not include $module"* ]]
  done
}

@test "a table that lets the relay reach decryption is refused" {
  sed -i 's/"receipt": \["base", /"receipt": ["age", "base", /' scripts/check-floors
  run scripts/check-floors
  [ "$status" -eq 1 ]
  [[ $output == *"table: relay reaches age"* ]]
}

@test "a listed edge that nobody uses is complained of once the module is built" {
  put src/crypto/x.cpp '#include "crypto/x.hpp"'
  run scripts/check-floors
  [ "$status" -eq 0 ]
  put src/crypto/CMakeLists.txt 'sealpost_module(crypto SOURCES x.cpp DEPS base)'
  run scripts/check-floors
  [ "$status" -eq 1 ]
  [[ $output == *"crypto -> base is not used"* ]]
}

@test "DEPS in CMake must say what the table says" {
  put src/crypto/x.cpp '#include "base/bytes.hpp"'
  put src/crypto/CMakeLists.txt 'sealpost_module(crypto SOURCES x.cpp DEPS base text)'
  run scripts/check-floors
  [[ $output == *"DEPS text is not allowed for crypto"* ]]
  put src/crypto/CMakeLists.txt 'sealpost_module(crypto SOURCES x.cpp DEPS)'
  run scripts/check-floors
  [ "$status" -eq 1 ]
  [[ $output == *"DEPS does not name it"* ]]
}

@test "libsodium and OpenSSL headers stay in crypto" {
  put src/base/x.cpp '#include <sodium.h>'
  run scripts/check-floors
  [ "$status" -eq 1 ]
  put src/base/x.cpp '#include <openssl/evp.h>'
  run scripts/check-floors
  [ "$status" -eq 1 ]
  [[ $output == *"<openssl/evp.h> belongs to crypto"* ]]
}

@test "nothing includes cmd" {
  put src/base/x.cpp '#include "cmd/ui/table.hpp"'
  run scripts/check-floors
  [ "$status" -eq 1 ]
  [[ $output == *"nothing includes cmd/"* ]]
}
