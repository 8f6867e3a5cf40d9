# contact: people outside, in the register that every member's device reads
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  add_member pat privacy
  as olivia contact list >/dev/null 2>&1 || true # the register begins, and its keys go out
}
teardown_file() { stop_org; }

lee() { as dr.lee contact "$@"; }
shown() { as olivia contact show "$1" --json | jq -er "$2"; }

@test "offline, a device that has never read the register says so, and who may not read it is told" {
  add_member newcomer member
  expect_exit 75 as newcomer contact list --offline
  contains "$errors" "has never read the register"
  expect_exit 75 as newcomer contact show nobody --offline
  expect_exit 75 as newcomer consent check nobody --purpose billing --offline
  expect_exit 5 as aud contact list --offline
  expect_exit 5 as aud consent check nobody --purpose billing --offline
  as olivia inbox >/dev/null
  expect_exit 0 as newcomer contact list
  expect_exit 0 as newcomer contact list --offline
  expect_exit 3 as newcomer contact show nobody --offline
}

@test "a person is added by one device and read by another" {
  as olivia contact list >/dev/null
  as dr.lee inbox >/dev/null
  expect_exit 0 lee add jane-doe --name 'Jane Doe' --phone +15550100 --language es
  [[ $output =~ ^c-[0-9a-f]{32}$ ]]
  id=$output
  expect_exit 0 as olivia contact list
  contains "$output" "jane-doe"
  contains "$output" "+15550100"
  expect_exit 0 as olivia contact show "$id" --json
  json '.type == "contact" and .alias == "jane-doe" and .name == "Jane Doe" and .language == "es" and
    .state == "active" and .added_by == "mercy.example/dr.lee/laptop"'
}

@test "fields come from standard input, so that they are on no command line" {
  expect_exit 0 lee add max-roe - --json <<<'{"name":"Max Roe","email":"max@example.org","birthdate":"1950-01-31"}'
  json '.alias == "max-roe" and .email == "max@example.org" and .birthdate == "1950-01-31"'
  expect_exit 2 lee add nobody - <<<'{"name":"x","shoe-size":"44"}'
  expect_exit 2 lee add nobody - <<<'{"name":"x","evil":1}'
  contains "$errors" '"evil" is no field of a contact'
  expect_exit 2 lee add nobody - <<<'["name"]'
  expect_exit 2 lee add nobody elsewhere.json
  expect_exit 3 lee show nobody
}

@test "fields out of form are refused, and nothing is added" {
  for bad in "--phone 12" "--email nobody" "--birthdate 1980-13-01" "--birthdate 2098-01-01" "--language Español"; do
    # shellcheck disable=SC2086
    expect_exit 2 lee add bad-one $bad
  done
  expect_exit 2 lee add bad-one --name $'Esc\e[31m'
  expect_exit 2 lee add 'Bad One'
  expect_exit 3 lee show bad-one
}

@test "an alias is taken once, and free again when its contact is removed" {
  lee add ann-poe >/dev/null
  expect_exit 9 as olivia contact add ann-poe --json
  [ "$(error_code)" = conflict ]
  first=$(shown ann-poe .id)
  expect_exit 2 lee remove ann-poe </dev/null
  expect_exit 0 lee remove ann-poe --yes
  expect_exit 3 lee show ann-poe
  expect_exit 0 lee show "$first" --json
  json '.state == "removed"'
  expect_exit 0 lee add ann-poe
  [ "$output" != "$first" ]
  expect_exit 0 lee list --all
  contains "$output" removed
  # Of one that is removed the id, by which alone it is found.
  [[ $(grep removed <<<"$output") == c-* ]]
}

@test "edit changes what differs, clears fields, and renames" {
  lee add eve-moe --phone +15550101 --email eve@example.org >/dev/null
  expect_exit 0 as olivia contact edit eve-moe --phone +15550102 --clear email
  [ "$(shown eve-moe .phone)" = +15550102 ]
  never shown eve-moe .email
  before=$(as olivia audit query --event register.append --json | wc -l)
  expect_exit 0 lee edit eve-moe --phone +15550102
  contains "$output" "was so already"
  [ "$(as olivia audit query --event register.append --json | wc -l)" = "$before" ]
  expect_exit 9 lee edit eve-moe --alias jane-doe
  expect_exit 0 lee edit eve-moe --alias eve-roe
  expect_exit 3 lee show eve-moe
  [ "$(shown eve-roe .phone)" = +15550102 ]
  expect_exit 2 lee edit eve-roe --clear alias
}

@test "edit takes fields from standard input, and a hold's reason from a file" {
  lee add std-in --phone +15550105 --email std@example.org >/dev/null
  expect_exit 0 lee edit std-in - --phone +15550106 <<<'{"phone":"+15550107","name":"Std In","email":""}'
  [ "$(shown std-in .phone)" = +15550106 ]
  [ "$(shown std-in .name)" = 'Std In' ]
  never shown std-in .email
  expect_exit 2 lee edit std-in - <<<'{"alias":""}'
  expect_exit 2 lee edit std-in - <<<'{"shoe-size":"44"}'
  expect_exit 2 lee edit std-in elsewhere.json
  expect_exit 2 lee edit std-in - --hold-file - <<<'{"name":"x"}'
  echo 'court order 9' >why
  expect_exit 0 lee edit std-in --hold-file why
  [ "$(shown std-in .hold)" = 'court order 9' ]
  printf 'two\nlines' >lines
  expect_exit 2 lee edit std-in --hold-file lines
  contains "$errors" "one line"
  expect_exit 2 lee edit std-in --name ''
  expect_exit 2 lee edit std-in --hold-file why --no-hold
  expect_exit 2 lee edit std-in --hold-file why --hold x
  expect_exit 0 lee edit std-in --no-hold
}

@test "of a contact that was removed only the hold changes" {
  id=$(lee add gone-one --phone +15550108)
  lee remove "$id" --yes >/dev/null
  before=$(as olivia audit query --event register.append --json | wc -l)
  expect_exit 9 lee edit "$id" --phone +15550109
  expect_exit 9 lee edit "$id" --alias gone-two
  expect_exit 9 lee edit "$id" --clear phone
  expect_exit 9 lee edit "$id" --phone +15550109 --hold x
  expect_exit 3 lee edit gone-one --phone +15550109
  printf 'id,phone\n%s,+15550109\n' "$id" >gone.csv
  expect_exit 8 lee import gone.csv
  contains "$errors" "was removed"
  [ "$(as olivia audit query --event register.append --json | wc -l)" = "$before" ]
  expect_exit 0 lee edit "$id" --hold 'court order 8'
  expect_exit 5 lee remove "$id" --shred --yes
  expect_exit 0 lee edit "$id" --no-hold
}

@test "an auditor reads nothing of it, privacy reads and writes nothing, a stranger's role is told" {
  expect_exit 5 as aud contact list --json
  [ "$(error_code)" = denied ]
  as dr.lee inbox >/dev/null
  as pat contact list >/dev/null 2>&1 || as olivia contact list >/dev/null
  expect_exit 0 as pat contact list
  contains "$output" jane-doe
  expect_exit 5 as pat contact add by-pat
  expect_exit 5 as pat contact edit jane-doe --phone +15550199
}

@test "neither relay nor log nor vault file has a name, an alias or a number" {
  lee add canary-alias --name 'Canary Name' --phone +15559876 --email canary@example.org >/dev/null
  as olivia contact show canary-alias >/dev/null
  expect_exit 0 as olivia audit query --json
  for secret in canary-alias 'Canary Name' 15559876 canary@example.org; do
    lacks "$output" "$secret"
    never grep -rqaF "$secret" "$RELAY_DIR" "$ORG_DIR/relay.log" "$ORG_DIR/dr.lee" "$ORG_DIR/olivia"
  done
}

@test "without the relay a list is what was read last, and says so; --offline asks nobody" {
  stop_relay
  expect_exit 0 lee list
  contains "$errors" "may be old"
  contains "$output" jane-doe
  expect_exit 0 lee list --offline
  [ -z "$errors" ]
  expect_exit 75 lee add while-away
  start_relay
  expect_exit 3 lee show while-away
}

@test "import adds, changes and leaves alone, names each bad row, and repeats to nothing" {
  printf '\xef\xbb\xbfid,name,phone,email,language\r\n' >people.csv
  printf 'imp-one,"One, of ""many""",+15550201,,en\r\nimp-two,"Two\nlines",,two@example.org,es\r\n' >>people.csv
  printf 'imp-three,Three,nonsense,,\r\nshort,row\r\njane-doe,Jane Doe,+15550100,,en\r\n' >>people.csv
  expect_exit 8 lee import people.csv --dry-run --json
  json '.added == 1 and .changed == 1 and .bad == 3 and .dry_run'
  expect_exit 3 lee show imp-one
  expect_exit 8 lee import people.csv --json
  json '.type == "import" and .added == 1 and .changed == 1 and .bad == 3'
  contains "$errors" "line 3"
  contains "$errors" "line 5"
  [ "$(shown imp-one .name)" = 'One, of "many"' ]
  [ "$(shown jane-doe .language)" = en ]
  before=$(as olivia audit query --event register.append --json | wc -l)
  expect_exit 8 lee import people.csv --json
  json '.added == 0 and .changed == 0 and .same == 2'
  [ "$(as olivia audit query --event register.append --json | wc -l)" = "$before" ]
}

@test "import: of two rows about one contact the later one is bad, the first time and every time" {
  for same in renamed first; do
    printf 'id,name\ntwice-%s,first\ntwice-%s,%s\n' $same $same $same >twice.csv
    expect_exit 8 lee import twice.csv --json
    json '.added == 1 and .bad == 1'
    contains "$errors" "line 3"
    for time in second third; do
      expect_exit 8 lee import twice.csv --json
      json '.same == 1 and .changed == 0 and .bad == 1' || echo $time
      [ "$(shown twice-$same .name)" = first ]
    done
  done
  id=$(as olivia contact show twice-first --json | jq -r .id)
  printf 'id,name\ntwice-first,first\n%s,other\n' "$id" >twice.csv
  expect_exit 8 lee import twice.csv --json
  json '.same == 1 and .changed == 0 and .bad == 1'
}

@test "what export writes, import reads: CSV and JSON Lines" {
  for format in csv jsonl; do
    expect_exit 0 lee export --format $format -o "people.$format" --json
    json '.type == "export" and .count > 2'
    expect_exit 0 as olivia contact import "people.$format" --format $format --json
    json '.added == 0 and .changed == 0 and .bad == 0 and .same > 2'
  done
  expect_exit 9 lee export -o people.csv
  lee add formula-one --name '=HYPERLINK("http://evil")' --representative '@me' --authority "-1+1" >/dev/null
  lee export -o formula.csv >/dev/null
  grep -qF "formula-one,\"'=HYPERLINK(\"\"http://evil\"\")\",,,,,'@me,'-1+1" formula.csv
  expect_exit 0 lee import formula.csv --json
  json '.changed == 0 and .added == 0'
  # Into another organisation, and out again: the same list.
  for format in csv jsonl; do lee export --format $format -o "all.$format" >/dev/null; done
  cp all.csv all.jsonl "$ORG_DIR/"
  for format in csv jsonl; do
    cat >other.sh <<SCRIPT
set -e
"\$SEALPOST" --profile alice contact import all.$format --format $format >&2
"\$SEALPOST" --profile alice contact export --format $format
SCRIPT
    expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
    diff <(sort all.$format) <(sort <<<"$output")
  done
  expect_exit 2 lee export --format fhir
}

@test "what is no such file is one error, and nothing is taken" {
  expect_exit 3 lee import missing.csv
  printf 'name\nx\n' >no-id.csv
  expect_exit 2 lee import no-id.csv
  printf 'id,name\nq-one,"open\n' >open.csv
  expect_exit 8 lee import open.csv
  expect_exit 2 lee import people.csv --format xml
}

@test "shredding is refused while a hold or the retention says so, then nobody can read the fields" {
  needs_faketime
  id=$(lee add old-case --name 'Secret Name' --phone +15557654321)
  echo 'what was shown' >shown.md
  head -c 30000 /dev/urandom >scan.pdf
  as dr.lee consent grant old-case --purpose billing --channel link-sms --method paper --note 'Secret note' \
    --disclosure shown.md --evidence scan.pdf --expires 2h >/dev/null
  expect_exit 5 lee remove old-case --shred --yes
  contains "$errors" "kept"
  lee edit old-case --hold 'court order 7' >/dev/null
  as olivia policy set retention 1d >/dev/null
  stop_relay
  by_clock later FAKETIME=+2d FAKETIME_DONT_FAKE_MONOTONIC=1
  export SEALPOST=$PWD/later
  start_relay
  unlock olivia
  unlock dr.lee
  expect_exit 5 lee remove old-case --shred --yes
  contains "$errors" "court order 7"
  lee edit old-case --no-hold >/dev/null
  expect_exit 0 lee remove old-case --shred --yes
  expect_exit 0 lee show "$id" --json
  json '.state == "shredded" and (has("name") | not) and (has("alias") | not)'
  expect_exit 0 as olivia contact show "$id" --json
  json '.state == "shredded" and (has("name") | not)'
  expect_exit 9 lee edit "$id" --name 'Another'
  expect_exit 9 lee edit "$id" --hold 'too late'
  # The proof that there was leave stays, and for what; what was sealed does not.
  for who in olivia dr.lee; do
    expect_exit 0 as $who consent show "$id" --json
    json '(.grants | length) == 1 and .grants[0].purposes == ["billing"] and .grants[0].evidence
      and (.grants[0] | has("disclosure")) and (.grants[0] | has("note") or has("evidence_file") | not)'
  done
  mkdir saved
  expect_exit 0 as olivia consent show "$id" --save saved --json
  json '.grants[0] | has("saved_disclosure") and (has("saved_evidence") | not)'
  [ "$(cat saved/*)" = 'what was shown' ]
  expect_exit 0 as olivia consent export --format jsonl --contact "$id"
  json '.contact == $id and .purpose == ["billing"] and (has("note") or has("evidence") | not)' --arg id "$id"
  expect_exit 0 as olivia contact list --all --json
  json_lines 'any(.id == $id and .state == "shredded" and (has("phone") | not))' --arg id "$id"
  # Nothing that is left opens it, on any device: neither alias, name, number nor remark.
  for secret in old-case 'Secret Name' 15557654321 'Secret note'; do
    never grep -rqaF "$secret" "$RELAY_DIR" "$ORG_DIR/dr.lee" "$ORG_DIR/olivia"
    for who in olivia dr.lee; do
      for verb in "contact list --all" "contact export" "consent export" "consent show $id"; do
        # shellcheck disable=SC2086
        expect_exit 0 as $who $verb
        lacks "$output" "$secret"
      done
    done
  done
  [ "$(sqlite3 "$RELAY_DIR/relay.db" "SELECT wrapped = zeroblob(72) FROM contact_keys WHERE contact = '$id'")" = 1 ]
  expect_exit 0 lee add old-case
  as olivia audit query --event register.shred --json | jq -e --arg id "$id" '.objects == [$id]'
}
