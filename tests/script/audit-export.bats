# sealpost audit export: events as files, each with a manifest that says what it is.
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  ROOT=$(as olivia org show --json | jq -er .root)
  export ROOT
  as olivia send --to dr.lee --purpose test-results first >"$ORG_DIR/first"
  as dr.lee inbox >/dev/null
  as dr.lee read "$(cat "$ORG_DIR/first")" >/dev/null
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
}
teardown_file() { stop_org; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  cp -a "$ORG_DIR/mirror" mirror
}

laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }
manifest() { laptop inspect "$1" --root "$ROOT" --json; }

@test "an export is the events, and its manifest says which and what the file is" {
  expect_exit 0 as aud audit export --event 'message.*' --format jsonl -o m.ndjson --json
  json '.type == "audit-export" and .count == 4 and .format == "jsonl" and .signed == false'
  sum=$(field .sha256)
  [ "$(sha256sum <m.ndjson | cut -d' ' -f1)" = "$sum" ]
  [ "$(stat -c %a m.ndjson)" = 600 ]
  as aud audit query --event 'message.*' --json | cmp - m.ndjson
  expect_exit 0 manifest m.ndjson.manifest
  json '.kind == "export-manifest" and .sha256 == $sum and .count == 4' --arg sum "$sum"
  json '.filter == "event=message.%2A" and .signed == false and .by == "mercy.example/aud/laptop"'
  json '.first < .last and (.checkpoint | startswith("mercy.example/relay\n"))'
  json '.size == $size' --argjson size "$(stat -c %s m.ndjson)"
}

@test "an export is an event, with the file's hash, before the file is there" {
  expect_exit 0 as aud audit export --event message.read --format csv -o r.csv --json
  sum=$(field .sha256)
  expect_exit 0 as aud audit query --event audit.export --json
  json_lines '.[-1].details == {sha256: $sum, format: "csv", count: "1", filter: "event=message.read"}' \
    --arg sum "$sum"
  json_lines '.[-1].actor == "aud"'
}

@test "a signed manifest is checked with the root's key alone" {
  expect_exit 0 as aud audit export --since 1h --format fhir -o q.json --sign --json
  json .signed
  expect_exit 0 manifest q.json.manifest
  json '.signed and .verified and .by == "mercy.example/aud/laptop"'
  expect_exit 0 laptop inspect q.json.manifest --json
  json '.verified == "not checked, which needs the root'"'"'s key"'
  # Whatever is changed, it does not hold any more.
  size=$(stat -c %s q.json.manifest)
  for at in 60 200 $((size / 2)) $((size - 40)); do
    cp q.json.manifest bent && flip bent "$at"
    status=0
    manifest bent >out 2>&1 || status=$?
    [[ $status == 7 || $status == 2 ]] || { cat out >&2 && return 1; }
  done
  # Another organisation's root is not fooled.
  as stranger setup county.example --user stranger --listen "127.0.0.1:$(free_port)" \
    --relay-dir "$BATS_TEST_TMPDIR/other" --passphrase-file "$PASSFILE" >/dev/null
  as stranger unlock --passphrase-file "$PASSFILE" >/dev/null 3>&-
  other=$(as stranger org show --json | jq -er .root)
  as stranger lock
  expect_exit 7 laptop inspect q.json.manifest --root "$other"
}

@test "each format is what its readers take" {
  for format in jsonl csv fhir cef ocsf syslog; do
    expect_exit 0 as aud audit export mirror --format $format -o "e.$format"
    expect_exit 0 laptop audit export mirror --root "$ROOT" --format $format -o "again.$format"
    cmp "e.$format" "again.$format"
  done
  n=$(sed -n 2p mirror/checkpoint)
  [ "$(wc -l <e.jsonl)" = "$n" ]
  jq -es 'all(.[]; .type == "audit-event")' e.jsonl >/dev/null
  [ "$(wc -l <e.csv)" = $((n + 1)) ]
  head -1 e.csv | grep -q '^index,at,event,actor,device,'
  jq -e --argjson n "$n" '.resourceType == "Bundle" and (.entry | length) == $n and
    all(.entry[].resource; .resourceType == "AuditEvent" and (.type.code | test("^1101[01]")))' e.fhir
  [ "$(grep -c '^CEF:0|sealpost|sealpost|' e.cef)" = "$n" ]
  jq -es 'all(.[]; .type_uid == .class_uid * 100 + .activity_id)' e.ocsf >/dev/null
  [ "$(grep -c '^<85>1 ' e.syslog)" = "$n" ]
}

@test "a mirror needs no vault and no relay, and what is false in it is not exported" {
  expect_exit 0 laptop audit export mirror --root "$ROOT" --event message.read --format jsonl -o r --json
  json '.count == 1'
  expect_exit 0 manifest r.manifest
  json '.signed == false and (has("by") | not)'
  expect_exit 2 laptop audit export mirror --root "$ROOT" --format jsonl -o s --sign
  expect_exit 2 laptop audit export mirror --format jsonl -o s
  contains "$errors" "--root VKEY"
  expect_exit 0 as aud audit export mirror --format jsonl -o s --sign
  expect_exit 0 manifest s.manifest
  json .verified
  flip "$(find mirror/tile/entries -type f)" 500
  expect_exit 7 laptop audit export mirror --root "$ROOT" --format jsonl -o t
  [ ! -e t ] && [ ! -e t.manifest ] && [ -z "$(find . -maxdepth 1 -name 't*')" ]
}

@test "standard output takes the file, and the manifest has a name or goes to standard error" {
  as aud audit export --event message.read --format jsonl -o - --manifest r.manifest >r 2>/dev/null
  [ "$(wc -l <r)" = 1 ]
  expect_exit 0 manifest r.manifest
  json '.sha256 == $sum' --arg sum "$(sha256sum <r | cut -d' ' -f1)"
  as aud audit export --event message.read --format jsonl --sign -o - >r 2>r.said
  [ "$(wc -l <r)" = 1 ]
  expect_exit 0 "$SEALPOST" inspect r.said --root "$ROOT" --json
  contains "$output" "$(sha256sum <r | cut -d' ' -f1)"
  as aud audit export --event message.read --format jsonl -o - --json >r 2>said
  jq -e '.type == "audit-export" and .manifest == "" and (.manifest_text | startswith("sealpost-export/1"))' said
}

@test "nothing is overwritten, and nothing half done stays" {
  echo mine >x
  expect_exit 9 as aud audit export --format jsonl -o x
  [ "$(cat x)" = mine ] && [ ! -e x.manifest ]
  rm x && echo mine >x.manifest
  expect_exit 9 as aud audit export --format jsonl -o x
  [ ! -e x ] && [ "$(cat x.manifest)" = mine ]
  expect_exit 5 as dr.lee audit export --format jsonl -o y
  [ -z "$(find . -name 'y*')" ]
  expect_exit 2 as aud audit export --format xml -o y
  expect_exit 2 as aud audit export -o y
  expect_exit 2 as aud audit export --format csv
  expect_exit 2 as aud audit export --format csv -o ""
  expect_exit 2 as aud audit export --root "$ROOT" --format csv -o y
  [ -z "$(find . -name 'y*')" ]
}

@test "interrupted, it leaves nothing" {
  mkfifo full
  # The reader takes nothing, so that the export is at work when the signal comes.
  exec 8<>full
  SEALPOST_HOME=$ORG_DIR/aud "$SEALPOST" audit export --format jsonl -o - --manifest z.manifest \
    >full 2>/dev/null 3>&- &
  pid=$!
  wait_for "its beginning" 30 eval 'ls z.manifest*.partial >/dev/null 2>&1 || ls .z* >/dev/null 2>&1 || [ ! -e /proc/$pid ]'
  kill -INT "$pid" 2>/dev/null || true
  exec 8>&-
  wait "$pid" || true
  [ -z "$(find . -name '*.partial')" ]
}
