# One-time prekeys: each message is sealed for a key of its own, whose secret is destroyed when the
# message is safe; and what happens when the stock is empty, or a relay hands the same one out twice.
load support
load lying
load faults

setup_file() {
  start_org olivia dr.lee nurse.kim
  export SECRETS=${SEALPOST%/*}/tests/prekey_secrets
  start_liar
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

store() { sqlite3 "file:$RELAY_DIR/relay.db?mode=ro" "$1"; }
# left USER: one-time prekeys of USER that nobody has got.
left() {
  store "SELECT count(*) FROM once_prekeys WHERE claimed = 0 AND device = (SELECT id FROM names
    WHERE name LIKE 'mercy.example/$1/%' AND id IN (SELECT device FROM prekeys))"
}
# recorded ID: what the relay holds of a message for its one recipient, a complete age file.
recorded() {
  store "SELECT hex(e.header) || hex(p.body) FROM messages m JOIN envelopes e ON e.message = m.id
    JOIN payloads p ON p.id = m.id WHERE m.uuid = '$1'" | xxd -r -p
}
# copied USER: vault and write-ahead log as they lie there, into $T/copy.
copied() {
  local vault
  vault=$(vault_of "$1")
  rm -rf "$T/copy" && mkdir "$T/copy"
  cp "$vault" "$T/copy/"
  cp "$vault-wal" "$T/copy/" 2>/dev/null || true
}
# stolen: every prekey secret in the copy, with the right passphrase.
stolen() { "$SECRETS" "$T/copy/vault.db" <"$PASSFILE" >"$T/$1"; }
# opens IDENTITIES FILE: one of them decrypts the file; `age` says so, not we.
opens() { age -d -i "$T/$1" "$2" >"$T/plain" 2>/dev/null; }
receipt_of() { as olivia receipt verify "$1" --json | jq -c '[.evidence[] | select(.state == "accepted")][0]'; }
use_of() { jq -r '.recipients[0]["last-resort"]'; }

@test "a full stock from the beginning, and again after every contact" {
  [ "$(left olivia)" = 100 ] && [ "$(left dr.lee)" = 100 ]
  for text in one two three; do as olivia send --to dr.lee "$text" >/dev/null; done
  [ "$(left dr.lee)" = 97 ]
  expect_exit 0 as dr.lee receipt list
  [ "$(left dr.lee)" = 100 ]
  expect_exit 0 as olivia audit query --event prekey.publish --json
  json_lines '[.[] | select(.device == "mercy.example/dr.lee/laptop") | .details.once // empty] == ["100", "3"]'
}

@test "yesterday's message: the vault of before opens what was recorded, the vault of after does not" {
  id=$(as olivia send --to dr.lee --subject Scan "for your eyes")
  recorded "$id" >"$T/recorded.age"
  copied dr.lee
  stolen before
  opens before "$T/recorded.age"
  grep -qa "for your eyes" "$T/plain"

  expect_exit 0 as dr.lee inbox
  copied dr.lee
  stolen after
  [ "$(grep -c AGE-SECRET-KEY "$T/after")" -ge 100 ]
  never opens after "$T/recorded.age"
  expect_exit 0 as dr.lee read "$id" --json # which is in the vault, and goes when it is deleted there
  json '.body == "for your eyes"'
}

@test "nor does the log of a process that was killed before it could truncate it, after the next one" {
  needs_strace
  ids=()
  for text in a b c; do ids+=("$(as olivia send --to dr.lee "$text")"); done
  for id in "${ids[@]}"; do recorded "$id" >"$T/$id.age"; done
  vault=$(vault_of dr.lee)
  SEALPOST_HOME=$ORG_DIR/dr.lee traced -f -o "$T/trace" -P "$vault-wal" -e trace=ftruncate \
    -e inject=ftruncate:signal=KILL "$SEALPOST" inbox >"$T/out" 2>&1 || true
  grep -q 'killed by SIGKILL' "$T/trace"
  [ -s "$vault-wal" ]
  expect_exit 0 as dr.lee sent # which needs no relay
  [ ! -s "$vault-wal" ]
  copied dr.lee
  stolen after
  for id in "${ids[@]}"; do never opens after "$T/$id.age"; done
  expect_exit 0 as dr.lee inbox # acknowledges what was stored
  for id in "${ids[@]}"; do expect_exit 0 as dr.lee read "$id"; done
}

@test "a message that is delivered twice is stored once, and its sender hears no complaint" {
  id=$(as olivia send --to dr.lee "once only")
  expect_exit 0 as dr.lee inbox
  before=$(as dr.lee inbox --json | jq -s length)
  lie replay
  expect_exit 0 as dr.lee inbox --json
  truth
  [ "$(jq -s length <<<"$output")" = "$before" ]
  expect_exit 0 as olivia receipt verify "$id" --json
  json '[.evidence[].state] == ["accepted", "delivered"]'
}

@test "a prekey that the relay hands to two senders: one is told, sends a new header, and is read" {
  lie double_issue memory=a for=olivia
  first=$(as olivia send --to dr.lee "the first")
  truth
  lie double_issue memory=a for=nurse.kim
  second=$(as nurse.kim send --to dr.lee "the second")
  truth
  caught 7 "$second" as dr.lee inbox
  contains "$errors" "a prekey that is not here"
  expect_exit 0 as dr.lee read "$first"
  expect_exit 0 as nurse.kim inbox # any contact answers
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee read "$second" --json
  json '.body == "the second"'
  expect_exit 0 as nurse.kim receipt verify "$second" --json
  json '[.evidence[].state] | sort == ["accepted", "delivered", "read", "undecryptable"]'
  json 'any(.evidence[]; .state == "accepted" and .["last-resort"] == ["mercy.example/dr.lee/laptop"])'
}

@test "a used prekey that the relay hands out again and again: the sender waits until it does not" {
  lie double_issue memory=b for=olivia
  as olivia send --to dr.lee "uses it up" >/dev/null
  expect_exit 0 as dr.lee inbox
  id=$(as olivia send --to dr.lee "for a key that is gone")
  caught 7 "a prekey that is not here" as dr.lee inbox
  expect_exit 0 as olivia inbox # claims, and gets the same again: nothing to send
  expect_exit 0 as dr.lee inbox
  expect_exit 3 as dr.lee read "$id"
  truth
  expect_exit 0 as olivia inbox
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee read "$id"
}

@test "who has had a share gets the last resort: send, receipt show and the relay's receipt say so" {
  expect_exit 0 as nurse.kim inbox # fills the stock
  expect_exit 0 as dr.lee send --to nurse.kim one --json
  json '.recipients[0] == {"to":"nurse.kim","device":"mercy.example/nurse.kim/laptop","state":"accepted","last-resort":false}'
  id=$(jq -r .id <<<"$output")
  expect_exit 0 as dr.lee receipt verify "$id" --json
  json '.evidence[0] | has("last-resort") | not'
  for _ in $(seq 31); do as dr.lee send --to nurse.kim more >/dev/null; done
  [ "$(left nurse.kim)" = 68 ]
  expect_exit 0 as dr.lee send --to nurse.kim last
  contains "$errors" "last-resort prekey of mercy.example/nurse.kim/laptop"
  id=$output
  [ "$(left nurse.kim)" = 68 ]
  expect_exit 0 as dr.lee receipt show "$id" --json
  json '.["last-resort"]'
  expect_exit 0 as dr.lee receipt verify "$id" --json
  json '.evidence[0].state == "accepted" and .evidence[0]["last-resort"] == ["mercy.example/nurse.kim/laptop"]'
  as dr.lee receipt export "$id" -o "$T/proof.receipt"
  expect_exit 0 "$SEALPOST" receipt verify "$T/proof.receipt" \
    --root "$(as dr.lee org show --json | jq -er .root)" --json
  json 'any(.evidence[]; .["last-resort"] == ["mercy.example/nurse.kim/laptop"])'
  # The share is in the store: a restart of the relay forgets nothing. Another sender has its own.
  kill_relay
  start_relay
  expect_exit 0 as dr.lee send --to nurse.kim again --json
  json '.recipients[0]["last-resort"]'
  expect_exit 0 as olivia send --to nurse.kim mine --json
  json '.recipients[0]["last-resort"] == false'
}

@test "the secret of the last resort stays, so that all of these can be read" {
  expect_exit 0 as nurse.kim inbox --json
  json_lines 'length >= 35'
  expect_exit 0 as nurse.kim inbox
  [ "$(left nurse.kim)" = 100 ]
}

@test "a vault that came back from an older copy takes back what it cannot open" {
  cp "$(vault_of nurse.kim)" "$T/old.db"
  for text in a b c; do as olivia send --to nurse.kim "$text" >/dev/null; done
  expect_exit 0 as nurse.kim inbox
  [ "$(left nurse.kim)" = 100 ]
  put_vault nurse.kim "$T/old.db"
  expect_exit 0 as nurse.kim receipt list
  [ "$(left nurse.kim)" = 100 ]
  expect_exit 0 as olivia audit query --event prekey.publish --json
  json_lines '.[-1].details.withdrawn == "3" and .[-1].details.once == "3"'
  id=$(as olivia send --to nurse.kim "after the return")
  expect_exit 0 as nurse.kim inbox
  expect_exit 0 as nurse.kim read "$id"
}
