# sealpost inspect. The files in data/ were made by an independent program; the seed of each key in
# them is SHA-256("sealpost test key " + its name).
# shellcheck disable=SC2016,SC2154
load support

DATA=$BATS_TEST_DIRNAME/data
ROOT=mercy.example+251fe40c+AXulT8VsKNuWxDGaisMXxfZc6opvIjdI2Fg/e+x0MqyJ
SEED=354771ef15ae2d40 # beginning of the invitation's seed

@test "inspect explains an age file without any key" {
  "$SEALPOST" keygen -o key.txt 2>recipient
  printf 'hello' | "$SEALPOST" encrypt -r "$(sed 's/.*: //' recipient)" -o hello.age
  expect_exit 0 "$SEALPOST" inspect hello.age
  contains "$output" "an age file (1 X25519)"
  [[ $output =~ plaintext\ bytes:\ +5 ]]
  expect_exit 0 "$SEALPOST" inspect --json hello.age
  json '.type == "inspection" and .kind == "age-file" and .plaintext_bytes == 5 and (.armored | not)'
}

@test "inspect reads what age wrote, armored, from standard input" {
  age-keygen -o key.txt 2>/dev/null
  printf 'hello' | age -a -r "$(age-keygen -y key.txt)" >armored.age
  expect_exit 0 "$SEALPOST" inspect - --json <armored.age
  json '.armored and .plaintext_bytes == 5 and .stanzas[0].type == "X25519"'
}

@test "inspect says how large a file is that does not fit into memory" {
  age-keygen -o key.txt 2>/dev/null
  head -c 40000000 /dev/zero | age -r "$(age-keygen -y key.txt)" >large.age
  expect_exit 0 "$SEALPOST" inspect large.age --json
  json '.plaintext_bytes == 40000000'
}

@test "inspect names a recipient but never prints a secret key" {
  "$SEALPOST" keygen -o key.txt 2>/dev/null
  expect_exit 0 "$SEALPOST" inspect key.txt
  contains "$output" "$(age-keygen -y key.txt)"
  lacks "$output" AGE-SECRET-KEY
}

@test "inspect shows a certificate and says whose signature it could not check" {
  expect_exit 0 "$SEALPOST" inspect "$DATA/certificate"
  contains "$output" "the certificate of a device"
  [[ $output =~ role:\ +service ]]
  contains "$output" "by mercy.example/bot/server, key 75071107, signature valid"
  contains "$output" "key 4d2e7a49, signature unknown-key"
}

@test "inspect checks a statement against the root that is given" {
  head -8 "$DATA/chain" | sed '/^sealpost.v1.relay/,$d' >organisation
  expect_exit 0 "$SEALPOST" inspect --root "$ROOT" organisation --json
  json '.kind == "organisation" and .signatures[0].signature == "valid"'
  sed 's/2026-11-21/2026-11-22/' organisation >changed
  expect_exit 7 "$SEALPOST" inspect changed --json
  json '.signatures[0].signature == "wrong"'
  [[ $(error_code) == verification-failed ]]
}

@test "inspect shows a receipt" {
  expect_exit 0 "$SEALPOST" inspect "$DATA/receipt" --json
  json '.kind == "receipt" and .fields.state == "read" and .signatures[0].by == .fields.by'
}

@test "inspect tells of an invitation everything but the secret" {
  expect_exit 0 "$SEALPOST" inspect "$DATA/invitation-token"
  contains "$output" "secret"
  [[ $output =~ user:\ +bot ]]
  lacks "$output" "$SEED"
  lacks "$output" "$(cut -c 23-60 "$DATA/invitation-token")"
}

@test "inspect verifies a trust chain and says against which root" {
  expect_exit 0 "$SEALPOST" inspect "$DATA/chain"
  contains "$output" "the root that it names"
  expect_exit 0 "$SEALPOST" inspect "$DATA/chain" --root "$ROOT" --json
  json '.kind == "trust-chain" and .entries == 5 and .verified_entries == 5'
  json '.devices[0].device == "mercy.example/bot/server" and .devices[0].revoked'
  sed 's/^user: bot$/user: cat/' "$DATA/chain" >changed
  expect_exit 7 "$SEALPOST" inspect changed --json
  json '.verified_entries == 2'
}

@test "inspect recognises a verifier key, and takes no other for a root" {
  expect_exit 0 "$SEALPOST" inspect --json - <<<"$ROOT"
  json '.kind == "verifier-key" and .name == "mercy.example"'
  expect_exit 2 "$SEALPOST" inspect --root nonsense "$DATA/chain"
}

@test "inspect lets no control character through to a terminal" {
  printf 'sealpost/v1/receipt\nnote: \xe2\x80\xaereversed\n\n\xe2\x80\x94 eve %s\n' \
    "$(head -c 68 /dev/zero | base64 -w0)" >hostile
  expect_exit 0 "$SEALPOST" inspect hostile
  lacks "$output" $'\xe2\x80\xae'
  contains "$output" "reversed"
}

@test "inspect refuses what it does not know, and what does not exist" {
  echo "hello" >hello.txt
  expect_exit 2 "$SEALPOST" inspect hello.txt --json
  [[ $(error_code) == malformed ]]
  [[ -z $output ]]
  expect_exit 2 "$SEALPOST" inspect /dev/null
  expect_exit 3 "$SEALPOST" inspect missing
}

@test "inspect works without a home, a profile or a configuration" {
  unset SEALPOST_HOME HOME
  expect_exit 0 "$SEALPOST" inspect "$DATA/receipt"
}

# rules FILE ARGS...: what --explain says failed, a standard and section a line.
failed_rules() {
  "$SEALPOST" inspect --explain "$@" --json 2>/dev/null |
    jq -r '.checks[] | select(.holds == false) | "\(.standard), \(.section)"' | sort -u
}

@test "--explain lists every check with the standard that asks for it" {
  expect_exit 0 "$SEALPOST" inspect --explain "$DATA/certificate" --json
  json '.type == "explanation" and (.checks | length) > 8 and all(.checks[]; .holds != false)'
  json 'all(.checks[]; (.standard | length) > 3 and (.section | length) > 0 and (.rule | length) > 5)'
  json 'any(.checks[]; .holds == null and (.found | contains("not known")))'
  expect_exit 0 "$SEALPOST" inspect --explain "$DATA/chain" --root "$ROOT"
  contains "$output" "ok      sealpost-note(5), TRUST CHAIN: entry 0, organisation, follows"
  for file in organisation receipt; do
    [ ! -e "$DATA/$file" ] || expect_exit 0 "$SEALPOST" inspect --explain "$DATA/$file"
  done
}

@test "--explain tells which rule a damaged note breaks, where inspect only says that it is damaged" {
  note() { printf 'log.example\n%s\n%s\n\n\xe2\x80\x94 log.example %s\n' "$@"; }
  hash=$(head -c 32 /dev/zero | base64)
  sig=$(head -c 68 /dev/zero | base64 -w0)
  note 7 "$hash" "$sig" >good
  expect_exit 0 "$SEALPOST" inspect --explain good
  note 07 "$hash" "$sig" >size
  [ "$(failed_rules size)" = "C2SP tlog-checkpoint v1.0.0, Note text" ]
  note 7 "${hash:4}" "$sig" >root
  [ "$(failed_rules root)" = "C2SP tlog-checkpoint v1.0.0, Note text" ]
  note 7 "$hash" "AAAA" >signature
  [ "$(failed_rules signature)" = "C2SP signed-note v1.0.0, Format" ]
  note 7 "$hash" "$sig" | tr -d '\n' >line
  expect_exit 2 "$SEALPOST" inspect --explain line
  note 7 "$hash" "$sig" | sed 's/log.example/log\x01example/' >control
  [ "$(failed_rules control)" = "C2SP signed-note v1.0.0, Format" ]
  expect_exit 7 "$SEALPOST" inspect --explain control
  contains "$output" "FAILED  C2SP signed-note v1.0.0, Format: it holds no control characters"
  sed '2s/.*/role: nobody/' "$DATA/certificate" >fields
  failed_rules fields | grep -q "^sealpost-note(5), certificate$"
  head -8 "$DATA/chain" | sed '/^sealpost.v1.relay/,$d; s/2026-11-21/2026-11-22/' >dated
  [ "$(failed_rules dated)" = "C2SP signed-note v1.0.0, Signatures
sealpost-note(5), TRUST CHAIN" ]
}

@test "--explain tells which rule of age v1 a file breaks" {
  age-keygen -o key.txt 2>/dev/null
  printf 'hello' | age -r "$(age-keygen -y key.txt)" >whole.age
  expect_exit 0 "$SEALPOST" inspect --explain whole.age
  contains "$output" "-       age v1, Header: the MAC holds (that needs a key)"
  printf 'hello' | age -a -r "$(age-keygen -y key.txt)" >armored.age
  expect_exit 0 "$SEALPOST" inspect --explain armored.age
  sed 's/^-> X25519 .*/-> X25519 AAAA/' whole.age >share
  [ "$(failed_rules share)" = "age v1, The X25519 recipient type" ]
  sed 's/^-> X25519/=> X25519/' whole.age >mark
  failed_rules mark | grep -q "^age v1, Recipient stanza$"
  sed 's/^--- ./--- /' whole.age >mac
  [ "$(failed_rules mac)" = "age v1, Header" ]
  head -c -10 whole.age >short
  [ "$(failed_rules short)" = "age v1, Payload" ]
  sed 's/^-> X25519 .*/-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30/' whole.age >work
  [ "$(failed_rules work)" = "age v1, The scrypt recipient type" ]
  sed '2s/./=/' armored.age >armor
  [ "$(failed_rules armor | head -1)" = "age v1, ASCII armor" ]
}

@test "--explain follows a proof down to the hash" {
  start_org olivia
  as olivia audit prove 1 -o whole
  root=$(as olivia org show --json | jq -er .root)
  expect_exit 0 "$SEALPOST" inspect --explain whole --root "$root"
  contains "$output" "RFC 6962, 2.1.1: from the event's hash the hashes lead to the checkpoint's root"
  sed 's/^index 1$/index 0/' whole >index
  failed_rules index | grep -q "^RFC 6962, 2.1.1$"
  sed 's/^index 1$/index 01/' whole >zero
  failed_rules zero | grep -q "^C2SP tlog-proof v1, Format$"
  other=$("$BATS_TEST_DIRNAME/../interop/make_log.py" new other 1)
  [ "$(failed_rules whole --root "$other")" = "sealpost-log(5), Proof of an event" ]
  # Without a root the chain is held against the one that it names, and that is said.
  expect_exit 0 "$SEALPOST" inspect --explain whole --json
  json 'any(.checks[]; .rule == "its root is the organisation'"'"'s" and .holds == null and (.found | contains($root)))' \
    --arg root "$root"
  id=$(as olivia send --to olivia "to myself")
  as olivia inbox >/dev/null
  as olivia receipt export "$id" -o whole.receipt
  as olivia audit export --event message.send --format jsonl --sign -o e.jsonl
  for file in whole whole.receipt e.jsonl.manifest; do
    expect_exit 0 "$SEALPOST" inspect --explain "$file"
    contains "$output" "-       sealpost-"
  done
  # One bit anywhere in what holds the chain, and something fails.
  sed -n 's/^extra //p' whole | base64 -d >extra
  size=$(stat -c %s extra)
  for ((at = 20; at < size; at += size / 40)); do
    cp extra bent && flip bent "$at"
    sed "2s|.*|extra $(base64 -w0 bent)|" whole >proof
    expect_exit 7 "$SEALPOST" inspect --explain proof
  done
  for file in whole.receipt e.jsonl.manifest; do
    size=$(stat -c %s "$file")
    for ((at = 60; at < size; at += size / 40)); do
      cp "$file" bent && flip bent "$at"
      expect_exit 7 "$SEALPOST" inspect --explain bent
    done
  done
  stop_org
}
