# sealpost member: invitations are signed, logged, single use.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "an invitation is one line that only its holder learns" {
  expect_exit 0 as olivia member invite nurse.kim --role member --expires 2d --json
  json '.type == "invitation" and .user == "nurse.kim" and .role == "member"'
  token=$(field .invitation)
  [ "$(wc -l <<<"$token")" = 1 ]
  expect_exit 0 as olivia member list --json
  json_lines 'any(.user == "nurse.kim" and .state == "invited")'
  lacks "$output" "$token"
  never grep -q "${token:40:60}" "$ORG_DIR/relay.log"
}

@test "list shows users, roles and devices" {
  expect_exit 0 as dr.lee member list --json
  json_lines 'any(.type == "member" and .user == "olivia" and .role == "owner" and .state == "active")'
  json_lines 'any(.user == "dr.lee" and .role == "member" and .device == "laptop")'
}

@test "a member may not invite others, but a device of their own" {
  expect_exit 5 as dr.lee member invite mallory
  expect_exit 5 as dr.lee member invite dr.lee --role auditor
  expect_exit 0 as dr.lee member invite dr.lee
}

@test "a QR code is drawn" {
  expect_exit 0 as olivia member invite mr.qr --qr
  contains "$output" █
}

@test "bad input is refused" {
  expect_exit 2 as olivia member invite dr.x --role king
  expect_exit 2 as olivia member invite 'dr x'
  expect_exit 2 as olivia member invite dr.x --expires 2020-01-01
  expect_exit 2 as olivia member invite dr.x --expires 90d
  expect_exit 2 as olivia member invite robot --role service
  expect_exit 2 as olivia member invite robot --role service --purpose nonsense
  expect_exit 2 as olivia member invite dr.x --purpose billing
  expect_exit 0 as olivia member invite robot --role service --purpose billing
}

@test "the list says when it may be old" {
  stop_relay
  expect_exit 0 as dr.lee member list
  contains "$errors" "may be old"
  expect_exit 75 as olivia member invite dr.y
  start_relay
}

@test "a member who leaves is ended with all devices and invitations, and may come back" {
  add_member gone member
  as gone device invite >/dev/null
  expect_exit 0 as olivia member show gone --json
  json '.type == "member-details" and .state == "active" and (.devices | length == 1) and (.invitations | length == 1)'
  expect_exit 2 as olivia member revoke gone </dev/null
  expect_exit 5 as dr.lee member revoke gone --yes
  expect_exit 0 as olivia member revoke gone --reason "left the house" --yes --json
  json_lines 'length == 2 and all(.type == "revoked")'
  expect_exit 5 as gone inbox
  expect_exit 5 as olivia send --to gone "too late"
  expect_exit 0 as olivia member show gone
  contains "$output" revoked
  expect_exit 0 as olivia member revoke gone --yes
  [ -z "$output" ]
  contains "$errors" "nothing left"
  expect_exit 0 as olivia member invite gone --role auditor
  expect_exit 0 as olivia member show gone --json
  json '.state == "invited" and .role == "auditor"'
}

@test "another role holds for all devices at once, without joining again" {
  add_member clerk member
  id=$(as clerk send --to dr.lee "as a member")
  expect_exit 2 as olivia member role clerk auditor </dev/null
  expect_exit 0 as olivia member role clerk auditor --reason "moved" --yes --json
  json '.type == "member-role" and .changed'
  expect_exit 5 as clerk send --to dr.lee "as an auditor"
  expect_exit 0 as clerk audit query
  # What was sent before is taken in although its sender may not send any more.
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
  expect_exit 5 as olivia send --to clerk "to an auditor"
  expect_exit 0 as olivia member role clerk auditor --yes
  contains "$output" "has already"
  expect_exit 0 as olivia member role clerk service --purpose billing --yes
  expect_exit 5 as clerk send --to dr.lee --purpose test-results "not its purpose"
  expect_exit 0 as clerk send --to dr.lee --purpose billing "its purpose"
  expect_exit 0 as olivia audit query --event member.role --json
  json_lines 'all(.objects == ["mercy.example/clerk"]) and length == 2'
}

@test "owners and admins are the root's to make and unmake" {
  add_member ada member
  expect_exit 5 as dr.lee member role ada auditor --yes
  # olivia's vault holds the root key.
  expect_exit 0 as olivia member role ada admin --yes
  expect_exit 5 as ada member role dr.lee admin --yes
  expect_exit 5 as ada member role olivia member --yes
  expect_exit 5 as ada member revoke olivia --yes
  expect_exit 0 as olivia member role ada member --yes
  expect_exit 5 as ada member invite somebody
  expect_exit 2 as olivia member role ada king --yes
  expect_exit 2 as olivia member role ada service --yes
  expect_exit 3 as olivia member role nobody auditor --yes
}

@test "nobody ends, demotes or wipes the last owner, until there is another one" {
  owner=$(as olivia device list --json | jq -r .device)
  for words in "device revoke $owner" "member revoke olivia" "member role olivia member"; do
    # shellcheck disable=SC2086
    expect_exit 9 as olivia $words --yes --json
    [ "$(error_code)" = conflict ]
    contains "$errors" "this would leave mercy.example without an owner"
    contains "$errors" "member invite USER --role owner"
  done
  for words in "device wipe $owner" "device wipe $owner --keep-access"; do
    # shellcheck disable=SC2086
    expect_exit 2 as olivia $words --yes --json
    contains "$errors" "a device cannot order its own wipe"
  done
  expect_exit 0 as olivia device show --json
  json '.state == "active" and (has("wipe") | not)'
  add_member otto owner
  expect_exit 0 as olivia member role otto member --yes
  expect_exit 9 as olivia member revoke olivia --yes
  expect_exit 0 as olivia member role otto owner --yes
  # Both at once: the relay takes one.
  as otto inbox >/dev/null
  status=0 other=0
  (as olivia member revoke otto --yes >first 2>&1 3>&- || echo $? >first.status) &
  as otto member revoke olivia --yes >second 2>&1 || other=$?
  wait
  [ ! -e first.status ] || status=$(<first.status)
  # One has revoked the other, who was refused or found itself revoked.
  [[ "$status $other" =~ ^(0\ [59]|[59]\ 0)$ ]] || { cat first second >&2 && echo "$status $other" && false; }
}
