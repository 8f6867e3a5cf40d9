# sealpost audit verify: one honest history, at the relay and in copies that are checked without it.
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as olivia send --to dr.lee --purpose test-results first >"$ORG_DIR/first"
  as dr.lee inbox >/dev/null
  as dr.lee read "$(cat "$ORG_DIR/first")" >/dev/null
  ROOT=$(as olivia org show --json | jq -er .root)
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
  LOG=$("$SEALPOST" inspect "$ORG_DIR"/mirror/trust/* --json | jq -er .log)
  export ROOT LOG
}
teardown_file() { stop_org; }

# A machine that knows nothing of the organisation.
laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }

@test "verify accepts an honest log, for every role" {
  for user in aud olivia dr.lee; do
    expect_exit 0 as "$user" audit verify --json
    json '.type == "audit-verification" and .verified and .size > 5 and (.root | length) == 64'
  done
  expect_exit 0 as aud audit verify --json
  json .entries
  expect_exit 0 as dr.lee audit verify --json
  json '.entries == false'
}

# edit_leaf FROM TO: rewrites the read event in the stopped relay's store.
edit_leaf() {
  sqlite3 "$RELAY_DIR/relay.db" "UPDATE leaves
    SET leaf = CAST(replace(CAST(leaf AS TEXT), '$1', '$2') AS BLOB)
    WHERE CAST(leaf AS TEXT) LIKE '%_event_:_message.read_%'; SELECT changes();" >changes
  [ "$(cat changes)" = 1 ]
}

@test "an edited event is noticed" {
  as aud audit verify >/dev/null
  stop_relay
  edit_leaf dr.lee dr.lea
  start_relay
  expect_exit 7 as aud audit verify --json
  json '.verified == false and (.reason | length) > 0'
  stop_relay
  edit_leaf dr.lea dr.lee
  start_relay
  expect_exit 0 as aud audit verify
}

@test "a log rolled back to an older state is refused by everybody who saw more" {
  stop_relay
  cp -a "$RELAY_DIR" older
  start_relay
  as olivia send --to dr.lee more >/dev/null
  as aud audit verify >/dev/null
  as olivia audit verify >/dev/null
  stop_relay
  mv "$RELAY_DIR" newer && cp -a older "$RELAY_DIR"
  start_relay
  expect_exit 7 as aud audit verify --json
  json '.verified == false'
  expect_exit 7 as olivia send --to dr.lee again
  stop_relay
  rm -rf "$RELAY_DIR" && mv newer "$RELAY_DIR"
  start_relay
  expect_exit 0 as aud audit verify
}

@test "a mirror is verified on a machine without vault and network" {
  size=$(sed -n 2p "$ORG_DIR/mirror/checkpoint")
  expect_exit 0 laptop audit verify "$ORG_DIR/mirror" --root "$ROOT" --json
  json '.type == "audit-verification" and .verified and .copy == "mirror" and .entries'
  json '.size == $n and (.root | length) == 64 and .trust_entries > 3' --argjson n "$size"
  json '.origin == "mercy.example/relay" and .cosignatures == []'
  expect_exit 0 laptop audit verify "$ORG_DIR/mirror" --root "$ROOT"
  contains "$output" "mercy.example/relay, $size events"
  contains "$output" "each in the log"
}

@test "a profile knows the root of what it is given" {
  expect_exit 0 as dr.lee audit verify "$ORG_DIR/mirror" --json
  json '.verified and .copy == "mirror" and .trust_entries > 3'
  expect_exit 0 laptop audit prove 0 "$ORG_DIR/mirror" --root "$ROOT" -o first.tlog-proof
  expect_exit 0 as dr.lee audit verify first.tlog-proof --json
  json '.copy == "proof"'
  expect_exit 3 as dr.lee --profile nobody audit verify "$ORG_DIR/mirror"
}

@test "a mirror is also a log that its key alone verifies, without the trust chain" {
  expect_exit 0 laptop audit verify "$ORG_DIR/mirror" --key "$LOG" --json
  json '.verified and .copy == "tiles" and .entries and .first_entry == 0'
  expect_exit 7 laptop audit verify "$ORG_DIR/mirror" --key "$ROOT"
  contains "$errors" "not signed by the key"
  expect_exit 7 laptop audit verify "$ORG_DIR/mirror" --key "$LOG" --origin example.com/log
  contains "$errors" "not of example.com/log"
}

@test "a mirror that was changed, in any file, is refused with the reason" {
  for file in $(cd "$ORG_DIR/mirror" && find . -type f ! -name .lock ! -name sealpost-mirror); do
    rm -rf bent && cp -a "$ORG_DIR/mirror" bent
    flip "bent/$file" $(($(stat -c %s "bent/$file") / 2))
    expect_exit 7 laptop audit verify bent --root "$ROOT" --json
    json '.verified == false and (.reason | length) > 10'
    [ "$(error_code)" = verification-failed ]
  done
}

@test "another organisation's root does not vouch for a mirror" {
  other=$("$BATS_TEST_DIRNAME/../interop/make_log.py" new other 1)
  expect_exit 7 laptop audit verify "$ORG_DIR/mirror" --root "$other"
  contains "$errors" "another organisation"
}

@test "what does not fit together is a wrong use, said in a sentence" {
  expect_exit 2 laptop audit verify "$ORG_DIR/mirror"
  contains "$errors" "--root VKEY"
  expect_exit 2 laptop audit verify "$ORG_DIR/mirror" --root "$ROOT" --key "$LOG"
  expect_exit 2 laptop audit verify "$ORG_DIR/mirror" --root "$ROOT" --origin x
  expect_exit 2 laptop audit verify --root "$ROOT"
  expect_exit 2 laptop audit verify "$ORG_DIR/mirror" --root nonsense
  expect_exit 2 laptop audit verify "" --root "$ROOT"
  mkdir empty
  expect_exit 2 laptop audit verify empty --root "$ROOT"
  expect_exit 2 laptop audit verify empty --key "$LOG"
  contains "$errors" "no checkpoint"
  expect_exit 3 laptop audit verify nowhere --root "$ROOT"
  echo "a letter" >letter
  expect_exit 2 laptop audit verify letter --root "$ROOT"
  contains "$errors" "not a tlog-proof"
}
