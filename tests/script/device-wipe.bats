# sealpost device wipe: a lost device destroys what it holds, whatever state it is in.
load support
load faults

setup_file() { start_org olivia; }
teardown_file() { stop_org; }

# Every test has a device of its own, since it is gone afterwards.
newcomer() {
  USER_=user$BATS_TEST_NUMBER
  add_member "$USER_" member
  PROFILE=$ORG_DIR/$USER_/$USER_
  as olivia send --to "$USER_" "canary $USER_" >/dev/null
  as "$USER_" inbox >/dev/null
}
# shellcheck disable=SC2120  # expect_exit passes some
order() { as olivia device wipe "$USER_/laptop" --reason "left in a taxi" --yes "$@"; }
by_passphrase() { as "$USER_" "$@" --passphrase-file "$PASSFILE"; }

# What is left says nothing: no vault, and no old bytes under any name.
is_wiped() {
  expect_exit 5 as "$USER_" inbox --json
  [[ $(error_code) == revoked ]]
  contains "$errors" "this device was wiped on order of mercy.example/olivia/"
  contains "$errors" "left in a taxi"
  [[ $(cd "$PROFILE" && find . -type f | sort | tr '\n' ' ') == \
    "./wipe/answer ./wipe/device ./wipe/order ./wipe/told ./wipe/voucher " ]]
  for verb in status "member list" unlock "watch --once" "device list"; do
    # shellcheck disable=SC2086
    expect_exit 5 by_passphrase $verb
    contains "$errors" "was wiped on order of"
  done
}
state() { as olivia device show "$USER_/laptop" --json; }

@test "it asks, or needs --yes" {
  newcomer
  expect_exit 2 setsid -w env SEALPOST_HOME="$ORG_DIR/olivia" "$SEALPOST" device wipe "$USER_/laptop"
  contains "$errors" "--yes"
  expect_exit 0 as olivia device show "$USER_/laptop" --json
  json '.state == "active" and (has("wipe") | not)'
  expect_exit 3 as olivia device wipe "$USER_/phone" --yes
  expect_exit 2 as olivia device wipe "$USER_/laptop" --yes --reason "$(printf 'x%.0s' {1..201})"
}

@test "a device never wipes itself: a copy of it could" {
  newcomer
  for user in "$USER_" olivia; do
    device=$(as "$user" device show --json | jq -r .device)
    expect_exit 2 as "$user" device wipe "$device" --yes
    contains "$errors" "cannot order its own wipe"
    contains "$errors" "device revoke"
    expect_exit 0 as "$user" inbox
  done
  expect_exit 0 as olivia audit query --event device.wipe --json
  never grep "$USER_" <<<"$output"
}

@test "the revocation that comes with an order says what its author had seen" {
  newcomer
  expect_exit 0 order
  expect_exit 0 as olivia audit mirror mirror
  grep -rhA6 "^target: mercy.example/$USER_/laptop" mirror >entry
  grep -Eq "^log: [1-9][0-9]* " entry
  grep -Eq "^trust: [1-9][0-9]* " entry
}

@test "a device in use is wiped at its next contact, and everybody can see how it went" {
  newcomer
  [[ $(stat -c %a "$PROFILE/wipe/device" "$PROFILE/wipe/key" "$PROFILE/wipe") == $'600\n600\n700' ]]
  expect_exit 0 order --keep-access --json
  json '.type == "wipe-ordered" and .device == $d and (.revoked | not)' \
    --arg d "mercy.example/$USER_/laptop"
  state | jq -e '.state == "active" and .wipe.ordered != "" and .wipe.fetched == ""
    and .wipe.wiped == "" and .wipe.reason == "left in a taxi"'
  expect_exit 0 as "$USER_" status # which asks nobody
  expect_exit 5 as "$USER_" inbox
  contains "$errors" "this device was wiped on order of"
  [ ! -e "$PROFILE/vault.db" ]
  is_wiped
  state | jq -e '.wipe.fetched != "" and .wipe.wiped != ""'
  expect_exit 0 as olivia device show "$USER_/laptop"
  contains "$output" "wiped:"
  as olivia audit verify >/dev/null
  for event in device.wipe device.wipe-fetch device.wiped; do
    as olivia audit query --event "$event" --object "mercy.example/$USER_/laptop" --json |
      jq -es 'length == 1'
  done
  expect_exit 0 as "$USER_" profile list --json
  json_lines 'length == 1 and .[0].wiped and (.[0].unlocked | not)'
  expect_exit 0 as "$USER_" profile remove "$USER_" --yes
  expect_exit 3 as "$USER_" inbox
}

@test "a device that is refused already is wiped, and its agent forgets" {
  newcomer
  expect_exit 0 order --json
  json '.revoked'
  expect_exit 5 as "$USER_" send --to olivia x
  contains "$errors" "this device was wiped"
  is_wiped
  state | jq -e '.state == "revoked" and .wipe.wiped != ""'
}

@test "a locked device is wiped before it asks for the passphrase" {
  newcomer
  as "$USER_" lock
  order >/dev/null
  # Nobody can answer here: the passphrase is never needed.
  expect_exit 5 timeout 20 setsid -w env SEALPOST_HOME="$ORG_DIR/$USER_" "$SEALPOST" unlock
  contains "$errors" "this device was wiped"
  is_wiped
}

@test "nothing that the vault held is left to be read with the right passphrase" {
  newcomer
  cp -a "$PROFILE" before
  order >/dev/null
  ln "$PROFILE/vault.db" kept.db # the very blocks
  expect_exit 5 as "$USER_" inbox
  mkdir -p after/profile
  cp -a "$PROFILE" after/home
  [ "$(tr -d '\0' <kept.db | wc -c)" = 0 ]
  cp kept.db after/profile/vault.db
  expect_exit 2 env SEALPOST_HOME="$T/after" "$SEALPOST" --profile profile read 1 \
    --passphrase-file "$PASSFILE"
  # The copy that was made before still opens without a relay: that is what it would be good for.
  mkdir copy && mv before copy/profile
  rm -rf copy/profile/wipe
  expect_exit 0 env SEALPOST_HOME="$T/copy" "$SEALPOST" --profile profile read 1 \
    --no-receipt --passphrase-file "$PASSFILE"
  contains "$output" "canary"
}

@test "a copy of the disk that is brought back is wiped again" {
  newcomer
  mkdir -p back
  cp -a "$PROFILE" back/profile
  order >/dev/null
  expect_exit 5 as "$USER_" inbox
  expect_exit 5 env SEALPOST_HOME="$T/back" "$SEALPOST" --profile profile inbox \
    --passphrase-file "$PASSFILE"
  contains "$errors" "this device was wiped"
  [ ! -e back/profile/vault.db ]
}

@test "a copied vault with an older key is wiped as well, and its word is not the device's" {
  newcomer
  mkdir -p copy
  cp -a "$PROFILE" copy/profile
  expect_exit 0 as "$USER_" key rotate --yes
  order >/dev/null
  expect_exit 5 env SEALPOST_HOME="$T/copy" "$SEALPOST" --profile profile unlock \
    --passphrase-file "$PASSFILE"
  contains "$errors" "this device was wiped"
  [ ! -e copy/profile/vault.db ]
  state | jq -e '.wipe.fetched != "" and .wipe.wiped == "" and .wipe.copy_wiped != ""'
  expect_exit 0 as olivia device show "$USER_/laptop"
  contains "$output" "copy wiped:"
  expect_exit 5 as "$USER_" inbox
  is_wiped
  state | jq -e '.wipe.wiped != "" and .wipe.copy_wiped == ""'
}

@test "a lost device is wiped whose key somebody has changed on a copy" {
  newcomer
  mkdir -p copy
  cp -a "$PROFILE" copy/profile
  expect_exit 0 env SEALPOST_HOME="$T/copy" "$SEALPOST" --profile profile key rotate --yes \
    --passphrase-file "$PASSFILE"
  order >/dev/null
  expect_exit 5 as "$USER_" inbox
  is_wiped
  state | jq -e '.wipe.wiped == "" and .wipe.copy_wiped != ""'
}

@test "a relay that is away holds nothing up, and hears of the wipe later" {
  newcomer
  order >/dev/null
  stop_relay
  expect_exit 0 as "$USER_" read 1
  expect_exit 75 as "$USER_" inbox
  start_relay
  # The order is fetched, then the relay is gone again before the answer.
  as "$USER_" lock
  cp -a "$PROFILE" kept
  key=$(python3 - "$PROFILE/wipe/device" <<'PYTHON'
import sys
print(dict(line.split(": ", 1) for line in open(sys.argv[1]).read().splitlines()[1:])["key"])
PYTHON
)
  curl -sfk "$RELAY_URL/v1/orders/$key" >order.cbor
  stop_relay
  python3 - order.cbor "$PROFILE/wipe/order" <<'PYTHON'
import sys
body = open(sys.argv[1], "rb").read()
start = body.index(b"sealpost/v1/wipe\n")
end = body.index(b"\n", body.index(b"\n\n", start) + 2) + 1
open(sys.argv[2], "wb").write(body[start:end])
PYTHON
  expect_exit 5 as "$USER_" inbox
  contains "$errors" "the relay has not heard of it yet"
  [ ! -e "$PROFILE/vault.db" ] && [ ! -e "$PROFILE/wipe/told" ] && [ ! -e "$PROFILE/wipe/key" ]
  start_relay
  state | jq -e '.wipe.wiped == ""'
  expect_exit 5 as "$USER_" status
  [ -e "$PROFILE/wipe/told" ]
  state | jq -e '.wipe.wiped != ""'
}

@test "killed at any write, the next command completes it" {
  needs_strace
  newcomer
  order >/dev/null
  mkdir master
  cp -a "$ORG_DIR/$USER_" master/
  struck=0
  for call in fdatasync unlink rename pwrite64 write fsync; do
    for number in 1 2 3 5 8; do
      rm -rf "${ORG_DIR:?}/$USER_"
      cp -a "master/$USER_" "$ORG_DIR/"
      SEALPOST_HOME=$ORG_DIR/$USER_ traced -f -o trace -e trace="$call" \
        -e inject="$call:signal=KILL:when=$number" "$SEALPOST" inbox \
        --passphrase-file "$PASSFILE" >/dev/null 2>&1 || true
      if [[ -e $PROFILE/wipe/order && ! -e $PROFILE/wipe/told ]]; then struck=$((struck + 1)); fi
      expect_exit 5 by_passphrase inbox
      [ ! -e "$PROFILE/vault.db" ] && [ -e "$PROFILE/wipe/told" ] && [ ! -e "$PROFILE/wipe/key" ]
    done
  done
  echo "killed in the middle $struck times" >&3
  ((struck >= 6))
}

@test "a member wipes another device of its own, and nobody else's" {
  newcomer
  owner=$(as olivia device list --json | jq -r .device)
  expect_exit 5 as "$USER_" device wipe "$owner" --yes
  expect_exit 0 as "$USER_" device show "$owner" --json
  json 'has("wipe") | not'
  as olivia member invite "$USER_" --role member --json | jq -er .invitation >second
  SEALPOST_HOME=$ORG_DIR/second-$USER_ "$SEALPOST" join second --device phone \
    --passphrase-file "$PASSFILE" >/dev/null
  expect_exit 0 as "$USER_" device wipe phone --yes --json
  json '.revoked'
  expect_exit 5 env SEALPOST_HOME="$ORG_DIR/second-$USER_" "$SEALPOST" inbox \
    --passphrase-file "$PASSFILE"
  contains "$errors" "on order of mercy.example/$USER_/laptop"
}
