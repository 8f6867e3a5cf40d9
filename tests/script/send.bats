# sealpost send: accepted means durable, everybody or nobody, once.
load support

setup_file() { start_org olivia dr.lee nurse.kim; }
teardown_file() { stop_org; }

ids_of() { as "$1" inbox --json | jq -r .id; }

@test "a text reaches its recipient and nobody else" {
  expect_exit 0 as olivia send --to dr.lee --subject Ward 'call me' --json
  json '.type == "sent" and .duplicate == false'
  json '.recipients == [{"to":"dr.lee","device":"mercy.example/dr.lee/laptop","state":"accepted","last-resort":false}]'
  local id
  id=$(field .id)
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id and .from == "olivia" and .subject == "Ward" and .unread)' --arg id "$id"
  expect_exit 0 as nurse.kim inbox --json
  lacks "$output" "$id"
}

@test "the text comes from standard input when it is not given" {
  id=$(echo "from a pipe" | as olivia send --to dr.lee)
  as dr.lee inbox >/dev/null
  expect_exit 0 as dr.lee read "$id" --json
  json '.body == "from a pipe\n"'
}

@test "several recipients share one message, each named once" {
  expect_exit 0 as olivia send --to dr.lee --to nurse.kim --to dr.lee hello --json
  json '[.recipients[].to] == ["dr.lee","nurse.kim"]'
  id=$(field .id)
  for user in dr.lee nurse.kim; do
    ids_of "$user" | grep -q "$id"
    expect_exit 0 as "$user" read "$id" --json
    json '.to == ["dr.lee","nurse.kim"] and .body == "hello"'
  done
}

@test "flags may stand before or after the verb" {
  expect_exit 0 as olivia --json send --to dr.lee before
  json '.type == "sent"'
}

@test "an unknown recipient: exit 3 and nothing is sent to the others" {
  before=$(ids_of nurse.kim | wc -l)
  expect_exit 3 as olivia send --to nurse.kim --to dr.nobody text --json
  [ "$(error_code)" = not-found ]
  contains "$errors" dr.nobody
  [ "$(ids_of nurse.kim | wc -l)" = "$before" ]
}

@test "a key or a limit with nothing in it is refused, not ignored" {
  expect_exit 2 as olivia send --to dr.lee --key "" twice
  contains "$errors" "--key"
  expect_exit 2 as olivia send --to dr.lee --key= twice
  expect_exit 2 as olivia send --to dr.lee --bwlimit "" text
}

@test "a standard input that is closed is no empty message and no empty file" {
  before=$(ids_of dr.lee | wc -l)
  expect_exit 2 as olivia send --to dr.lee <&-
  contains "$errors" "standard input is closed"
  contains "$errors" "</dev/null"
  expect_exit 2 as olivia send --to dr.lee --file - --file-name dump.sql <&- --json
  [ "$(error_code)" = usage ]
  contains "$errors" "standard input is closed"
  expect_exit 0 as olivia outbox list
  [ -z "$output" ]
  # Where nothing is read from it, it is not missed.
  expect_exit 0 as olivia send --to dr.lee text <&-
  [ "$(ids_of dr.lee | wc -l)" = $((before + 1)) ]
}

@test "what is too long to be sent is said before anything is sent" {
  truncate -s 129G huge
  expect_exit 2 as olivia send --to dr.lee --file huge
  contains "$errors" "128 GiB"
  expect_exit 0 as olivia outbox list
  [ -z "$output" ]
}

@test "what waits of a pipe on the disk has no name, so that nothing stays of it" {
  mkdir spool
  mkfifo pipe
  TMPDIR=$PWD/spool SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee --file - \
    --file-name dump.sql <pipe >/dev/null 2>&1 3>&- &
  sender=$!
  exec 8>pipe
  head -c 60000000 /dev/zero >&8
  wait_for "something to wait on the disk" 30 spooled "$sender"
  [ -z "$(ls -A spool)" ]
  exec 8>&-
  wait "$sender"
  [ -z "$(ls -A spool)" ]
}
spooled() { find -L "/proc/$1/fd" -links 0 -size +1000k 2>/dev/null | grep -q .; }

@test "--partial sends to those who can be reached and exits 8" {
  expect_exit 8 as olivia send --partial --to nurse.kim --to dr.nobody text --json
  json 'any(.recipients[]; .to == "nurse.kim" and .state == "accepted")'
  json 'any(.recipients[]; .to == "dr.nobody" and .state == "unknown")'
  [ "$(error_code)" = partial ]
}

@test "the same --key sends once; other content under it is a conflict" {
  expect_exit 0 as olivia send --to dr.lee --key visit-1 'Tuesday 9:40' --json
  id=$(field .id)
  expect_exit 0 as olivia send --to dr.lee --key visit-1 'Tuesday 9:40' --json
  json '.id == $id and .duplicate' --arg id "$id"
  expect_exit 9 as olivia send --to dr.lee --key visit-1 'Tuesday 9:50' --json
  [ "$(error_code)" = conflict ]
  expect_exit 9 as olivia send --to nurse.kim --key visit-1 'Tuesday 9:40'
  expect_exit 9 as olivia send --to dr.lee --key visit-1 --subject Visit 'Tuesday 9:40'
  expect_exit 9 as olivia send --to dr.lee --key visit-1 --purpose test 'Tuesday 9:40'
  [ "$(ids_of dr.lee | grep -c "$id")" = 1 ]
  expect_exit 0 as olivia send --to dr.lee --to nurse.kim --key visit-2 both
  expect_exit 0 as olivia send --to nurse.kim --to dr.lee --key visit-2 both --json
  json .duplicate
}

@test "the key covers attached files" {
  echo one >file.txt
  expect_exit 0 as olivia send --to dr.lee --key with-file --file file.txt --json
  expect_exit 0 as olivia send --to dr.lee --key with-file --file file.txt --json
  json .duplicate
  cp file.txt other.txt
  expect_exit 9 as olivia send --to dr.lee --key with-file --file other.txt
  echo two >file.txt
  expect_exit 9 as olivia send --to dr.lee --key with-file --file file.txt
}

@test "a relay that is down: exit 75, and repeating with the same key sends once" {
  stop_relay
  expect_exit 75 as olivia send --to dr.lee --key outage 'later' --json
  [ "$(error_code)" = unreachable ]
  start_relay
  expect_exit 0 as olivia send --to dr.lee --key outage 'later' --json
  id=$(field .id)
  expect_exit 0 as olivia send --to dr.lee --key outage 'later' --json
  json .duplicate
  [ "$(ids_of dr.lee | grep -c "$id")" = 1 ]
}

@test "an undeclared purpose is a usage error that names the nearest" {
  expect_exit 2 as olivia send --to dr.lee --purpose test-result text --json
  [ "$(error_code)" = usage ]
  contains "$errors" test-results
}

@test "bad input is refused before anything is sent" {
  expect_exit 2 as olivia send text
  expect_exit 2 as olivia send --to 'dr lee' text
  expect_exit 3 as olivia send --to contact:jane text
  expect_exit 2 as olivia send --to dr.lee --expires 2020-01-01 text
  expect_exit 2 as olivia send --to dr.lee --expires soon text
  expect_exit 2 as olivia send --to dr.lee --subject $'two\nlines' text
  expect_exit 2 as olivia send --to dr.lee --subject $'\e[31mred' text
  expect_exit 2 as olivia send --to dr.lee --file - text </dev/null
  expect_exit 2 as olivia send --to dr.lee --file-name x text
  expect_exit 3 as olivia send --to dr.lee --file missing.txt
  expect_exit 2 as olivia send --to dr.lee --file .
  expect_exit 2 as olivia send --to dr.lee </dev/null
  printf '\xff\xfe' >binary
  expect_exit 2 as olivia send --to dr.lee - <binary
  head -c 1048577 /dev/zero | tr '\0' a >long
  expect_exit 2 as olivia send --to dr.lee - <long
}

@test "an answer that cannot be printed does not ask for a second sending" {
  expect_exit 1 sh -c 'SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee full >/dev/full'
  contains "$errors" "was sent"
  contains "$errors" "do not send it again"
}

@test "a file streams from standard input under a name" {
  head -c 3000000 /dev/urandom >data
  expect_exit 0 as olivia send --to dr.lee --file - --file-name dump.sql --json <data
  id=$(field .id)
  as dr.lee inbox >/dev/null
  as dr.lee read "$id" --attachment 1 -o - | cmp - data
}
