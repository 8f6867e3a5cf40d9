#!/usr/bin/env bats
# sealpost relay serve

load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "says one line on standard output when it is ready" {
  [ "$(cat "$ORG_DIR/relay.out")" = "ready $RELAY_URL" ]
}

@test "a second process on the same folder is refused" {
  expect_exit 9 "$SEALPOST" relay serve --dir "$RELAY_DIR"
}

@test "a folder without a relay is not found" {
  expect_exit 3 "$SEALPOST" relay serve --dir "$T"
}

@test "SIGTERM drains and exits 0, and what was accepted is there afterwards" {
  echo "before the restart" | as olivia send --to dr.lee --purpose general -
  stop_relay
  run as dr.lee inbox
  [ "$status" -eq 75 ]
  start_relay
  run as dr.lee inbox
  [ "$status" -eq 0 ]
  [[ $output == *olivia* ]]
}

@test "kill -9 loses no accepted message" {
  echo "before the kill" | as olivia send --to dr.lee --purpose general -
  kill_relay
  start_relay
  run as dr.lee inbox --unread --json
  [ "$status" -eq 0 ]
  [ "$(echo "$output" | jq -s 'map(select(.type == "message")) | length')" -ge 1 ]
}

@test "answers liveness and readiness, and metrics to this machine" {
  run curl -sk "$RELAY_URL/livez"
  [ "$output" = alive ]
  run curl -sk "$RELAY_URL/readyz"
  [ "$output" = ready ]
  run curl -sk "$RELAY_URL/metrics"
  [[ $output == *sealpost_log_size* ]]
}

@test "--json says when it is ready" {
  "$SEALPOST" relay init --dir "$T/relay" --org "$(as olivia org show --vkey)" \
    --listen "127.0.0.1:$(free_port)"
  "$SEALPOST" --json relay serve --dir "$T/relay" >ready 2>/dev/null 3>&- &
  pid=$!
  wait_for "the ready line" 20 test -s ready
  kill "$pid"
  wait "$pid"
  run cat ready
  json '.type == "relay-ready" and (.url | startswith("https://127.0.0.1:"))'
}

@test "a relay whose store is gone does not start a new log" {
  stop_relay
  mkdir aside
  mv "$RELAY_DIR"/relay.db* aside/
  expect_exit 3 "$SEALPOST" relay serve --dir "$RELAY_DIR" --json
  contains "$errors" "missing or empty"
  : >"$RELAY_DIR/relay.db"
  expect_exit 3 "$SEALPOST" relay serve --dir "$RELAY_DIR"
  mv aside/* "$RELAY_DIR"/
  start_relay
}
