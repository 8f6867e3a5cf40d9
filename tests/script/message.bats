# sealpost message export
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  printf 'scan bytes' >"$ORG_DIR/scan.dcm"
  as dr.lee send --to nurse.kim --subject Scan --file "$ORG_DIR/scan.dcm" "The scan is attached." \
    >"$ORG_DIR/id"
  echo "Just words." | as nurse.kim send --to dr.lee >"$ORG_DIR/id2"
  as nurse.kim inbox >/dev/null
  "$SEALPOST" keygen -o "$ORG_DIR/key.txt" 2>&1 | grep -o 'age1[a-z0-9]*' >"$ORG_DIR/recipient"
}
teardown_file() { stop_org; }

recipient() { cat "$ORG_DIR/recipient"; }
unpack() { age -d -i "$ORG_DIR/key.txt" "$1" | tar x -C "$2"; }

@test "an export opens with age and tar, and holds what the message said and its proof" {
  as nurse.kim inbox >/dev/null
  expect_exit 0 as nurse.kim message export "$(cat "$ORG_DIR/id")" -r "$(recipient)" -o out.age --json
  jq -e '.type == "messages-exported" and .messages == 1 and .attachments == 1 and .missing == []' \
    <<<"$output"
  mkdir out && unpack out.age out
  folder=$(echo out/*)
  [[ $folder == out/0*-$(cat "$ORG_DIR/id") ]]
  [[ $(cat "$folder/body.txt") == "The scan is attached." ]]
  [[ $(cat "$folder/files/scan.dcm") == "scan bytes" ]]
  jq -e '.type == "exported-message" and .subject == "Scan" and .direction == "received"
    and .from == "mercy.example/dr.lee/laptop"' "$folder/message.json"
  expect_exit 0 "$SEALPOST" inspect "$folder/header.note"
  expect_exit 0 "$SEALPOST" inspect "$folder/accepted.note"
}

@test "it says what it has written, and where" {
  expect_exit 0 as nurse.kim message export "$(cat "$ORG_DIR/id")" -r "$(recipient)" -o said.age
  [ -z "$output" ]
  contains "$errors" "1 message and 1 attachment written to said.age"
  expect_exit 0 as nurse.kim message export --all -r "$(recipient)" -o - --quiet
  lacks "$errors" "written to"
}

@test "all messages, sent ones with the receipts that came back" {
  as nurse.kim inbox >/dev/null
  as dr.lee receipt list >/dev/null
  expect_exit 0 as dr.lee message export --all -r "$(recipient)" -o all.age
  mkdir all && unpack all.age all
  [[ -s $(echo all/*"$(cat "$ORG_DIR/id")"/mercy.example_nurse.kim_laptop.delivered.note) ]]
}

@test "the log says who exported what to whom, before anything is written" {
  as nurse.kim inbox >/dev/null
  as nurse.kim message export "$(cat "$ORG_DIR/id")" -r "$(recipient)" -o a.age
  as olivia audit query --event message.export --json >events
  jq -se 'map(select(.device == "mercy.example/nurse.kim/laptop")) | length > 0' events
  hash=$( (recipient) | sha256sum | cut -d' ' -f1)
  jq -se --arg id "$(cat "$ORG_DIR/id")" --arg hash "$hash" \
    'any(.message == $id and .details.recipients == $hash)' events
}

@test "without the relay nothing is exported" {
  stop_relay
  expect_exit 75 as nurse.kim message export --all -r "$(recipient)" -o none.age
  [[ ! -e none.age && ! -e none.age.partial ]]
  start_relay
}

@test "an attachment that the relay has no more is reported, and the rest is exported" {
  as nurse.kim inbox >/dev/null
  stop_relay
  sqlite3 "$RELAY_DIR/relay.db" 'DELETE FROM blobs; DELETE FROM parts; DELETE FROM message_blobs;'
  start_relay
  expect_exit 8 as nurse.kim message export --all -r "$(recipient)" -o some.age --json
  jq -e '.missing[0].name == "scan.dcm" and .attachments == 0' <<<"$output"
  mkdir some && unpack some.age some
  [[ -s $(echo some/*"$(cat "$ORG_DIR/id")"/body.txt) ]]
}

@test "wrong uses are refused before anything happens" {
  expect_exit 2 as nurse.kim message export -r "$(recipient)" -o x.age
  [[ $errors == *"no message is named"* ]]
  expect_exit 2 as nurse.kim message export 1 --all -r "$(recipient)" -o x.age
  expect_exit 2 as nurse.kim message export 1 -o x.age
  [[ $errors == *"nobody to encrypt to"* ]]
  expect_exit 2 as nurse.kim message export 1 -r age1nonsense -o x.age
  expect_exit 3 as nurse.kim message export 999 -r "$(recipient)" -o x.age
  : >there.age
  expect_exit 9 as nurse.kim message export 1 -r "$(recipient)" -o there.age
  [[ ! -s there.age && ! -e x.age ]]
}
