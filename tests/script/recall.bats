# sealpost recall: a message is taken back from who has not read it; what was read stays, and is told.
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  add_member ada admin
}
teardown_file() { stop_org; }
teardown() {
  [[ -z ${WATCHER-} ]] || kill -KILL "$WATCHER" 2>/dev/null || true
}

recall() { as "$1" recall --yes "${@:2}"; }
# One recipient's state in the last output, by the device of that user.
state_of() { jq -rs --arg device "mercy.example/$1/laptop" '.[] | select(.device == $device).state' <<<"$output"; }
events() { as olivia audit query --event "$1" --json | jq -s --arg id "$2" 'map(select(.message == $id))'; }
vault_of() { echo "$ORG_DIR/$1"/*/vault.db; }

@test "what was not fetched is withdrawn, at once and for good" {
  id=$(as olivia send --to dr.lee --subject "wrong patient" body)
  expect_exit 0 recall olivia "$id" --reason "wrong patient" --json
  json_lines 'length == 1 and .[0].type == "recall-result" and .[0].state == "withdrawn"'
  json_lines '.[0].message == $id and .[0].reason == "wrong patient" and (.[0].repeated | not)' --arg id "$id"
  expect_exit 0 as dr.lee inbox --json
  json_lines 'all(.id != $id)' --arg id "$id"
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "withdrawn"'
  expect_exit 0 as olivia sent --json
  json_lines 'any(.id == $id and .recalled.reason == "wrong patient")' --arg id "$id"
  [ "$(events message.recall "$id" | jq length)" = 1 ]
  [ "$(events message.withdraw "$id" | jq -r '.[0].objects[0]')" = mercy.example/dr.lee/laptop ]
  expect_exit 0 as olivia receipt verify "$id"
  as olivia receipt export "$id" -o proof.receipt
  expect_exit 0 as olivia receipt verify proof.receipt --root "$(as olivia org show --json | jq -r .root)"
  contains "$output" withdrawn
  expect_exit 9 as olivia receipt wait "$id" --timeout 20s
  contains "$errors" "was recalled"
}

@test "what is delivered and unread is destroyed by the device, and that is signed" {
  id=$(as olivia send --to dr.lee --subject "a secret subject" "a secret body")
  as dr.lee inbox >/dev/null
  expect_exit 0 recall olivia "$id" --reason "wrong patient" --json
  [ "$(state_of dr.lee)" = ordered ]
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id and .recalled.reason == "wrong patient" and .subject == "" and (.unread | not))' --arg id "$id"
  expect_exit 0 as dr.lee inbox
  contains "$output" "recalled by olivia: wrong patient"
  never contains "$output" "a secret subject"
  expect_exit 3 as dr.lee read "$id"
  contains "$errors" "was recalled by"
  key=$("$SEALPOST" keygen -o key.txt 2>&1 | grep -o 'age1[a-z0-9]*')
  expect_exit 3 as dr.lee message export "$id" -r "$key" -o gone.tar.age
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "recalled" and .delivered != "" and .read == ""'
  [ "$(events message.recalled "$id" | jq -r '.[0].device')" = mercy.example/dr.lee/laptop ]
  expect_exit 0 recall olivia "$id" --json
  [ "$(state_of dr.lee)" = recalled ]
  json_lines '.[0].repeated and .[0].reason == "wrong patient" and .[0].at != ""'
  [ "$(events message.recall "$id" | jq length)" = 1 ]
  expect_exit 0 as olivia receipt verify "$id"
}

@test "what was read stays, the sender is told when, and the others do not get it: 9" {
  id=$(as olivia send --to dr.lee --to nurse.kim "read by one")
  as dr.lee inbox >/dev/null
  as dr.lee read "$id" >/dev/null
  expect_exit 9 recall olivia "$id" --json
  [ "$(state_of dr.lee)" = read ]
  [ "$(state_of nurse.kim)" = withdrawn ]
  json_lines 'any(.state == "read" and .at != "")'
  contains "$errors" "mercy.example/dr.lee/laptop read it at 20"
  expect_exit 0 as dr.lee read "$id"
  contains "$output" "read by one"
  expect_exit 0 as nurse.kim inbox --json
  json_lines 'all(.id != $id)' --arg id "$id"
}

@test "read offline before the recall came: it stays, and the sender learns of it" {
  id=$(as olivia send --to dr.lee "read on a train")
  as dr.lee inbox >/dev/null
  stop_relay
  expect_exit 0 as dr.lee read "$id"
  expect_exit 75 recall olivia "$id"
  start_relay
  expect_exit 0 as olivia sent --json
  json_lines 'all(.id != $id or .recalled == null)' --arg id "$id"
  expect_exit 0 recall olivia "$id" --json
  [ "$(state_of dr.lee)" = ordered ]
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee read "$id"
  contains "$output" "read on a train"
  expect_exit 9 recall olivia "$id" --json
  [ "$(state_of dr.lee)" = read ]
}

@test "who may: the sender, an admin by the id of the log; another member gets 5, nobody knows 3" {
  id=$(as olivia send --to dr.lee "for the admin")
  expect_exit 5 recall dr.lee "$id"
  as dr.lee inbox >/dev/null
  expect_exit 5 recall dr.lee "$id"
  expect_exit 5 recall nurse.kim "$id"
  expect_exit 3 recall nurse.kim 0193aaaa-0000-7000-8000-000000000001
  expect_exit 3 recall ada 0193aaaa-0000-7000-8000-000000000001
  expect_exit 3 recall ada nonsense
  [ "$(events message.recall "$id" | jq length)" = 0 ]
  from=$(events message.send "$id" | jq -r '.[0].device')
  expect_exit 0 recall ada "$id" --from "$from" --reason "asked to" --json
  json_lines '.[0].by == "mercy.example/ada/laptop" and .[0].state == "ordered"'
  expect_exit 0 as dr.lee inbox
  contains "$output" "recalled by ada: asked to"
  expect_exit 0 recall ada "$id" --json
  [ "$(state_of dr.lee)" = recalled ]
  expect_exit 0 recall olivia "$id" --json
  json_lines '.[0].repeated and .[0].by == "mercy.example/ada/laptop"'
}

@test "the sender's list shows what an admin took back, before and after it was delivered" {
  fetched=$(as nurse.kim send --to dr.lee "taken back later")
  as dr.lee inbox >/dev/null
  waiting=$(as nurse.kim send --to dr.lee "taken back first")
  for id in "$fetched" "$waiting"; do recall ada "$id" --reason "an admin's" >/dev/null; done
  expect_exit 0 as nurse.kim sent --json
  json_lines 'all(.recalled == null)'
  as dr.lee inbox >/dev/null
  expect_exit 0 as nurse.kim receipt list
  expect_exit 0 as nurse.kim sent --json
  json_lines 'any(.id == $id and .recalled.by == "mercy.example/ada/laptop" and .recalled.reason == "")' \
    --arg id "$waiting"
  json_lines 'any(.id == $id and .recalled.by == "" and .recalled.at != "")' --arg id "$fetched"
  expect_exit 0 as nurse.kim sent
  [ "$(grep -c ' R ' <<<"$output")" = 2 ]
  # The same again from the sender knows the reason, and says that it was done before.
  expect_exit 0 recall nurse.kim "$waiting" --json
  json_lines '.[0].repeated'
  expect_exit 0 as nurse.kim sent --json
  json_lines 'any(.id == $id and (.recalled.reason | contains("admin")))' --arg id "$waiting"
}

@test "it asks, and without a terminal needs --yes" {
  id=$(as olivia send --to dr.lee "asked")
  expect_exit 2 as olivia recall "$id" </dev/null
  [ "$(events message.recall "$id" | jq length)" = 0 ]
  expect_exit 0 recall olivia "$id"
  contains "$output" withdrawn
}

@test "a group: each device for itself" {
  as olivia group add icu --member dr.lee --member nurse.kim >/dev/null
  id=$(as olivia send --to group:icu "to the ward")
  as dr.lee inbox >/dev/null
  expect_exit 0 recall olivia "$id" --json
  [ "$(state_of dr.lee)" = ordered ]
  [ "$(state_of nurse.kim)" = withdrawn ]
  as dr.lee inbox >/dev/null
  expect_exit 0 as olivia receipt show "$id" --json
  json_lines 'map(.state) | sort == ["recalled", "withdrawn"]'
}

@test "attachments go with the message, and a device that has it unread cannot fetch them" {
  head -c 100000 /dev/urandom >scan.pdf
  id=$(as olivia send --to dr.lee --file scan.pdf "with a file")
  [ "$(find "$RELAY_DIR/blobs" -type f | wc -l)" -gt 0 ]
  before=$(find "$RELAY_DIR/blobs" -type f | wc -l)
  expect_exit 0 recall olivia "$id"
  [ "$(find "$RELAY_DIR/blobs" -type f | wc -l)" = $((before - 1)) ]
}

@test "a contact's link says that it was taken back; one that was opened is too late" {
  as olivia contact add jane-doe --phone +15550100 --birthdate 1984-02-29 >/dev/null
  as olivia consent grant jane-doe --purpose billing --channel link-sms --method paper --warned >/dev/null
  visit() { "$BATS_TEST_DIRNAME/../interop/node_modules/.bin/node" "$BATS_TEST_DIRNAME/../support/visitor.mjs" "$@"; }
  sent=$(as olivia send --to contact:jane-doe --purpose billing --json "See you")
  expect_exit 0 recall olivia "$(jq -r .id <<<"$sent")" --json
  json_lines 'length == 1 and .[0].state == "withdrawn" and .[0].opened == 0 and (.[0].contact | startswith("c-"))'
  expect_exit 0 visit look "$(jq -r .link.address <<<"$sent")"
  json '.state == "recalled"'
  expect_exit 1 visit open "$(jq -r .link.address <<<"$sent")" --passcode 1984-02-29
  expect_exit 0 as olivia receipt show "$(jq -r .id <<<"$sent")" --json
  json '.state == "withdrawn"'
  sent=$(as olivia send --to contact:jane-doe --purpose billing --max-views 3 --json "See you")
  expect_exit 0 visit open "$(jq -r .link.address <<<"$sent")" --passcode 1984-02-29
  expect_exit 9 recall olivia "$(jq -r .id <<<"$sent")" --json
  json_lines '.[0].state == "opened" and .[0].opened == 1 and .[0].at != ""'
  contains "$errors" "was opened 1 time, first at"
  expect_exit 1 visit open "$(jq -r .link.address <<<"$sent")" --passcode 1984-02-29
  as olivia receipt export "$(jq -r .id <<<"$sent")" -o link.receipt
}

@test "a device that has been away destroys it when it comes back, whoever ended meanwhile" {
  id=$(as olivia send --to nurse.kim "long ago")
  as nurse.kim inbox >/dev/null
  expect_exit 0 recall ada "$id"
  kill_relay
  expect_exit 75 as nurse.kim inbox
  start_relay
  expect_exit 0 as nurse.kim inbox --json
  json_lines 'any(.id == $id and .recalled != null)' --arg id "$id"
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "recalled"'
}

@test "watch tells a recall, and never a message that was taken back before it was told" {
  seen_first=$(as olivia send --to dr.lee "told first")
  as dr.lee watch --once >/dev/null
  SEALPOST_HOME=$ORG_DIR/dr.lee "$SEALPOST" watch --json >seen 2>said </dev/null 3>&- &
  WATCHER=$!
  is_waiting() { [[ $(curl -sk "$RELAY_URL/metrics" | awk '$1 == "sealpost_waiting_polls" { print $2 }') != 0 ]]; }
  saw() { jq -es --arg id "$1" 'any(.type == "recall" and .message == $id)' seen >/dev/null 2>&1; }
  wait_for "the poll" 30 is_waiting
  recall olivia "$seen_first" --reason 'a "quoted" reason' >/dev/null
  wait_for "the recall" 30 saw "$seen_first"
  jq -es 'any(.type == "recall" and .outcome == "destroyed" and .reason == "a \"quoted\" reason" and .number > 0)' seen
  kill -INT "$WATCHER"
  wait_for "the watch to end" 30 _gone "$WATCHER"
  WATCHER=
  unseen=$(as olivia send --to dr.lee "never told")
  recall olivia "$unseen" >/dev/null
  expect_exit 0 as dr.lee watch --once --json
  json_lines 'all(.id != $id and .message != $id)' --arg id "$unseen"
}

@test "killed at any point and repeated: one recall, one destroyed message" {
  for tries in 1 2 3; do
    id=$(as olivia send --to dr.lee "killed $tries")
    as dr.lee inbox >/dev/null
    SEALPOST_HOME=$ORG_DIR/olivia timeout -s KILL "0.0$((tries * 3))" "$SEALPOST" recall --yes "$id" >/dev/null 2>&1 || true
    kill_relay
    start_relay
    expect_exit 0 recall olivia "$id" --json
    SEALPOST_HOME=$ORG_DIR/dr.lee timeout -s KILL "0.0$((tries * 3))" "$SEALPOST" inbox >/dev/null 2>&1 || true
    expect_exit 0 as dr.lee inbox --json
    json_lines 'any(.id == $id and .recalled != null)' --arg id "$id"
    expect_exit 0 as olivia receipt show "$id" --json
    json '.state == "recalled"'
    [ "$(events message.recall "$id" | jq length)" = 1 ]
    [ "$(events message.recalled "$id" | jq length)" = 1 ]
  done
  stop_relay
  expect_exit 0 "$SEALPOST" relay fsck --dir "$RELAY_DIR"
  start_relay
}
