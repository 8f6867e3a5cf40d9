# sealpost mfa: a copied vault with its passphrase does not open the relay.
load support

setup_file() {
  command -v oathtool >/dev/null || skip "oathtool is not installed (scripts/install-deps --tests)"
  start_org olivia dr.lee nurse.kim
  as olivia policy set mfa member >/dev/null
}
teardown_file() { stop_org; }

SUPPORT=$BATS_TEST_DIRNAME/../support

# enrol USER: on a terminal; the secret stays in $ORG_DIR/mfa.USER.
enrol() {
  SEALPOST_HOME=$ORG_DIR/$1 /usr/bin/python3 "$SUPPORT/enrol_mfa" "$ORG_DIR/mfa.$1" \
    "$SEALPOST" mfa enrol "${@:2}"
}
# totp USER [SECONDS]: the code of now, or of so many seconds from now.
totp() {
  oathtool --totp -b --now "$(date -u -d "${2-0} seconds" '+%F %T UTC')" - <"$ORG_DIR/mfa.$1/secret"
}
# verify USER CODE ARGS...: as from a script.
verify() { as "$1" mfa verify "${@:3}" <<<"$2"; }

@test "without a code the relay lets a role that needs one do nothing, and says what to do" {
  expect_exit 4 as dr.lee send --to olivia "let me in" --json
  [ "$(error_code)" = mfa-required ]
  expect_exit 4 as dr.lee inbox
  contains "$errors" "sealpost mfa enrol"
  expect_exit 0 as dr.lee policy show --json
  expect_exit 0 as dr.lee mfa status --json
  json '.type == "mfa-status" and .required and (.enrolled | not) and (has("until") | not)'
  expect_exit 0 as olivia send --to dr.lee "owners need none"
  expect_exit 0 as olivia mfa status --json
  json '.required | not'
}

@test "enrol shows the secret on a terminal alone, and counts after the first code" {
  expect_exit 4 as dr.lee mfa enrol
  contains "$errors" "on a terminal and nowhere else"
  expect_exit 4 as dr.lee mfa enrol --json
  expect_exit 3 verify dr.lee 123456
  contains "$errors" "sealpost mfa enrol"
  expect_exit 0 enrol dr.lee --qr
  contains "$errors" "otpauth://totp/mercy.example:dr.lee?secret="
  contains "$errors" █
  [ "$(wc -l <"$ORG_DIR/mfa.dr.lee/recovery")" = 10 ]
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee mfa status --json
  json '.enrolled and .recovery_codes == 10 and (.until | length == 20)'
  expect_exit 0 as olivia audit query --event mfa.enrol --json
  json_lines 'any(.device == "mercy.example/dr.lee/laptop")'
  never grep -rqaF "$(cat "$ORG_DIR/mfa.dr.lee/secret")" "$ORG_DIR/relay.log" "$ORG_DIR/dr.lee"
  never grep -rqaF "$(head -1 "$ORG_DIR/mfa.dr.lee/recovery")" "$RELAY_DIR" "$ORG_DIR/dr.lee"
  expect_exit 9 enrol dr.lee
}

@test "a copy of the vault with its passphrase on another machine needs a code of its own" {
  # The second device of the same member, as a thief with an invitation would have it.
  as dr.lee member invite dr.lee --json | jq -er .invitation >"$T/invitation"
  expect_exit 0 as thief join "$T/invitation" --device tablet --passphrase-file "$PASSFILE"
  unlock thief
  expect_exit 4 as thief inbox
  contains "$errors" "sealpost mfa verify"
  expect_exit 0 as dr.lee inbox
}

@test "a device that changes its key takes its proof along, and asks for nothing anew" {
  local until
  until=$(as dr.lee mfa status --json | jq -er .until)
  expect_exit 0 as dr.lee key rotate --yes --json
  json '.type == "key-rotated"'
  expect_exit 0 as dr.lee inbox
  [ "$(as dr.lee mfa status --json | jq -er .until)" = "$until" ]
  expect_exit 4 as thief inbox # another device's is none of its
}

@test "no code works twice, and a wrong one is logged" {
  local code
  code=$(totp dr.lee 30)
  expect_exit 0 verify thief "$code" --json
  json '.type == "mfa-verified"'
  expect_exit 0 as thief inbox
  expect_exit 4 verify dr.lee "$code" --json
  [ "$(error_code)" = mfa-required ]
  expect_exit 4 verify dr.lee 000000
  contains "$errors" "not the code of now"
  expect_exit 0 as olivia audit query --event mfa.fail --json
  json_lines 'any(.device == "mercy.example/dr.lee/laptop" and .outcome == "failed")'
}

@test "a recovery code opens once" {
  local code
  code=$(head -1 "$ORG_DIR/mfa.dr.lee/recovery")
  expect_exit 0 verify dr.lee "${code^^}"
  expect_exit 4 verify dr.lee "$code"
  expect_exit 0 as dr.lee mfa status --json
  json '.recovery_codes == 9'
}

@test "five wrong codes pause the member, also over a restart" {
  enrol nurse.kim
  for _ in 1 2 3 4; do expect_exit 4 verify nurse.kim 000000; done
  expect_exit 4 verify nurse.kim 000000
  contains "$errors" "none is looked at before"
  stop_relay
  start_relay
  expect_exit 4 verify nurse.kim "$(head -1 "$ORG_DIR/mfa.nurse.kim/recovery")"
  contains "$errors" "none is looked at before"
  expect_exit 0 as nurse.kim mfa status --json
  json 'has("paused_until")'
  expect_exit 0 as nurse.kim inbox # the proof is as good as before
}

@test "only an owner or admin resets, and then a new secret is needed" {
  expect_exit 5 as dr.lee mfa reset nurse.kim
  expect_exit 3 as olivia mfa reset nobody
  expect_exit 0 as olivia mfa reset nurse.kim --json
  json '.type == "mfa-reset" and .user == "nurse.kim"'
  expect_exit 4 as nurse.kim inbox
  contains "$errors" "sealpost mfa enrol"
  enrol nurse.kim
  expect_exit 0 as nurse.kim inbox
  expect_exit 0 as olivia audit query --event mfa.reset --json
  json_lines 'any(.objects == ["mercy.example/nurse.kim"])'
}

@test "an owner whose role needs a code cannot take that back without one" {
  expect_exit 0 as olivia policy set mfa member,owner
  expect_exit 4 as olivia policy set mfa none
  expect_exit 4 as olivia mfa reset dr.lee
  enrol olivia
  expect_exit 0 as olivia policy set mfa member
  expect_exit 0 as olivia inbox
}

@test "a restore that stops for a code goes on after it" {
  echo "another strong passphrase for backups" >backup-passphrase
  restore() {
    as lee-anew key restore b.age --device spare --backup-passphrase-file backup-passphrase \
      --passphrase-file "$PASSFILE"
  }
  as olivia mfa reset dr.lee >reset 2>&1 || true # when it has a secret already
  rm -rf "$ORG_DIR/mfa.dr.lee"
  enrol dr.lee
  as dr.lee key backup -o b.age --backup-passphrase-file backup-passphrase
  expect_exit 4 restore
  contains "$errors" "\`sealpost mfa verify\`, then the same command again"
  expect_exit 0 as lee-anew mfa verify --passphrase-file "$PASSFILE" <<<"$(totp dr.lee 30)"
  expect_exit 0 restore
  expect_exit 5 as dr.lee inbox
}

@test "a proof ends after twelve hours" {
  needs_faketime
  expect_exit 0 as nurse.kim inbox
  stop_relay
  by_clock "$ORG_DIR/later" FAKETIME=+13h FAKETIME_DONT_FAKE_MONOTONIC=1
  SEALPOST=$ORG_DIR/later
  start_relay
  expect_exit 4 as nurse.kim inbox
  contains "$errors" "sealpost mfa verify"
  expect_exit 0 verify nurse.kim "$(totp nurse.kim 46800)"
  expect_exit 0 as nurse.kim inbox
}
