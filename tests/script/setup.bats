# sealpost setup: organisation, relay and their trust in one step.
load support

setup() {
  fresh_home
  echo "a passphrase of several words" >pass
}

# shellcheck disable=SC2120
found() {
  "$SEALPOST" setup mercy.example --user olivia --listen "127.0.0.1:$(free_port)" \
    --passphrase-file pass "$@"
}

@test "it says what to type next and leaves nothing readable for others" {
  expect_exit 0 found --relay-dir relay
  contains "$output" "sealpost relay serve --dir"
  contains "$output" "sealpost member invite"
  [ "$(stat -c %a relay)" = 700 ]
  [ "$(stat -c %a "$SEALPOST_HOME/olivia/vault.db")" = 600 ]
  [ "$(stat -c %a relay/log.key)" = 600 ]
}

@test "the result is one JSON object" {
  expect_exit 0 found --json
  json '.type == "setup" and .organisation == "mercy.example" and .profile == "olivia"'
  json '.root | startswith("mercy.example+")'
  json '.pin | startswith("sha256//")'
  [ -d "$(field .relay_dir)" ]
}

@test "the root key is in no file as it is" {
  expect_exit 0 found
  never grep -raq -e PRIVATE -e "a passphrase of several words" "$SEALPOST_HOME/olivia"
}

@test "a second setup with the same profile is a conflict and harms nothing" {
  found >/dev/null
  sum=$(sha256sum "$SEALPOST_HOME/olivia/vault.db")
  expect_exit 9 found --relay-dir other --json
  [ "$(error_code)" = conflict ]
  [ ! -e other ]
  [ "$(sha256sum "$SEALPOST_HOME/olivia/vault.db")" = "$sum" ]
}

@test "a failure leaves nothing behind" {
  mkdir relay && echo x >relay/relay.toml
  expect_exit 9 found --relay-dir relay
  [ ! -e "$SEALPOST_HOME/olivia" ]
  rm -r relay
  expect_exit 0 found --relay-dir relay
}

@test "names out of form are usage errors" {
  expect_exit 2 "$SEALPOST" setup mercy --user olivia --passphrase-file pass
  expect_exit 2 "$SEALPOST" setup Mercy.Example --user olivia --passphrase-file pass
  expect_exit 2 "$SEALPOST" setup mercy.example --user 'o/../x' --passphrase-file pass
  expect_exit 2 "$SEALPOST" setup mercy.example --user relay --passphrase-file pass
  expect_exit 2 "$SEALPOST" setup mercy.example --user olivia --device 'a b' --passphrase-file pass
  [ -z "$(ls -A "$SEALPOST_HOME")" ]
}

@test "no terminal and no passphrase: exit 4 at once" {
  expect_exit 4 setsid -w "$SEALPOST" setup mercy.example --user olivia </dev/null
}
