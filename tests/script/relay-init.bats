#!/usr/bin/env bats
# sealpost relay init

load support

setup_file() {
  start_org olivia
  VKEY=$(as olivia org show --vkey)
  export VKEY
}
teardown_file() { stop_org; }

@test "makes a private folder and prints how to serve and connect" {
  run "$SEALPOST" relay init --dir "$T/relay" --org "$VKEY" --listen 127.0.0.1:8443
  [ "$status" -eq 0 ]
  [[ $output == *"sealpost relay serve --dir $T/relay"* ]]
  [[ $output == *"sealpost org connect https://127.0.0.1:8443 --pin sha256//"* ]]
  [ "$(stat -c %a "$T/relay")" = 700 ]
  [ "$(stat -c %a "$T/relay/log.key")" = 600 ]
}

@test "--json tells url, pin and log key" {
  run "$SEALPOST" relay init --dir "$T/relay" --org "$VKEY" --json
  [ "$status" -eq 0 ]
  json '.type == "relay" and (.pin | startswith("sha256//")) and (.log | startswith("mercy.example/relay+"))'
}

@test "an existing relay is not overwritten" {
  "$SEALPOST" relay init --dir "$T/relay" --org "$VKEY"
  cp "$T/relay/log.key" before
  expect_exit 9 "$SEALPOST" relay init --dir "$T/relay" --org "$VKEY"
  cmp before "$T/relay/log.key"
}

@test "a wrong key, a wrong address and plain HTTP for the world are refused" {
  expect_exit 2 "$SEALPOST" relay init --dir "$T/a" --org "nonsense"
  expect_exit 2 "$SEALPOST" relay init --dir "$T/a" --org "$VKEY" --listen localhost
  expect_exit 2 "$SEALPOST" relay init --dir "$T/a" --org "$VKEY" --listen 0.0.0.0:80 --plain
  [ ! -e "$T/a" ]
}
