# sealpost key backup, key restore
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  echo "another strong passphrase for backups" >"$ORG_DIR/backup-passphrase"
  echo "To the clinic." | as dr.lee send --to nurse.kim --subject One >"$ORG_DIR/id"
  echo "And back." | as nurse.kim send --to dr.lee --subject Two >/dev/null
  as dr.lee inbox >/dev/null
  as nurse.kim inbox >/dev/null
  as dr.lee receipt list >/dev/null
}
teardown_file() { stop_org; }

back_up() { as "$1" key backup -o "$2" --backup-passphrase-file "$ORG_DIR/backup-passphrase" "${@:3}"; }
# restore HOME FILE...: on a machine that has nothing.
restore() {
  as "$1" key restore "${@:2}" --backup-passphrase-file "$ORG_DIR/backup-passphrase" \
    --passphrase-file "$PASSFILE"
}

@test "a restored device is a new one that has every message, and the old one is revoked" {
  expect_exit 0 back_up dr.lee b.age --json
  unfetched=$(echo "Too late." | as nurse.kim send --to dr.lee)
  jq -e '.type == "backup" and .messages == 2 and .invitation and (.root_key | not)' <<<"$output"
  [[ $(stat -c %a b.age) == 600 ]]
  expect_exit 0 restore lee-anew b.age --device tablet --json
  jq -e '.type == "restored" and .device == "mercy.example/dr.lee/tablet" and .messages == 2
    and .old_device_revoked and .unfetched_dropped' <<<"$output"
  contains "$errors" "mercy.example/dr.lee/laptop has not fetched are dropped"
  expect_exit 0 as nurse.kim receipt show "$unfetched"
  contains "$output" "dropped"
  unlock lee-anew
  as lee-anew inbox --json | jq -se '.[0].subject == "Two"'
  as lee-anew sent --json | jq -se '.[0].subject == "One"'
  as lee-anew read "$(cat "$ORG_DIR/id")" | grep "To the clinic."
  expect_exit 5 as dr.lee inbox
  # And it goes on.
  echo "From the tablet." | as lee-anew send --to nurse.kim
  as nurse.kim inbox --json | jq -se 'map(select(.from == "dr.lee")) | length == 2'
  echo "To the tablet." | as nurse.kim send --to dr.lee
  as lee-anew inbox --json | jq -se 'length == 2'
  # Again changes nothing.
  expect_exit 0 restore lee-anew b.age --device tablet --json
  jq -e '.messages == 0 and .known == 2 and (.unfetched_dropped | not)' <<<"$output"
  never grep "has not fetched" <<<"$errors"
}

@test "links of a device that is gone open until an admin takes them back; nobody hears the answer" {
  add_member pat.roe member
  as olivia contact add jane-doe --phone +15550100 --birthdate 1984-02-29 >/dev/null
  as olivia consent grant jane-doe --purpose billing --channel link-sms --method paper >/dev/null
  visit() { "$BATS_TEST_DIRNAME/../interop/node_modules/.bin/node" "$BATS_TEST_DIRNAME/../support/visitor.mjs" "$@"; }
  opened=$(as pat.roe send --to contact:jane-doe --purpose billing --json "See you")
  closed=$(as pat.roe send --to contact:jane-doe --purpose billing --json "See you again")
  expect_exit 0 back_up pat.roe pat.age
  expect_exit 0 restore pat-anew pat.age --device tablet
  unlock pat-anew
  never grep -q "/l#" <("$SEALPOST" decrypt --passphrase-file "$ORG_DIR/backup-passphrase" pat.age)
  expect_exit 0 visit reply "$(jq -r .link.address <<<"$opened")" --passcode 1984-02-29 --text 'Thank you'
  expect_exit 0 as pat-anew inbox --json
  json_lines 'all(.contact == null)'
  expect_exit 5 as pat-anew recall "$(jq -r .id <<<"$closed")" --yes
  expect_exit 0 as olivia recall "$(jq -r .id <<<"$closed")" --yes
  expect_exit 0 visit look "$(jq -r .link.address <<<"$closed")"
  json '.state == "recalled"'
  as nurse.kim inbox >/dev/null
}

@test "a backup holds neither the signing key nor a prekey's secret" {
  back_up nurse.kim k.age
  "$SEALPOST" decrypt -p --passphrase-file "$ORG_DIR/backup-passphrase" -o plain k.age
  head -1 plain | grep -qx 'sealpost-backup/1'
  grep -aq 'And back.' plain # what is there can be found
  [[ $(grep -ac 'AGE-SECRET-KEY-1' plain) == 0 ]]
  /usr/bin/python3 - plain <<'PY'
import sys, cbor2
data = open(sys.argv[1], 'rb').read().split(b'\n', 1)[1]
kinds = set()
while data:
    size = int.from_bytes(data[:4], 'big')
    item = cbor2.loads(data[4:4 + size])
    kinds.add(item['kind'])
    if item['kind'] == 'device':
        assert item['root-key'] == b'', 'a member has no root key'
    data = data[4 + size:]
assert kinds == {'device', 'entry', 'checkpoint', 'message', 'receipt', 'end'} or \
    kinds == {'device', 'entry', 'checkpoint', 'message', 'end'}, kinds
PY
}

@test "an owner's backup holds the root key, and the owner comes back with it" {
  expect_exit 0 back_up olivia o.age --json
  jq -e '.root_key' <<<"$output"
  expect_exit 0 restore olivia-anew o.age --device desk-2
  unlock olivia-anew
  as olivia-anew member invite someone --role admin >/dev/null
  expect_exit 5 as olivia inbox
}

@test "a wrong passphrase, a flipped byte, a cut file and a stranger's file are refused" {
  back_up nurse.kim k.age
  echo "not the passphrase of this backup" >wrong
  expect_exit 7 as kim-anew key restore k.age --backup-passphrase-file wrong \
    --passphrase-file "$PASSFILE"
  cp k.age flipped.age
  printf '\x55' | dd of=flipped.age bs=1 seek=700 conv=notrunc status=none
  expect_exit 7 restore kim-anew flipped.age
  head -c 900 k.age >cut.age
  expect_exit 7 restore kim-anew cut.age
  echo "sealpost-backup/1" |
    "$SEALPOST" encrypt -p --passphrase-file "$ORG_DIR/backup-passphrase" -o other.age
  expect_exit 2 restore kim-anew other.age
  expect_exit 3 restore kim-anew none.age
  [[ ! -e $ORG_DIR/kim-anew/data/nurse.kim/vault.db ]]
  expect_exit 0 as nurse.kim inbox
}

@test "without the relay a backup is made, without an invitation; another one lets it join" {
  stop_relay
  expect_exit 0 back_up nurse.kim offline.age --json
  jq -e '.invitation | not' <<<"$output"
  start_relay
  expect_exit 5 restore kim-third offline.age
  [[ $errors == *"--invitation"* ]]
  as nurse.kim device invite --json | jq -r .invitation >token
  expect_exit 0 restore kim-third offline.age --invitation token --device third --keep-old
  expect_exit 0 as nurse.kim inbox
}

@test "a backup never overwrites a file" {
  : >there.age
  expect_exit 9 back_up nurse.kim there.age
  [[ ! -s there.age ]]
}
