# sealpost org: the steps one by one, for a relay on another host.
load support

setup() {
  fresh_home
  echo "a passphrase of several words" >pass
  export SEALPOST_PASSPHRASE_FILE=$T/pass
}
teardown() {
  [ -z "${PID:-}" ] || kill "$PID" 2>/dev/null || true
}

serve() {
  "$SEALPOST" relay serve --dir "$1" >ready 2>relay.log 3>&- &
  PID=$!
  wait_for "the relay" 20 test -s ready
}

@test "init, relay init, serve, connect, and the organisation works" {
  expect_exit 0 "$SEALPOST" org init mercy.example --user olivia --json
  json '.type == "organisation" and .profile == "olivia"'
  root=$("$SEALPOST" org show --vkey)
  [ "$root" = "$(field .root)" ]
  listen=127.0.0.1:$(free_port)
  expect_exit 0 "$SEALPOST" relay init --dir relay --org "$root" --listen "$listen" \
    --url "https://$listen" --json
  pin=$(field .pin)
  serve relay
  expect_exit 7 "$SEALPOST" org connect "https://$listen" \
    --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
  expect_exit 0 "$SEALPOST" org connect "https://$listen" --pin "$pin"
  expect_exit 0 "$SEALPOST" org connect "https://$listen" --pin "$pin"
  expect_exit 0 "$SEALPOST" org show --json
  json '.url == $url and .trust == 4 and .log_size > 0' --arg url "https://$listen"
  expect_exit 0 "$SEALPOST" send --to olivia 'to myself'
  expect_exit 0 "$SEALPOST" member invite dr.lee
}

@test "a relay of another organisation is refused" {
  "$SEALPOST" --profile a org init a.example --user olivia >/dev/null
  "$SEALPOST" --profile b org init b.example --user olivia >/dev/null
  listen=127.0.0.1:$(free_port)
  expect_exit 0 "$SEALPOST" relay init --dir relay --org "$("$SEALPOST" --profile a org show --vkey)" \
    --listen "$listen" --url "https://$listen" --json
  pin=$(field .pin)
  serve relay
  expect_exit 9 "$SEALPOST" --profile b org connect "https://$listen" --pin "$pin"
  expect_exit 0 "$SEALPOST" --profile a org connect "https://$listen" --pin "$pin"
}

@test "verbs that need a relay say so before there is one" {
  "$SEALPOST" org init mercy.example --user olivia >/dev/null
  expect_exit 3 "$SEALPOST" send --to olivia hello --json
  contains "$errors" "org connect"
}

@test "an absent relay is exit 75" {
  "$SEALPOST" org init mercy.example --user olivia >/dev/null
  expect_exit 75 "$SEALPOST" org connect "https://127.0.0.1:$(free_port)" \
    --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= --json
  [ "$(error_code)" = unreachable ]
}
