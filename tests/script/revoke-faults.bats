#!/usr/bin/env bats
# A relay that is killed while it revokes: the revocation and all that goes with it are there together,
# or nothing of it is, and the same command completes it.
load support
load lying
load faults

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

events_of() { # events_of EVENT DEVICE
  as olivia audit query --event "$1" --json | jq -c 'select(.objects == [$d])' --arg d "$2" | wc -l
}
files() { find "$RELAY_DIR/blobs" -type f | wc -l; }

# revoke_under CALL NUMBER: a device with a message in its queue and a file that no message names is
# revoked while the call is the relay's last.
revoke_under() {
  local call=$1 number=$2
  local user=t-$call-$number
  add_unchecked "$user"
  as olivia send --to "$user" "waits" >/dev/null
  unchecked upload "$ORG_DIR/$user.json"
  [ "$(files)" = 1 ]
  find_writer
  trace_calls "$(threads writer)" -e trace="$call" -e inject="$call:signal=KILL:when=$number"
  as olivia device revoke "$user/laptop" --yes >"$T/revoked" 2>&1 3>&- &
  local revoking=$!
  wait_for "the relay's end, or the command's" 60 _gone_or_done "$revoking"
  if _gone "$(relay_pid)"; then
    wait "$STRACE" || true
    sound
    start_relay
  else
    release
  fi
  wait "$revoking" || true
  expect_exit 0 as olivia device revoke "$user/laptop" --yes
  [ "$(events_of device.revoke "mercy.example/$user/laptop")" = 1 ]
  [ "$(events_of message.drop "mercy.example/$user/laptop")" = 1 ]
  stop_relay
  sound
  start_relay
  [ "$(files)" = 0 ]
}
_gone_or_done() { _gone "$(relay_pid)" || _gone "$1"; }

@test "killed before the commit reaches the disk" {
  needs_strace
  revoke_under fdatasync 1
  revoke_under pwrite64 2
}

@test "killed between the commit and the removal of the files" {
  needs_strace
  revoke_under unlink 1
}
