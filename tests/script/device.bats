# sealpost device: what the trust chain says of devices, and ending them.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "list shows one's own devices, or those of a member" {
  expect_exit 0 as dr.lee device list --json
  json_lines 'length == 1 and .[0].device == "mercy.example/dr.lee/laptop" and .[0].this'
  expect_exit 0 as dr.lee device list olivia --json
  json_lines 'all(.user == "olivia" and .role == "owner" and .state == "active" and (.this | not))'
  expect_exit 0 as dr.lee device list
  contains "$output" "this one"
}

@test "show says who invited a device and how long its certificate lasts" {
  expect_exit 0 as dr.lee device show --json
  json '.type == "device" and .certificate == 0 and .state == "active"
    and (.device as $d | .key | startswith($d + "+"))'
  [[ $(field .invited_by) == mercy.example/olivia/* ]]
  for name in laptop dr.lee/laptop mercy.example/dr.lee/laptop; do
    expect_exit 0 as dr.lee device show "$name"
    contains "$output" "mercy.example/dr.lee/laptop"
    contains "$output" "number 0, from"
  done
}

@test "names that are none, and devices that are not there" {
  expect_exit 2 as dr.lee device show 'a b'
  expect_exit 2 as dr.lee device show a/b/c/d
  expect_exit 3 as dr.lee device show phone
  expect_exit 3 as dr.lee device list nobody
  expect_exit 2 as dr.lee device list 'no body'
}

@test "what is shown says when it may be old" {
  stop_relay
  expect_exit 0 as dr.lee device list
  contains "$errors" "may be old"
  start_relay
}

# add_device USER NAME: a further device of USER, invited by their laptop, at home in $ORG_DIR/USER-NAME.
add_device() {
  as "$1" device invite --json | jq -er .invitation >"$ORG_DIR/invitation.$1-$2"
  as "$1-$2" join "$ORG_DIR/invitation.$1-$2" --device "$2" --passphrase-file "$PASSFILE" \
    >"$ORG_DIR/join.$1-$2.log"
  unlock "$1-$2"
}
revocations_of() {
  as olivia audit query --event device.revoke --json | jq -c 'select(.objects == [$d])' --arg d "$1"
}

@test "a member invites a further device of their own; each gets each message, and the others are told" {
  add_device dr.lee phone
  expect_exit 0 as dr.lee-phone inbox
  lacks "$errors" notice
  id=$(as olivia send --to dr.lee "for both")
  expect_exit 0 as dr.lee-phone inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
  jq -e 'select(.type == "notice") | .event == "device-joined" and
    .device == "mercy.example/dr.lee/phone" and .invited_by == "mercy.example/dr.lee/laptop"' <<<"$errors"
  expect_exit 0 as dr.lee inbox
  lacks "$errors" notice
}

@test "a new device of one's own is told of in words too, also when the verb itself fails" {
  add_device dr.lee tablet
  expect_exit 3 as dr.lee device show nothing
  contains "$errors" "notice: mercy.example/dr.lee/tablet is a new device of yours"
  contains "$errors" "sealpost device revoke mercy.example/dr.lee/tablet"
  expect_exit 0 as dr.lee device list
  lacks "$errors" notice
}

@test "a lost device is ended from another one, and nothing goes on" {
  add_device dr.lee lost
  expect_exit 0 as dr.lee-lost inbox
  id=$(as olivia send --to dr.lee "waits for the lost one")
  expect_exit 0 as dr.lee inbox
  expect_exit 2 as dr.lee device revoke lost </dev/null
  contains "$errors" --yes
  expect_exit 0 as dr.lee device revoke lost --reason "left in a taxi" --yes --json
  json '.type == "revoked" and .target == "mercy.example/dr.lee/lost" and (.already | not)'
  expect_exit 5 as dr.lee-lost inbox
  expect_exit 5 as dr.lee-lost send --to olivia "still here?"
  expect_exit 5 as dr.lee-lost device invite
  expect_exit 0 as olivia device show dr.lee/lost --json
  json '.state == "revoked" and .reason == "left in a taxi" and .revoked_by == "mercy.example/dr.lee/laptop"'
  expect_exit 0 as olivia audit query --event message.drop --json
  json_lines 'any(.message == $id and .objects == ["mercy.example/dr.lee/lost"])' --arg id "$id"
  # Its sender is told, for this device alone, in words and in JSON, and by the relay's signature.
  expect_exit 0 as olivia receipt show "$id" --json
  json_lines 'map({(.device | split("/")[-1]): .state}) | add
    | .lost == "dropped" and .laptop == "delivered"'
  expect_exit 0 as olivia receipt list
  grep -q "lost *dropped" <<<"$output"
  expect_exit 0 as olivia receipt verify "$id" --json
  json '.verified and ([.evidence[] | select(.state == "dropped")] | length == 1
    and .[0].device == "mercy.example/dr.lee/lost" and .[0].logged)'
  expect_exit 0 as olivia receipt verify "$id"
  contains "$output" "went with mercy.example/dr.lee/lost"
  expect_exit 0 as olivia receipt export "$id" -o dropped.receipt
  expect_exit 0 as olivia receipt verify dropped.receipt --root "$(as olivia org show --json | jq -r .root)"
  contains "$output" "the relay's word; went with mercy.example/dr.lee/lost"
  expect_exit 0 as olivia inspect dropped.receipt --json
  json 'any(.receipt[]; .state == "dropped" and .device == "mercy.example/dr.lee/lost")'
  id=$(as olivia send --to dr.lee "for the others")
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
  # Again: no error, and no second event.
  expect_exit 0 as dr.lee device revoke lost --yes --json
  json '.already'
  [ "$(revocations_of mercy.example/dr.lee/lost | wc -l)" = 1 ]
}

@test "a device that joined through a revoked one is named" {
  add_device dr.lee first
  expect_exit 0 as dr.lee-first device invite --json
  field .invitation >second
  as dr.lee-second join second --device second --passphrase-file "$PASSFILE" >/dev/null
  expect_exit 0 as dr.lee device revoke first --yes --json
  json '.joined_through == ["mercy.example/dr.lee/second"]'
  contains "$errors" "mercy.example/dr.lee/second joined by an invitation of"
  expect_exit 0 as dr.lee device revoke second --yes
}

@test "nobody ends what is not theirs to end" {
  add_member ada member
  expect_exit 5 as ada device revoke dr.lee/laptop --yes
  owner=$(as olivia device list --json | jq -r .device)
  expect_exit 5 as dr.lee device revoke "$owner" --yes
  expect_exit 3 as ada device revoke dr.lee/nothing --yes
  expect_exit 2 as ada device revoke laptop --yes --reason ""
  expect_exit 2 as ada device revoke laptop --yes --reason $'two\nlines'
}

@test "a device ends itself" {
  add_device dr.lee old
  expect_exit 0 as dr.lee-old device revoke old --yes
  expect_exit 5 as dr.lee-old inbox
}
