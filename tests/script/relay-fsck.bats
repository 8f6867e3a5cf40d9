#!/usr/bin/env bats
# sealpost relay fsck

load support

setup_file() {
  start_org olivia dr.lee
  echo "the first" | as olivia send --to dr.lee --purpose general -
  head -c 3000000 /dev/zero | tr '\0' x >"$BATS_FILE_TMPDIR/scan.dcm"
  echo "with a file" | as dr.lee send --to olivia --purpose general --file "$BATS_FILE_TMPDIR/scan.dcm" -
  as olivia inbox >/dev/null
  stop_relay
}
teardown_file() { stop_org; }

# A copy to damage.
setup() {
  fresh_home
  cp -a "$RELAY_DIR" copy
}

database() { sqlite3 copy/relay.db "$1"; }

@test "a sound folder: exit 0, one line that counts, nothing changed" {
  before=$(cd copy && find . -type f -exec sha256sum {} + | sort)
  expect_exit 0 "$SEALPOST" relay fsck --dir copy
  contains "$output" "sound: "
  contains "$output" "2 messages"
  [ "$(wc -l <<<"$output")" -eq 1 ]
  [ "$(cd copy && find . -type f -exec sha256sum {} + | sort)" = "$before" ]
}

@test "--json ends with a document that counts" {
  expect_exit 0 "$SEALPOST" relay fsck --dir copy --json
  json '.type == "relay-fsck" and .sound and .damages == 0 and .messages == 2 and .attachments == 1'
  json '.leaves == .checkpoint and .bytes_hashed > 3000000'
}

@test "a damaged leaf: exit 7, and a line that says what, which, what it means and what to do" {
  database "UPDATE leaves SET leaf = replace(CAST(leaf AS TEXT), 'message.send', 'message.read') WHERE id = 8"
  database "UPDATE leaves SET leaf = CAST(leaf AS BLOB) WHERE id = 8"
  database "DELETE FROM leaves WHERE id = 5"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "leaf 5: is missing (the log is not the history that was recorded); restore"
  contains "$output" "damaged: "
  contains "$errors" "hint"
}

@test "--json: an object for each damage, then the counts" {
  database "UPDATE messages SET pending = 7 WHERE id = 1"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy --json
  json_lines 'length == 2 and .[0].type == "relay-damage" and .[0].part == "message"'
  json_lines '.[0] | .what != "" and .meaning != "" and .remedy != "" and (.id | length) == 36'
  json_lines '.[1].type == "relay-fsck" and (.[1].sound | not) and .[1].damages == 1'
  [ "$(error_code)" = verification-failed ]
}

@test "a flipped byte of an attachment is found, and with --quick it is not looked for" {
  flip "$(find copy/blobs -type f)" 1234567
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "1 of 3 MiB are not what its leaf list says"
  expect_exit 0 "$SEALPOST" relay fsck --dir copy --quick
}

@test "a torn page of any table or index is found" {
  pages=$(database "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")
  [ "$(wc -w <<<"$pages")" -gt 20 ]
  for page in $pages; do
    cp "$RELAY_DIR/relay.db" copy/relay.db
    head -c 64 /dev/zero | tr '\0' '\377' |
      dd of=copy/relay.db bs=4096 seek=$((page - 1)) conv=notrunc status=none
    status=0
    "$SEALPOST" relay fsck --dir copy >out 2>err || status=$?
    [ "$status" -eq 7 ] || { echo "page $page: $status" >&2 && cat out err >&2 && return 1; }
    contains "$(cat out)" "store"
  done
}

@test "a relay that is served: exit 9 with a hint; killed: sound" {
  cp -a "$RELAY_DIR" whole
  start_relay
  expect_exit 9 "$SEALPOST" relay fsck --dir "$RELAY_DIR"
  contains "$errors" "stop the relay first"
  echo "just before the end" | as olivia send --to dr.lee --purpose general -
  kill_relay
  expect_exit 0 "$SEALPOST" relay fsck --dir "$RELAY_DIR"
  contains "$output" "3 messages"
}

@test "a folder without a relay: exit 3, and no advice to make one" {
  expect_exit 3 "$SEALPOST" relay fsck --dir "$T"
  contains "$errors" "relay serve"
  [[ $errors != *init* ]]
}

@test "a store that another user keeps: exit 5 and a hint" {
  [ "$(id -u)" -eq 0 ] || skip "needs another user"
  cp -a copy /var/tmp/fsck-$$
  chmod 755 /var/tmp/fsck-$$
  chmod 644 /var/tmp/fsck-$$/*
  chmod 600 /var/tmp/fsck-$$/relay.db
  cp "$SEALPOST" /var/tmp/fsck-$$/sealpost
  chmod 755 /var/tmp/fsck-$$/sealpost
  status=0
  setpriv --reuid=65534 --clear-groups env -i HOME=/nonexistent /var/tmp/fsck-$$/sealpost \
    relay fsck --dir /var/tmp/fsck-$$ >out 2>err || status=$?
  rm -r /var/tmp/fsck-$$
  cat err >&2
  [ "$status" -eq 5 ]
  contains "$(cat err)" "hint: run it as the user"
}

@test "without its checkpoint or an index a relay is found damaged, and is not served" {
  for sql in "DELETE FROM facts" "DROP INDEX messages_once" "DROP INDEX envelopes_of_device" \
    "DROP INDEX evidence_once" "DROP TABLE payloads"; do
    cp "$RELAY_DIR/relay.db" copy/relay.db
    database "$sql"
    expect_exit 7 "$SEALPOST" relay fsck --dir copy
    contains "$output" "is missing"
    expect_exit 7 timeout $((20 * PATIENCE)) "$SEALPOST" relay serve --dir copy
    contains "$errors" "relay fsck"
  done
}

@test "a pipe in place of an attachment's file holds nothing up" {
  file=$(find copy/blobs -type f)
  rm "$file"
  mkfifo "$file"
  expect_exit 7 timeout $((20 * PATIENCE)) "$SEALPOST" relay fsck --dir copy --quick
  contains "$output" "is not a regular file"
}

@test "a prekey that the log has seen and the store has lost is damage" {
  database "DELETE FROM prekeys WHERE device = (SELECT max(device) FROM prekeys)"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "is missing, and the log says it was published"
}

@test "a one-time prekey that is neither free nor taken, or another one, is damage" {
  database "UPDATE once_prekeys SET note = '' WHERE prekey = (SELECT max(prekey) FROM once_prekeys WHERE claimed = 0)"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "a one-time prekey is neither free nor taken"
  database "UPDATE once_prekeys SET note = (SELECT note FROM prekeys p WHERE p.device = once_prekeys.device)
    WHERE note = '' AND claimed = 0"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "a one-time prekey is not the one of its id"
  database "UPDATE once_prekeys SET claimed = 1, claimer = 999999, note = '' WHERE claimed = 0"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "its device, or who took it, has no name"
}

# contact_says: the relay's folder once a contact has claimed a link, sent a reply and said stop.
contact_says() {
  local address
  start_relay
  as olivia contact add jane-doe --phone +15550100 >/dev/null
  as olivia consent grant jane-doe --purpose billing --channel link-sms --method paper --warned >/dev/null
  address=$(as olivia send --to contact:jane-doe --purpose billing --passcode none --max-views 3 \
    --json 'Your bill' | jq -er .link.address)
  visit open "$address" >/dev/null
  visit reply "$address" --text 'Thank you' >/dev/null
  visit stop "$address" >/dev/null
  stop_relay
  rm -rf copy
  cp -a "$RELAY_DIR" copy
}
visit() {
  "$BATS_TEST_DIRNAME/../interop/node_modules/.bin/node" "$BATS_TEST_DIRNAME/../support/visitor.mjs" "$@"
}
# damaged SQL TEXT: after SQL fsck says TEXT.
damaged() {
  rm -rf copy
  cp -a "$RELAY_DIR" copy
  database "$1"
  expect_exit 7 "$SEALPOST" relay fsck --dir copy
  contains "$output" "$2"
}

@test "claims, replies and stops of contacts are examined" {
  contact_says
  expect_exit 0 "$SEALPOST" relay fsck --dir copy
  damaged "DELETE FROM stops" "records a stop, or its end, that is not there"
  damaged "UPDATE stops SET purpose = 'general'" "the leaf that is noted for it does not record it"
  damaged "UPDATE stops SET leaf = 1" "stop "
  damaged "UPDATE replies SET message = 4711" "reply "
  damaged "UPDATE link_claims SET link = 'gone'" "it is claimed, and not there"
  damaged "UPDATE links SET message = 4711" "link "
}
