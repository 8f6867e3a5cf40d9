# sealpost audit prove: one event in a file that anybody can check with the root's key alone.
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as olivia send --to dr.lee first >"$ORG_DIR/first"
  as dr.lee inbox >/dev/null
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
  ROOT=$(as olivia org show --json | jq -er .root)
  INDEX=$(as aud audit query --object "$(cat "$ORG_DIR/first")" --event message.send --json |
    jq -er .index)
  export ROOT INDEX
}
teardown_file() { stop_org; }

laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }

@test "an event is proved on a machine that knows the root's key and nothing else" {
  expect_exit 0 as aud audit prove "$INDEX" -o e.tlog-proof --json
  json '.type == "audit-proof" and .output == "e.tlog-proof" and .event.index == $n' --argjson n "$INDEX"
  json '.event.event == "message.send" and .size > 500 and .log_size > $n' --argjson n "$INDEX"
  [ "$(head -1 e.tlog-proof)" = c2sp.org/tlog-proof@v1 ]
  [ "$(stat -c %a e.tlog-proof)" = 600 ]
  expect_exit 0 laptop audit verify e.tlog-proof --root "$ROOT" --json
  json '.verified and .copy == "proof" and .event.event == "message.send" and .event.index == $n' \
    --argjson n "$INDEX"
  json '.event.message == $id' --arg id "$(cat "$ORG_DIR/first")"
  expect_exit 0 laptop audit verify - --root "$ROOT" <e.tlog-proof
  contains "$output" "verified: event $INDEX"
  contains "$output" "message.send"
}

@test "inspect tells what a proof proves, and whether it does" {
  as aud audit prove "$INDEX" -o e.tlog-proof
  expect_exit 0 laptop inspect e.tlog-proof --json
  json '.kind == "tlog-proof" and .event.event == "message.send" and .index == $n' --argjson n "$INDEX"
  expect_exit 0 laptop inspect e.tlog-proof --root "$ROOT" --json
  json '.verified == true'
  sed 's/message.send/message.read/' <(sed -n 's/^extra //p' e.tlog-proof | base64 -d) |
    base64 -w0 >extra
  sed "2s|.*|extra $(cat extra)|" e.tlog-proof >forged
  expect_exit 7 laptop inspect forged --root "$ROOT"
}

@test "the same proof comes from a mirror, without vault and network" {
  expect_exit 0 laptop audit prove "$INDEX" "$ORG_DIR/mirror" --root "$ROOT" -o e.tlog-proof
  expect_exit 0 laptop audit verify e.tlog-proof --root "$ROOT" --json
  json '.event.event == "message.send"'
  expect_exit 0 laptop audit prove 0 "$ORG_DIR/mirror" --root "$ROOT"
  contains "$output" "index 0"
  expect_exit 0 as dr.lee audit prove 0 "$ORG_DIR/mirror"
  contains "$output" "index 0"
  expect_exit 2 laptop audit prove 0 "$ORG_DIR/mirror"
  contains "$errors" "--root VKEY"
  expect_exit 3 laptop audit prove 100000 "$ORG_DIR/mirror" --root "$ROOT"
  cp -a "$ORG_DIR/mirror" bent
  flip bent/tile/entries/000.p/* 40
  flip bent/tile/entries/000.p/* 400
  expect_exit 7 laptop audit prove 0 bent --root "$ROOT" -o none.tlog-proof
  [ ! -e none.tlog-proof ]
}

# rewrite FIELD SED-SCRIPT: the proof with its extra data or another line changed.
extra() { sed -n 's/^extra //p' e.tlog-proof | base64 -d | sed "$1" | base64 -w0; }
refused() {
  expect_exit 7 laptop audit verify forged --root "$ROOT" --json
  json '.verified == false and (.reason | contains($why))' --arg why "$1"
}

@test "each kind of forgery is refused, with its reason" {
  as aud audit prove "$INDEX" -o e.tlog-proof
  sed "2s|.*|extra $(extra s/message.send/message.read/)|" e.tlog-proof >forged
  refused "not proven to be in the log"
  sed "s/^index .*/index $((INDEX - 1))/" e.tlog-proof >forged
  refused "not proven to be in the log"
  sed 4d e.tlog-proof >forged
  refused "not proven to be in the log"
  sed 2d e.tlog-proof >forged
  refused "does not hold the event"
  sed '/relay$/{n;s/.*/9999/}' e.tlog-proof >forged
  refused "not signed by the log"
  sed '$d' e.tlog-proof | sed '$d' >forged
  refused "checkpoint"
  other=$("$BATS_TEST_DIRNAME/../interop/make_log.py" new other 1)
  expect_exit 7 laptop audit verify e.tlog-proof --root "$other"
}

@test "what there is no event for is not found, and who may not read the log is denied" {
  expect_exit 3 as aud audit prove 100000 -o e.tlog-proof --json
  [ "$(error_code)" = not-found ]
  [ ! -e e.tlog-proof ]
  expect_exit 5 as dr.lee audit prove "$INDEX" -o e.tlog-proof
  [ ! -e e.tlog-proof ]
  expect_exit 2 as aud audit prove first
  expect_exit 2 as aud audit prove 1 --root "$ROOT"
  touch taken
  expect_exit 9 as aud audit prove "$INDEX" -o taken
}
