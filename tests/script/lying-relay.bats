# A relay that lies: whatever its operator does, nothing unverified is shown or stored, and a person
# is told what is wrong. Where a client alone cannot notice, as sealpost-security(7) says, the test
# shows when it will. Every test ends with the truth, and with everybody going on.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_unchecked eve
  start_liar
  # eve is in everybody's chain, and everybody's first message is in the liar's memory.
  as olivia send --to dr.lee --to eve first >/dev/null
  as dr.lee send --to olivia first >/dev/null
  as dr.lee inbox >/dev/null
  as olivia inbox >/dev/null
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

# send_each TO TEXT...: one message from olivia for each text, at once.
send_each() {
  local to=$1 text jobs=()
  shift
  for text in "$@"; do as olivia send --to "$to" --quiet "$text" >>sent & jobs+=($!); done
  for text in "${jobs[@]}"; do wait "$text"; done
}
count_of() { as "$1" inbox --json | jq -s length; }
# arrives USER FROM: with the truth, a message still arrives and is all that does.
arrives() {
  local id
  id=$(as "$2" send --to "$1" "and now the truth")
  expect_exit 0 as "$1" inbox --unread --json
  json_lines 'any(.id == $id)' --arg id "$id"
}
goes_on() { expect_exit 0 as dr.lee inbox && expect_exit 0 as olivia inbox; }
# A vault as it was, for tests after which a device rightly trusts its relay no more.
keep_vault() { cp "$(echo "$ORG_DIR/$1"/*/vault.db)" "$T/kept.$1"; }
restore_vault() {
  rm -f "$ORG_DIR/$1"/*/vault.db-*
  cp "$T/kept.$1" "$(echo "$ORG_DIR/$1"/*/vault.db)"
}

@test "a swapped prekey: nothing is sealed for it" {
  before=$(as olivia sent --json | wc -l)
  for by in "old signature" "own key" "log key" member; do
    lie swap_prekey by="$by" state="$ORG_DIR/eve.json"
    caught 7 "does not carry the signature of mercy.example/dr.lee/laptop" \
      as olivia send --to dr.lee secret
    truth
  done
  lie swap_prekey by="member for itself" state="$ORG_DIR/eve.json"
  caught 7 "a prekey of mercy.example/eve/laptop for mercy.example/dr.lee/laptop" \
    as olivia send --to dr.lee secret
  truth
  [ "$(as olivia sent --json | wc -l)" = "$before" ]
  goes_on
}

@test "a new header, for a device that has lost its prekey, is not made for a swapped one" {
  id=$(as olivia send --to dr.lee "once more, please")
  lie alter_deliveries what=prekey
  caught 7 "a prekey that is not here" as dr.lee inbox
  truth
  lie swap_prekey by="own key"
  caught 7 "does not carry the signature of mercy.example/dr.lee/laptop" \
    as olivia receipt show "$id"
  truth
  never grep -q "POST /messages/$id/envelopes" "$LIES/passed"
  goes_on
}

@test "altered messages, headers and receipts: refused one by one, the rest of the page is taken" {
  before=$(count_of dr.lee)
  lies="payload,header,stanza,header of another,prekey,id,sender,receipt of another"
  lies+=",receipt for another purpose,receipt signed by nobody"
  send_each dr.lee 1 2 3 4 5 6 7 8 9 10 11
  lie alter_deliveries what="$lies"
  caught 7 "10 of the messages that came were refused: " as dr.lee inbox
  truth
  [ "$(grep -c olivia <<<"$output")" = "$((before + 1))" ]
  [ "$(grep -c 'the message cannot be decrypted' <<<"$errors")" = 5 ]
  [ "$(grep -c 'refused.*a prekey that is not here' <<<"$errors")" = 1 ]
  [ "$(grep -c 'refused.*another id or sender than the sender signed' <<<"$errors")" = 2 ]
  [ "$(grep -c "refused.*the relay's receipt for this message does not verify" <<<"$errors")" = 3 ]
  arrives dr.lee olivia
}

@test "names with line breaks and escapes in a delivery reach no screen" {
  send_each dr.lee plain
  lie alter_deliveries what=lines
  caught 2 "the relay's answer is out of form" as dr.lee inbox
  truth
  lie alter_deliveries what=cursor
  caught 7 "the relay's inbox goes backwards" as dr.lee inbox
  truth
  goes_on
}

@test "messages that are delivered again under new cursors do not come twice" {
  before=$(count_of dr.lee)
  lie replay
  expect_exit 0 as dr.lee inbox --json
  truth
  json_lines 'length == ($before | tonumber)' --arg before "$before"
  [ -z "$errors" ]
  goes_on
}

@test "altered attachments: nothing of them is left" {
  head -c 3000000 /dev/urandom >scan.dcm
  id=$(as olivia send --to dr.lee --file scan.dcm)
  as dr.lee inbox >/dev/null
  mkdir out
  for how in "flip at=0" "flip at=1048577" "flip at=-1" zeros; do
    # shellcheck disable=SC2086
    lie alter_blob how=$how
    caught 7 "the attachment is not the one its sender signed" as dr.lee read "$id" --save out
    truth
    [ -z "$(ls -A out)" ]
  done
  for how in flip fewer more none; do
    lie alter_leaves how="$how"
    caught 7 "hashes are not those its sender signed" as dr.lee read "$id" --save out
    truth
    [ -z "$(ls -A out)" ]
  done
  for how in shorter longer; do
    lie alter_blob how="$how"
    caught 2 "the relay's answer is $how than" as dr.lee read "$id" --save out
    truth
    [ ! -e out/scan.dcm ]
  done
  # Also not where a download is gone on with, from a beginning that is right or from one that is not.
  head -c 2000000 scan.dcm >out/scan.dcm.partial
  lie alter_blob how=flip at=-1
  caught 7 "the attachment is not the one its sender signed" as dr.lee read "$id" --save out
  truth
  [ ! -e out/scan.dcm ]
  [ -z "$(tail -c +2000001 out/scan.dcm.partial)" ]
  head -c 2000000 scan.dcm >out/scan.dcm.partial
  flip out/scan.dcm.partial 1500000
  expect_exit 0 as dr.lee read "$id" --save out
  cmp scan.dcm out/scan.dcm
}

@test "parts of an upload that are claimed to be there already are not believed" {
  head -c 100000 /dev/urandom >scan
  lie claim_parts parts=1 complete=1
  caught 9 "parts that this vault never sent" as olivia send --to dr.lee --key claimed --file scan
  truth
  id=$(as olivia send --to dr.lee --key claimed --file scan)
  as dr.lee inbox >/dev/null
  as dr.lee read "$id" --attachment 1 -o - | cmp - scan
}

@test "a log that is rolled back, rewritten or signed by another key" {
  as dr.lee inbox >/dev/null
  lie roll_back by=1
  caught 7 "this vault has seen" as dr.lee inbox
  truth
  lie fork at=0
  caught 7 "does not extend" as dr.lee inbox
  truth
  send_each dr.lee more
  lie fork at=2
  caught 7 "does not extend" as dr.lee inbox
  truth
  lie foreign_checkpoint
  caught 7 "not signed by the log's key" as olivia send --to dr.lee secret
  truth
  goes_on
}

@test "a trust chain that gets shorter or does not come" {
  size=$(grep -c . <(as olivia member list --json))
  lie hide_trust size="$size"
  caught 7 "trust chain has $size entries, this vault has seen" as dr.lee inbox
  truth
  lie announce_trust
  caught 7 "announces trust chain entries that it does not give" as dr.lee inbox
  truth
  goes_on
}

@test "a certificate that is not the member's own, in the eyes of a member" {
  add_unchecked mallory
  lie forge_certificate
  caught 7 "the relay's trust chain does not verify" as dr.lee send --to mallory secret
  truth
  lie another_certificate
  caught 7 "the relay's trust chain does not verify" as dr.lee send --to mallory secret
  truth
  expect_exit 0 as dr.lee send --to mallory hello
}

@test "a certificate that is not the member's own, in the eyes of a newcomer" {
  as olivia member invite nurse.kim --role member --json | jq -er .invitation >token
  join() { as nurse.kim join token --device laptop --passphrase-file "$PASSFILE"; }
  lie forge_certificate
  caught 7 "the relay's trust chain does not verify" join
  truth
  lie hide_trust size=4
  caught 7 "not the one the inviter saw" join
  truth
  expect_exit 0 join
}

@test "names with escapes in the trust chain reach no screen" {
  unchecked forge invitation user=$'\e]0;owned\a\e[2J' role=member >entry
  lie append_entry note="$PWD/entry"
  caught 7 "the relay's trust chain does not verify" as dr.lee inbox
  truth
  unchecked forge revocation target=mercy.example/olivia/vm reason=$'cod\u202egpj' >entry
  lie append_entry note="$PWD/entry"
  caught 7 "the relay's trust chain does not verify" as dr.lee inbox
  truth
  expect_exit 0 as dr.lee member list
  plain_screen
}

@test "two certificates for one invitation in one chain" {
  as olivia member invite bob --role member --json | jq -er .invitation >"$ORG_DIR/invitation.bob"
  unchecked certify "$ORG_DIR/invitation.bob" phone >second
  unchecked enrol "$ORG_DIR/invitation.bob" "$ORG_DIR/bob.json"
  lie append_entry note="$PWD/second"
  caught 7 "the relay's trust chain does not verify" as dr.lee inbox
  truth
  goes_on
}

@test "two certificates for one invitation in two chains: noticed with the next message" {
  keep_vault dr.lee
  as olivia member invite carol --role member --json | jq -er .invitation >"$ORG_DIR/invitation.carol"
  unchecked certify "$ORG_DIR/invitation.carol" laptop >second
  unchecked enrol "$ORG_DIR/invitation.carol" "$ORG_DIR/carol.json"
  size=$(unchecked chain "$ORG_DIR/carol.json" | jq length)
  lie replace_entry for=dr.lee at=$((size - 1)) note="$PWD/second"
  expect_exit 0 as dr.lee inbox
  truth
  id=$(as dr.lee send --to olivia "from the other chain")
  caught 7 "the sender has seen another trust chain" as olivia inbox
  expect_exit 3 as olivia read "$id"
  id=$(as olivia send --to dr.lee "from the chain")
  caught 7 "the sender has seen another trust chain" as dr.lee inbox
  expect_exit 3 as dr.lee read "$id"
  restore_vault dr.lee
  arrives dr.lee olivia
}

@test "a hidden revocation: noticed with the first message of somebody who knows of it" {
  add_unchecked thief
  as olivia send --to thief --to dr.lee hello >/dev/null
  as dr.lee inbox >/dev/null
  size=$(unchecked chain "$ORG_DIR/thief.json" | jq length)
  unchecked revoke "$ORG_DIR/thief.json"
  lie hide_revocation for=dr.lee size="$size"
  # Who hears from the relay alone cannot know.
  expect_exit 0 as dr.lee send --to thief "to the thief"
  expect_exit 5 as olivia send --to thief "to nobody"
  id=$(as olivia send --to dr.lee "from one who knows")
  caught 7 "the sender has seen another trust chain" as dr.lee inbox
  expect_exit 3 as dr.lee read "$id"
  truth
  expect_exit 5 as dr.lee send --to thief secret
  arrives dr.lee olivia
}

@test "events that are not in the log" {
  for what in actor index; do
    lie false_events what="$what"
    caught 7 "which is not the one in the log" as olivia audit query
    lacks "$output" "mercy.example/olivia/other"
    truth
  done
  lie false_events what=address
  caught 2 'an audit event with an impossible "address"' as olivia audit query
  truth
  expect_exit 0 as olivia audit query
}

@test "a mirror takes in nothing of a log that is another one" {
  expect_exit 0 as olivia audit mirror mirror
  cp -a mirror before
  send_each dr.lee more
  lie fork at=0
  caught 7 "does not extend" as olivia audit mirror mirror
  truth
  lie roll_back by=5
  caught 7 "this vault has seen" as olivia audit mirror mirror
  truth
  diff -r mirror before
  expect_exit 0 as olivia audit mirror mirror
}

@test "two logs shown to two members: noticed with the next message, whoever sends it" {
  keep_vault dr.lee
  as dr.lee inbox >/dev/null
  # To ask is an event, too.
  at=$(($(as olivia audit query --json | jq -s length) + 1))
  lie fork for=dr.lee at="$at"
  send_each dr.lee "before the fork"
  expect_exit 0 as dr.lee inbox
  id=$(as dr.lee send --to olivia "with the other log")
  caught 7 "the sender has seen another audit log" as olivia inbox
  expect_exit 3 as olivia read "$id"
  caught 7 "mercy.example/dr.lee/laptop has seen another audit log" as olivia receipt list
  id=$(as olivia send --to dr.lee "with the log")
  caught 7 "the sender has seen another audit log" as dr.lee inbox
  expect_exit 3 as dr.lee read "$id"
  truth
  caught 7 "does not extend" as dr.lee inbox
  restore_vault dr.lee
  arrives dr.lee olivia
}

@test "withheld receipts: waiting for them times out, and asking the relay for proof fails" {
  id=$(as olivia send --to dr.lee "did you get it?")
  as dr.lee inbox >/dev/null
  lie withhold_receipts
  caught 11 "by everybody yet" as olivia receipt wait "$id" --state delivered --timeout 1s
  truth
  expect_exit 0 as olivia receipt wait "$id" --state delivered --timeout 300s
}

@test "forged receipts: each refused, none counted" {
  id=$(as olivia send --to dr.lee "did you read it?")
  other=$(as olivia send --to dr.lee "and this?")
  as dr.lee inbox >/dev/null
  keep_vault olivia
  for by in "old signature" "own key" "log key" "another message"; do
    lie forge_receipts by="$by" message="$other"
    expect_exit 7 as olivia receipt show "$id" --json
    never grep -q '"state":"read"' <<<"$output"
    plain_screen
    truth
    restore_vault olivia
  done
  lie receipts_backwards
  caught 7 "the relay's receipts go backwards" as olivia receipt show "$id"
  truth
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "delivered"'
}

@test "a stranger who says that a message did not open gets no key of it" {
  id=$(as olivia send --to dr.lee "not for eve")
  keep_vault olivia
  lie stranger_receipt message="$id" state="$ORG_DIR/eve.json"
  as olivia receipt show "$id" >out 2>err || true
  as olivia send --to dr.lee "next" >/dev/null
  truth
  lacks "$(cat out)" eve
  never grep -q "POST /messages/$id/envelopes" "$LIES/passed"
  restore_vault olivia
  goes_on
}

@test "a message accepted and thrown away: no delivery, and no proof that it was logged" {
  lie swallow
  expect_exit 0 as olivia send --to dr.lee "into the void" --json
  id=$(field .id)
  truth
  as dr.lee inbox >/dev/null
  expect_exit 11 as olivia receipt wait "$id" --timeout 1s
  never as olivia receipt verify "$id"
  lie no_evidence
  caught 7 "no logged acceptance" as olivia receipt verify "$id"
  truth
  for leaf in "of another event" "made up" "behind the log"; do
    lie made_up_evidence leaf="$leaf"
    caught 7 "does not hold" as olivia receipt verify "$id"
    expect_exit 7 as olivia receipt export "$id" -o proof
    [ ! -e proof ]
    truth
  done
  goes_on
}

@test "a receipt that differs in anything from what was sent does not confirm it" {
  local change
  for change in message=0193e4a0-0000-7000-8000-000000000001 from=mercy.example/dr.lee/laptop \
    purpose=test by=mercy.example/dr.lee/laptop signature=; do
    lie receipt_of_other_content field="${change%%=*}" value="${change#*=}"
    caught 7 "the relay's receipt for this message does not verify" \
      as olivia send --to dr.lee --key "$change" "said once"
    truth
    expect_exit 0 as olivia send --to dr.lee --key "$change" "said once" --json
    json .duplicate
  done
  lie receipt_of_other_content field=id value=0193e4a0-0000-7000-8000-000000000001
  caught 2 "the relay answered about another message" \
    as olivia send --to dr.lee --key another "said once"
  truth
  expect_exit 0 as olivia outbox retry
  expect_exit 0 as olivia outbox list
  [ -z "$output" ]
  goes_on
}

@test "a receipt for other content does not confirm a message" {
  lie receipt_of_other_content
  caught 7 "the relay's receipt for this message does not verify" \
    as olivia send --to dr.lee --key other-content "what I said"
  truth
  expect_exit 0 as olivia send --to dr.lee --key other-content "what I said" --json
  json .duplicate
  goes_on
}

@test "another key for a device that is known, which its old key has not signed" {
  for by in "new key" "new key twice" "log key" "first again"; do
    for device in dr.lee/laptop "olivia/$(as olivia device list --json | jq -r .device | cut -d/ -f3)"; do
      lie rekey_device device="mercy.example/$device" by="$by"
      caught 7 "the relay's trust chain does not verify" as dr.lee send --to olivia secret
      truth
    done
  done
  goes_on
}

@test "a stale list of members: noticed with the first message of somebody who knows more" {
  size=$(unchecked chain "$ORG_DIR/eve.json" | jq length)
  add_unchecked latecomer
  lie hide_trust for=dr.lee size="$size"
  # Who hears from the relay alone cannot know.
  expect_exit 0 as dr.lee member list --json
  json_lines 'all(.user != "latecomer")'
  id=$(as olivia send --to dr.lee "from one who knows")
  caught 7 "the sender has seen another trust chain" as dr.lee inbox
  expect_exit 3 as dr.lee read "$id"
  truth
  expect_exit 0 as dr.lee member list --json
  json_lines 'any(.user == "latecomer")'
  arrives dr.lee olivia
}

@test "entries whose signer has seen another log, or another chain, than is shown here" {
  head=$(unchecked chain "$ORG_DIR/eve.json" | jq length)
  zeros=$(head -c 32 /dev/zero | base64)
  unchecked sign "$ORG_DIR/eve.json" revocation target=mercy.example/eve/laptop \
    at="$(date -u +%FT%TZ)" log="2 $zeros" trust="0 $(empty_head)" >entry
  lie append_entry note="$PWD/entry"
  caught 7 "has seen another audit log" as dr.lee inbox
  truth
  unchecked sign "$ORG_DIR/eve.json" revocation target=mercy.example/eve/laptop \
    at="$(date -u +%FT%TZ)" log="0 $zeros" trust="$((head - 1)) $zeros" >entry
  lie append_entry note="$PWD/entry"
  caught 7 "has seen another trust chain" as dr.lee inbox
  truth
  unchecked sign "$ORG_DIR/eve.json" policy purpose=general max-body=1048576 \
    default-expiry=2592000 max-expiry=31536000 at="$(date -u +%FT%TZ)" log="2 $zeros" \
    trust="0 $(empty_head)" >entry
  lie append_entry note="$PWD/entry"
  caught 7 "has seen another audit log" as dr.lee inbox
  truth
  goes_on
}
# The head of the organisation's chain before its first entry.
empty_head() {
  printf 'sealpost/v1/trust\n%s\n' "$(jq -r .root "$ORG_DIR/eve.json")" | openssl dgst -sha256 -binary | base64
}
