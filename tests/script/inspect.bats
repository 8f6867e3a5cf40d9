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
