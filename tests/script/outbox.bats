# sealpost outbox: what send began and the relay has not confirmed. Commands are killed at each of
# their commits and at each answer of the relay; whatever was in the outbox then is sent exactly once.
load support
load faults

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

# Nothing of one test is left for the next.
teardown() {
  local id
  for id in $(ids_in_outbox); do as olivia outbox drop "$id" --yes >/dev/null; done
}

ids_in_outbox() { as olivia outbox list --json | jq -r .id; }
# got SUBJECT: how many messages of that subject dr.lee has.
got() { as dr.lee inbox --json | jq -r .subject | grep -cx -- "$1" || true; }
in_outbox() { [[ -n $(ids_in_outbox) ]]; }

# begin ARGS...: olivia's command in the background, as $SENDER, when its message is in the outbox.
begin() {
  # A background command would get an empty standard input without saying so.
  SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" "$@" <&0 >"$T/out" 2>"$T/err" 3>&- &
  SENDER=$!
  wait_for "the draft" 60 has_draft
}
uploading() { as olivia outbox list --json | jq -r 'select(.state == "uploading") | .id'; }
has_draft() { [[ -n $(uploading) ]]; }
end_sender() {
  kill -9 "$SENDER"
  wait_for "the end of the sender" 30 _gone "$SENDER"
}

# killed_at CALL NUMBER ARGS...: olivia's command, killed at that system call; true when it was.
killed_at() {
  local call=$1 number=$2 status=0
  shift 2
  as olivia receipt list >/dev/null # what else there is to write is written
  [[ -z ${STEADY-} ]] || next_second
  as_traced -e trace="$call" -e inject="$call:signal=SIGKILL:when=$number" -- "$@" || status=$?
  ((status == 0 || status == 137))
  ((status == 137))
}
as_traced() {
  local options=()
  while [[ $1 != -- ]]; do options+=("$1") && shift; done
  shift
  SEALPOST_HOME=$ORG_DIR/olivia traced -f -qq -o /dev/null "${options[@]}" "$SEALPOST" "$@" \
    >"$T/out" 2>"$T/err"
}

next_second() {
  local now=$EPOCHSECONDS
  while ((EPOCHSECONDS == now)); do sleep 0.05; done
}

# unconfirmed SUBJECT ARGS...: a sealed message in the outbox that the relay has never seen. Sets id.
unconfirmed() {
  # The relay's newest time is written down at most once a second: in every run, or the calls of one
  # are not those of the next.
  local subject=$1 number STEADY=1
  shift
  for number in {1..20}; do
    killed_at fdatasync "$number" send --to dr.lee --subject "$subject" "$@" || return 1
    id=$(as olivia outbox list --json | jq -r 'select(.state == "unconfirmed") | .id')
    [[ -z $id ]] || return 0
    for id in $(ids_in_outbox); do as olivia outbox drop "$id" --yes >/dev/null; done
  done
  return 1
}

@test "an empty outbox lists nothing and has nothing to do, also without a relay" {
  stop_relay
  expect_exit 0 as olivia outbox list
  [ -z "$output" ]
  expect_exit 0 as olivia outbox retry
  [ -z "$output" ]
  start_relay
  expect_exit 3 as olivia outbox retry 0193aaaa-0000
  expect_exit 3 as olivia outbox drop 0193aaaa-0000 --yes --json
  [ "$(error_code)" = not-found ]
}

@test "what cannot succeed by waiting leaves nothing behind" {
  echo one >one.txt
  expect_exit 3 as olivia send --to dr.nobody --file one.txt
  expect_exit 3 as olivia send --to dr.lee --file one.txt --file missing.txt
  stop_relay
  expect_exit 75 as olivia send --to dr.lee --file one.txt
  start_relay
  never in_outbox
}

@test "an upload that was killed is listed, and retry goes on with it" {
  head -c 30000000 /dev/urandom >big.bin
  begin send --to dr.lee --subject upload --file big.bin --bwlimit 2M
  end_sender
  expect_exit 0 as olivia outbox list --json
  json '.type == "outbox-entry" and .state == "uploading" and .to == ["dr.lee"]'
  json '.subject == "upload" and .files == ["big.bin"] and .repeatable and (.keyed | not)'
  json '(has("number") | not) and .stored <= 30000000'
  id=$(field .id)
  expect_exit 0 as olivia status --json
  json '.outbox == 1'
  expect_exit 0 as olivia status
  contains "$output" "1 not confirmed"
  [ "$(got upload)" = 0 ]
  cd / # files are found again from any folder
  expect_exit 0 as olivia outbox retry "${id:0:13}"
  [ "$output" = "$id" ]
  cd "$T"
  [ "$(got upload)" = 1 ]
  as dr.lee read "$id" --attachment 1 -o - | cmp - big.bin
  never in_outbox
  expect_exit 0 as olivia status --json
  json '.outbox == 0'
}

@test "the same command with the same key goes on, another one under it is a conflict" {
  head -c 30000000 /dev/urandom >big.bin
  begin send --to dr.lee --subject keyed --key backup --file big.bin --bwlimit 2M
  end_sender
  id=$(ids_in_outbox)
  expect_exit 0 as olivia outbox list --json
  json '.keyed'
  cp big.bin other.bin
  for other in '--subject other --file big.bin' '--subject keyed --file other.bin' \
    '--subject keyed --purpose test-results --file big.bin' \
    '--subject keyed --file big.bin --file other.bin' '--subject keyed text'; do
    # shellcheck disable=SC2086
    expect_exit 9 as olivia send --to dr.lee --key backup $other --json
    [ "$(error_code)" = conflict ]
    contains "$errors" "outbox drop $id"
  done
  expect_exit 0 as olivia send --to dr.lee --subject keyed --key backup --file big.bin --json
  json '.id == $id' --arg id "$id"
  expect_exit 0 as olivia send --to dr.lee --subject keyed --key backup --file big.bin --json
  json '.duplicate'
  [ "$(got keyed)" = 1 ]
  flip big.bin 1000
  expect_exit 9 as olivia send --to dr.lee --subject keyed --key backup --file big.bin
}

@test "a pipe cannot be read again: retry says what to do, and does not hold up the others" {
  mkfifo pipe
  exec 8<>pipe
  begin send --to dr.lee --subject piped --key pipe --file - --file-name dump.sql <pipe
  end_sender
  exec 8>&-
  id=$(ids_in_outbox)
  expect_exit 2 as olivia outbox retry "$id"
  contains "$errors" "cannot be read again"
  contains "$errors" "same --key"
  expect_exit 0 as olivia outbox list --json
  json '.repeatable == false'
  head -c 1000000 /dev/zero | as olivia send --to dr.lee --subject piped --key pipe \
    --file - --file-name dump.sql
  [ "$(got piped)" = 1 ]
  never in_outbox
}

@test "a file that became a pipe or a folder, or went away, holds up its own message only" {
  local what
  for what in pipe folder gone fine; do
    head -c 6000000 /dev/urandom >"$what"
    SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee --subject "$what" --file "$what" \
      --bwlimit 1M >"$T/out" 2>"$T/err" 3>&- &
    SENDER=$!
    wait_for "the draft" 60 is_drafted "$what"
    end_sender
    draft_of "$what" >"id-$what"
  done
  rm pipe folder gone
  mkfifo pipe
  mkdir folder
  expect_exit 8 env SEALPOST_HOME="$ORG_DIR/olivia" timeout $((60 * PATIENCE)) "$SEALPOST" outbox retry
  [ "$output" = "$(cat id-fine)" ]
  [ "$(got fine)" = 1 ]
  for what in pipe folder gone; do
    contains "$errors" "outbox drop $(cat "id-$what")"
  done
  [[ $errors != *tar* ]]
  expect_exit 3 as olivia outbox retry "$(cat id-gone)"
  expect_exit 2 as olivia outbox retry "$(cat id-folder)"
}
draft_of() { as olivia outbox list --json | jq -r --arg s "$1" 'select(.subject == $s) | .id'; }
is_drafted() { [[ -n $(draft_of "$1") ]]; }

@test "a pipe that nobody writes to: interrupted, exit 130" {
  mkfifo silent
  SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee --file silent 2>err 3>&- &
  sender=$!
  wait_for "the draft" 60 has_draft
  wait_for "the sender to wait for a writer" 30 opens "$sender"
  kill -INT "$sender"
  status=0
  wait "$sender" || status=$?
  cat err >&2
  [ "$status" -eq 130 ]
  contains "$(cat err)" "interrupted"
  never in_outbox
}
# The number of openat on the machines that we build for.
opens() { [[ $(cut -d ' ' -f 1 "/proc/$1/syscall") =~ ^(257|56)$ ]]; }

@test "killed at any commit: what was in the outbox is sent once, the rest was never promised" {
  needs_strace
  echo text >file.txt
  local number kills=0 promised
  for number in {1..40}; do
    killed_at fdatasync "$number" send --to dr.lee --subject "commit $number" --file file.txt || break
    kills=$((kills + 1))
    promised=$(as olivia sent --json | jq -r .subject | grep -cx "commit $number" || true)
    [[ -z $(ids_in_outbox) ]] || promised=1
    expect_exit 0 as olivia outbox retry
    [ "$(got "commit $number")" = "$promised" ]
    never in_outbox
  done
  ((kills >= 3 && number < 40))
  [ "$(got "commit $number")" = 1 ]
}

@test "killed at any answer of the relay, and with a key: sent once" {
  needs_strace
  local number kills=0
  for number in {1..60}; do
    killed_at read "$((20 * number))" send --to dr.lee --key "answer $number" \
      --subject "answer $number" text || break
    kills=$((kills + 1))
    expect_exit 0 as olivia send --to dr.lee --key "answer $number" --subject "answer $number" text
    [ "$(got "answer $number")" = 1 ]
    never in_outbox
  done
  ((kills >= 2 && number < 60))
}

@test "retry without a relay: exit 75, and the message stays" {
  needs_strace
  unconfirmed away text
  expect_exit 0 as olivia sent --json
  json_lines 'any(.id == $id and .confirmed == false)' --arg id "$id"
  stop_relay
  expect_exit 75 as olivia outbox retry "$id" --json
  [ "$(error_code)" = unreachable ]
  start_relay
  expect_exit 0 as olivia outbox retry --json
  json '.type == "outbox-result" and .id == $id and .result == "sent"' --arg id "$id"
  [ "$(got away)" = 1 ]
  expect_exit 0 as olivia sent --json
  json_lines 'any(.id == $id and .confirmed)' --arg id "$id"
}

@test "some can be sent and some cannot: exit 8, each failure is named" {
  needs_strace
  unconfirmed stays text
  head -c 30000000 /dev/urandom >gone.bin
  begin send --to dr.lee --subject gone --file gone.bin --bwlimit 2M
  end_sender
  gone=$(uploading)
  rm gone.bin
  expect_exit 8 as olivia outbox retry --json
  json_lines 'map({(.id): .result}) | add == {($a): "failed", ($b): "sent"}' \
    --arg a "$gone" --arg b "$id"
  json_lines 'map(select(.result == "failed"))[0].code == "not-found"'
  [ "$(error_code)" = partial ]
  [ "$(got stays)" = 1 ]
  [ "$(ids_in_outbox)" = "$gone" ]
}

@test "several at once send once" {
  needs_strace
  unconfirmed race text
  for _ in {1..4}; do as olivia outbox retry "$id" >>"$T/raced" 2>&1 3>&- & done
  wait
  [ "$(got race)" = 1 ]
  never in_outbox
}

@test "what is being sent just now is left to who sends it" {
  head -c 30000000 /dev/urandom >big.bin
  begin send --to dr.lee --subject busy --file big.bin --bwlimit 1M
  id=$(uploading)
  expect_exit 0 as olivia outbox retry --json
  json '.type == "outbox-result" and .id == $id and .result == "elsewhere"' --arg id "$id"
  expect_exit 0 as olivia outbox retry "$id"
  contains "$errors" "is being sent by another process"
  end_sender
  expect_exit 0 as olivia outbox retry --bwlimit 1G
  [ "$(got busy)" = 1 ]
}

@test "two commands with one key at once: one message, and both know it" {
  echo file >file.txt
  for _ in 1 2 3; do
    SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee --key twins --subject twins \
      --file file.txt --json >>twins.json 2>>twins.err 3>&- &
  done
  wait
  [ "$(wc -l <twins.json)" = 3 ]
  output=$(<twins.json)
  json_lines 'map(.id) | unique | length == 1'
  json_lines 'map(select(.duplicate | not)) | length == 1'
  [ "$(got twins)" = 1 ]
}

@test "interrupted: exit 130, and the hint says how to go on" {
  head -c 30000000 /dev/urandom >big.bin
  begin send --to dr.lee --subject stopped --file big.bin --bwlimit 2M
  kill -INT "$SENDER"
  status=0
  wait "$SENDER" || status=$?
  [ "$status" = 130 ]
  contains "$(<err)" "sealpost outbox retry $(uploading)"
  expect_exit 0 as olivia outbox retry
  [ "$(got stopped)" = 1 ]
}

@test "files that the relay has swept away are uploaded and sealed again, under the same id" {
  needs_strace
  head -c 100000 /dev/urandom >scan.bin
  unconfirmed swept --file scan.bin
  stop_relay
  python3 - "$RELAY_DIR/relay.db" <<'PYTHON'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
for table in "parts", "blob_leaves", "blobs":
    store.execute("DELETE FROM " + table)
store.commit()
PYTHON
  start_relay
  expect_exit 0 as olivia outbox retry
  [ "$output" = "$id" ]
  [ "$(got swept)" = 1 ]
  as dr.lee read "$id" --attachment 1 -o - | cmp - scan.bin
  never in_outbox
}

@test "a sealed message whose file came from a pipe is retried, until its file is swept away" {
  needs_strace
  head -c 100000 /dev/urandom >dump
  unconfirmed emptied --file - --file-name dump.sql <dump
  expect_exit 0 as olivia outbox list --json
  json '.state == "unconfirmed" and .repeatable'
  stop_relay
  sqlite3 "$RELAY_DIR/relay.db" 'DELETE FROM parts; DELETE FROM blob_leaves; DELETE FROM blobs'
  start_relay
  expect_exit 3 as olivia outbox retry "$id"
  contains "$errors" "run the same command again"
  [ "$(got emptied)" = 0 ]
}

@test "a message with a file is counted once, whatever has become of it" {
  needs_strace
  echo file >file.txt
  unconfirmed counted --file file.txt
  expect_exit 0 as olivia status --json
  json '.outbox == 1'
  expect_exit 0 as olivia outbox list
  [ "$(grep -c "$id" <<<"$output")" = 1 ]
  expect_exit 0 as olivia outbox retry
  expect_exit 0 as olivia status --json
  json '.outbox == 0'
}

@test "the beginning of an id names one message, or none" {
  head -c 6000000 /dev/urandom >big.bin
  # The first eight characters of an id are the same for a minute: two of three have them.
  local number
  for number in 1 2 3; do
    SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee --subject "n$number" --file big.bin \
      --bwlimit 1M >/dev/null 2>&1 3>&- &
    SENDER=$!
    wait_for "the draft" 60 is_drafted "n$number"
    end_sender
  done
  twice=$(ids_in_outbox | cut -c 1-8 | sort | uniq -d)
  [ -n "$twice" ]
  expect_exit 9 as olivia outbox drop "$twice" --yes
  contains "$errors" "several messages begin with $twice"
  expect_exit 3 as olivia outbox drop "${twice:0:7}" --yes
  expect_exit 3 as olivia outbox retry 0
  [ "$(ids_in_outbox | wc -l)" = 3 ]
  id=$(ids_in_outbox | tail -1)
  expect_exit 0 as olivia outbox drop "${id:0:35}" --yes
  [ "$(ids_in_outbox | wc -l)" = 2 ]
}

@test "drop asks, and does not pretend: what the relay has not accepted is gone" {
  needs_strace
  unconfirmed dropped text
  expect_exit 2 as olivia outbox drop "$id" </dev/null
  in_outbox
  expect_exit 0 as olivia outbox drop "$id" --yes --json
  json '.type == "outbox-drop" and .id == $id and .outcome == "not-accepted"' --arg id "$id"
  expect_exit 0 as olivia outbox retry
  [ "$(got dropped)" = 0 ]
  expect_exit 0 as olivia sent --json
  lacks "$output" "$id"
}

@test "drop without a relay says that the outcome is not known" {
  needs_strace
  unconfirmed unknown text
  stop_relay
  expect_exit 2 as olivia outbox drop "$id" </dev/null
  expect_exit 0 as olivia outbox drop "$id" --yes --json
  start_relay
  json '.outcome == "unknown" and (.reason | length > 0)'
  never in_outbox
}

@test "drop of what the relay has accepted confirms it instead" {
  needs_strace
  unconfirmed accepted text
  cp "$(vault_of olivia)" before.db
  expect_exit 0 as olivia outbox retry
  put_vault olivia before.db # the answer never came
  expect_exit 0 as olivia outbox drop "$id" --yes --json
  json '.outcome == "confirmed"'
  never in_outbox
  expect_exit 0 as olivia sent --json
  json_lines 'any(.id == $id and .confirmed)' --arg id "$id"
  [ "$(got accepted)" = 1 ]
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 300s
}

@test "retry --bwlimit counts instead of what send was told" {
  head -c 3000000 /dev/urandom >big.bin
  begin send --to dr.lee --subject slow --file big.bin --bwlimit 1K
  end_sender
  expect_exit 2 as olivia outbox retry --bwlimit fast
  contains "$errors" "bytes per second"
  expect_exit 2 as olivia outbox retry --bwlimit ""
  in_outbox
  # By the first limit it would take the better part of an hour.
  expect_exit 0 env SEALPOST_HOME="$ORG_DIR/olivia" timeout 120 "$SEALPOST" outbox retry --bwlimit 1G
  [ "$(got slow)" = 1 ]
  never in_outbox
}

@test "drop of an upload forgets it" {
  head -c 30000000 /dev/urandom >big.bin
  begin send --to dr.lee --subject never --file big.bin --bwlimit 2M
  end_sender
  id=$(ids_in_outbox)
  expect_exit 0 as olivia outbox drop "$id" --yes --json
  json '.outcome == "not-sent"'
  never in_outbox
  [ "$(got never)" = 0 ]
}

@test "a vault from before the sending learns that the same content was accepted" {
  cp "$(vault_of olivia)" before.db
  expect_exit 0 as olivia send --to dr.lee --key restored --subject restored text --json
  id=$(field .id)
  [ "$(got restored)" = 1 ]
  put_vault olivia before.db
  expect_exit 0 as olivia send --to dr.lee --key restored --subject restored text --json
  json '.id == $id and .duplicate and .adopted' --arg id "$id"
  [ "$(got restored)" = 1 ]
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 300s
  expect_exit 0 as olivia receipt verify "$id" --json
  json .verified
  put_vault olivia before.db
  expect_exit 9 as olivia send --to dr.lee --key restored --subject restored 'another text'
  never in_outbox
}
