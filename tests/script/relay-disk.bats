#!/usr/bin/env bats
# A relay whose disk is full: it says so, goes on with what needs no room, and recovers by itself.

load support
load faults

setup_file() {
  start_org olivia dr.lee
  [[ $(id -u) -eq 0 ]] || return 0
  stop_relay
  mv "$RELAY_DIR" "$ORG_DIR/moved"
  mkdir -m 700 "$RELAY_DIR"
  # Without the right to mount there is nothing to test, and each test says so.
  mount -t tmpfs -o size=24m,mode=700 none "$RELAY_DIR" 2>/dev/null || true
  cp -a "$ORG_DIR/moved/." "$RELAY_DIR"
  start_relay
}
teardown_file() {
  stop_org
  umount "$RELAY_DIR" 2>/dev/null || true
}
setup() {
  fresh_home
  needs_root "a small disk has to be mounted"
  mountpoint -q "$RELAY_DIR" || skip "may not mount a small disk here"
  rm -f "$RELAY_DIR/junk"
  wait_for "the relay to be ready" 20 _readyz 200
}

_readyz() { [[ $(curl -sk -o "$T/readyz" -w '%{http_code}' "$RELAY_URL/readyz") == "$1" ]]; }
fill_disk() {
  # To the last byte; dd fails when there is no more.
  dd if=/dev/zero of="$RELAY_DIR/junk" bs=64k status=none 2>/dev/null || true
  dd if=/dev/zero of="$RELAY_DIR/junk" bs=512 oflag=append conv=notrunc status=none 2>/dev/null || true
}
send_text() { as olivia send --to dr.lee --purpose general --key "$1" "$(head -c 20000 /dev/zero | tr '\0' x)"; }

@test "a full disk: exit 10, ready says no-space, and it recovers without a restart" {
  pid=$(relay_pid)
  fill_disk
  # What fits into the journal's file as it is may still be taken; the rest is refused.
  status=0
  for i in 1 2 3 4 5 6 7 8; do
    send_text "full $i" >/dev/null 2>err || { status=$? && break; }
  done
  [ "$status" -eq 10 ] || { cat err >&2 && return 1; }
  wait_for "the relay to say so" 20 _readyz 507
  contains "$(<"$T/readyz")" "urn:sealpost:error:no-space"
  [ "$(curl -sk "$RELAY_URL/livez")" = alive ]
  rm "$RELAY_DIR/junk"
  wait_for "the relay to be ready" 20 _readyz 200
  for i in 1 2 3 4 5 6 7 8; do send_text "full $i" >/dev/null; done
  [ "$(relay_pid)" = "$pid" ]
  expect_exit 0 as dr.lee inbox --json
  json_lines 'map(select(.type == "message")) | length == 8'
  as olivia audit verify
}

@test "a file for which there is no room is refused before it is sent" {
  head -c 30000000 /dev/zero >big
  expect_exit 10 as olivia send --to dr.lee --purpose general --file big text
  [ -z "$(find "$RELAY_DIR/blobs" -type f)" ]
  send_text "after a refused file"
}

@test "a relay that was killed on a full disk starts again: uploads that were begun make room" {
  head -c 9000000 /dev/urandom >upload
  # Cut off while it is on its way, when it is large enough for the commits of a start.
  as olivia send --to dr.lee --purpose general --file upload --bwlimit 500k text >out 2>&1 3>&- &
  sender=$!
  wait_for "a good part" 30 _has_blob
  kill -9 "$sender"
  wait "$sender" || true
  fill_disk
  kill_relay
  start_relay
  [ -z "$(find "$RELAY_DIR/blobs" -type f)" ]
  rm "$RELAY_DIR/junk"
  wait_for "the relay to be ready" 20 _readyz 200
  send_text "after the restart"
  stop_relay
  sound
  start_relay
}
_has_blob() { [[ -n $(find "$RELAY_DIR/blobs" -type f -size +1000k) ]]; }
