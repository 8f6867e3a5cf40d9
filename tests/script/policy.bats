# sealpost policy: what the organisation allows, as everybody verifies it.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_admin
}
teardown_file() { stop_org; }

# A second person who may set the policy.
add_admin() { add_member adam admin; }

value() { as "${2-olivia}" policy show --json | jq -er --arg key "$1" 'select(.key == $key).value'; }

@test "show lists every setting, its value, and whether it is the default" {
  expect_exit 0 as dr.lee policy show --json
  json_lines 'all(.type == "policy-setting" and .default)'
  json_lines 'any(.key == "purpose.general" and .value == "owner,admin,member,custodian")'
  json_lines 'any(.key == "purpose.billing" and .value == "any")'
  json_lines 'any(.key == "max-staleness" and .value == "none")'
  expect_exit 0 as dr.lee policy show
  contains "$output" "default-expiry"
}

@test "set shows old and new, everybody sees it, and the log has it" {
  expect_exit 0 as olivia policy set default-expiry 7d --json
  json '.type == "policy-change" and .before == "30d" and .after == "7d" and .changed'
  [ "$(value default-expiry dr.lee)" = 7d ]
  expect_exit 0 as olivia audit query --event policy.set --json
  json_lines 'any(.event == "policy.set" and (.device | startswith("mercy.example/olivia/")))'
  # Signed with what the device had seen of log and trust chain.
  expect_exit 0 as olivia audit mirror mirror
  grep -rlZ "^sealpost/v1/policy" mirror | xargs -0 cat >entries
  sed -n "/^default-expiry: 604800/,/^$/p" entries | grep -Eq "^log: [1-9][0-9]* [A-Za-z0-9+/]{43}=$"
  expect_exit 0 as olivia policy set default-expiry 7d
  contains "$output" "as before"
  expect_exit 0 as olivia policy set default-expiry none
  contains "$output" "default-expiry: 30d (was: 7d)"
}

@test "an admin may set it, a member may not" {
  expect_exit 0 as adam policy set max-body 2048
  expect_exit 5 as dr.lee policy set max-body 4096
  contains "$errors" "may not set the policy"
  [ "$(value max-body)" = 2048 ]
  expect_exit 0 as adam policy set max-body ""
  [ "$(value max-body)" = 1048576 ]
}

@test "a purpose that a role may not use stops that role's messages" {
  expect_exit 0 as olivia policy set purpose.billing service
  expect_exit 5 as dr.lee send --to olivia --purpose billing "your bill"
  expect_exit 0 as olivia policy set purpose.billing any
  expect_exit 0 as dr.lee send --to olivia --purpose billing "your bill"
  expect_exit 0 as olivia policy set purpose.newsletter member
  expect_exit 0 as olivia policy set purpose.newsletter none
  never value purpose.newsletter
}

@test "a purpose has limits of its own" {
  expect_exit 0 as olivia policy set purpose.billing.max-body 20
  expect_exit 0 as olivia policy set purpose.billing.max-expiry 2d
  expect_exit 2 as dr.lee send --to olivia --purpose billing "a bill of more than twenty bytes"
  contains "$errors" "for the purpose billing is at most 20 bytes"
  expect_exit 2 as dr.lee send --to olivia --purpose billing --expires 3d "your bill"
  contains "$errors" "does not let messages for this purpose live so long"
  expect_exit 0 as dr.lee send --to olivia --purpose billing "your bill"
  expect_exit 0 as dr.lee send --to olivia --purpose general --expires 3d \
    "something else of more than twenty bytes"
  expect_exit 0 as olivia policy show
  contains "$output" "purpose.billing.max-body"
  expect_exit 0 as olivia policy set purpose.billing.consent none
  [ "$(value purpose.billing.consent dr.lee)" = none ]
  expect_exit 0 as olivia policy set purpose.billing.consent required
  never value purpose.billing.consent
  expect_exit 2 as olivia policy set purpose.billing.size 1
  contains "$errors" "max-body, max-expiry, consent"
  expect_exit 0 as olivia policy set purpose.billing.max-body none
  expect_exit 0 as olivia policy set purpose.billing.max-expiry none
}

@test "how long contacts are kept, and whose agreement is needed" {
  [ "$(value retention)" = 2190d ]
  expect_exit 0 as olivia policy set retention 3650d
  [ "$(value retention dr.lee)" = 3650d ]
  expect_exit 2 as olivia policy set retention 1h
  expect_exit 2 as olivia policy set retention 37000d
  contains "$errors" "longer than a hundred years"
  contains "$errors" "36600d"
  expect_exit 0 as olivia policy set relay-agreement "Cloud Host, Inc."
  [ "$(value relay-agreement dr.lee)" = "Cloud Host, Inc." ]
  expect_exit 0 as olivia policy set relay-agreement none
  [ "$(value relay-agreement)" = none ]
}

@test "what is no setting, or no value of one, is refused with a hint" {
  expect_exit 2 as olivia policy set max-stalenes 1d
  contains "$errors" 'did you mean "max-staleness"?'
  expect_exit 2 as olivia policy set mfa king
  contains "$errors" "owner, admin, member"
  expect_exit 2 as olivia policy set idle-lock 5s
  expect_exit 2 as olivia policy set max-expiry 1d
  expect_exit 2 as olivia policy set purpose.Billing any
  expect_exit 2 as olivia policy set max-body
}

@test "two who set different things at once both succeed" {
  local round
  for round in 1 2 3; do
    as olivia policy set idle-lock "${round}0m" >"$T/olivia" &
    as adam policy set passphrase-age "${round}0d" >"$T/adam" &
    wait %1 && wait %2
    [ "$(value idle-lock)" = "${round}0m" ]
    [ "$(value passphrase-age)" = "${round}0d" ]
  done
}

@test "without the relay the policy is shown as it was seen, and not set" {
  stop_relay
  expect_exit 0 as dr.lee policy show
  contains "$errors" "may be old"
  expect_exit 75 as olivia policy set max-body 2048
  start_relay
}

@test "who receives a text refuses one that the policy did not allow for its purpose" {
  add_unchecked eve
  long=$(printf 'x%.0s' {1..150})
  unchecked send "$ORG_DIR/eve.json" mercy.example/dr.lee/laptop "{\"body\": \"$long\", \"subject\": \"before\"}"
  as olivia policy set purpose.general.max-body 100 >/dev/null
  unchecked send "$ORG_DIR/eve.json" mercy.example/dr.lee/laptop "{\"body\": \"$long\", \"subject\": \"behind\"}"
  unchecked send "$ORG_DIR/eve.json" mercy.example/dr.lee/laptop '{"body": "short", "subject": "short one"}'
  expect_exit 7 as dr.lee inbox
  contains "$errors" "its text has 150 bytes, and the policy allows 100 for general"
  expect_exit 0 as dr.lee inbox --json
  json_lines 'map(.subject) | (index("before") and index("short one") and (index("behind") | not))'
  as olivia policy set purpose.general.max-body none >/dev/null
}
