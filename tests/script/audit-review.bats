# sealpost audit review: begun, written about, signed, and itself in the log.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  ROOT=$(as olivia org show --json | jq -er .root)
  export ROOT
  as olivia send --to dr.lee first >/dev/null
  as dr.lee audit query >/dev/null 2>&1 || true
  start_liar
}
teardown_file() {
  stop_liar
  stop_org
}
reviews() { as aud audit query --event audit.review --json; }

@test "a review is begun with what happened, written about, and signed, which is an event" {
  expect_exit 9 as aud audit review note "nothing open"
  expect_exit 9 as aud audit review sign
  expect_exit 0 as aud audit review start
  contains "$output" "Events by kind"
  contains "$output" "access.refused"
  # Begun again it is the same one.
  expect_exit 0 as aud audit review start --json
  json '.type == "audit-review" and .state == "open" and .refused == 1 and .notes == [] and .to > .from'
  to=$(field .to)
  as olivia send --to dr.lee "not of this review" >/dev/null
  expect_exit 0 as aud audit review note "dr.lee asked for the log: a slip, he says" --json
  expect_exit 0 as aud audit review note - --json <<<"backup at night
was late"
  json '.notes | length == 2'
  json '.notes[1] == "backup at night\nwas late" and .to == $to' --argjson to "$to"
  expect_exit 9 as aud audit review start --since 1h
  expect_exit 0 as aud audit review sign --json
  json '.state == "signed" and (.statement | length) == 64'
  statement=$(field .statement)
  output=$(reviews)
  json_lines 'length == 1 and .[0].actor == "aud" and .[0].details.statement == $s' --arg s "$statement"
  json_lines '.[0].details.to == $to' --arg to "$to"
  expect_exit 9 as aud audit review sign
  # The log has no word of what the notes say.
  lacks "$(as aud audit query --json)" "slip"
  expect_exit 0 as aud audit review show
  contains "$output" "a slip, he says"
}

@test "the next one goes on where the last one ended" {
  last=$(as aud audit review show --json | jq -s '.[-1].to')
  expect_exit 0 as aud audit review start --json
  json '.from == $last and .to > .from' --argjson last "$last"
  expect_exit 0 as aud audit review sign --json
  [ "$(reviews | wc -l)" = 2 ]
  expect_exit 0 as aud audit review show --json
  json_lines 'length == 2 and all(.[]; .state == "signed")'
}

@test "a review whose answers are lost is recorded once, and signed in the end" {
  as aud audit review start >/dev/null
  as aud audit review note "whose answer is lost" >/dev/null
  n=$(reviews | wc -l)
  lie lose_answer
  expect_exit 75 as aud audit review sign
  [ "$(wc -l <"$LIES/told")" -ge 2 ]
  truth
  # What is signed already takes no more notes.
  expect_exit 9 as aud audit review note "too late"
  expect_exit 0 as aud audit review sign --json
  statement=$(field .statement)
  output=$(reviews)
  json_lines 'length == $n + 1 and .[-1].details.statement == $s' --argjson n "$n" --arg s "$statement"
  expect_exit 9 as aud audit review sign
}

@test "who may not read the log reviews nothing" {
  expect_exit 5 as dr.lee audit review start
  expect_exit 9 as dr.lee audit review sign
  expect_exit 2 as aud audit review start --since yesterday
  as aud audit review start >/dev/null
  expect_exit 2 as aud audit review note ""
  expect_exit 2 as aud audit review note
}
