# sealpost audit query: the log as it is asked, live and out of a mirror.
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  ROOT=$(as olivia org show --json | jq -er .root)
  export ROOT
  for i in 1 2 3; do as olivia send --to dr.lee --purpose test-results "text $i" >"$ORG_DIR/sent$i"; done
  as dr.lee inbox >/dev/null
  as dr.lee read "$(cat "$ORG_DIR/sent1")" >/dev/null
  as dr.lee audit query >/dev/null 2>&1 || true
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
}
teardown_file() { stop_org; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  cp -a "$ORG_DIR/mirror" mirror
}

laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }
queries() { as aud audit query --event audit.query --json | jq -s length; }

@test "the auditor sees who did what, in order" {
  expect_exit 0 as aud audit query --json
  json_lines 'all(.[]; .type == "audit-event")'
  json_lines '[.[].index] == [range(length)]'
  json_lines '[.[].event] | index("org.create") != null and index("member.join") != null'
  id=$(cat "$ORG_DIR/sent1")
  expect_exit 0 as aud audit query --object "$id" --json
  json_lines '[.[].event] == ["message.send","message.fetch","message.deliver","message.read"]'
  json_lines '[.[].actor] == ["olivia","dr.lee","dr.lee","dr.lee"]'
  json_lines '.[0].purpose == "test-results" and .[0].outcome == "success"'
  json_lines '.[0].address == "127.0.0.1" and .[0].message == $id' --arg id "$id"
}

@test "a member may not read the log, and the refusal is logged" {
  expect_exit 5 as dr.lee audit query --json
  [ "$(error_code)" = denied ]
  expect_exit 0 as aud audit query --event access.refused --actor dr.lee --json
  json_lines 'length > 0 and all(.[]; .outcome == "refused")'
}

@test "the auditor may do nothing else" {
  expect_exit 5 as aud send --to dr.lee no
  expect_exit 0 as aud inbox
  contains "$errors" "nothing was fetched"
  expect_exit 5 as aud member invite x --role member
}

@test "filters narrow the list" {
  expect_exit 0 as aud audit query --event 'message.*' --actor dr.lee --json
  json_lines 'length > 0 and all(.[]; .actor == "dr.lee" and (.event | startswith("message.")))'
  expect_exit 0 as aud audit query --event message.read --since 1h --until 2999-01-01 --json
  json_lines 'length == 1'
  expect_exit 0 as aud audit query --since 2999-01-01 --json
  [ -z "$output" ]
  expect_exit 0 as aud audit query --after 2 --limit 2 --json
  json_lines '[.[].index] == [3,4]'
  expect_exit 2 as aud audit query --since yesterday
  expect_exit 2 as aud audit query --outcome maybe
  expect_exit 2 as aud audit query --after -1
  expect_exit 2 as aud audit query --limit 9999999999999999999999
}

# Every filter there is, as arguments.
filters() {
  cat <<FILTERS

--event message.read
--event message.*
--event message.re*
--event m*
--actor dr.lee
--actor mercy.example/dr.lee/laptop
--actor mercy.example/relay
--object $(cat "$ORG_DIR/sent2")
--object mercy.example/dr.lee/laptop
--purpose test-results
--outcome refused
--outcome success
--address 127.0.0.1
--since 1h
--until 2020-01-01
--after 5
--event message.* --actor dr.lee --limit 2
--event message.send --object $(cat "$ORG_DIR/sent3") --purpose test-results
FILTERS
}

@test "a mirror answers what the relay answers, with index and without, and needs no vault" {
  last=$(($(sed -n 2p mirror/checkpoint) - 1))
  while read -r line; do
    read -ra filter <<<"$line"
    expect_exit 0 as aud audit query "${filter[@]}" --json
    live=$(jq -c "select(.index <= $last)" <<<"$output")
    expect_exit 0 laptop audit query mirror --root "$ROOT" "${filter[@]}" --json
    [ "$output" = "$live" ] || { echo "with index: $line" >&2 && return 1; }
    expect_exit 0 laptop audit query mirror --root "$ROOT" --no-index "${filter[@]}" --json
    [ "$output" = "$live" ] || { echo "without: $line" >&2 && return 1; }
  done < <(filters)
  [ "$(stat -c %a mirror/index.db)" = 600 ]
  expect_exit 0 laptop audit query mirror --root "$ROOT" --event message.read
  contains "$output" "message.read"
  expect_exit 0 as aud audit query mirror --event message.read --json
  json_lines 'length == 1'
}

@test "a mirror that grew, or lost its index, or has another one, is answered from all the same" {
  expect_exit 0 laptop audit query mirror --root "$ROOT" --event message.send --json
  json_lines 'length == 3'
  as olivia send --to dr.lee more >/dev/null
  as aud audit mirror mirror >/dev/null
  cp mirror/index.db older.db
  expect_exit 0 laptop audit query mirror --root "$ROOT" --event message.send --json
  json_lines 'length == 4'
  for bad in "rm mirror/index.db" "cp older.db mirror/index.db" "truncate -s 4000 mirror/index.db" \
    "sqlite3 mirror/index.db \"UPDATE facts SET value = 'ab' WHERE name = 'mark'\"" \
    "sqlite3 mirror/index.db \"UPDATE facts SET value = '99999' WHERE name = 'size'\""; do
    eval "$bad"
    expect_exit 0 laptop audit query mirror --root "$ROOT" --event message.send --json
    json_lines 'length == 4'
  done
  # An index that hides an event cannot hide it from who looks at all of them.
  sqlite3 mirror/index.db "DELETE FROM terms"
  expect_exit 0 laptop audit query mirror --root "$ROOT" --event message.send --no-index --json
  json_lines 'length == 4'
}

@test "a folder that cannot be written is looked through" {
  [ "$(id -u)" != 0 ] || mkdir mirror/index.db
  chmod 500 mirror
  expect_exit 0 laptop audit query mirror --root "$ROOT" --event message.send --json
  chmod 700 mirror
  json_lines 'length == 3'
}

@test "nothing false comes out of a mirror" {
  bundle=$(find mirror/tile/entries -type f)
  flip "$bundle" 500
  expect_exit 7 laptop audit query mirror --root "$ROOT" --event message.send
  flip "$bundle" 500
  tile=$(find mirror/tile/0 -type f)
  flip "$tile" 40
  expect_exit 7 laptop audit query mirror --root "$ROOT" --event message.send
  flip "$tile" 40
  flip mirror/checkpoint 100
  expect_exit 7 laptop audit query mirror --root "$ROOT"
  flip mirror/checkpoint 100
  other=$(python3 -c 'import base64, hashlib
key = b"\x01" + bytes(32)
print("mercy.example+" + hashlib.sha256(b"mercy.example\n" + key).hexdigest()[:8] + "+" +
      base64.b64encode(key).decode())')
  expect_exit 7 laptop audit query mirror --root "$other"
  expect_exit 0 laptop audit query mirror --root "$ROOT"
}

@test "options that do not go together are refused" {
  expect_exit 2 as aud audit query --root "$ROOT"
  expect_exit 2 as aud audit query --no-index
  expect_exit 2 as aud audit query mirror --follow
  expect_exit 2 as aud audit query ""
  expect_exit 2 as aud audit query .
  expect_exit 2 laptop audit query mirror --root nonsense
  expect_exit 2 laptop audit query mirror
  contains "$errors" "--root VKEY"
}

@test "every query is an event with its filter, once, and its pages are not" {
  before=$(queries)
  as aud audit query --event message.send --limit 2 >/dev/null
  as aud audit query --event message.send --limit 2 >/dev/null
  expect_exit 0 as aud audit query --event audit.query --json
  json_lines 'length == $n + 3' --argjson n "$before"
  json_lines '.[-1].details.filter == "event=message.send" and .[-1].actor == "aud"'
  json_lines 'all(.[]; .request | length == 64)'
  # Offline nothing is asked of anybody.
  before=$(queries)
  as aud audit query mirror --event message.send >/dev/null
  [ "$(queries)" = $((before + 1)) ]
}

# Follows messages in the background, its number in $pid.
start_follow() {
  SEALPOST_HOME=$ORG_DIR/aud "$SEALPOST" audit query --event message.send --follow --json \
    >out 2>err </dev/null 3>&- &
  pid=$!
}
teardown() { [ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true; }

@test "a query that is followed shows what comes, once, and is one event" {
  start_follow
  wait_for "the events that are there" 30 grep -q . out
  before=$(wc -l <out)
  as olivia send --to dr.lee "while followed" >/dev/null
  wait_for "the new one" 30 eval '[ "$(wc -l <out)" -gt "$before" ]'
  as olivia send --to dr.lee "once more" >/dev/null
  wait_for "the next one" 30 eval '[ "$(wc -l <out)" -gt "$((before + 1))" ]'
  kill -INT "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" = 130 ]
  [ "$(wc -l <out)" = $((before + 2)) ]
  jq -es '[.[].index] == ([.[].index] | unique)' out
  expect_exit 0 as aud audit query --event audit.query --since 1h --json
  json_lines '[.[] | select(.details.filter == "event=message.send")] | length >= 1'
}

@test "a followed relay that goes away and comes back is asked again" {
  start_follow
  wait_for "the events that are there" 30 grep -q . out
  before=$(wc -l <out)
  stop_relay
  wait_for "the remark" 60 grep -q . err
  start_relay
  as olivia send --to dr.lee "after the rest" >/dev/null
  wait_for "the new one" 90 eval '[ "$(wc -l <out)" -gt "$before" ]'
  kill -INT "$pid"
  wait "$pid" || true
  [ "$(wc -l <err)" -le 2 ]
}

@test "follow ends with its limit" {
  expect_exit 0 as aud audit query --event message.send --follow --limit 2 --json
  json_lines 'length == 2'
}
