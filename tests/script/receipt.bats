# sealpost receipt: evidence that holds, and what does not hold is refused.
load support

setup_file() { start_org olivia dr.lee nurse.kim; }
teardown_file() { stop_org; }

@test "the states follow the message: accepted, delivered, read" {
  id=$(as olivia send --to dr.lee hello)
  expect_exit 0 as olivia receipt show "$id" --json
  json '.type == "receipt" and .state == "accepted" and .delivered == ""'
  as dr.lee inbox >/dev/null
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "delivered" and .delivered != ""'
  as dr.lee read "$id" >/dev/null
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "read" and .read != ""'
}

@test "verify proves every state against the log" {
  id=$(as olivia send --to dr.lee proof)
  as dr.lee inbox >/dev/null
  as dr.lee read "$id" >/dev/null
  for user in olivia dr.lee; do
    expect_exit 0 as "$user" receipt verify "$id" --json
    json '.type == "receipt-verification" and .verified and .message == $id' --arg id "$id"
    json '[.evidence[].state] == ["accepted","delivered","read"]'
    json 'all(.evidence[]; .logged and .index >= 0 and .address == "127.0.0.1")'
    json '.evidence[1].by == "mercy.example/dr.lee/laptop"'
  done
  expect_exit 0 as olivia receipt verify "$id"
  contains "$output" verified
}

@test "list filters by what was not read and by age" {
  id=$(as olivia send --to dr.lee --to nurse.kim two)
  as dr.lee inbox >/dev/null
  as dr.lee read "$id" >/dev/null
  expect_exit 0 as olivia receipt list --not-read --json
  json_lines 'any(.message == $id and .to == "nurse.kim" and .state == "accepted")' --arg id "$id"
  json_lines 'all(.state != "read")'
  expect_exit 0 as olivia receipt list --not-read --older-than 4h --json
  [ -z "$output" ]
  expect_exit 2 as olivia receipt list --older-than old
}

@test "wait ends when everybody has read, or with 11" {
  id=$(as olivia send --to dr.lee waiting)
  expect_exit 11 as olivia receipt wait "$id" --state delivered --timeout 1s --json
  [ "$(error_code)" = timeout ]
  (
    sleep 1
    as dr.lee inbox >/dev/null
    as dr.lee read "$id" >/dev/null
  ) 3>&- &
  expect_exit 0 as olivia receipt wait "$id" --state read --timeout 300s --json
  json '.state == "read"'
  wait
}

@test "wait for what nobody can wait for: the error says what there is" {
  id=$(as olivia send --to dr.lee waiting)
  for state in accepted bogus ""; do
    expect_exit 2 as olivia receipt wait "$id" --state "$state"
    contains "$errors" "--state delivered, --state read"
  done
}

@test "wait does not wait for somebody who was never reached" {
  expect_exit 8 as olivia send --partial --to dr.lee --to dr.nobody partly --json
  id=$(field .id)
  as dr.lee inbox >/dev/null
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 300s
}

@test "a received message has evidence but no list of its own" {
  id=$(as olivia send --to dr.lee other-side)
  as dr.lee inbox >/dev/null
  expect_exit 2 as dr.lee receipt show "$id"
  expect_exit 0 as dr.lee receipt verify "$id"
  expect_exit 3 as nurse.kim receipt verify "$id"
}

@test "a receipt edited in the relay's store does not verify" {
  id=$(as olivia send --to dr.lee edited)
  as dr.lee inbox >/dev/null
  stop_relay
  sqlite3 "$RELAY_DIR/relay.db" "UPDATE evidence
    SET statement = replace(statement, 'state: delivered', 'state: read')
    WHERE statement LIKE '%message: $id%state: delivered%'; SELECT changes();" >changes
  [ "$(cat changes)" = 1 ]
  start_relay
  expect_exit 7 as olivia receipt verify "$id" --json
  json '.verified == false'
}
