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
  grant rob-roe --purpose billing --yes >/dev/null
  expect_exit 0 check rob-roe --purpose billing
  expect_exit 6 check rob-roe --purpose test
}

@test "a grant says what it overrides and asks: who records it may never have seen the STOP" {
  new over-one
  grant over-one --purpose billing >/dev/null
  as olivia consent revoke over-one --word STOP --by sms --yes >/dev/null
  as olivia consent revoke over-one --purpose test --yes >/dev/null
  entries=$(as olivia audit query --event register.append --json | wc -l)
  expect_exit 2 grant over-one --purpose billing </dev/null
  contains "$errors" "STOP"
  contains "$errors" "recorded by mercy.example/olivia/"
  contains "$errors" "came by sms"
  contains "$errors" "add --yes"
  lacks "$errors" "leave for test"
  [ "$(as olivia audit query --event register.append --json | wc -l)" = "$entries" ]
  expect_exit 6 check over-one --purpose billing
  expect_exit 0 grant over-one --purpose billing --yes --json
  json '.overrides | length == 1'
  id=$(field '.overrides[0]')
  contains "$errors" "STOP"
  expect_exit 0 as olivia consent show over-one --json
  json '.revocations[0].id == $id and .grants[1].after == [$id]' --arg id "$id"
  expect_exit 0 check over-one --purpose billing
  # Known by now, and of other channels: no question.
  expect_exit 0 grant over-one --purpose billing --json
  json '.overrides == []'
  as olivia consent revoke over-one --channel phone --yes >/dev/null
  expect_exit 0 grant over-one --purpose billing --json
  json '.overrides == []'
  expect_exit 2 grant over-one --purpose test
  run answer n "$SEALPOST" consent grant over-one --purpose test --channel link-sms --method web
  [ "$status" = 130 ]
  contains "$output" "given leave anew since?"
  expect_exit 6 check over-one --purpose test
  run answer y "$SEALPOST" consent grant over-one --purpose test --channel link-sms --method web
  [ "$status" = 0 ]
  expect_exit 0 check over-one --purpose test
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
  expect_exit 2 as olivia consent review "$id" </dev/null
  contains "$errors" "please stop texting me"
  expect_exit 2 as olivia consent review "$id" --dismiss </dev/null
  expect_exit 2 as olivia consent review "$id" --yes </dev/null
  expect_exit 2 as olivia consent review "$id" --dismiss --revoke --yes
  expect_exit 2 as olivia consent review "${id:0:7}" --dismiss --yes
  expect_exit 6 check word-two --purpose billing
  expect_exit 0 as olivia consent review "${id:0:12}" --dismiss --yes --json
  json '.type == "consent-decided" and .decision == "dismiss" and .word == "please stop texting me"'
  expect_exit 0 check word-two --purpose billing
  expect_exit 3 as olivia consent review "$id" --revoke --yes
  as dr.lee consent revoke word-two --word 'st0p' --yes >/dev/null
  id=$(as olivia consent review --json | jq -r .id)
  expect_exit 0 as olivia consent review "$id" --revoke --yes --json
  json '.decision == "revoke"'
  expect_exit 6 check word-two --purpose billing --json
  json '.code == "revoked"'
}

@test "what words mean may be one purpose alone" {
  new word-three
  grant word-three --purpose billing --purpose test >/dev/null
  as dr.lee consent revoke word-three --word 'no more bills please' --yes >/dev/null
  id=$(as olivia consent review --json | jq -r 'select(.contact == "word-three") | .id')
  expect_exit 2 as olivia consent review "$id" --purpose billing --yes
  expect_exit 2 as olivia consent review "$id" --dismiss --purpose billing --yes
  expect_exit 2 as olivia consent review "$id" --revoke --purpose biling --yes
  expect_exit 2 as olivia consent review "$id" --revoke --channel fax --yes
  contains "$errors" "link-sms"
  expect_exit 6 check word-three --purpose test
  expect_exit 0 as olivia consent review "$id" --revoke --purpose billing --yes --json
  json '.decision == "revoke" and .purposes == ["billing"] and .channels == []'
  expect_exit 6 check word-three --purpose billing
  expect_exit 0 check word-three --purpose test
}

# answer TEXT COMMAND...: olivia's program at a terminal, on which TEXT is typed when it asks.
answer() {
  SEALPOST_HOME=$ORG_DIR/olivia python3 - "$@" <<'PYTHON'
import os, pty, sys

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b""
asked = False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if not asked and b"]" in shown.split(b"\n")[-1] and b"[y" in shown.split(b"\n")[-1]:
        os.write(terminal, sys.argv[1].encode() + b"\n")
        asked = True
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
}

@test "at a terminal the words are shown and asked about; anything but yes or no decides nothing" {
  new word-four
  grant word-four --purpose billing >/dev/null
  as dr.lee consent revoke word-four --word $'hm\e[31m stop it?' --by sms --yes >/dev/null
  id=$(as olivia consent review --json | jq -r 'select(.contact == "word-four") | .id')
  run answer maybe "$SEALPOST" consent review "$id"
  [ "$status" = 130 ]
  contains "$output" "word-four said by sms at"
  contains "$output" "stop it?"
  lacks "$output" $'\e[31m'
  run answer n "$SEALPOST" consent review "$id" --revoke
  [ "$status" = 130 ]
  contains "$output" "stop it?"
  expect_exit 6 check word-four --purpose billing --json
  json '.code == "paused"'
  run answer no "$SEALPOST" consent review "$id"
  [ "$status" = 0 ]
  expect_exit 0 check word-four --purpose billing
  as dr.lee consent revoke word-four --word 'really stop it' --yes >/dev/null
  id=$(as olivia consent review --json | jq -r 'select(.contact == "word-four") | .id')
  run answer yes "$SEALPOST" consent review "$id"
  [ "$status" = 0 ]
  contains "$output" "every purpose"
  expect_exit 6 check word-four --purpose billing --json
  json '.code == "revoked"'
}

@test "a grant to one who is paused, or that begins later, is recorded and says that nothing is sent" {
  new truth-one
  grant truth-one --purpose billing --json >out
  jq -e '.allowed and .code == "granted"' out
  as dr.lee consent revoke truth-one --word 'please stop' --yes >/dev/null
  expect_exit 0 grant truth-one --purpose billing --json
  json '.allowed == false and .code == "paused" and (.reason | contains("waits"))'
  expect_exit 0 grant truth-one --purpose billing
  contains "$output" "but may not be written to"
  contains "$errors" "consent review"
  new truth-two
  expect_exit 0 grant truth-two --purpose billing --effective "$(date -u -d '+2 days' +%F)" --json
  json '.allowed == false and .code == "not-yet"'
  id=$(as olivia contact show truth-two --json | jq -r .id)
  as dr.lee contact remove truth-two --yes >/dev/null
  expect_exit 9 grant "$id" --purpose billing
}

@test "words cannot come from the future, nor by a way that there is not" {
  new future-one
  expect_exit 2 as dr.lee consent revoke future-one --word stop --received 2099-01-01 --yes
  contains "$errors" "lies ahead"
  expect_exit 2 as dr.lee consent revoke future-one --word stop --by pigeon --yes
  contains "$errors" "link-sms, link-email, sms, email, phone, post"
  expect_exit 2 check future-one --purpose billing --channel pigeon
  contains "$errors" "link-sms, link-email, sms, email, phone, post"
  expect_exit 0 as dr.lee consent revoke future-one --word stop --received 2026-01-01 --yes
  printf 'type,contact,word,received\nrevoke,future-one,stop,2099-01-01\npause,future-one,hm,2099-01-01\n' >future.csv
  expect_exit 8 as dr.lee consent import future.csv --json
  json '.added == 0 and .bad == 2'
}

@test "words about people come from a file or standard input, and are on no command line" {
  new file-one
  printf 'canary-note\r\n' >note
  expect_exit 0 grant file-one --purpose billing --note-file note --witness-file - <<<'canary-witness'
  expect_exit 0 as olivia consent show file-one --json
  json '.grants[0].note == "canary-note" and .grants[0].witness == "canary-witness"'
  expect_exit 0 as dr.lee consent revoke file-one --word-file - --yes --json <<<$'please\nstop'
  json .paused
  expect_exit 0 as olivia consent show file-one --json
  json '.pauses[0].word == "please\nstop"'
  expect_exit 2 grant file-one --purpose billing --note-file - --witness-file - <<<x
  contains "$errors" "one thing only"
  expect_exit 2 grant file-one --purpose billing --note-file note --note x
  expect_exit 2 as dr.lee consent revoke file-one --word-file /dev/null --yes
  expect_exit 2 as dr.lee consent revoke file-one --word-file - --yes <<<$'\xff'
  expect_exit 3 as dr.lee consent revoke file-one --word-file nowhere --yes
  head -c 801 /dev/zero | tr '\0' x >long
  expect_exit 2 as dr.lee consent revoke file-one --word-file long --yes
  head -c 100000 /dev/zero | tr '\0' x >long
  expect_exit 2 as dr.lee consent revoke file-one --word-file long --yes
  expect_exit 0 as olivia consent show file-one --json
  json '(.pauses | length) == 1 and .revocations == []'
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
  json '.grants[0] | .evidence and .warned and .version == "3" and .disclosure == $sum
    and .disclosure_line == "we send reminders by text" and .witness == "Nurse Canary"
    and .note == "canary remark" and .evidence_file.name == "scan.pdf"
    and .evidence_file.size == 50000 and .evidence_file.sha256 == $scan' \
    --arg sum "$(sha256sum text.md | cut -d' ' -f1)" \
    --arg scan "$(sha256sum scan.pdf | cut -d' ' -f1)"
  expect_exit 0 as olivia consent show proof-one
  contains "$output" "Nurse Canary"
  contains "$output" "canary remark"
  contains "$output" "scan.pdf (49 KiB)"
  for secret in 'Nurse Canary' 'canary remark' 'we send reminders'; do
    never grep -rqaF "$secret" "$RELAY_DIR" "$ORG_DIR/dr.lee" "$ORG_DIR/olivia"
  done
}

@test "evidence and the text that was shown are saved, as they were, over nothing, once" {
  new proof-two
  printf 'first line\nsecond line\n' >text.md
  head -c 300000 /dev/urandom >scan.pdf
  for purpose in billing test; do
    grant proof-two --purpose $purpose --evidence scan.pdf --disclosure text.md >/dev/null
  done
  grant proof-two --purpose test-results >/dev/null
  mkdir later saved other
  echo 'another scan' >later/scan.pdf
  grant proof-two --purpose test --evidence later/scan.pdf >/dev/null
  expect_exit 3 as olivia consent show proof-two --save nowhere
  expect_exit 2 as olivia consent show proof-two --save saved --offline
  expect_exit 0 as olivia consent show proof-two --save saved --json
  text=saved/disclosure-$(sha256sum text.md | cut -c1-12).txt
  json '[.grants[] | .saved_evidence // "none"] == ["saved/scan.pdf", "saved/scan.pdf", "none", "saved/scan-2.pdf"]
    and [.grants[] | .saved_disclosure // "none"] == [$text, $text, "none", "none"]' --arg text "$text"
  cmp scan.pdf saved/scan.pdf
  cmp later/scan.pdf saved/scan-2.pdf
  cmp text.md "$text"
  [ "$(stat -c %a saved/* | sort -u)" = 600 ]
  expect_exit 0 as olivia consent show proof-two --save saved
  contains "$output" "$text"
  [ "$(ls saved | wc -l)" = 3 ]
  # What has the names already stays as it is, also where they lead elsewhere.
  echo mine >other/scan.pdf
  echo mine >target
  ln -s ../target "other/${text#saved/}"
  expect_exit 0 as olivia consent show proof-two --save other --json
  [ "$(<other/scan.pdf)" = mine ]
  [ "$(<target)" = mine ]
  cmp text.md "$(field ".grants[0].saved_disclosure")"
  expect_exit 3 as olivia consent show jane-doe --save other
}

@test "what proves nothing is refused, and a text of quotation marks is kept as any other" {
  new proof-four
  : >empty.pdf
  mkfifo pipe
  mkdir folder
  ln -s nowhere dangling
  printf 'bell \a\n' >bell.md
  before=$(as olivia audit query --event register.append --json | wc -l)
  for bad in empty.pdf pipe folder /dev/null -; do
    expect_exit 2 grant proof-four --purpose billing --evidence "$bad" </dev/null
  done
  expect_exit 3 grant proof-four --purpose billing --evidence dangling
  for bad in empty.pdf folder bell.md /dev/zero; do
    expect_exit 2 grant proof-four --purpose billing --disclosure "$bad"
  done
  expect_exit 2 grant proof-four --purpose billing --purpose billing
  contains "$errors" "a consent that names a purpose twice"
  expect_exit 2 grant proof-four --purpose billing --language zz_zz
  expect_exit 2 as olivia consent revoke proof-four --channel sms --channel sms --yes
  [ "$(as olivia audit query --event register.append --json | wc -l)" = "$before" ]
  head -c 65000 /dev/zero | tr '\0' '"' >quotes.md
  expect_exit 0 grant proof-four --purpose billing --disclosure quotes.md
  mkdir saved
  expect_exit 0 as olivia consent show proof-four --save saved
  cmp quotes.md saved/disclosure-*.txt
}

@test "a variable that is not set does not change what is asked" {
  for option in --channel --purpose; do
    expect_exit 2 check jane-doe --purpose billing $option ''
    contains "$errors" "must not be empty"
  done
  expect_exit 2 as olivia consent export --contact ''
  expect_exit 2 as olivia consent export --output ''
  expect_exit 2 as olivia consent list --purpose ''
  expect_exit 2 as olivia consent show jane-doe --at ''
  expect_exit 2 grant jane-doe --purpose billing --expires ''
  expect_exit 2 as dr.lee consent revoke jane-doe --received '' --yes
}

@test "an evidence whose bytes are not there in full is not saved" {
  new proof-three
  head -c 300000 /dev/urandom >torn.pdf
  grant proof-three --purpose billing --evidence torn.pdf >/dev/null
  blob=$(find "$RELAY_DIR" -type f -size +290k -newer torn.pdf ! -name '*.db*' | head -n 1)
  flip "$blob" 150000
  mkdir saved
  expect_exit 7 as olivia consent show proof-three --save saved
  [ -z "$(ls saved)" ]
  flip "$blob" 150000
  expect_exit 0 as olivia consent show proof-three --save saved
  cmp torn.pdf saved/torn.pdf
}

@test "the history of pauses: what was said, by which way, who decided and how" {
  new pause-one
  grant pause-one --purpose billing >/dev/null
  as dr.lee consent revoke pause-one --word 'canary please stop' --by sms --yes >/dev/null
  expect_exit 0 as olivia consent show pause-one --json
  json '.paused and .leave == [] and .pauses[0].state == "waiting" and (.pauses[0] | has("decided") | not)
    and .pauses[0].word == "canary please stop" and .pauses[0].channel == "sms"
    and .pauses[0].by == "mercy.example/dr.lee/laptop"'
  expect_exit 0 as olivia consent show pause-one
  contains "$output" "canary please stop"
  contains "$output" waiting
  moment=$(date -u +%FT%TZ)
  sleep 1.1
  id=$(as olivia consent review --json | jq -r 'select(.contact == "pause-one") | .id')
  as olivia consent review "$id" --dismiss --yes >/dev/null
  expect_exit 0 as olivia consent show pause-one --json
  json '(.paused | not) and .leave == ["billing"] and .pauses[0].state == "dismissed"
    and (.pauses[0].decided_by | startswith("mercy.example/olivia/")) and .pauses[0].decided >= .pauses[0].recorded'
  expect_exit 0 as olivia consent show pause-one --at "$moment" --json
  json '.paused and .pauses[0].state == "waiting"'
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
  expect_exit 2 as dr.lee send --to contact:gate-one --purpose billing text
  contains "$errors" "date of birth"
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
  expect_exit 2 as dr.lee send --to contact:exempt-one --purpose test text
  contains "$errors" "date of birth"
  lacks "$errors" "has given leave"
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

@test "import: of two rows with one id the later one is bad, the first time and every time" {
  new two-rows
  id=00000000000000000000000000000a0a
  printf 'contact,purpose,channel,method,id\ntwo-rows,billing,link-sms,paper,%s\ntwo-rows,test,sms,web,%s\n' \
    $id $id >two.csv
  expect_exit 8 as dr.lee consent import two.csv --json
  json '.added == 1 and .bad == 1'
  contains "$errors" "line 3"
  expect_exit 8 as dr.lee consent import two.csv --json
  json '.same == 1 and .bad == 1'
  expect_exit 6 check two-rows --purpose test
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
  expect_exit 0 grant again-one --purpose billing --yes
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

@test "revocations and pauses without ids are taken once" {
  new once-one
  grant once-one --purpose billing --purpose test >/dev/null
  {
    echo "type,contact,purpose,channel,word,received-by,received"
    echo "revoke,once-one,billing,,stop,sms,2026-02-01T10:00:00Z"
    echo "pause,once-one,,,please stop,sms,2026-02-02T10:00:00Z"
  } >once.csv
  expect_exit 0 as dr.lee consent import once.csv --json
  json '.added == 2'
  expect_exit 0 as dr.lee consent import once.csv --json
  json '.added == 0 and .same == 2'
  expect_exit 6 check once-one --purpose test --json
  json '.code == "paused"'
  # Told again after it was decided, it is still the same.
  id=$(as olivia consent review --json | jq -r 'select(.contact == "once-one") | .id')
  as olivia consent review "$id" --dismiss --yes >/dev/null
  grant once-one --purpose billing --yes >/dev/null
  expect_exit 0 as dr.lee consent import once.csv --json
  json '.added == 0 and .same == 2'
  expect_exit 0 check once-one --purpose billing
}

@test "pauses are exported and come back: a decision that was made elsewhere decides nothing here" {
  new paused-out
  grant paused-out --purpose billing >/dev/null
  as dr.lee consent revoke paused-out --word '=please stop' --by sms --yes >/dev/null
  expect_exit 0 as olivia consent export --contact paused-out --format jsonl
  json_lines 'map(select(.type == "pause")) | length == 1 and .[0].word == "=please stop" and
    .[0]["received-by"] == "sms" and .[0].active and (.[0] | has("decision") | not)'
  as olivia consent export --contact paused-out --format csv -o paused.csv >/dev/null
  contains "$(<paused.csv)" ",'=please stop,"
  sed -i 's/true,,,,\r$/false,,dismiss,2026-01-01T00:00:00Z,me\r/' paused.csv
  contains "$(<paused.csv)" dismiss
  expect_exit 0 as dr.lee consent import paused.csv --json
  json '.added == 0 and .same == 2'
  expect_exit 6 check paused-out --purpose billing --json
  json '.code == "paused"'
  as olivia consent export --contact paused-out --format fhir -o paused.json --json >out
  jq -e '.count == 2' out
  jq -e '[.entry[].resource | [.provision.type, .status]] ==
    [["permit", "inactive"], ["deny", "active"]]' paused.json
  cp paused.csv "$ORG_DIR/paused.csv"
  cat >other.sh <<'SCRIPT'
set -e
"$SEALPOST" --profile alice contact add paused-out >/dev/null
sed -i 's/false,,dismiss,2026-01-01T00:00:00Z,me/true,,,,/' paused.csv
"$SEALPOST" --profile alice consent import paused.csv --json >&2
"$SEALPOST" --profile alice consent show paused-out --json
SCRIPT
  expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  json '.paused and .pauses[0].word == "=please stop" and .leave == []'
}

@test "csv, import, export: the same list again" {
  new same-one
  printf 'contact,purpose,channel,method,expires,note\nsame-one,billing;test,link-sms;phone,web,2099-01-01T00:00:00Z,\x27=cmd()\n' >same.csv
  as dr.lee consent import same.csv >/dev/null
  as dr.lee consent revoke same-one --purpose test --word stop --by sms --received 2026-03-01 --yes >/dev/null
  for format in csv jsonl fhir; do
    as olivia consent export --contact same-one --format $format -o "first.$format" >/dev/null
    expect_exit 0 as dr.lee consent import "first.$format" --format $format --json
    json '.added == 0 and .same == 2'
    as olivia consent export --contact same-one --format $format -o "again.$format" >/dev/null
    cmp <(grep -v timestamp "first.$format") <(grep -v timestamp "again.$format")
  done
  expect_exit 0 as olivia consent show same-one --json
  json '.grants[0].note == "=cmd()"'
  # In another organisation: the same but for when and by whom it was recorded.
  cp first.csv "$ORG_DIR/first.csv"
  cat >other.sh <<'SCRIPT'
set -e
"$SEALPOST" --profile alice contact add same-one >/dev/null
"$SEALPOST" --profile alice consent import first.csv >&2
"$SEALPOST" --profile alice consent export --contact same-one --format jsonl
SCRIPT
  expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  diff <(jq -cS 'del(.recorded, .by)' first.jsonl) <(jq -cS 'del(.recorded, .by)' <<<"$output")
}

@test "FHIR that is no list of what is so is refused, and nothing of it is taken" {
  new kind-one
  grant kind-one --purpose billing >/dev/null
  as olivia consent export --contact kind-one -o good.json >/dev/null
  before=$(as olivia audit query --event register.append --json | wc -l)
  for kind in history transaction batch message document; do
    jq --arg kind $kind '.type = $kind | .entry[0].resource.id = "other"' good.json >kind.json
    expect_exit 2 as dr.lee consent import kind.json --format fhir
    contains "$errors" "neither collection nor searchset"
    # The type behind the entries, as whoever sorts writes it.
    jq -S . kind.json >sorted.json
    expect_exit 2 as dr.lee consent import sorted.json --format fhir
    expect_exit 2 as dr.lee consent import - --format fhir <sorted.json
  done
  jq '.type = "searchset" | .entry += [.entry[0], .entry[0], .entry[0]]
    | .entry[1].resource.verification = [{"verified": false}]
    | .entry[2].resource.scope.coding[0].code = "research"
    | .entry[3].resource.status = "draft"' good.json >mixed.json
  expect_exit 8 as dr.lee consent import mixed.json --format fhir --json
  json '.same == 1 and .bad == 3 and .added == 0'
  contains "$errors" '"place":"entry 2"'
  contains "$errors" "not verified"
  contains "$errors" '"place":"entry 3"'
  contains "$errors" "research"
  contains "$errors" '"place":"entry 4"'
  [ "$(as olivia audit query --event register.append --json | wc -l)" = "$before" ]
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

@test "what contact export and consent export write fits together: removed people stay out of both" {
  new gone-one
  grant gone-one --purpose billing >/dev/null
  id=$(as olivia contact show gone-one --json | jq -r .id)
  as olivia contact remove gone-one --yes >/dev/null
  as olivia contact export -o people.csv >/dev/null
  as olivia consent export --format csv -o leave.csv >/dev/null
  cat >other.sh <<'SCRIPT'
set -e
"$SEALPOST" --profile alice contact import people.csv --json
"$SEALPOST" --profile alice consent import leave.csv --json
SCRIPT
  expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  json_lines 'all(.[]; .bad == 0 and .added > 0)'
  as olivia consent export --all --format jsonl >all.jsonl
  jq -es --arg id "$id" 'map(select(.contact == $id)) | .[0].because == "removed" and .[0].active == false' all.jsonl
  expect_exit 0 as olivia consent export --contact "$id" --format jsonl
  json '.contact == $id' --arg id "$id"
  printf 'contact,purpose,channel,method\nnobody,billing,sms,web\n' >nobody.csv
  expect_exit 8 as olivia consent import nobody.csv
  contains "$errors" "1 row was not taken"
}

@test "FHIR: what is exported is read back, and changes nothing" {
  new fhir-one
  grant fhir-one --purpose billing --expires 90d --witness 'Kim' >/dev/null
  as dr.lee consent revoke fhir-one --word stop --by sms --yes >/dev/null
  grant fhir-one --purpose test --yes >/dev/null
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

# Five that differ in why they may be written to or not.
five() {
  if as olivia contact show is-granted >/dev/null 2>&1; then return; fi
  for who in is-granted is-later is-expired is-revoked is-paused; do new $who; done
  printf 'contact,purpose,channel,method,effective,expires\n' >five.csv
  printf 'is-granted,test;billing,link-sms,paper,,\nis-later,billing,link-sms,paper,2098-01-01,\n' >>five.csv
  printf 'is-expired,billing,link-sms,paper,,2026-01-01\nis-paused,billing,link-sms,paper,,\n' >>five.csv
  printf 'is-revoked,billing,link-sms,paper,,\n' >>five.csv
  as dr.lee consent import five.csv >/dev/null
  as dr.lee consent revoke is-granted --purpose test --yes >/dev/null
  as dr.lee consent revoke is-revoked --yes >/dev/null
  as dr.lee consent revoke is-paused --word 'please stop' --by sms --yes >/dev/null
}

@test "into another organisation: not yet, expired, revoked and paused stay what they are" {
  five
  cat >other.sh <<'SCRIPT'
exec >&2
set -e
same='if .type == "grant" then . else del(.recorded, .by) end'
me() { "$SEALPOST" --profile alice "$@"; }
code() { me consent check "is-$1" --purpose "${2:-billing}" --json | jq -r .code || true; }
while read -r format; do
  for who in granted later expired revoked paused; do me contact add is-$who >/dev/null; done
  for who in granted later expired revoked paused; do
    me consent import "is-$who.$format" --format "$format" --json >sum
    jq -e '.bad == 0' sum
    me consent import "is-$who.$format" --format "$format" --json | jq -e '.added == 0'
  done
  [ "$(code granted) $(code granted test)" = "granted revoked" ]
  [ "$(code later) $(code expired) $(code revoked) $(code paused)" = "not-yet expired revoked paused" ]
  for who in granted revoked; do
    me consent show is-$who --json | jq -e '.revocations | length == 1'
  done
  for who in later expired paused; do
    me consent show is-$who --json | jq -e '.revocations == []'
    me consent export --contact is-$who --format jsonl >back
    cmp <(jq -cS "$same" "is-$who.jsonl" | sort) <(jq -cS "$same" back | sort)
  done
  me consent review "$(me consent review --json | jq -r .id)" --dismiss --yes
  [ "$(code paused)" = granted ]
done <format
SCRIPT
  for format in csv jsonl fhir; do
    for who in is-granted is-later is-expired is-revoked is-paused; do
      as olivia consent export --contact $who --format jsonl >$who.jsonl
      as olivia consent export --contact $who --format $format >$who.$format
    done
    echo $format >format
    expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  done
}

@test "into another organisation and on: evidence, when and by whom it was recorded are kept" {
  new kept-one
  printf 'a scan' >scan.pdf
  grant kept-one --purpose billing --evidence scan.pdf --note 'by hand' >/dev/null
  cat >other.sh <<'SCRIPT'
set -e
me() { "$SEALPOST" --profile alice "$@"; }
me contact add kept-one >/dev/null
me consent import "kept.$(<format)" --format "$(<format)" >&2
me consent export --contact kept-one --format jsonl >back
cmp <(jq -S . kept.jsonl) <(jq -S . back) >&2
me consent show kept-one >&2
me consent show kept-one --json
SCRIPT
  for format in csv jsonl fhir; do
    as olivia consent export --contact kept-one --format jsonl >kept.jsonl
    as olivia consent export --contact kept-one --format $format >kept.$format
    echo $format >format
    expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
    json '.grants[0] | .note == "by hand" and .evidence == false and
      .evidence_elsewhere == {name: "scan.pdf", size: 6, sha256: $sum} and
      (.collector | endswith("/dr.lee/" + (split("/") | last))) and .first_recorded <= .recorded' \
      --arg sum "$(sha256sum <scan.pdf | cut -d' ' -f1)"
    contains "$errors" "scan.pdf (6"
    contains "$errors" "dr.lee"
  done
  printf 'contact,purpose,channel,method,recorded\nkept-one,test,link-sms,paper,2098-01-01\n' >ahead.csv
  expect_exit 8 as dr.lee consent import ahead.csv
  contains "$errors" "lies ahead"
}

@test "what is inactive and nobody says why is revoked, when its source says; what begins later is not" {
  five
  as olivia consent export --contact is-granted -o inactive.json >/dev/null
  jq '.entry |= map(select(.resource.provision.type == "permit")) |
    .entry[0].resource |= (.status = "inactive" | .meta.lastUpdated = "2026-02-03T04:05:06Z") |
    .entry += [.entry[0], .entry[0]] |
    .entry[1].resource |= (.id = "later" | .provision.period.start = "2098-01-01") |
    .entry[1].resource.patient.identifier.value = "is-later" |
    .entry[2].resource |= (.id = "over" | .provision.period.end = "2026-02-02") |
    .entry[2].resource.patient.identifier.value = "is-expired"' inactive.json >foreign.json
  cat >other.sh <<'SCRIPT'
set -e
me() { "$SEALPOST" --profile alice "$@"; }
for who in granted later expired; do me contact add is-$who >/dev/null; done
# A pause of its own is no reason for what was inactive elsewhere.
me consent revoke is-granted --word 'please stop' --yes >/dev/null
me consent import foreign.json --format fhir --json >&2
me consent import foreign.json --format fhir --json | jq -e '.same == 3' >&2
me consent review "$(me consent review --json | jq -r .id)" --dismiss --yes >&2
for who in granted later expired; do me consent show is-$who --json; done
for who in granted later expired; do me consent check is-$who --purpose billing --json || true; done
SCRIPT
  expect_exit 0 "$SEALPOST" sandbox --members alice -- bash other.sh
  json_lines '[.[].revocations // empty | length] == [1, 0, 0] and
    .[0].revocations[0].received == "2026-02-03T04:05:06Z" and
    [.[].code // empty] == ["revoked", "not-yet", "expired"]'
}

@test "a contact has so many grants and no more, and a row behind them says so" {
  as olivia contact add overflowing >/dev/null
  {
    echo contact,purpose,channel,method,expires
    seq -f 'overflowing,billing,post,paper,%g-01-01T00:00:00Z' 3001 3999
    seq -f 'overflowing,billing,email,paper,%g-01-01T00:00:00Z' 3001 3999
    seq -f 'overflowing,billing,phone,paper,%g-01-01T00:00:00Z' 3001 3005
  } >many.csv
  expect_exit 8 as olivia consent import many.csv
  contains "$output$errors" "overflowing has 2000 grants already"
  expect_exit 9 as olivia consent grant overflowing --purpose billing --channel sms --method paper
  as dr.lee consent show overflowing --json | jq -e '.grants | length == 2000'
  expect_exit 0 as dr.lee consent check overflowing --purpose billing --channel post
}
