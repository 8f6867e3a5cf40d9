#!/usr/bin/env bats
# The relay at the mercy of its disk and its machine: killed, out of room, unable to write.
#
# Ordinarily some of the faults, with FAULTS=all every one: each file-system call of a commit, from
# the first to the last, fails or is the relay's last (ctest -C Slow -R slow.relay-faults).

load support
load faults

setup_file() {
  start_org olivia dr.lee
  : >"$ORG_DIR/expected"
}
teardown_file() { stop_org; }

setup() {
  fresh_home
  head -c 40000 /dev/zero >"$T/file"
  ATTACH=()
}

# strike_some WHICH FAULT CALL COUNT NUMBERS...: each of these numbers, or with FAULTS=all every
# number from 1 to COUNT, that is how often the call comes.
strike_some() {
  local which=$1 fault=$2 call=$3 count=$4 number met=0
  shift 4
  local numbers=("$@")
  if [[ ${FAULTS:-} == all ]]; then mapfile -t numbers < <(seq "$count"); fi
  for number in "${numbers[@]}"; do
    strike "$which" "$call" "$fault" "$number" || return 1
    if [[ $STRUCK == yes ]]; then met=$((met + 1)); fi
  done
  echo "# $which $call $fault: $met of ${#numbers[@]} faults met" >&3
  # Calls at the end may not come every time: what is committed together depends on the moment.
  ((met * 3 >= ${#numbers[@]} * 2))
}

# times CALL: how often the call came in $calls.
times() { awk -v call="$1" '$2 == call { n = $1 } END { print n + 0 }' <<<"$calls"; }

send_one() { as olivia send --to dr.lee --purpose general --key "$1" "${ATTACH[@]}" text; }

@test "killed at the calls of a commit: all that was acknowledged is there once, and one tree" {
  needs_strace
  find_writer
  calls=$(count_calls writer send_one "count a commit")
  [ "$(times fdatasync)" -ge 2 ]
  [ "$(times pwrite64)" -ge 20 ]
  strike_some writer signal=KILL fdatasync "$(times fdatasync)" 1 2
  strike_some writer signal=KILL pwrite64 "$(times pwrite64)" 1 2 7 20
  each_once
}

@test "a commit that cannot be written is not acknowledged, and the next one succeeds" {
  needs_strace
  find_writer
  calls=$(count_calls writer send_one "count a failing commit")
  strike_some writer error=EIO fdatasync "$(times fdatasync)" 1 2
  strike_some writer error=EIO pwrite64 "$(times pwrite64)" 1 8
  strike_some writer error=ENOSPC pwrite64 "$(times pwrite64)" 2 9
  each_once
}

@test "killed while an attachment is stored: it is whole, or it is not there" {
  needs_strace
  find_writer
  ATTACH=(--file "$T/file")
  calls=$(count_calls others send_one "count an upload")
  [ "$(times pwrite64)" -ge 2 ]
  strike_some others signal=KILL pwrite64 "$(times pwrite64)" 2
  strike_some others signal=KILL openat "$(times openat)" 1
  strike_some others signal=KILL fdatasync "$(times fdatasync)" 1
  strike_some others signal=KILL fsync "$(times fsync)" 1
  each_once
}

@test "an attachment that cannot be written is refused, and comes through afterwards" {
  needs_strace
  find_writer
  ATTACH=(--file "$T/file")
  calls=$(count_calls others send_one "count a failing upload")
  strike_some others error=EIO pwrite64 "$(times pwrite64)" 1
  strike_some others error=ENOSPC pwrite64 "$(times pwrite64)" 2
  strike_some others error=EIO fdatasync "$(times fdatasync)" 1
  each_once
}

# Stops the relay while the call number $3 meets the fault; what it leaves is examined.
stop_under() {
  local call=$1 fault=$2 number=$3
  trace_calls "$(threads all)" -e trace="$call" -e inject="$call:$fault:when=$number"
  kill -TERM "$(relay_pid)"
  wait_for "the relay to stop" 30 _gone "$(relay_pid)"
  wait "$STRACE" || true
  sound || { echo "after: stop $call $fault $number" >&2 && return 1; }
  start_relay
}

@test "killed or failing while it stops and folds its journal into the store" {
  needs_strace
  numbers=(1 4)
  if [[ ${FAULTS:-} == all ]]; then mapfile -t numbers < <(seq 24); fi
  local number
  for number in "${numbers[@]}"; do
    send_one "before the end $number" >/dev/null
    stop_under pwrite64 signal=KILL "$number"
    stop_under pwrite64 error=EIO "$number"
  done
  echo "# stopping under $((2 * ${#numbers[@]} + 4)) faults" >&3
  stop_under fdatasync signal=KILL 2
  stop_under fdatasync error=EIO 1
  stop_under unlink signal=KILL 1
  stop_under unlink error=EIO 1
  each_once
}

@test "a log that cannot be written stops acceptance, and comes back without a restart" {
  needs_strace
  trace_calls "$(threads all)" -e trace=pwrite64,fdatasync \
    -e inject=pwrite64:error=EIO -e inject=fdatasync:error=EIO
  wait_for "the relay to notice" 20 _readyz 503
  contains "$(curl -sk "$RELAY_URL/readyz")" "urn:sealpost:error:busy"
  expect_exit 75 send_one "while nothing can be written"
  [ "$(curl -sk "$RELAY_URL/livez")" = alive ]
  release
  wait_for "the relay to recover" 20 _readyz 200
  expect_exit 0 send_one "while nothing can be written"
  stop_relay
  sound
  start_relay
}
_readyz() { [[ $(curl -sk -o /dev/null -w '%{http_code}' "$RELAY_URL/readyz") == "$1" ]]; }

@test "a disk that hangs: the relay says that it is not ready, instead of saying nothing" {
  needs_strace
  find_writer
  trace_calls "$(threads writer)" -e trace=fdatasync -e inject=fdatasync:delay_enter=6000000
  _says_so() {
    curl -sk --max-time 5 "$RELAY_URL/readyz" >"$T/answer"
    grep -q "its writer has not answered for two seconds" "$T/answer"
  }
  wait_for "the relay to say so" 20 _says_so
  release
  wait_for "the relay to be ready" 30 _readyz 200
  each_once
}
