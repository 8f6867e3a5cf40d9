# max-staleness: who is kept from hearing anything new stops sending.
load support
load lying

setup_file() {
  needs_faketime
  start_org olivia dr.lee
  as olivia policy set max-staleness 1h >/dev/null
  as dr.lee inbox >/dev/null
  start_liar
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

# Every program of the file from now on lives OFFSET later; the relay starts anew.
time_passes() {
  stop_relay
  by_clock "$ORG_DIR/later" "FAKETIME=$1" FAKETIME_DONT_FAKE_MONOTONIC=1
  export SEALPOST=$ORG_DIR/later
  start_relay
}

@test "with a relay that says the time, sending goes on" {
  expect_exit 0 as dr.lee send --to olivia "all is well"
}

@test "a time that is ahead, or none, does not make a view younger, and is named" {
  lie misdate by=3600
  expect_exit 0 as dr.lee send --to olivia "seen a moment ago"
  truth
  time_passes +2h
  for by in 36000 0; do
    lie misdate "by=$by"
    caught 5 "is 2h old; the policy lets it send on 1h at most" as dr.lee send --to olivia late
    truth
  done
  contains "$errors" "older version"
  lie misdate by=36000
  expect_exit 5 as dr.lee send --to olivia late
  contains "$errors" "one of the clocks is wrong"
  truth
  expect_exit 0 as dr.lee outbox list --json
}

@test "a frozen relay is caught when its last word is older than the policy allows" {
  export SEALPOST=$ORG_DIR/later
  lie freeze
  expect_exit 0 as dr.lee send --to olivia "the last word"
  time_passes +4h
  caught 5 "is 2h old; the policy lets it send on 1h at most" as dr.lee send --to olivia stuck
  expect_exit 5 as dr.lee send --to olivia "still stuck" --json
  [ "$(error_code)" = denied ]
  expect_exit 0 as dr.lee outbox list --json
  json_lines 'length > 0 and all(.type == "outbox-entry")'
  id=$(field .id | tail -n 1)
  expect_exit 5 as dr.lee outbox retry "$id"
  truth
  expect_exit 0 as dr.lee outbox retry "$id"
  expect_exit 0 as olivia inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
}

@test "a time that was changed on its way is refused" {
  export SEALPOST=$ORG_DIR/later
  lie redate
  caught 7 "the time on the relay's checkpoint does not verify" as dr.lee send --to olivia nothing
  truth
}

@test "without the setting an undated view is as good as ever" {
  export SEALPOST=$ORG_DIR/later
  expect_exit 0 as olivia policy set max-staleness none
  as dr.lee inbox >/dev/null
  lie misdate by=0
  expect_exit 0 as dr.lee send --to olivia "an old relay"
  truth
}
