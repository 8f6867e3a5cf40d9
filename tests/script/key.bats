# sealpost key: what keys this device has, and how people compare them
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "show tells certificate, keys and their fingerprints" {
  expect_exit 0 as dr.lee key show --json
  json '.type == "key" and .device == "mercy.example/dr.lee/laptop" and .role == "member"'
  json '.certificate == 0 and .state == "active" and .issued < .expires'
  json '.prekeys >= 1 and .prekeys_until > .issued and (.holds_root | not)'
  json '.root == $root' --arg root "$(jq -r .root "$ORG_DIR/setup.json")"
  json '[.fingerprint, .root_fingerprint] | all(test("^([0-9A-F]{4} ){9}[0-9A-F]{4}$"))'
  expect_exit 0 as olivia key show
  contains "$output" "in this vault"
  contains "$output" "number 0, active"
}

@test "show needs no relay" {
  stop_relay
  expect_exit 0 as dr.lee key show
  contains "$output" mercy.example/dr.lee/laptop
  [ -z "$errors" ]
  start_relay
}

@test "show says when the certificate has expired" {
  needs_faketime
  expect_exit 0 as dr.lee key show --json
  local after
  after=$(date -u -d "$(field .expires) + 1 hour" "+%Y-%m-%d %H:%M:%S")
  by_clock later "FAKETIME=@$after"
  SEALPOST=$PWD/later expect_exit 0 as dr.lee key show --json --passphrase-file "$PASSFILE"
  json '.state == "expired" and .prekeys == 0 and (has("prekeys_until") | not)'
}

@test "two people read the same fingerprints" {
  expect_exit 0 as dr.lee key fingerprint --json
  local own=$output
  expect_exit 0 as olivia key fingerprint dr.lee --json
  [ "$output" = "$own" ]
  json_lines 'map(.name) == ["mercy.example", "mercy.example/dr.lee/laptop"]'
  expect_exit 0 as olivia key fingerprint dr.lee
  contains "$output" "$(jq -rs '.[1].fingerprint' <<<"$own")"
}

@test "a fingerprint is SHA-256 over label and key, as the manual says" {
  expect_exit 0 as dr.lee key show --json
  local digest
  digest=$(printf 'sealpost/v1/fingerprint\n%s\n' "$(field .key)" | sha256sum | tr a-f A-F)
  [ "$(field .fingerprint | tr -d ' ')" = "${digest:0:40}" ]
}

@test "a further device shows as one more fingerprint" {
  as dr.lee member invite dr.lee --json | jq -er .invitation >"$T/invitation"
  SEALPOST_HOME=$T/desk "$SEALPOST" join "$T/invitation" --device desk \
    --passphrase-file "$PASSFILE" >/dev/null
  expect_exit 0 as olivia key fingerprint dr.lee --json
  json_lines 'map(.name) | index("mercy.example/dr.lee/desk") > 0'
}

@test "a stranger has no fingerprint, and an old list is called old" {
  expect_exit 3 as olivia key fingerprint dr.who --json
  [ "$(error_code)" = not-found ]
  stop_relay
  expect_exit 0 as olivia key fingerprint
  contains "$errors" "may be old"
  start_relay
}
