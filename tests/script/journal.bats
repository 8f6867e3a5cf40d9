# What a device notes by itself, and the log tells: openings of its vault, wrong passphrases, messages
# that were shown again, exports.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

logged() { as olivia audit query --event "$1" --actor dr.lee --json; }
passphrase() { as dr.lee "$@" --passphrase-file "$PASSFILE"; }

@test "each opening by a passphrase is an event, with the device's time and number" {
  as dr.lee inbox >/dev/null # hands in what was before
  before=$(logged device.unlock | wc -l)
  passphrase inbox >/dev/null
  passphrase inbox >/dev/null
  as dr.lee inbox >/dev/null # by the agent: no opening
  logged device.unlock >events
  [ "$(wc -l <events)" = $((before + 2)) ]
  jq -es 'map(.details.journal | tonumber) | . == sort and length == (unique | length)' events
  jq -es 'last | .device | endswith("/dr.lee/laptop")' events
  jq -es 'last | .request != "" and .details["said-at"] <= .at' events
}

@test "wrong passphrases are told of at the next opening, once" {
  echo "a wrong passphrase" >wrong
  for _ in 1 2 3; do expect_exit 4 as dr.lee inbox --passphrase-file wrong; done
  [ -z "$(logged device.unlock-failed)" ]
  passphrase inbox >/dev/null
  passphrase inbox >/dev/null
  logged device.unlock-failed >events
  jq -es 'length == 1 and .[0].outcome == "failed" and .[0].details.count == "3"' events
  jq -es '.[0].details | .first <= .last' events
  # And by `unlock` as well.
  expect_exit 4 as dr.lee unlock --passphrase-file wrong
  passphrase unlock >/dev/null
  as dr.lee inbox >/dev/null
  [ "$(logged device.unlock-failed | wc -l)" = 2 ]
}

@test "what lies where wrong passphrases are noted holds nobody up, and is not followed" {
  echo "a wrong passphrase" >wrong
  place=$ORG_DIR/dr.lee/dr.lee/wrong-passphrases
  [ -d "${place%/*}" ]
  before=$(logged device.unlock-failed | wc -l)
  mkfifo "$place"
  expect_exit 4 timeout $((20 * PATIENCE)) env SEALPOST_HOME="$ORG_DIR/dr.lee" "$SEALPOST" inbox --passphrase-file wrong
  passphrase inbox >/dev/null
  rm -f "$place"
  echo precious >victim
  ln -s "$PWD/victim" "$place"
  expect_exit 4 as dr.lee inbox --passphrase-file wrong
  passphrase inbox >/dev/null
  [ "$(cat victim)" = precious ]
  rm -f "$place"
  printf '\033]0;owned\007\n2026-01-01T00:00:00Z trailing\n' >"$place"
  passphrase inbox >/dev/null
  [ "$(logged device.unlock-failed | wc -l)" = "$before" ]
  rm -f "$place"
}

@test "a message that is shown again, or without a receipt, leaves an event" {
  id=$(as olivia send --to dr.lee --purpose general --json text | jq -r .id)
  quiet=$(as olivia send --to dr.lee --purpose general --json text | jq -r .id)
  as dr.lee inbox >/dev/null
  as dr.lee read "$id" >/dev/null
  as dr.lee inbox >/dev/null
  [ "$(logged message.read | jq -r 'select(.message == "'"$id"'").message')" = "$id" ]
  [ -z "$(logged message.view)" ]
  as dr.lee read "$id" >/dev/null
  as dr.lee read "$quiet" --no-receipt >/dev/null
  as dr.lee inbox >/dev/null
  [ "$(logged message.view | jq -r .message)" = "$id"$'\n'"$quiet" ]
}

@test "backups and exports leave an event that names nobody" {
  as olivia contact add jane-doe --name "Jane Doe" --phone +15550100 >/dev/null
  as olivia consent grant jane-doe --purpose billing --channel link-sms --method paper >/dev/null
  as dr.lee inbox >/dev/null
  as dr.lee contact export -o people.csv >/dev/null
  as dr.lee consent export --contact jane-doe -o consents.json >/dev/null
  as dr.lee key backup -o backup --backup-passphrase-file "$PASSFILE" >/dev/null
  as dr.lee inbox >/dev/null
  logged 'register.export' >events
  jq -es 'map(.details.what) == ["contacts", "consents"]' events
  jq -es '.[0].objects == [] and (.[1].objects | length == 1 and (.[0] | startswith("c-")))' events
  lacks "$(cat events)" jane
  [ "$(logged key.backup | wc -l)" = 1 ]
}

@test "without the relay entries wait, and come in their order" {
  before=$(logged device.unlock | wc -l)
  stop_relay
  for _ in 1 2 3; do expect_exit 75 passphrase inbox; done
  start_relay
  as dr.lee inbox >/dev/null
  [ "$(logged device.unlock | wc -l)" = $((before + 3)) ]
  [ -z "$(as olivia audit query --event journal.break)" ]
}

@test "a vault that was put back to an older copy is told of" {
  as dr.lee lock >/dev/null
  cp -a "$ORG_DIR/dr.lee" older
  passphrase inbox >/dev/null
  passphrase inbox >/dev/null
  [ -z "$(as olivia audit query --event journal.break)" ]
  rm -rf "$ORG_DIR/dr.lee"
  cp -a older "$ORG_DIR/dr.lee"
  passphrase inbox >/dev/null
  expect_exit 0 as olivia audit query --event journal.break --json
  json_lines 'length == 1 and (.[0].objects[0] | endswith("/dr.lee/laptop"))'
  expect_exit 0 as olivia audit verify --json
  json '.verified and .journal_breaks == 1'
  expect_exit 0 as olivia audit verify
  contains "$errors" "journal.break"
  as olivia audit mirror mirror >/dev/null
  expect_exit 0 "$SEALPOST" audit verify mirror --root "$(as olivia org show --vkey)"
  contains "$output" "broken off: 1"
  expect_exit 0 as olivia audit query --event journal.break --json
  json_lines '.[0] | .outcome == "failed" and .request == "" and (.details.next | tonumber) <= (.details.last | tonumber)'
}

@test "what is asked of a copy of the log, and taken out of it, is told by the device that knows its root" {
  add_member aud auditor
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
  as aud audit query --event message.send "$ORG_DIR/mirror" >/dev/null
  as aud audit export "$ORG_DIR/mirror" --event message.send --format jsonl -o q.jsonl --json >made
  as aud audit report activity "$ORG_DIR/mirror" --month 2020-01 >/dev/null
  # Nobody has heard of it yet; the next contact hands it in.
  [ -z "$(as olivia audit query --event 'audit.mirror-*' --json)" ]
  as aud audit verify >/dev/null
  expect_exit 0 as olivia audit query --event 'audit.mirror-*' --json
  json_lines 'map(.event) == ["audit.mirror-query", "audit.mirror-export", "audit.mirror-query"]'
  json_lines 'all(.[]; .actor == "aud" and .details.journal != null and .request != "")'
  json_lines '.[0].details.filter == "event=message.send" and (.[2].details.filter | startswith("since="))'
  json_lines '.[1].details | .sha256 == $sum and .format == "jsonl" and .filter == "event=message.send"' \
    --arg sum "$(jq -er .sha256 made)"
  # Who gives the root himself has no vault that could tell.
  ROOT=$(as olivia org show --json | jq -er .root)
  as aud audit query --root "$ROOT" "$ORG_DIR/mirror" >/dev/null
  # What is not exported is not told of.
  echo mine >taken
  expect_exit 9 as aud audit export "$ORG_DIR/mirror" --format jsonl -o taken
  as aud audit verify >/dev/null
  [ "$(as olivia audit query --event 'audit.mirror-*' --json | wc -l)" = 3 ]
}
