# sealpost key passphrase: the same vault under another passphrase; and what passphrases are taken

load support
load vaults

setup() {
  fresh_home
  make_profile bob
  NEW=$T/new
  echo "entirely different words here" >"$NEW"
}
teardown() { lock_all; }

change() { "$SEALPOST" key passphrase --passphrase-file "$PASS" --new-passphrase-file "$NEW" "$@"; }
opens() { "$SEALPOST" key show --passphrase-file "$1" >/dev/null; }
sealed_rows() { sqlite3 "$SEALPOST_HOME/bob/vault.db" "SELECT id, kind, hex(name), hex(value) FROM rows WHERE kind != 11"; }

@test "the new passphrase opens the vault, the old one does not, and nothing else has changed" {
  sealed_rows >before
  expect_exit 0 change --json
  json '.type == "passphrase-changed" and .profile == "bob" and .kdf_memory == 268435456 and .kdf_passes == 6'
  json '.changed | test("^20")'
  sealed_rows >after
  [ -s before ] && cmp before after
  opens "$NEW"
  expect_exit 4 "$SEALPOST" key show --passphrase-file "$PASS" --json
  [ "$(error_code)" = wrong-passphrase ]
}

@test "the agent goes on" {
  "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  expect_exit 0 change
  expect_exit 0 "$SEALPOST" key show
}

@test "an open vault is not enough: the old passphrase is asked for" {
  "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  expect_exit 4 setsid -w "$SEALPOST" key passphrase --new-passphrase-file "$NEW" </dev/null
  echo "a wrong one of many words" >"$T/wrong"
  expect_exit 4 "$SEALPOST" key passphrase --passphrase-file "$T/wrong" --new-passphrase-file "$NEW"
  opens "$PASS"
}

@test "without a terminal and a source for the new one: exit 4, nothing changed" {
  expect_exit 4 setsid -w "$SEALPOST" key passphrase --passphrase-file "$PASS" </dev/null
  opens "$PASS"
}

@test "both are typed, the new one twice, and none is shown" {
  local tty=$BATS_TEST_DIRNAME/../interop/with_tty.py
  expect_exit 2 /usr/bin/python3 "$tty" "$(cat "$PASS" "$NEW")"$'\nsomething else of some length' \
    "$SEALPOST" key passphrase
  contains "$errors" "differ"
  opens "$PASS"
  expect_exit 0 /usr/bin/python3 "$tty" "$(cat "$PASS" "$NEW")" "$SEALPOST" key passphrase
  lacks "$errors$output" different
  lacks "$errors$output" horse
  opens "$NEW"
}

@test "a weak passphrase is refused, with the reason" {
  local weak
  for weak in tiny passwordpassword "bob bob bob bob" "abcabcabcabcabcabcabcabcabc"; do
    echo "$weak" >"$NEW"
    expect_exit 2 change
    contains "$errors" "too weak for a passphrase"
    contains "$errors" "several random words"
    lacks "$errors" "$weak"
  done
  opens "$PASS"
}

@test "the same passphrase again is refused" {
  cp "$PASS" "$NEW"
  expect_exit 2 change
  contains "$errors" "has already"
}

@test "setup, org init and join refuse weak passphrases and leave nothing" {
  echo short >"$T/weak"
  expect_exit 2 "$SEALPOST" org init a.example --user olivia --profile new --passphrase-file "$T/weak"
  expect_exit 2 "$SEALPOST" setup b.example --user olivia --profile new --passphrase-file "$T/weak"
  contains "$errors" "shorter than 12"
  [ ! -e "$SEALPOST_HOME/new" ]
  [ ! -e "$SEALPOST_HOME/relay-b.example" ]
}

@test "what a generator makes is taken" {
  local i
  for i in 1 2 3; do
    openssl rand -hex 32 >"$NEW"
    expect_exit 0 "$SEALPOST" org init "a$i.example" --user olivia --profile "new$i" --passphrase-file "$NEW"
  done
}

@test "the work of a guess is tunable upwards only" {
  expect_exit 2 change --kdf-memory 128M
  contains "$errors" "256M"
  expect_exit 2 change --kdf-passes 2
  expect_exit 2 change --kdf-passes 65
  expect_exit 2 change --kdf-memory 5G
  expect_exit 2 change --kdf-memory lots
  expect_exit 0 change --kdf-memory 257M --kdf-passes 4 --json
  json '.kdf_memory == 269484032 and .kdf_passes == 4'
  [ "$(sqlite3 "$SEALPOST_HOME/bob/vault.db" 'SELECT passes, memory FROM vault')" = "4|269484032" ]
  opens "$NEW"
}

@test "a configured passphrase is not forgotten" {
  printf '[profile.bob]\npassphrase-file = "%s"\n' "$PASS" >"$SEALPOST_HOME/config.toml"
  expect_exit 0 "$SEALPOST" key passphrase --new-passphrase-file "$NEW"
  contains "$errors" "change it there too"
}
