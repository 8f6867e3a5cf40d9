# sealpost inbox: fetched, stored, acknowledged, and only once.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "an empty inbox is an empty list" {
  expect_exit 0 as dr.lee inbox --json
  [ -z "$output" ]
  expect_exit 0 as dr.lee inbox
}

@test "a message is listed again without being fetched twice" {
  as olivia send --to dr.lee --purpose test-results one >/dev/null
  expect_exit 0 as dr.lee inbox --json
  json_lines 'length == 1 and .[0].number == 1 and .[0].unread and .[0].purpose == "test-results"'
  json_lines '.[0].to == ["dr.lee"] and .[0].attachments == []'
  expect_exit 0 as dr.lee inbox --json
  json_lines 'length == 1'
}

@test "--unread leaves out what was read" {
  as dr.lee read 1 >/dev/null
  as olivia send --to dr.lee two >/dev/null
  expect_exit 0 as dr.lee inbox --unread --json
  json_lines 'length == 1 and .[0].number == 2'
}

@test "--wait returns as soon as something comes" {
  (
    sleep 1
    as olivia send --to dr.lee three >/dev/null
  ) 3>&- &
  expect_exit 0 timeout $((20 * PATIENCE)) \
    env SEALPOST_HOME="$ORG_DIR/dr.lee" "$SEALPOST" inbox --wait $((60 * PATIENCE))s --json
  json_lines 'any(.number == 3)'
  wait
}

@test "what was fetched is listed while the relay is down only by read, and inbox says 75" {
  stop_relay
  expect_exit 75 as dr.lee inbox
  expect_exit 0 as dr.lee read 2
  start_relay
}

@test "two processes of one profile fetch every message once" {
  for n in 1 2 3 4 5 6; do as olivia send --to dr.lee "both $n" >/dev/null; done
  as dr.lee inbox --json >one.json 3>&- &
  as dr.lee inbox --json >two.json 3>&- &
  wait
  expect_exit 0 as dr.lee inbox --json
  json_lines '[.[].id] | length == (unique | length)'
  json_lines 'length == 9'
}

@test "a client killed at any moment loses nothing and stores nothing twice" {
  for n in 1 2 3 4 5 6 7 8; do as olivia send --to dr.lee "killed $n" >/dev/null; done
  for delay in 0.01 0.03 0.05 0.08 0.12 0.2; do
    timeout -s KILL "$delay" env SEALPOST_HOME="$ORG_DIR/dr.lee" "$SEALPOST" inbox >/dev/null 2>&1 ||
      true
  done
  expect_exit 0 as dr.lee inbox --json
  json_lines '[.[].id] | length == 17 and length == (unique | length)'
}

@test "a message to oneself is sent, received and read" {
  id=$(as olivia send --to olivia 'to myself')
  expect_exit 0 as olivia inbox --json
  json_lines 'any(.id == $id and .unread and .from == "olivia")' --arg id "$id"
  expect_exit 0 as olivia read "$id" --json
  json '.body == "to myself"'
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "read"'
  expect_exit 0 as olivia receipt verify "$id"
}

@test "a span out of form is a usage error" {
  expect_exit 2 as dr.lee inbox --wait soon
}

asked_for_register() {
  curl -sk "$RELAY_URL/metrics" |
    awk '/^sealpost_requests_total/ && /register/ { sum += $NF } END { print sum + 0 }'
}
# requests_of USER: how many requests about the register one inbox makes.
requests_of() {
  local before
  before=$(asked_for_register)
  as "$1" inbox >/dev/null
  echo $(($(asked_for_register) - before))
}

# The last one: the register is begun.
@test "a stream of the register that nobody uses costs one request, one that is read none" {
  [ "$(requests_of dr.lee)" = 2 ]
  as olivia group add ward --member dr.lee >/dev/null
  as dr.lee inbox >/dev/null
  [ "$(requests_of dr.lee)" = 1 ]
  as olivia contact add jane-doe >/dev/null
  as dr.lee inbox >/dev/null
  [ "$(requests_of dr.lee)" = 0 ]
  [ "$(requests_of olivia)" = 0 ]
}

@test "who does not receive any more still has what came before, and is told that nothing was fetched" {
  expect_exit 0 as dr.lee inbox --json
  before=$(wc -l <<<"$output")
  expect_exit 0 as olivia member role dr.lee auditor --yes
  expect_exit 0 as dr.lee inbox --json
  [ "$(wc -l <<<"$output")" = "$before" ]
  contains "$errors" "nothing was fetched: the role auditor does not receive messages"
}
