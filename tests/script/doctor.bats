# doctor: what is weak or about to break, each thing broken on purpose
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() {
  kill "$(<"$ORG_DIR/web.pid")" 2>/dev/null || true
  stop_org
}

doctor() { as dr.lee doctor --json; }
# finding CHECK FILTER: what doctor said of it holds.
finding() { json_lines "[.[] | select(.check == \"$1\")] | length >= 1 and all($2)"; }
folder() { dirname "$(vault_of dr.lee)"; }

@test "a new device lacks a backup, and nothing else" {
  expect_exit 8 doctor
  json_lines 'all(.type == "finding" and .text != "")'
  json_lines '[.[] | select(.health == "weak" or .health == "broken") | .check] == ["backup"]'
  json_lines 'map(.check) == ["files", "room", "relay", "clock", "prekeys", "mfa", "page", "certificate",
    "passphrase", "backup", "outbox", "devices", "copies"]'
  [[ $(error_code) == partial ]]
  finding backup '.hint | contains("sealpost key backup")'
}

@test "with a backup nothing is left to mend" {
  echo "another battery horse staple" >backup-passphrase
  as dr.lee key backup -o lee.backup --backup-passphrase-file backup-passphrase >/dev/null
  expect_exit 0 as dr.lee doctor
  contains "$output" "good    backup"
  lacks "$output" "weak"
}

@test "files that others may read or change are broken, each with its repair" {
  chmod 755 "$(folder)"
  chmod 644 "$(vault_of dr.lee)"
  echo "$(<"$PASSFILE")" >open-passphrase
  printf 'passphrase-file = "%s"\n' "$PWD/open-passphrase" >"$ORG_DIR/dr.lee/config.toml"
  chmod 666 "$ORG_DIR/dr.lee/config.toml"
  chmod 644 open-passphrase
  expect_exit 8 doctor
  finding files '.health == "broken" and (.hint | startswith("chmod "))'
  json_lines '[.[] | select(.check == "files")] | length == 4'
  while read -r repair; do $repair; done < <(jq -r 'select(.check == "files").hint' <<<"$output")
  expect_exit 0 doctor
  finding files '.health == "good"'
  rm "$ORG_DIR/dr.lee/config.toml"
}

@test "files are looked at also when the vault stays shut" {
  as dr.lee lock
  expect_exit 4 doctor
  finding files '.health == "good"'
  [[ $(error_code) == locked ]]
  unlock dr.lee
}

@test "an agreement that the policy asks for and nobody has recorded is broken" {
  as olivia policy set relay-agreement 'Nobody Inc' >/dev/null
  expect_exit 5 as dr.lee send --to olivia text
  expect_exit 8 doctor
  finding relay-agreement '.health == "broken" and (.text | contains("Nobody Inc"))
    and (.hint | contains("agreement add PARTY --kind baa"))'
  as olivia policy set relay-agreement none >/dev/null
  expect_exit 0 doctor
  json_lines 'all(.check != "relay-agreement")'
}

@test "where the register is used, that this device has its keys, and what agreements lapse" {
  as olivia agreement add 'Lab One' --kind baa --signed 2026-01-04 --expires 2048-01-04 >/dev/null
  expect_exit 0 doctor
  finding register '.health == "good"'
  finding agreements '.health == "good"'
  as olivia agreement add 'Lab Two' --kind baa --signed 2020-01-04 --expires 2022-01-04 >/dev/null
  as olivia agreement add 'Lab Three' --kind baa --expires 59d >/dev/null
  as olivia agreement add 'Lab Four' --kind baa --expires 61d >/dev/null
  expect_exit 8 doctor
  finding agreements '.health == "weak" and (.hint | contains("agreement add"))'
  json_lines '[.[] | select(.check == "agreements").text] | length == 2
    and (.[0] | contains("expired: Lab Two (baa, 2022-01-04)"))
    and (.[1] | contains("Lab Three") and (contains("Lab Four") or contains("Lab One") | not))'
  contains "$errors" "agreements"
  as olivia agreement add 'Lab Two' --kind baa --signed 2022-01-04 >/dev/null
  as olivia agreement remove 'Lab Three' --yes >/dev/null
  expect_exit 0 doctor
  finding agreements '.health == "good"'
}

@test "the agreement that the policy asks for is looked at now and for the 60 days to come" {
  as olivia policy set relay-agreement 'Host Inc' >/dev/null
  as olivia agreement add 'Host Inc' --kind training >/dev/null
  expect_exit 8 doctor
  finding relay-agreement '.health == "broken"'
  first=$(as olivia agreement add 'Host Inc' --kind baa --expires 61d)
  expect_exit 0 doctor
  finding relay-agreement '.health == "good"'
  as olivia agreement remove "$first" --yes >/dev/null
  as olivia agreement add 'Host Inc' --kind baa --expires 20d >/dev/null
  as olivia agreement add 'Host Inc' --kind baa --signed "$(date -u -d '30 days' +%F)" >/dev/null
  expect_exit 8 doctor
  finding relay-agreement '.health == "weak" and (.text | contains("Host Inc"))'
  finding agreements '.health == "weak" and (.text | contains("Host Inc"))'
  as olivia agreement add 'Host Inc' --kind baa >/dev/null
  expect_exit 0 doctor
  finding relay-agreement '.health == "good"'
  as olivia policy set relay-agreement none >/dev/null
}

@test "notices that could not be sent are broken, and the examples of the manual could be" {
  echo token >secret
  chmod 600 secret
  configured() { sed "s|/etc/sealpost/[a-z-]*|$PWD/secret|" "$@" >"$ORG_DIR/dr.lee/config.toml"; }
  local examples=$BATS_TEST_DIRNAME/../../scripts/examples
  for example in notify-sms-gateway notify-smtp; do
    configured "$examples/$example.toml"
    expect_exit 0 doctor
    finding notices '.health == "good" and (.text | startswith("contacts are told by link-"))'
  done
  chmod 640 secret
  expect_exit 8 doctor
  finding notices '.health == "broken" and (.text | contains("open to other users"))
    and (.hint | startswith("chmod go= "))'
  rm secret
  expect_exit 8 doctor
  finding notices '.health == "broken" and (.text | contains("notify.email: secret-file"))'
  rm "$ORG_DIR/dr.lee/config.toml"
  expect_exit 0 doctor
  json_lines 'all(.check != "notices")'
}

@test "another page than this program's behind links is told, with what that means" {
  expect_exit 0 doctor
  finding page '.health == "good"'
  port=$(free_port)
  as olivia relay portal export page --url "$RELAY_URL" >/dev/null
  python3 -m http.server --bind 127.0.0.1 --directory page "$port" >/dev/null 2>&1 3>&- &
  local web=$!
  echo "$web" >"$ORG_DIR/web.pid"
  wait_for "the web host" 30 curl -fso /dev/null "http://127.0.0.1:$port/"
  as olivia policy set link-page "http://127.0.0.1:$port/index.html" >/dev/null
  expect_exit 0 doctor
  finding page '.health == "good"'
  echo "<script src=https://evil.example></script>" >>page/index.html
  expect_exit 8 doctor
  finding page '.health == "weak" and (.text | contains("somebody has changed it"))
    and (.text | contains("'"$(sha256sum page/index.html | cut -d" " -f1)"'"))
    and (.hint | contains("relay portal export"))'
  kill "$web"
  wait "$web" || true
  expect_exit 8 doctor
  finding page '.health == "weak" and (.text | contains("cannot be looked at"))'
  as olivia policy set link-page none >/dev/null
}

@test "a device waits for the register's key until another one meets the relay" {
  add_member dr.new member
  expect_exit 8 as dr.new doctor --json
  finding register '.health == "weak" and (.hint | contains("mercy.example/dr.lee/laptop"))'
  json_lines 'all(.check != "agreements")'
  as dr.lee inbox >/dev/null
  expect_exit 8 as dr.new doctor --json
  finding register '.health == "good"'
  finding agreements '.health == "good"'
}

@test "who may not read the register hears nothing of it" {
  add_member ann auditor
  expect_exit 8 as ann doctor --json
  json_lines 'all(.check != "agreements" and .check != "register")'
}

@test "without the relay it says so, and looks at the rest" {
  stop_relay
  expect_exit 8 doctor
  finding relay '.health == "broken" and (.hint | length > 0)'
  finding clock '.health == "note"'
  finding certificate '.health == "good"'
  expect_exit 8 as dr.lee doctor
  contains "$errors" "to be mended: relay"
  start_relay
}

@test "a clock that is off is weak, and one that the relay refuses broken" {
  needs_faketime
  by_clock ahead FAKETIME=+100s FAKETIME_DONT_FAKE_MONOTONIC=1
  SEALPOST=$PWD/ahead expect_exit 8 as dr.lee doctor --json --passphrase-file "$PASSFILE"
  finding clock '.health == "weak" and (.text | contains("ahead of the relay"))'
  by_clock behind FAKETIME=-1h FAKETIME_DONT_FAKE_MONOTONIC=1
  SEALPOST=$PWD/behind expect_exit 8 as dr.lee doctor --json --passphrase-file "$PASSFILE"
  finding relay '.health == "broken" and (.text | contains("the clocks of client and relay"))'
  finding relay '.hint | contains("set the clock")'
}

@test "codes that the policy asks for and nobody has are broken" {
  as olivia policy set mfa member >/dev/null
  expect_exit 8 doctor
  json_lines 'any(.check == "mfa" or .check == "relay" and .health == "broken" and
    (.hint | contains("sealpost mfa enrol")))'
  as olivia policy set mfa none >/dev/null
}

@test "what waits in the outbox is told" {
  head -c 5000000 /dev/urandom >scan
  SEALPOST_HOME=$ORG_DIR/dr.lee "$SEALPOST" send --to olivia --file scan --bwlimit 100k \
    </dev/null >out 2>err 3>&- &
  wait_for "the draft" 60 waiting
  kill -9 $!
  expect_exit 0 doctor
  finding outbox '.health == "note" and .hint == "sealpost outbox retry"'
}
waiting() { [[ -n $(as dr.lee outbox list --json) ]]; }

@test "other devices are named, and an owner without a backup hears of the root key" {
  as dr.lee device invite --json | jq -er .invitation >second
  SEALPOST_HOME=$ORG_DIR/second "$SEALPOST" join second --device phone \
    --passphrase-file "$PASSFILE" >/dev/null
  expect_exit 0 doctor
  finding devices '.health == "note" and (.text | contains("phone (since "))'
  expect_exit 8 as olivia doctor --json
  finding backup '.text | contains("root key")'
}

@test "a revoked device hears it" {
  as olivia device revoke dr.lee/phone --yes >/dev/null
  expect_exit 8 env SEALPOST_HOME="$ORG_DIR/second" "$SEALPOST" doctor --json \
    --passphrase-file "$PASSFILE"
  finding relay '.health == "broken" and (.text | contains("revoked"))'
  finding relay '.hint | contains("member invite")'
}

@test "a month later backup, outbox and passphrase are too old, and do not keep the doctor out" {
  needs_faketime
  as olivia policy set passphrase-age 20d >/dev/null
  expect_exit 0 doctor
  finding passphrase '.health == "good" and (.text | contains("allows 20d"))'
  stop_relay
  by_clock later FAKETIME=+32d FAKETIME_DONT_FAKE_MONOTONIC=1
  export SEALPOST=$PWD/later
  start_relay
  expect_exit 8 as dr.lee doctor --json --passphrase-file "$PASSFILE"
  finding passphrase '.health == "broken" and .hint == "sealpost key passphrase"'
  finding backup '.health == "weak" and (.text | startswith("32d old"))'
  finding outbox '.health == "weak"'
  expect_exit 5 as dr.lee inbox --passphrase-file "$PASSFILE"
}
