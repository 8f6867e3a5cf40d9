# sealpost audit query: every event once, readable by those who may.
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as olivia send --to dr.lee --purpose test-results first >"$ORG_DIR/first"
  as dr.lee inbox >/dev/null
  as dr.lee read "$(cat "$ORG_DIR/first")" >/dev/null
}
teardown_file() { stop_org; }

@test "the auditor sees who did what, in order" {
  expect_exit 0 as aud audit query --json
  json_lines 'all(.[]; .type == "audit-event")'
  json_lines '[.[].index] == [range(length)]'
  json_lines '[.[].event] | index("org.create") != null and index("member.join") != null'
  id=$(cat "$ORG_DIR/first")
  expect_exit 0 as aud audit query --object "$id" --json
  json_lines '[.[].event] == ["message.send","message.deliver","message.read"]'
  json_lines '[.[].actor] == ["olivia","dr.lee","dr.lee"]'
  json_lines '.[0].purpose == "test-results" and .[0].outcome == "success"'
  json_lines '.[0].address == "127.0.0.1" and .[0].message == $id' --arg id "$id"
}

@test "filters narrow the list" {
  expect_exit 0 as aud audit query --event 'message.*' --actor dr.lee --json
  json_lines 'length > 0 and all(.[]; .actor == "dr.lee" and (.event | startswith("message.")))'
  expect_exit 0 as aud audit query --event message.read --since 1h --until 2999-01-01 --json
  json_lines 'length == 1'
  expect_exit 0 as aud audit query --since 2999-01-01 --json
  [ -z "$output" ]
  expect_exit 0 as aud audit query --after 2 --limit 2 --json
  json_lines '[.[].index] == [3,4]'
  expect_exit 2 as aud audit query --since yesterday
  expect_exit 2 as aud audit query --outcome maybe
  expect_exit 2 as aud audit query --after -1
  expect_exit 2 as aud audit query --limit 9999999999999999999999
}

@test "a member may not read the log, and the refusal is logged" {
  expect_exit 5 as dr.lee audit query --json
  [ "$(error_code)" = denied ]
  expect_exit 0 as aud audit query --event access.refused --actor dr.lee --json
  json_lines 'length == 1 and .[0].outcome == "refused"'
}

@test "the auditor may do nothing else" {
  expect_exit 5 as aud send --to dr.lee no
  expect_exit 0 as aud inbox
  contains "$errors" "nothing was fetched"
  expect_exit 5 as aud member invite x --role member
}
