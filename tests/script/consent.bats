# consent: leave that people give and take back, and the gate in front of everything
load support

setup_file() {
  start_org olivia dr.lee
  as olivia contact list >/dev/null
  as dr.lee inbox >/dev/null
  as olivia contact add jane-doe --name 'Jane Doe' >/dev/null
}
teardown_file() { stop_org; }

new() { as olivia contact add "$1" >/dev/null; }
grant() { as dr.lee consent grant "$@" --channel link-sms --method paper; }
check() { as olivia consent check "$@"; }

@test "leave is given by one device and holds for another, for its purpose and channel alone" {
  expect_exit 6 check jane-doe --purpose billing --json
  json '.type == "consent-check" and .allowed == false and .code == "no-grant"'
  [ "$(error_code)" = no-consent ]
  expect_exit 0 grant jane-doe --purpose billing --purpose appointment-reminder --json
  json '.type == "consent-granted" and (.purposes | length) == 2 and .event > 0'
  expect_exit 0 check jane-doe --purpose billing
  contains "$output" "yes"
  expect_exit 0 check jane-doe --purpose billing --channel link-sms
  expect_exit 6 check jane-doe --purpose billing --channel email
  expect_exit 6 check jane-doe --purpose test-results
  contains "$errors" "test-results"
  contains "$errors" "consent grant jane-doe --purpose test-results"
}

@test "purposes, channels and methods are those that there are, the nearest is named" {
  expect_exit 2 grant jane-doe --purpose biling
  contains "$errors" 'did you mean "billing"?'
  expect_exit 2 check jane-doe --purpose biling
  expect_exit 2 as dr.lee consent grant jane-doe --purpose billing --channel fax --method paper
  contains "$errors" "link-sms"
  expect_exit 2 as dr.lee consent grant jane-doe --purpose billing --channel sms --method telepathy
  expect_exit 2 as dr.lee consent grant jane-doe --purpose billing --channel sms
  expect_exit 3 grant nobody --purpose billing
}

@test "a revocation ends it at once, and a grant that knows of it begins anew" {
  new rob-roe
  grant rob-roe --purpose billing >/dev/null
  grant rob-roe --purpose test >/dev/null
  expect_exit 2 as olivia consent revoke rob-roe </dev/null
  expect_exit 0 as olivia consent revoke rob-roe --purpose billing --yes --json
  json '.type == "consent-revoked" and .paused == false and .remaining == ["test"]'
  expect_exit 6 check rob-roe --purpose billing --json
  json '.code == "revoked"'
  expect_exit 0 check rob-roe --purpose test
  expect_exit 0 as olivia consent revoke rob-roe --yes
  contains "$output" "nothing"
  expect_exit 6 check rob-roe --purpose test
  grant rob-roe --purpose billing >/dev/null
  expect_exit 0 check rob-roe --purpose billing
  expect_exit 6 check rob-roe --purpose test
}

@test "words count for what they say: exact ones act, unclear ones pause and wait for a person" {
  new word-one
  grant word-one --purpose billing --purpose test >/dev/null
  expect_exit 0 as dr.lee consent revoke word-one --purpose billing --word ' Stop! ' --by sms --yes
  expect_exit 0 check word-one --purpose test
  expect_exit 0 as dr.lee consent revoke word-one --purpose billing --word 'STOPALL' --yes
  expect_exit 6 check word-one --purpose test
  new word-two
  grant word-two --purpose billing >/dev/null
  expect_exit 2 as dr.lee consent revoke word-two --word '' --yes
  expect_exit 0 as dr.lee consent revoke word-two --word 'please stop texting me' --by sms --yes --json
  json '.paused'
  expect_exit 6 check word-two --purpose billing --json
  json '.code == "paused"'
  contains "$errors" "consent review"
  expect_exit 0 as olivia consent review --json
  json 'select(.contact == "word-two") | .word == "please stop texting me" and .channel == "sms"'
  id=$(field .id)
  expect_exit 2 as olivia consent review "$id"
  expect_exit 0 as olivia consent review "${id:0:12}" --dismiss
  expect_exit 0 check word-two --purpose billing
  expect_exit 3 as olivia consent review "$id" --revoke
  as dr.lee consent revoke word-two --word 'st0p' --yes >/dev/null
  id=$(as olivia consent review --json | jq -r .id)
  expect_exit 0 as olivia consent review "$id" --revoke --json
  json '.decision == "revoke"'
  expect_exit 6 check word-two --purpose billing --json
  json '.code == "revoked"'
}

@test "leave has a beginning and an end, and the past can be asked" {
  new time-one
  grant time-one --purpose billing --expires 30d >/dev/null
  grant time-one --purpose test --effective "$(date -u -d '+2 days' +%FT%TZ)" >/dev/null
  expect_exit 6 check time-one --purpose test --json
  json '.code == "not-yet"'
  expect_exit 0 as olivia consent list --expiring 31d --json
  json_lines 'any(.contact == "time-one" and .purpose == "billing" and .channel == "link-sms")'
  expect_exit 0 as olivia consent list --expiring 10d --json
  json_lines 'all(.contact != "time-one")'
  moment=$(date -u +%FT%TZ)
  sleep 1.1
  as dr.lee consent revoke time-one --yes >/dev/null
  expect_exit 0 as olivia consent show time-one --json
  json '.leave == [] and (.grants | length) == 2 and (.revocations | length) == 1'
  expect_exit 0 as olivia consent show time-one --at "$moment" --json
  json '.leave == ["billing"] and .revocations == []'
  expect_exit 0 as olivia consent show time-one
  contains "$output" "revoked"
}

@test "evidence, disclosure and remarks are kept sealed, and told by their hashes" {
  new proof-one
  echo "we send reminders by text" >text.md
  head -c 50000 /dev/urandom >scan.pdf
  expect_exit 0 grant proof-one --purpose billing --evidence scan.pdf --disclosure text.md \
    --language en --version 3 --witness 'Nurse Canary' --note 'canary remark' --warned
  expect_exit 0 as olivia consent show proof-one --json
  # shellcheck disable=SC2016
  json '.grants[0] | .evidence and .warned and .version == "3" and .disclosure == $sum' \
    --arg sum "$(sha256sum text.md | cut -d' ' -f1)"
  for secret in 'Nurse Canary' 'canary remark' 'we send reminders'; do
    never grep -rqaF "$secret" "$RELAY_DIR" "$ORG_DIR/dr.lee" "$ORG_DIR/olivia"
  done
}

@test "the gate refuses a message to a contact without leave, and the log has the decision" {
  new gate-one
  id=$(as olivia contact show gate-one --json | jq -r .id)
  expect_exit 6 as dr.lee send --to contact:gate-one --purpose billing --json text
  [ "$(error_code)" = no-consent ]
  contains "$errors" billing
  as olivia audit query --event consent.decision --json |
    jq -es --arg id "$id" 'any(.objects == [$id] and .purpose == "billing" and .outcome == "refused"
      and .details.reason == "no-grant")'
  grant gate-one --purpose billing >/dev/null
  expect_exit 3 as dr.lee send --to contact:gate-one --purpose billing text
  contains "$errors" "has given leave"
  as olivia audit query --event consent.decision --json |
    jq -es --arg id "$id" 'any(.objects == [$id] and .outcome == "success")'
  expect_exit 3 as dr.lee send --to contact:nobody --purpose billing text
  expect_exit 0 as dr.lee outbox list --json
  [ -z "$output" ]
}

@test "an exempt purpose needs no leave, but a revocation still counts" {
  new exempt-one
  as olivia policy set purpose.test.consent none >/dev/null
  expect_exit 0 check exempt-one --purpose test --json
  json '.code == "exempt"'
  as dr.lee consent revoke exempt-one --purpose test --yes >/dev/null
  expect_exit 6 check exempt-one --purpose test
  as olivia policy set purpose.test.consent required >/dev/null
}

@test "import takes good rows, names bad ones, and repeats to nothing" {
  for who in imp-a imp-b; do new $who; done
  printf 'contact,purpose,channel,method,expires\nimp-a,billing;test,link-sms,paper,2099-01-01T00:00:00Z\n' >c.csv
  printf 'imp-b,nonsense,link-sms,paper,\nnobody,billing,link-sms,paper,\nimp-b,billing,link-sms,web,\n' >>c.csv
  expect_exit 8 as dr.lee consent import c.csv --dry-run --json
  json '.added == 2 and .bad == 2 and .dry_run'
  expect_exit 6 check imp-a --purpose billing
  expect_exit 8 as dr.lee consent import c.csv --json
  json '.added == 2 and .bad == 2'
  contains "$errors" "line 3"
  contains "$errors" "line 4"
  expect_exit 0 check imp-a --purpose test
  expect_exit 8 as dr.lee consent import c.csv --json
  json '.added == 0 and .same == 2'
}

@test "a list that comes again gives no leave that was taken back, a slow clock does not either" {
  new again-one
  printf 'contact,purpose,channel,method\nagain-one,billing,link-sms,paper\n' >again.csv
  as dr.lee consent import again.csv >/dev/null
  as dr.lee consent revoke again-one --word STOP --yes >/dev/null
  expect_exit 0 as dr.lee consent import again.csv --json
  json '.added == 0 and .same == 1'
  printf 'contact,purpose,channel,method\nagain-one,billing,link-sms,web\n' >other.csv
  as dr.lee consent import other.csv >/dev/null
  expect_exit 6 check again-one --purpose billing
  expect_exit 0 grant again-one --purpose billing
  expect_exit 0 check again-one --purpose billing
  as olivia consent revoke again-one --yes >/dev/null
  needs_faketime
  by_clock slow FAKETIME=-60s FAKETIME_DONT_FAKE_MONOTONIC=1
  SEALPOST=$PWD/slow expect_exit 6 check again-one --purpose billing --passphrase-file "$PASSFILE"
}

@test "a bad row costs itself alone, also among more rows than are written at once" {
  for n in 1 2; do new many-$n; grant many-$n --purpose billing >/dev/null; done
  {
    echo "type,contact,id,purpose,channel"
    for n in $(seq 1 1200); do echo "revoke,many-1,$(printf '%032x' "$n"),test,post"; done
    echo "revoke,nobody,,,"
    echo "revoke,many-2,not an id of ours,,"
  } >revokes.csv
  expect_exit 8 as dr.lee consent import revokes.csv --json
  json '.added == 1201 and .bad == 1'
  expect_exit 6 check many-2 --purpose billing
  expect_exit 8 as dr.lee consent import revokes.csv --json
  json '.added == 0 and .same == 1201'
}

@test "what was inactive elsewhere gives no leave, however far the import came" {
  new inactive-one
  grant inactive-one --purpose billing >/dev/null
  as dr.lee consent revoke inactive-one --yes >/dev/null
  as olivia consent export --contact inactive-one -o both.json >/dev/null
  jq '.entry |= map(select(.resource.provision.type != "deny"))' both.json >grant.json
  [ "$(jq '.entry | length' grant.json)" = 1 ]
  cp grant.json "$ORG_DIR/grant.json"
  cat >other.sh <<'SCRIPT'
"$SEALPOST" --profile alice contact add inactive-one >/dev/null
"$SEALPOST" --profile alice consent import grant.json --format fhir --json
"$SEALPOST" --profile alice consent check inactive-one --purpose billing >&2
[ $? = 6 ]
SCRIPT
  expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  json '.added == 1'
}

@test "what one person gave does not become the leave of who has the alias now" {
  new passed-on
  grant passed-on --purpose billing >/dev/null
  for format in csv jsonl fhir; do
    as olivia consent export --contact passed-on --format $format -o "passed.$format" >/dev/null
  done
  as dr.lee contact remove passed-on --yes >/dev/null
  new passed-on
  for format in csv jsonl fhir; do
    expect_exit 8 as dr.lee consent import "passed.$format" --format $format
    contains "$errors" "by somebody else"
  done
  expect_exit 6 check passed-on --purpose billing
}

@test "FHIR: what is exported is read back, and changes nothing" {
  new fhir-one
  grant fhir-one --purpose billing --expires 90d --witness 'Kim' >/dev/null
  as dr.lee consent revoke fhir-one --word stop --by sms --yes >/dev/null
  grant fhir-one --purpose test >/dev/null
  expect_exit 0 as olivia consent export --contact fhir-one -o one.json --json
  json '.type == "export" and .count == 3'
  jq -e '.resourceType == "Bundle" and .type == "collection" and (.entry | length) == 3 and
    ([.entry[].resource | select(.resourceType == "Consent")] | length) == 3' one.json
  jq -e '[.entry[].resource.status] | sort == ["active", "inactive", "inactive"]' one.json
  jq -e 'any(.entry[].resource; .provision.type == "deny")' one.json
  expect_exit 0 as dr.lee consent import one.json --format fhir --json
  json '.added == 0 and .same == 3'
  for format in csv jsonl fhir; do
    expect_exit 0 as olivia consent export --format $format -o "all.$format"
    expect_exit 0 as dr.lee consent import "all.$format" --format $format --json
    json '.added == 0 and .bad == 0'
  done
}

@test "into another organisation: the same leave, and no more" {
  as olivia consent export --contact fhir-one -o other.json >/dev/null
  cat >other.sh <<'SCRIPT'
set -e
"$SEALPOST" --profile alice contact add fhir-one >/dev/null
"$SEALPOST" --profile alice consent import other.json --format fhir --json
"$SEALPOST" --profile alice consent check fhir-one --purpose test >&2
"$SEALPOST" --profile alice consent check fhir-one --purpose billing >&2 && exit 1 || exit 0
SCRIPT
  expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  json '.added == 3'
}
