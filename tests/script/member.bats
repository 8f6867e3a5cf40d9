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
