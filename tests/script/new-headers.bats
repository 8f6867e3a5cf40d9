# A device that cannot open a message says so, signed, and its sender gives it a new header. What
# makes it unable here is what does in life: its vault came back from an older copy, and the secret of
# the prekey that the message is for is not in it.
load support

setup_file() {
  needs_faketime
  start_org olivia dr.lee
  export OLD=$ORG_DIR/old.db
  cp "$(vault_of dr.lee)" "$OLD" # knows the first prekeys only
  # A month later: every program of the file lives then, and dr.lee has other prekeys.
  stop_relay
  by_clock "$ORG_DIR/later" FAKETIME=+31d
  export SEALPOST=$ORG_DIR/later
  start_relay
  as dr.lee inbox >/dev/null
}
teardown_file() { stop_org; }

inbox_of_lee() { as dr.lee inbox --json; }
resends() { as olivia audit query --event message.resend --json | jq -r 'select(.message == $id) | .device' --arg id "$1"; }
state_of() { as olivia receipt show "$1" --json | jq -r .state; }
# refused ID: dr.lee cannot open it and has said so.
refused() {
  expect_exit 7 inbox_of_lee
  contains "$errors" "$1"
  contains "$errors" "prekey that is not here"
  expect_exit 3 as dr.lee read "$1"
}

@test "sent to a device that lost its prekey: refused, sent again by the next contact, read" {
  id=$(as olivia send --to dr.lee --subject Scan 'for your eyes')
  put_vault dr.lee "$OLD"
  refused "$id"
  expect_exit 0 as olivia receipt list
  [ "$(resends "$id")" = mercy.example/olivia/"$(device_of olivia)" ]
  expect_exit 0 as olivia audit query --event message.resend --json
  json '.objects == ["mercy.example/dr.lee/laptop"] and (.details.header | length == 64)'
  expect_exit 0 inbox_of_lee
  json_lines 'any(.id == $id and .subject == "Scan")' --arg id "$id"
  expect_exit 0 as dr.lee read "$id" --json
  json '.body == "for your eyes"'
  expect_exit 0 as olivia receipt wait "$id" --state read --timeout 300s
  expect_exit 0 as olivia receipt verify "$id" --json
  json '.verified and ([.evidence[].state] | sort == ["accepted","delivered","read","undecryptable"])'
  as olivia receipt list >/dev/null
  [ "$(resends "$id" | wc -l)" = 1 ]
}
device_of() { as "$1" status --json | jq -r .device | cut -d/ -f3; }

@test "any contact of the sender answers, and the file comes with it" {
  head -c 2000000 /dev/urandom >scan.dcm
  cp "$(vault_of dr.lee)" before.db
  put_vault dr.lee "$OLD"
  expect_exit 0 inbox_of_lee # publishes a prekey that the other copy does not know
  id=$(as olivia send --to dr.lee --file scan.dcm text)
  put_vault dr.lee before.db
  refused "$id"
  expect_exit 0 as olivia inbox
  expect_exit 0 inbox_of_lee
  as dr.lee read "$id" --attachment 1 -o - | cmp - scan.dcm
}

@test "a device without a new prekey waits; the payload stays for it, through a restart too" {
  cp "$(vault_of dr.lee)" before.db
  put_vault dr.lee "$OLD"
  expect_exit 0 inbox_of_lee
  cp "$(vault_of dr.lee)" other.db
  id=$(as olivia send --to dr.lee patience)
  put_vault dr.lee before.db
  refused "$id"
  stop_relay
  start_relay
  expect_exit 0 as olivia receipt list
  expect_exit 0 inbox_of_lee
  expect_exit 0 as dr.lee read "$id" --json
  json '.body == "patience"'
}

@test "three times, and no more" {
  cp "$(vault_of dr.lee)" first.db
  put_vault dr.lee "$OLD"
  expect_exit 0 inbox_of_lee
  cp "$(vault_of dr.lee)" second.db
  put_vault dr.lee first.db
  expect_exit 0 inbox_of_lee
  id=$(as olivia send --to dr.lee 'never to be read')
  for _ in 1 2 3 4; do
    put_vault dr.lee "$OLD" # each time another device's memory
    refused "$id"
    expect_exit 0 as olivia receipt list
    [ "$(state_of "$id")" = undecryptable ]
  done
  [ "$(resends "$id" | wc -l)" = 3 ]
  put_vault dr.lee "$OLD"
  expect_exit 0 inbox_of_lee
  lacks "$output" "$id"
  expect_exit 0 as olivia receipt list
  [ "$(resends "$id" | wc -l)" = 3 ]
  expect_exit 0 as olivia receipt verify "$id" --json
  json '[.evidence[].state] == ["accepted","undecryptable","undecryptable","undecryptable","undecryptable"]'
}
