#!/usr/bin/env bats
# A relay whose clock jumps: told to those who ask, and nothing is deleted that is not due.

load support
load faults

setup_file() {
  start_org olivia dr.lee
  command -v faketime >/dev/null || return 0
  # The relay's wall clock is what the file says, as faketime writes offsets; its steady clock stays.
  echo "+0" >"$ORG_DIR/clock"
  stop_relay
  restart_by_clock
}
teardown_file() { stop_org; }
setup() {
  fresh_home
  needs_faketime
  set_clock "+0"
}

# The relay alone lives by that clock; readers and senders by their own.
restart_by_clock() {
  by_clock "$ORG_DIR/sealpost" FAKETIME_TIMESTAMP_FILE="$ORG_DIR/clock" FAKETIME_NO_CACHE=1 \
    FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
  SEALPOST=$ORG_DIR/sealpost start_relay
}

set_clock() {
  echo "$1" >"$ORG_DIR/clock"
  wait_for "the relay to look at its clock" 10 _clock_is "$1"
}
# What the relay's own answers are dated with.
_clock_is() {
  local said
  said=$(curl -sk -o /dev/null -D - "$RELAY_URL/livez" | tr -d '\r' | sed -n 's/^Date: //p')
  local apart=$(($(date -d "$said" +%s) - $(date +%s) - ($1)))
  ((apart >= -5 && apart <= 5))
}

@test "a clock that is far off is named in the refusal, with what to do" {
  for offset in +3600 -3600; do
    set_clock "$offset"
    expect_exit 4 as olivia send --to dr.lee --purpose general --key "off $offset" text
    contains "$errors" "the clocks of client and relay are"
    contains "$errors" "set the clock"
  done
  set_clock "+0"
  expect_exit 0 as olivia send --to dr.lee --purpose general --key "off +3600" text
}

@test "within five minutes everything works, forwards and backwards, and the log stays one" {
  for offset in +240 -240 +100 -200; do
    set_clock "$offset"
    expect_exit 0 as olivia send --to dr.lee --purpose general --subject "at $offset" text
    expect_exit 0 as dr.lee inbox --json
    contains "$output" "at $offset"
  done
  set_clock "+0"
  expect_exit 0 as olivia audit verify
  # Leaves never go back in time, whatever the clock did.
  expect_exit 0 as olivia audit query --json
  json_lines 'map(.at) | . == sort'
}

@test "a jump forward deletes nothing that its return finds due" {
  expect_exit 0 as olivia send --to dr.lee --purpose general --expires 2d --subject "still here" text
  set_clock "+400000"
  wait_for "the relay to notice" 120 grep -q '"event":"clock.jumped"' "$ORG_DIR/relay.log"
  [ "$(curl -sk "$RELAY_URL/livez")" = alive ]
  set_clock "+0"
  expect_exit 0 as dr.lee inbox --json
  contains "$output" "still here"
  expect_exit 0 as olivia audit query --event message.expire --json
  [ -z "$output" ]
}

@test "what lies on the disk afterwards is sound" {
  stop_relay
  sound
  restart_by_clock
}
