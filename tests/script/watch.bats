# sealpost watch: messages, receipts and orders as they come.
load support

setup_file() { start_org olivia dr.lee nurse.kim; }
teardown_file() { stop_org; }
teardown() {
  [[ -z ${WATCHER-} ]] || kill -KILL "$WATCHER" 2>/dev/null || true
}

# start_watch USER [ARGS...]: in the background; its output is in ./seen, its status in ./status.
start_watch() {
  local user=$1
  shift
  rm -f status
  : >seen
  : >said
  SEALPOST_HOME=$ORG_DIR/$user "$SEALPOST" watch --json "$@" >seen 2>said </dev/null 3>&- &
  WATCHER=$!
}
saw() { jq -es --arg id "${2-}" "any($1)" seen >/dev/null 2>&1; }
# Only what is in place is told to be waiting: the relay knows of the poll.
is_waiting() {
  [[ $(curl -sk "$RELAY_URL/metrics" | awk '$1 == "sealpost_waiting_polls" { print $2 }') != 0 ]]
}
# ends_with STATUS
ends_with() {
  local status=0
  wait_for "the watch to end" 60 _gone "$WATCHER"
  wait "$WATCHER" || status=$?
  WATCHER=
  [[ $status == "$1" ]] || { echo "watch ended with $status" >&2 && cat seen said >&2 && return 1; }
}

@test "--once tells what waits, stores it, and ends" {
  expect_exit 0 as dr.lee watch --once --json
  [ -z "$output" ]
  id=$(as olivia send --to dr.lee --subject "Lab report" --purpose test-results body)
  expect_exit 0 as dr.lee watch --once --json
  json_lines 'length == 1 and .[0].type == "message" and .[0].id == $id and .[0].unread' --arg id "$id"
  expect_exit 0 as dr.lee watch --once --json
  [ -z "$output" ]
  expect_exit 0 as dr.lee inbox --json
  json_lines 'length == 1'
  expect_exit 0 as olivia watch --once --json
  json_lines 'map(select(.type == "receipt" and .message == $id)) | length == 1' --arg id "$id"
  json_lines '.[0].state == "delivered" and .[0].device == "mercy.example/dr.lee/laptop"'
  as dr.lee read "$id" >/dev/null
  expect_exit 0 as olivia watch --once
  contains "$output" "read mercy.example/dr.lee/laptop"
}

@test "--once says in words what came" {
  as olivia send --to dr.lee --subject "Two words" body >/dev/null
  expect_exit 0 as dr.lee watch --once
  contains "$output" "from olivia for general: Two words"
}

@test "messages and receipts are told as they come, and delivered is not read" {
  start_watch dr.lee
  wait_for "the poll" 30 is_waiting
  first=$(as olivia send --to dr.lee one)
  wait_for "the message" 30 saw '.type == "message" and .id == $id' "$first"
  expect_exit 0 as olivia receipt show "$first" --json
  json '.state == "delivered"'
  sent=$(as dr.lee send --to nurse.kim hello)
  as nurse.kim inbox >/dev/null
  wait_for "the receipt" 30 saw '.type == "receipt" and .message == $id and .state == "delivered"' "$sent"
  as nurse.kim read "$sent" >/dev/null
  wait_for "the second receipt" 30 saw '.type == "receipt" and .message == $id and .state == "read"' "$sent"
  kill -INT "$WATCHER"
  ends_with 130
  [ "$(jq -s 'map(select(.type == "message")) | length' seen)" = 1 ]
}

@test "what another command fetches is told as well" {
  start_watch dr.lee
  wait_for "the poll" 30 is_waiting
  id=$(as olivia send --to dr.lee both)
  as dr.lee inbox >/dev/null
  wait_for "the message" 30 saw '.id == $id' "$id"
  kill -TERM "$WATCHER"
  ends_with 130
  [ "$(jq -s --arg id "$id" 'map(select(.id == $id)) | length' seen)" = 1 ]
}

@test "a relay that is away is said once, and the watch goes on when it is back" {
  start_watch dr.lee
  wait_for "the poll" 30 is_waiting
  kill_relay
  wait_for "the word" 60 saw '.type == "connection" and .state == "away"'
  start_relay
  wait_for "the relay" 90 saw '.type == "connection" and .state == "back"'
  id=$(as olivia send --to dr.lee again)
  wait_for "the message" 60 saw '.id == $id' "$id"
  kill -INT "$WATCHER"
  ends_with 130
  [ "$(jq -s 'map(select(.type == "connection")) | length' seen)" = 2 ]
  [ "$(grep -c 'the relay is away' said)" = 1 ]
}

@test "--once without a relay is 75" {
  stop_relay
  expect_exit 75 as dr.lee watch --once
  start_relay
}

@test "a watch does not keep the vault unlocked, and ends when it is locked" {
  before=$(as dr.lee status --json | jq .remaining)
  start_watch dr.lee
  wait_for "the poll" 30 is_waiting
  sleep 1.2
  [ "$(as dr.lee status --json | jq .remaining)" -lt "$before" ]
  as dr.lee lock
  ends_with 4
  contains "$(<said)" '"code":"locked"'
  unlock dr.lee
}

@test "with a passphrase of its own it does not need the agent" {
  as dr.lee lock
  start_watch dr.lee --passphrase-file "$PASSFILE"
  wait_for "the poll" 30 is_waiting
  id=$(as olivia send --to dr.lee locked)
  wait_for "the message" 30 saw '.id == $id' "$id"
  kill -INT "$WATCHER"
  ends_with 130
  unlock dr.lee
}

@test "a watch that is killed loses nothing and tells nothing twice" {
  start_watch dr.lee
  wait_for "the poll" 30 is_waiting
  as olivia send --to dr.lee killed >/dev/null &
  sleep 0.3
  kill -KILL "$WATCHER"
  wait
  WATCHER=
  before=$(as dr.lee inbox --json | jq -s length)
  id=$(as olivia send --to dr.lee after)
  expect_exit 0 as dr.lee watch --once --json
  json_lines 'length == 1 and .[0].id == $id' --arg id "$id"
  [ "$(as dr.lee inbox --json | jq -s length)" = $((before + 1)) ]
}

@test "whoever watches sends newcomers the register's key" {
  as dr.lee group add watched --member dr.lee >/dev/null
  add_member dr.new member
  expect_exit 75 as dr.new group list
  expect_exit 0 as dr.lee watch --once
  expect_exit 0 as dr.new watch --once
  expect_exit 0 as dr.new group list
}

# --- --exec --------------------------------------------------------------------------------------

# A program in the scratch folder: its lines are the arguments.
program() {
  printf '#!/bin/bash\n' >handler
  printf '%s\n' "$@" >>handler
  chmod +x handler
}
handled() { jq -es --arg id "$1" 'any(.id == $id)' seen >/dev/null 2>&1; }

@test "--exec hands each event to the program, with its arguments, and again until it ends with 0" {
  as dr.lee watch --once --exec true
  printf 0 >count
  program 'cat >last' 'n=$(($(<count) + 1)); printf %s "$n" >count' \
    'printf "%s\n" "$@" >arguments; ((n > 2)) && cat last >>seen'
  : >seen
  id=$(as olivia send --to dr.lee --subject 'a "quote" and a \ in it' body)
  expect_exit 0 as dr.lee watch --once --exec ./handler -- --flag 'two words' '$HOME;x'
  [ "$(<count)" = 3 ]
  [ "$(cat arguments)" = $'--flag\ntwo words\n$HOME;x' ]
  [ "$(wc -l <seen)" = 1 ]
  jq -e --arg id "$id" '.type == "message" and .id == $id and .subject == "a \"quote\" and a \\ in it"' seen
  expect_exit 0 as dr.lee watch --once --exec ./handler
  [ "$(<count)" = 3 ]
  contains "$(as dr.lee inbox --unread)" "a \"quote\""
}

@test "--exec goes on where it was: what failed is told by the next one, in order, also after other commands" {
  program 'cat >/dev/null; exit 3'
  first=$(as olivia send --to dr.lee one)
  second=$(as olivia send --to dr.lee two)
  expect_exit 8 as dr.lee watch --once --exec ./handler
  contains "$errors" "ended with status 3"
  as dr.lee inbox >/dev/null
  as dr.lee watch --once >/dev/null
  third=$(as olivia send --to dr.lee three)
  program 'cat >>seen'
  : >seen
  expect_exit 0 as dr.lee watch --once --exec ./handler
  [ "$(jq -rs 'map(.id) | join(" ")' seen)" = "$first $second $third" ]
}

@test "--exec that is killed at work tells the same event again" {
  : >seen
  program 'cat >>seen; echo $$ >started; exec sleep 600'
  id=$(as olivia send --to dr.lee killed)
  start_watch dr.lee --exec ./handler
  wait_for "the command" 30 test -s started
  kill -KILL "$WATCHER"
  wait_for "the watch to end" 30 _gone "$WATCHER"
  WATCHER=
  kill "$(<started)"
  program 'cat >>again'
  expect_exit 0 as dr.lee watch --once --exec ./handler
  [ "$(jq -rs 'map(.id) | join(" ")' again)" = "$id" ]
}

@test "--exec in a watch backs off and goes on in order; receipts and recalls are events, too" {
  program 'cat >last; [[ -e stop ]] && exit 1; cat last >>told'
  touch stop
  : >told
  start_watch dr.lee --exec ./handler
  wait_for "the poll" 30 is_waiting
  first=$(as olivia send --to dr.lee one)
  second=$(as olivia send --to dr.lee two)
  wait_for "a failure" 30 grep -q "ended with status 1" said
  wait_for "the second message" 30 delivered "$second"
  [ ! -s told ]
  rm stop
  told() { jq -es --arg id "$1" 'any(.id == $id)' told >/dev/null 2>&1; }
  wait_for "both" 60 told "$second"
  [ "$(jq -rs 'map(select(.type == "message").id) | join(" ")' told)" = "$first $second" ]
  as olivia recall "$second" --yes >/dev/null
  recalled() { jq -es --arg id "$second" 'any(.type == "recall" and .message == $id)' told >/dev/null 2>&1; }
  wait_for "the recall" 60 recalled
  kill -TERM "$WATCHER"
  ends_with 130
}
delivered() { as olivia receipt show "$1" --json | jq -e '.state == "delivered"' >/dev/null; }

@test "--exec: a program that does not exist, or arguments without one, is a usage error at once" {
  for wrong in "--exec ./nothing" "--exec no-such-program-anywhere" "--exec /" "-- argument"; do
    # shellcheck disable=SC2086
    expect_exit 2 as dr.lee watch --once $wrong
  done
  expect_exit 2 as dr.lee watch --once --exec ""
}

@test "--exec: Ctrl-C ends a program that hangs, and the event is told again" {
  program 'cat >/dev/null; echo $$ >started; exec sleep 600'
  id=$(as olivia send --to dr.lee hangs)
  start_watch dr.lee --exec ./handler
  wait_for "the command" 30 test -s started
  kill -INT "$WATCHER"
  ends_with 130
  _gone "$(<started)"
  program 'cat >>again'
  expect_exit 0 as dr.lee watch --once --exec ./handler
  [ "$(jq -rs 'map(.id) | join(" ")' again)" = "$id" ]
}

@test "--exec: a program gets no secret and no descriptor, and need not read; another such watch is refused" {
  program 'env >environment' 'ls -l /proc/$$/fd >descriptors' 'exec <&-'
  as olivia send --to dr.lee one >/dev/null
  export SEALPOST_PASSPHRASE_COMMAND="cat $PASSFILE" CREDENTIALS_DIRECTORY=$T
  expect_exit 0 as dr.lee watch --once --exec ./handler
  unset SEALPOST_PASSPHRASE_COMMAND CREDENTIALS_DIRECTORY
  never grep -q "PASSPHRASE\|CREDENTIALS" environment
  grep -q SEALPOST_HOME environment
  never grep -q "vault\|socket" descriptors
  program 'cat >/dev/null'
  start_watch dr.lee --exec ./handler
  wait_for "the poll" 30 is_waiting
  expect_exit 9 as dr.lee watch --once --exec ./handler
  kill -INT "$WATCHER"
  ends_with 130
}

# The last one: nurse.kim's device is gone afterwards.
@test "an order to wipe is told and obeyed at once" {
  start_watch nurse.kim
  wait_for "the poll" 30 is_waiting
  as olivia device wipe nurse.kim/laptop --reason stolen --yes --json >ordered
  ends_with 5
  [ "$(jq -s 'map(select(.type == "order")) | length' seen)" = 1 ]
  saw '.type == "order" and .order == "wipe" and .reason == "stolen" and .id == $id' \
    "$(jq -r .id ordered)"
  contains "$(<said)" "this device was wiped on order of mercy.example/olivia/"
  [ ! -e "$ORG_DIR/nurse.kim/nurse.kim/vault.db" ]
}
