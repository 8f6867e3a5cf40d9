# sealpost key rotate, and certificates that renew themselves.
load support
load lying

setup_file() { start_org olivia dr.lee && start_liar; }
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

key_of() { as "$1" device show --json | jq -r .key; }

@test "a new key: messages that are on their way are read, and new ones come" {
  before=$(key_of dr.lee)
  old=$(as olivia send --to dr.lee "sealed before")
  expect_exit 2 as dr.lee key rotate </dev/null
  expect_exit 0 as dr.lee key rotate --yes --json
  json '.type == "key-rotated" and .certificate == 1'
  [ "$(field .key)" = "$(key_of dr.lee)" ]
  [ "$(key_of dr.lee)" != "$before" ]
  new=$(as olivia send --to dr.lee "sealed afterwards")
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $old) and any(.id == $new)' --arg old "$old" --arg new "$new"
  expect_exit 0 as dr.lee read "$new"
  expect_exit 0 as olivia receipt wait "$new" --state read --timeout 30s
  expect_exit 0 as olivia receipt verify "$new"
  id=$(as dr.lee send --to olivia "signed with the new key")
  expect_exit 0 as olivia inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
  expect_exit 0 as olivia audit query --event device.renew --json
  json_lines 'any(.objects == ["mercy.example/dr.lee/laptop"])'
}

@test "a copy of the vault is told that its key was replaced, and what to do" {
  mkdir -p copy
  cp -a "$ORG_DIR/dr.lee/dr.lee" copy/profile
  copy() {
    SEALPOST_HOME=$T/copy "$SEALPOST" --profile profile "$@" --passphrase-file "$PASSFILE"
  }
  expect_exit 0 copy inbox
  expect_exit 0 as dr.lee key rotate --yes
  expect_exit 7 copy inbox --json
  [ "$(error_code)" = key-replaced ]
  expect_exit 7 copy send --to olivia "who am I"
  contains "$errors" "the key of this device was replaced on another machine"
  contains "$errors" "device revoke"
  expect_exit 7 copy key rotate --yes
  contains "$errors" "replaced on another machine"
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as olivia audit query --event access.refused --json
  json_lines 'any(.device == "mercy.example/dr.lee/laptop" and .details.code == "key-replaced")'
}

@test "a watch goes on when its device changes its key beside it, and so do other commands" {
  SEALPOST_HOME=$ORG_DIR/dr.lee "$SEALPOST" watch --json >seen 2>said </dev/null 3>&- &
  watcher=$!
  is_waiting() {
    [[ $(curl -sk "$RELAY_URL/metrics" | awk '$1 == "sealpost_waiting_polls" { print $2 }') != 0 ]]
  }
  wait_for "the poll" 30 is_waiting
  (while [ ! -e enough ]; do as dr.lee inbox >>beside 2>&1 || echo "failed $?" >>beside; done) 3>&- &
  beside=$!
  for _ in 1 2 3; do expect_exit 0 as dr.lee key rotate --yes; done
  touch enough
  wait "$beside"
  never grep failed beside
  id=$(as olivia send --to dr.lee "after three keys")
  seen() { grep -q "$id" seen; }
  wait_for "the message" 30 seen
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 30s
  kill -INT "$watcher"
  status=0
  wait "$watcher" || status=$?
  [ "$status" = 130 ] || { cat said >&2 && false; }
}

@test "two changes at once: the second waits for the first, and nobody cries thief" {
  rotate() { as dr.lee key rotate --yes >"rotated.$1" 2>&1; }
  before=$(as dr.lee key show --json | jq .certificate)
  for pair in {1..8}; do
    rotate a 3>&- & first=$!
    rotate b 3>&- & second=$!
    for one in "$first" "$second"; do
      status=0
      wait "$one" || status=$?
      [ "$status" = 0 ] || { cat rotated.* >&2 && echo "pair $pair: $status" >&2 && false; }
    done
    never grep -i "replaced" rotated.a rotated.b
  done
  [ "$(as dr.lee key show --json | jq .certificate)" = $((before + 16)) ]
  id=$(as olivia send --to dr.lee "after many keys")
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee read "$id"
  expect_exit 0 as olivia receipt wait "$id" --state read --timeout 30s
}

@test "receipts that the old key signed are handed in with the new one" {
  id=$(as olivia send --to dr.lee "read without the relay")
  as dr.lee inbox >/dev/null
  stop_relay
  as dr.lee read "$id" >/dev/null 2>&1 || true
  start_relay
  expect_exit 0 as dr.lee key rotate --yes
  expect_exit 0 as olivia receipt wait "$id" --state read --timeout 30s
}

@test "the relay's answer to the change is lost: the next command finds out which key is in force" {
  before=$(key_of dr.lee)
  lie lose_answer for=dr.lee
  as dr.lee key rotate --yes >rotated 2>&1 || true
  truth
  expect_exit 0 as dr.lee inbox
  [ "$(key_of dr.lee)" != "$before" ]
  id=$(as olivia send --to dr.lee "after the cut")
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id)' --arg id "$id"
}

@test "killed in the middle: the same command completes it, with one new key" {
  renewals() { as olivia audit query --event device.renew --json | wc -l; }
  before=$(renewals)
  lie lose_answer for=dr.lee
  SEALPOST_HOME=$ORG_DIR/dr.lee "$SEALPOST" key rotate --yes >rotated 2>&1 3>&- &
  killed=$!
  wait_for "the change to be committed" 30 test -s "$LIES/told"
  kill -KILL "$killed" 2>/dev/null || true
  wait "$killed" || true
  truth
  expect_exit 0 as dr.lee key rotate --yes
  [ "$(renewals)" = $((before + 1)) ]
  expect_exit 0 as dr.lee inbox
}
