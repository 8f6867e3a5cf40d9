# sealpost mfa: the answer to a code is lost; the only owner has lost app and recovery codes.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  start_liar
  as olivia policy set mfa owner >/dev/null
}
teardown_file() { stop_liar && stop_org; }

# enrol USER: on a terminal; the secret stays in $ORG_DIR/mfa.USER.
enrol() {
  SEALPOST_HOME=$ORG_DIR/$1 /usr/bin/python3 "$SUPPORT/enrol_mfa" "$ORG_DIR/mfa.$1" \
    "$SEALPOST" mfa enrol >/dev/null
}
# What olivia had proven is over, as after twelve hours; app and paper are gone.
lose() {
  stop_relay
  /usr/bin/python3 - "$RELAY_DIR/relay.db" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("DELETE FROM mfa_proofs WHERE user = 'olivia'")
PY
  start_relay
  rm -rf "$ORG_DIR/mfa.olivia"
  expect_exit 4 as olivia inbox
  contains "$errors" "sealpost mfa verify"
}

@test "the command brings a code again whose answer was lost, and it is not counted as used" {
  enrol olivia
  now=$(date -u -d "30 seconds" "+%F %T UTC") # the code to come: that of now was used
  code=$(oathtool --totp -b --now "$now" - <"$ORG_DIR/mfa.olivia/secret")
  lie lose_first_code
  expect_exit 0 as olivia mfa verify --json <<<"$code"
  json '.type == "mfa-verified"'
  [ "$(wc -l <"$LIES/told")" -ge 2 ]
  truth
  expect_exit 0 as olivia audit query --event mfa.fail --json
  [ -z "$output" ]
  expect_exit 4 as olivia mfa verify <<<"$code"
}

@test "the root key lets another member's device invite a second owner, who takes the codes back" {
  as olivia org recovery split --shares 3 --threshold 2 -o "$ORG_DIR/shares" >/dev/null
  lose
  # The root key in this vault does not stand in for the code: a copied vault may have it, too.
  expect_exit 4 as olivia member invite nina --role owner
  expect_exit 4 as olivia org recovery combine --invite nina "$ORG_DIR"/shares/*
  expect_exit 4 as olivia mfa reset olivia
  as dr.lee org recovery combine --invite nina "$ORG_DIR"/shares/* --json | jq -er .invitation >token
  as nina join token --device desk --passphrase-file "$PASSFILE" >/dev/null
  unlock nina
  expect_exit 4 as nina mfa reset olivia
  enrol nina
  expect_exit 0 as nina mfa reset olivia
  enrol olivia
  expect_exit 0 as olivia inbox
  expect_exit 0 as olivia audit query --event mfa.reset --json
  json_lines 'length == 1 and .[0].objects == ["mercy.example/olivia"]'
}

@test "who has the relay's folder can take the codes out of it, as the manual says" {
  lose
  stop_relay
  "$BUILT" relay fsck --dir "$RELAY_DIR" >/dev/null
  /usr/bin/python3 - "$RELAY_DIR/relay.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for table in "mfa", "mfa_recovery", "mfa_proofs":
    db.execute(f"DELETE FROM {table} WHERE user = 'olivia'")
db.commit()
PY
  "$BUILT" relay fsck --dir "$RELAY_DIR" >/dev/null
  start_relay
  enrol olivia
  expect_exit 0 as olivia inbox
}
