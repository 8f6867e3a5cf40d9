# How long the audit log shows what events say: the policy's retention and hold. What is no longer
# shown stays proved, and the tests run in their order.
load support

setup_file() {
  needs_faketime
  start_org olivia dr.lee
  add_member aud auditor
  as olivia policy set audit-retention 30d >/dev/null
  as aud audit mirror "$ORG_DIR/kept" >/dev/null
  as olivia send --to dr.lee first >"$ORG_DIR/first"
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o "$ORG_DIR/first.receipt"
  SEALPOST_HOME=$ORG_DIR/olivia xargs -P 4 -I{} "$SEALPOST" send --to dr.lee {} \
    < <(seq 300) >/dev/null
  as dr.lee inbox >/dev/null
  as aud audit mirror "$ORG_DIR/whole" >/dev/null
  ROOT=$(as olivia org show --json | jq -er .root)
  LOG=$("$SEALPOST" inspect "$ORG_DIR"/whole/trust/* --json | jq -er .log)
  export ROOT LOG
}
setup() {
  fresh_home
  [[ ! -e $ORG_DIR/later ]] || export SEALPOST=$ORG_DIR/later
}
teardown_file() { stop_org; }

laptop() { env -i PATH="$PATH" HOME=/nonexistent "$BUILT" "$@"; }
theirs() { "$BATS_TEST_DIRNAME/../interop/verify_log.py" "$@"; }
floor_of() { as aud audit verify --json | jq -er .first_entry; }
last_index() { as aud audit query --json | tail -n 1 | jq -er .index; }

# Every program of the file from now on lives OFFSET later; the relay starts anew.
time_passes() {
  stop_relay
  by_clock "$ORG_DIR/later" "FAKETIME=$1" FAKETIME_DONT_FAKE_MONOTONIC=1
  export SEALPOST=$ORG_DIR/later
  start_relay
}

@test "before its time nothing is pruned" {
  [ "$(floor_of)" = 0 ]
  expect_exit 0 as aud audit query --limit 1 --json
  json '.index == 0'
}

@test "events older than the policy's retention are refused, in whole bundles" {
  time_passes +40d
  as dr.lee inbox >/dev/null  # leaves new prekeys
  as olivia send --to dr.lee "a new one" >/dev/null
  floor=$(floor_of)
  ((floor >= 256 && floor % 256 == 0))
  echo "$floor" >"$ORG_DIR/floor"
  expect_exit 0 as aud audit query --limit 1 --json
  json '.index == $floor' --argjson floor "$floor"
  expect_exit 3 as aud audit prove 5 -o e.tlog-proof
  contains "$errors" "pruned"
  [ ! -e e.tlog-proof ]
  expect_exit 0 as aud audit prove "$floor" -o e.tlog-proof
  expect_exit 0 laptop audit verify e.tlog-proof --root "$ROOT"
}

@test "the log is verified as before, and says from where on with its events" {
  expect_exit 0 as aud audit verify
  contains "$errors" "events before $(cat "$ORG_DIR/floor")"
  expect_exit 0 as dr.lee audit verify
  expect_exit 0 as dr.lee inbox
  # What was proved stays proved.
  expect_exit 0 laptop receipt verify "$ORG_DIR/first.receipt" --root "$ROOT"
}

@test "a mirror that has the old events goes on; it keeps them" {
  cp -a "$ORG_DIR/whole" whole
  expect_exit 0 as aud audit mirror whole --json
  json '.added > 0'
  expect_exit 0 laptop audit verify whole --root "$ROOT" --json
  json '.first_entry == 0'
  theirs tiles whole "$LOG"
  expect_exit 0 laptop audit prove 5 whole --root "$ROOT" -o e.tlog-proof
  expect_exit 0 laptop audit verify e.tlog-proof --root "$ROOT"
}

@test "a new mirror has hashes in their place, and the whole trust chain" {
  floor=$(cat "$ORG_DIR/floor")
  expect_exit 0 as aud audit mirror new --json
  json '.trust_entries > 3'
  [ ! -e new/tile/entries/000 ]
  expect_exit 0 laptop audit verify new --root "$ROOT" --json
  json '.verified and .first_entry == $floor and .trust_entries > 3' --argjson floor "$floor"
  expect_exit 0 laptop audit verify new --root "$ROOT"
  contains "$output" "which were pruned, the hashes"
  expect_exit 0 laptop audit verify new --key "$LOG" --json
  json '.first_entry == $floor' --argjson floor "$floor"
  theirs tiles new "$LOG"
  # Receipts are held against it as against any other; it is brought up to date.
  expect_exit 0 laptop receipt verify "$ORG_DIR/first.receipt" --root "$ROOT" --mirror new
  as olivia send --to dr.lee "and another" >/dev/null
  expect_exit 0 as aud audit mirror new --json
  json '.added > 0'
  expect_exit 3 laptop audit prove 5 new --root "$ROOT"
  for index in "" --no-index; do
    # shellcheck disable=SC2086
    expect_exit 0 laptop audit query new --root "$ROOT" --event message.send $index --json
    json_lines 'length > 0 and all(.[]; .index >= $floor)' --argjson floor "$floor"
  done
  expect_exit 0 laptop audit query new --root "$ROOT" --since 2000-01-01 --limit 1 --json
  json '.index == $floor' --argjson floor "$floor"
  # Nothing of it is believed unseen.
  for file in pruned tile/0/000 checkpoint; do
    rm -rf bent && cp -a new bent
    flip "bent/$file" $(($(stat -c %s "bent/$file") / 2))
    expect_exit 7 laptop audit verify bent --root "$ROOT"
    rm "bent/$file"
    never laptop audit verify bent --root "$ROOT"
  done
}

@test "a mirror that ended before the floor is told that it cannot go on, and stays" {
  cp -a "$ORG_DIR/kept" kept
  expect_exit 3 as aud audit mirror kept
  contains "$errors" "another folder"
  expect_exit 0 laptop audit verify kept --root "$ROOT"
}

@test "a hold shows everything again, as long as it lasts" {
  expect_exit 0 as olivia policy set audit-hold yes
  [ "$(floor_of)" = 0 ]
  expect_exit 0 as aud audit prove 5 -o e.tlog-proof
  expect_exit 0 as olivia policy set audit-hold none
  [ "$(floor_of)" = "$(cat "$ORG_DIR/floor")" ]
}

@test "the folder of a relay that has pruned is sound" {
  stop_relay
  "$BUILT" relay fsck --dir "$RELAY_DIR"
  start_relay
}

@test "a log is forwarded from where it is shown" {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout siem.key -out siem.crt -days 3650 -subj /CN=siem \
    -addext subjectAltName=IP:127.0.0.1 2>/dev/null
  port=$(free_port)
  python3 "$BATS_TEST_DIRNAME/../support/siem.py" siem.crt siem.key got "$port" >ready 2>&1 3>&- &
  siem=$!
  wait_for "the collector" 30 [ -s ready ]
  status=0
  as aud audit forward --to "tls://127.0.0.1:$port" --ca siem.crt --spool spool --once || status=$?
  kill -KILL "$siem"
  [ "$status" = 0 ]
  [ "$(grep -o 'index="[0-9]*"' got | head -n 1)" = "index=\"$(floor_of)\"" ]
}
