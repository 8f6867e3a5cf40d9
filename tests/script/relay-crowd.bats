#!/usr/bin/env bats
# The relay in bad company: connections without end, halves of requests, bodies that do not stop. All
# of it is bounded in memory and time, and others are served meanwhile.

load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

# Gives up soon what the relay gives up after a minute or two.
impatient() {
  ! grep -q '^idle-seconds = 2$' "$RELAY_DIR/relay.toml" || return 0
  stop_relay
  sed -i 's/^idle-seconds = .*/idle-seconds = 2/; s/^body-seconds = .*/body-seconds = 3/' \
    "$RELAY_DIR/relay.toml"
  start_relay
}

crowd() { python3 "$BATS_TEST_DIRNAME/../support/crowd.py" "$1" "${RELAY_LISTEN%:*}" "${RELAY_LISTEN##*:}" "${@:2}"; }

# gather KIND COUNT: such a crowd, until dismiss. ask_crowd tells how many of it are connected.
gather() {
  mkfifo "$T/ask"
  crowd "$@" <"$T/ask" >"$T/crowd" 2>"$T/crowd.err" 3>&- &
  CROWD=$!
  exec 9>"$T/ask"
  wait_for "the crowd" 300 grep -q "^ready $2" "$T/crowd" || { cat "$T/crowd.err" >&2 && return 1; }
}
ask_crowd() {
  local lines
  lines=$(wc -l <"$T/crowd")
  echo >&9
  wait_for "an answer of the crowd" 30 _answered "$lines"
  tail -n 1 "$T/crowd"
}
_answered() { [[ $(wc -l <"$T/crowd") -gt $1 ]]; }
_at_most() { [[ $(ask_crowd) -le $1 ]]; }
dismiss() {
  exec 9>&-
  wait "$CROWD"
}

others_are_served() {
  [ "$(curl -sk --max-time 20 "$RELAY_URL/livez")" = alive ]
  as olivia send --to dr.lee --purpose general "$1" >/dev/null
  expect_exit 0 as dr.lee inbox --unread --json
  json_lines 'map(select(.type == "message")) | length > 0'
}

# The most memory the relay ever had, in KiB.
peak() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$(relay_pid)/status"; }

@test "10,000 idle connections: the oldest make room, and others are served" {
  [ "$(ulimit -Hn)" -ge 11000 ] || skip "needs 11,000 open files; the limit is $(ulimit -Hn)"
  before=$(peak)
  gather idle 10000
  others_are_served "in a crowd"
  wait_for "the crowd to shrink" 60 _at_most 1300
  others_are_served "still in a crowd"
  dismiss
  if [[ -z ${SANITIZERS:-} ]]; then [ $(($(peak) - before)) -le $((64 << 10)) ]; fi
}

@test "connections that stay silent are closed, and so are halves of requests" {
  impatient
  gather half 200
  others_are_served "among the slow"
  wait_for "the silent to be sent away" 60 _at_most 0
  dismiss
}

@test "a body that ends too early is given up" {
  impatient
  run crowd short
  echo "$output"
  [[ $output == closed || $output == *408* ]]
}

@test "a body without an end is cut off, and takes no memory" {
  impatient
  before=$(peak)
  run crowd endless
  [[ $output == "stopped "* ]]
  [ "${output#stopped }" -lt $((16 << 20)) ]
  if [[ -z ${SANITIZERS:-} ]]; then [ $(($(peak) - before)) -le $((32 << 10)) ]; fi
  others_are_served "after an endless body"
}

@test "who reads no answers is not heard for ever, and takes no memory" {
  impatient
  before=$(peak)
  run crowd deaf
  [[ $output == "not heard "* ]]
  if [[ -z ${SANITIZERS:-} ]]; then [ $(($(peak) - before)) -le $((32 << 10)) ]; fi
  others_are_served "beside the deaf"
}
