# sealpost receipt export and verify FILE: proof that a stranger can check on a laptop of its own.
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  add_member aud auditor
  ROOT=$(as olivia org show --json | jq -er .root)
  export ROOT
  as olivia send --to dr.lee --to nurse.kim --subject scan "the image" >"$ORG_DIR/id"
  as dr.lee inbox >/dev/null
  as dr.lee read "$(cat "$ORG_DIR/id")" >/dev/null
  as olivia receipt export "$(cat "$ORG_DIR/id")" -o "$ORG_DIR/m.receipt"
  as olivia send --to dr.lee "another one" >"$ORG_DIR/other-id"
  as dr.lee inbox >/dev/null
  as olivia receipt export "$(cat "$ORG_DIR/other-id")" -o "$ORG_DIR/other.receipt"
}
teardown_file() { stop_org; }

setup() {
  id=$(cat "$ORG_DIR/id")
  cd "$BATS_TEST_TMPDIR" || return 1
  cp "$ORG_DIR/m.receipt" m.receipt
}

# A stranger's machine: nothing in the environment, no home folder, no network.
laptop() { env -i PATH="$PATH" HOME=/nonexistent "${NO_NETWORK[@]}" "$SEALPOST" "$@"; }
NO_NETWORK=()
if unshare -rn true 2>/dev/null; then NO_NETWORK=(unshare -rn); fi

# refused WORDS [VERIFY OPTIONS...]: m.receipt does not hold, for this reason.
refused() {
  local words=$1
  shift
  expect_exit 7 laptop receipt verify m.receipt --root "$ROOT" --json "$@"
  [ "$(error_code)" = verification-failed ]
  json '.verified == false and (.reason | contains($words))' --arg words "$words"
}

# bend SCRIPT: a Python program over the text `t` of m.receipt; `other` is another message's file,
# `records(t)` splits a file into its head and its records.
bend() {
  python3 - "$ORG_DIR/other.receipt" "$1" <<'PYTHON'
import re, sys
def records(text):
    parts = re.split(r"\n(?=\n(?:entry \d+|receipt)\nstatement )", text)
    return parts[0] + "\n", [p + "\n" for p in parts[1:-1]] + [parts[-1]]
def joined(head, parts):
    head = re.sub(r"records: \d+", "records: %d" % len(parts), head)
    return head + "".join(parts)
def index_of(part):
    return int(re.search(r"\nindex (\d+)\n", part)[1])
t = open("m.receipt").read()
other = open(sys.argv[1]).read()
head, parts = records(t)
assert joined(head, parts) == t
exec(sys.argv[2])
open("m.receipt", "w").write(t)
PYTHON
}

@test "a receipt file is verified on a laptop without vault, home and network" {
  expect_exit 0 laptop receipt verify m.receipt --root "$ROOT"
  contains "$output" "message $id: verified"
  contains "$output" "mercy.example/dr.lee/laptop"
  contains "$output" "signatures, certificates up to the root, inclusion in the log, order"
  contains "$output" "revocation:     not checked"
  contains "$output" "later log:      not checked"
  expect_exit 0 laptop receipt verify m.receipt --root "$ROOT" --json
  json '.type == "receipt-verification" and .verified and .message == $id' --arg id "$id"
  json '[.evidence[].state] == ["accepted","delivered","read"]'
  json '.evidence[0].devices == ["mercy.example/dr.lee/laptop","mercy.example/nurse.kim/laptop"]'
  json 'all(.evidence[]; .logged and .address == "127.0.0.1" and .logged_at != "")'
  json '.from == "mercy.example/olivia/" + (.from | split("/")[2])'
  json '.checked == ["signatures","certificates","inclusion","order"]'
  json '.not_checked == ["revocation","later-log","quorum"]'
}

@test "a name that is no file, a folder, nothing: each is told as what it is" {
  expect_exit 3 laptop receipt verify typo --root "$ROOT"
  contains "$errors" "there is no file typo"
  mkdir save
  expect_exit 2 laptop receipt verify save --root "$ROOT"
  contains "$errors" "save is a folder"
  expect_exit 2 laptop receipt verify save
  expect_exit 2 laptop receipt verify 12 --root "$ROOT"
  expect_exit 2 as olivia receipt export "$id" -o ""
  [ -z "$output" ]
  head -3 m.receipt >short.receipt
  expect_exit 7 laptop receipt verify short.receipt --root "$ROOT"
  [ "$output" = "receipt file: NOT VERIFIED" ]
}

@test "- reads and writes streams" {
  expect_exit 0 as olivia receipt export "$id" -o -
  [ "$(head -1 <<<"$output")" = sealpost-receipt/1 ]
  as olivia receipt export "$id" | laptop receipt verify - --root "$ROOT"
}

@test "export tells what it wrote and never overwrites" {
  expect_exit 0 as olivia receipt export "$id" -o new.receipt --json
  json '.type == "receipt-exported" and .message == $id and .output == "new.receipt"' --arg id "$id"
  json '[.evidence[].state] == ["accepted","delivered","read"] and .left_out == []'
  json '.size == $size' --argjson size "$(stat -c %s new.receipt)"
  before=$(sha256sum new.receipt)
  expect_exit 9 as olivia receipt export "$id" -o new.receipt
  [ "$(sha256sum new.receipt)" = "$before" ]
}

@test "a recipient exports the same evidence; who has no part in the message cannot" {
  expect_exit 0 as dr.lee receipt export "$id" -o theirs.receipt
  expect_exit 0 laptop receipt verify theirs.receipt --root "$ROOT" --json
  json '[.evidence[].state] == ["accepted","delivered","read"]'
  expect_exit 3 as aud receipt export "$id" -o none.receipt
  [ ! -e none.receipt ]
}

@test "a number or an id still means a message, and a file needs a root" {
  expect_exit 0 as olivia receipt verify "$id" --json
  json '.verified and .message == $id' --arg id "$id"
  expect_exit 2 laptop receipt verify m.receipt
  contains "$errors" "--root VKEY"
  expect_exit 0 as dr.lee receipt verify m.receipt
  expect_exit 2 laptop receipt verify m.receipt --root not-a-key
  expect_exit 2 as olivia receipt verify "$id" --root "$ROOT"
  expect_exit 3 laptop receipt verify missing.receipt --root "$ROOT"
  cp m.receipt 12
  expect_exit 2 as olivia receipt verify 12
  contains "$errors" "./12"
  expect_exit 0 as olivia receipt verify ./12
  expect_exit 0 laptop receipt verify 12 --root "$ROOT"
  echo "a letter" >letter.receipt
  expect_exit 2 laptop receipt verify letter.receipt --root "$ROOT"
}

@test "another root's key does not confirm it" {
  as stranger setup county.example --user stranger --listen "127.0.0.1:$(free_port)" \
    --relay-dir county --passphrase-file "$PASSFILE" >/dev/null
  unlock stranger
  county=$(as stranger org show --json | jq -er .root)
  as stranger lock
  expect_exit 7 laptop receipt verify m.receipt --root "$county" --json
  json '.reason | contains("another root")'
}

@test "a forged signature is refused" {
  bend 't = re.sub(r"(state: read\n(?:.*\n)*?\n— \S+ )(.{20})(.)",
                   lambda m: m[1] + m[2] + ("A" if m[3] != "A" else "B"), t, 1)'
  refused "does not hold"
  refused "signature"
}

@test "a statement whose words were changed is refused" {
  bend 't = t.replace("state: delivered", "state: read", 1)'
  refused "does not hold"
}

@test "a statement of another message is refused" {
  bend 'theirs = [p for p in records(other)[1] if "state: delivered" in p]
mine = [p for p in parts if "state: read" not in p]
t = joined(head, sorted(mine + theirs, key=index_of))'
  never cmp -s m.receipt "$ORG_DIR/m.receipt"
  # Its proof leads to a later checkpoint than the others.
  refused "two checkpoints"
}

@test "the evidence of another message under this one's id is refused" {
  bend 't = head.split("from: ")[0] + "from: " + other.split("from: ", 1)[1]'
  refused "about another message"
}

@test "a certificate of another device in the place of the signer's is refused" {
  bend 't = joined(head, [p for p in parts
                          if "device: mercy.example/dr.lee/laptop" not in p])'
  refused "no certificate of mercy.example/dr.lee/laptop"
}

@test "a proof of another leaf is refused" {
  bend 'i = next(k for k, p in enumerate(parts) if "state: read" in p)
j = next(k for k, p in enumerate(parts) if "state: delivered" in p)
a = re.search(r"\nindex \d+\n((?:.+\n)+)", parts[i])[1]
b = re.search(r"\nindex \d+\n((?:.+\n)+)", parts[j])[1]
parts[i] = parts[i].replace(a, "\0").replace("\0", b) if len(a) == len(b) else parts[i].replace(a, a[::-1][1:] + "\n")
t = joined(head, parts)'
  never cmp -s m.receipt "$ORG_DIR/m.receipt"
  expect_exit 7 laptop receipt verify m.receipt --root "$ROOT"
  lacks "$output" ": verified"
}

@test "a truncated file is refused wherever it ends" {
  size=$(stat -c %s m.receipt)
  for part in 5 25 50 75 99; do
    head -c $((size * part / 100)) "$ORG_DIR/m.receipt" >m.receipt
    refused "cut short"
  done
  head -c $((size - 1)) "$ORG_DIR/m.receipt" >m.receipt
  refused "cut short"
}

@test "a checkpoint that the named log did not sign is refused" {
  bend 'line = re.search(r"\n— mercy.example/relay (\S+)\n$", t)[1]
t = t.replace(line, line[:30] + ("A" if line[30] != "A" else "B") + line[31:])'
  expect_exit 7 laptop receipt verify m.receipt --root "$ROOT" --json
  json '.reason | contains("not signed by the log that the root named")'
}

@test "the same statement twice is refused" {
  bend 'i = next(k for k, p in enumerate(parts) if "state: read" in p)
t = joined(head, parts[:i + 1] + parts[i:])'
  refused "twice"
}

@test "what was done before it was accepted, and what lacks its acceptance, is refused" {
  bend 't = joined(head, [p for p in parts if "state: accepted" not in p])'
  refused "before the relay accepted the message, or the acceptance is not in the file"
}

@test "a backdated receipt is left out of an export, and the others are told" {
  back=$(as olivia send --to nurse.kim "late news")
  as nurse.kim inbox >/dev/null
  as nurse.kim lock
  unlock nurse.kim
  stop_relay
  # The clock of an offline machine is wrong while somebody reads.
  by_clock earlier FAKETIME=-2d
  SEALPOST=./earlier as nurse.kim read "$back" --passphrase-file "$PASSFILE" >/dev/null
  start_relay
  as nurse.kim inbox >/dev/null
  expect_exit 0 as olivia receipt show "$back" --json
  json '.state == "read"'
  expect_exit 0 as olivia receipt export "$back" -o back.receipt --json
  json '[.evidence[].state] == ["accepted","delivered"] and (.left_out | length) == 1'
  contains "$errors" "backdated"
  expect_exit 0 laptop receipt verify back.receipt --root "$ROOT"
}

@test "evidence that does not hold is not exported" {
  stop_relay
  sqlite3 "$RELAY_DIR/relay.db" "UPDATE evidence SET statement = replace(statement, 'state: read',
    'state: delivered') WHERE statement LIKE '%state: read%' AND statement LIKE '%$id%'"
  start_relay
  expect_exit 7 as olivia receipt export "$id" -o bad.receipt
  [ ! -e bad.receipt ]
  stop_relay
  sqlite3 "$RELAY_DIR/relay.db" "UPDATE evidence SET statement = replace(statement,
    'state: delivered', 'state: read') WHERE state = 2 AND statement LIKE '%$id%'"
  start_relay
  expect_exit 0 as olivia receipt export "$id" -o good.receipt
}

@test "a message that expired says so, in the relay's words" {
  gone=$(as olivia send --to nurse.kim --expires 1m "soon gone")
  stop_relay
  by_clock later FAKETIME=+2h
  SEALPOST=./later start_relay
  expiry_is_logged() { sqlite3 "$RELAY_DIR/relay.db" "SELECT count(*) FROM evidence WHERE state = 4
    AND statement LIKE '%$gone%'" | grep -qx 1; }
  wait_for "the message to expire" 60 expiry_is_logged
  stop_relay
  start_relay
  expect_exit 0 as olivia receipt show "$gone" --json
  json '.state == "expired" and .delivered == ""'
  expect_exit 0 as olivia receipt export "$gone" -o gone.receipt
  expect_exit 0 laptop receipt verify gone.receipt --root "$ROOT" --json
  json '[.evidence[].state] == ["accepted","expired"]'
  json '.evidence[1].by == "mercy.example/relay"'
  json '.evidence[1].devices == ["mercy.example/nurse.kim/laptop"]'
  expect_exit 0 laptop receipt verify gone.receipt --root "$ROOT"
  contains "$output" "the relay's word; had not reached mercy.example/nurse.kim/laptop"
}

@test "inspect explains a receipt file, and checks it where there is a root" {
  expect_exit 0 laptop inspect m.receipt --json
  json '.type == "inspection" and .kind == "receipt-file" and .message == $id' --arg id "$id"
  json '[.receipt[].state] == ["accepted","delivered","read"]'
  json '.verified == "not checked, which needs the root'"'"'s key"'
  expect_exit 0 laptop inspect m.receipt --root "$ROOT" --json
  json '.verified == true'
  bend 't = t.replace("state: delivered", "state: read", 1)'
  expect_exit 7 laptop inspect m.receipt --root "$ROOT"
}
