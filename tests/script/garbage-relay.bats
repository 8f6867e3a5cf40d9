# A relay, or something in its place, that answers with garbage: every client says in one harmless
# line what is wrong, in little memory and time, keeps what it has, and goes on afterwards.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  start_liar
  head -c 3000000 /dev/urandom >"$ORG_DIR/scan"
  as olivia send --to dr.lee --file "$ORG_DIR/scan" first >"$ORG_DIR/first"
  as dr.lee inbox >/dev/null
  # Giving up on silence takes half a minute: it starts here, and its end is looked at last.
  lie garbage kind=silence
  {
    local status=0
    as olivia inbox >"$ORG_DIR/silence.out" 2>"$ORG_DIR/silence.err" 3>&- || status=$?
    echo "$status" >"$ORG_DIR/silence.status"
  } &
  wait_for "the first unanswered request" 30 test -s "$LIES/told"
  truth
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

# garbage STATUS SENTENCE KIND...: each kind, in answer to the first request.
garbage() {
  local status=$1 sentence=$2 kind
  shift 2
  for kind in "$@"; do
    lie garbage kind="$kind"
    caught "$status" "$sentence" as dr.lee inbox || { echo "on: $kind" >&2 && return 1; }
    [[ -z $output ]]
    truth
  done
  expect_exit 0 as dr.lee inbox
}

@test "bytes that are no answer" {
  garbage 2 "the relay's answer is out of form" "random bytes" nothing "no content" "half a map" \
    "a number" "an empty map" "a string of 2^62 bytes" "an array of 2^62 items" \
    "a million arrays" "endless strings" "a page" "status 200 of a problem" "a compressed bomb"
}

@test "answers that never end are cut off" {
  garbage 2 "the relay's answer is longer than allowed" "an endless body" "endless chunks" \
    "an endless problem"
}

@test "a redirect is not followed" {
  garbage 2 "a redirect, which is never followed" "a redirect"
}

@test "statuses and problems of any kind" {
  garbage 1 "HTTP status 999" "status 999"
  garbage 3 "HTTP status 404" "a bare 404"
  garbage 2 "HTTP status 418" "an unknown problem"
  garbage 5 "the relay says: no" "a hostile problem"
  garbage 75 "HTTP status 429" "come back in a century"
}

@test "what is not even HTTP is tried four times" {
  lie garbage kind="endless headers,one endless header,another protocol,broken off"
  caught 75 "the relay cannot be reached" as dr.lee inbox
  truth
  [ "$(wc -l <"$LIES/told")" = 4 ]
  expect_exit 0 as dr.lee inbox
}

@test "no problem text of a relay reaches the JSON output raw" {
  lie garbage kind="a hostile problem"
  expect_exit 5 as dr.lee inbox --json
  truth
  plain_screen
  [ "$(error_code)" = denied ]
}

# on ROUTE COMMAND...: garbage and a hostile problem in answer to one route of many.
on() {
  local route=$1 kind status
  shift
  for kind in "random bytes" "a hostile problem"; do
    lie garbage kind="$kind" route="$route"
    status=0
    "$@" >out 2>err || status=$?
    truth || { echo "on: $route" >&2 && return 1; }
    output=$(<out) errors=$(<err)
    [[ $status =~ ^(2|5|7)$ ]] || { echo "$route: exit $status: $errors" >&2 && return 1; }
    _one_sentence
    plain_screen
  done
}

@test "garbage in answer to whatever a recipient asks for" {
  on "GET /audit/checkpoint" as dr.lee inbox
  as olivia send --to dr.lee more >/dev/null
  on "GET /audit/tile" as dr.lee inbox
  on "GET /prekeys" as dr.lee inbox
  on "GET /orders/" as dr.lee inbox
  on "GET /inbox" as dr.lee inbox
  on "GET /messages/.*/evidence" as dr.lee receipt verify "$(<"$ORG_DIR/first")"
  mkdir out.d
  on "GET /blobs/[0-9a-f]+/leaves" as dr.lee read "$(<"$ORG_DIR/first")" --save out.d
  on "GET /blobs/[0-9a-f]+$" as dr.lee read "$(<"$ORG_DIR/first")" --save out.d
  [ ! -e out.d/scan ]
  expect_exit 0 as dr.lee read "$(<"$ORG_DIR/first")" --save out.d
  cmp "$ORG_DIR/scan" out.d/scan
}

@test "garbage in answer to whatever a sender asks for" {
  before=$(as dr.lee inbox --json | jq -s length)
  on "POST /prekeys/claim" as olivia send --to dr.lee garbled
  on "POST /blobs$" as olivia send --to dr.lee --file "$ORG_DIR/scan" garbled
  on "GET /receipts" as olivia receipt show "$(<"$ORG_DIR/first")"
  on "GET /audit/events" as olivia audit query
  on "POST /messages" as olivia send --to dr.lee --key garbled garbled
  expect_exit 0 as olivia send --to dr.lee --key garbled garbled
  [ "$(as dr.lee inbox --json | jq -s length)" -le $((before + 2)) ]
}

@test "a refusal with escapes in its texts and names" {
  lie refuse text=$'no\nsealpost: done\e]0;owned\a\u202e'
  caught 5 "the relay says: no" as olivia send --to dr.lee --subject refused text
  truth
  expect_exit 0 as olivia outbox list
  lacks "$output" refused
  expect_exit 0 as olivia sent
  lacks "$output" refused
  plain_screen
}

@test "a retry that loses the relay asks no further: the rest waits" {
  lie garbage kind="come back in a century" route="POST /messages"
  for subject in one two three; do
    expect_exit 75 as olivia send --to dr.lee --subject "$subject" text
  done
  truth
  lie garbage kind="come back in a century" route="POST /messages"
  expect_exit 75 as olivia outbox retry
  [ "$(grep -c . "$LIES/told")" = 1 ]
  truth
  expect_exit 0 as olivia outbox retry
  [ "$(wc -l <<<"$output")" = 3 ]
}

@test "an answer that takes its time is waited for" {
  lie delay seconds=2
  expect_exit 0 as dr.lee inbox
  truth
}

@test "waiting for a receipt ends when its time is over, whatever the relay does" {
  id=$(as olivia send --to dr.lee unread)
  # The patience with silence is half a minute for each of several tries.
  lie garbage kind=silence
  expect_exit 11 env SEALPOST_HOME="$ORG_DIR/olivia" timeout 20 \
    "$SEALPOST" receipt wait "$id" --timeout 2s
  contains "$errors" "is not read by everybody yet"
  truth
  # What is known already needs no relay.
  as dr.lee inbox >/dev/null
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 30s
  lie garbage kind=silence
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 2s
  rm "$LIES/lie"
}

@test "silence is not waited out for ever" {
  wait_for "the end of half a minute" 60 test -s "$ORG_DIR/silence.status"
  [ "$(cat "$ORG_DIR/silence.status")" = 75 ]
  grep -q "the relay cannot be reached" "$ORG_DIR/silence.err"
  [ ! -s "$ORG_DIR/silence.out" ]
}
