# sealpost join: keys are made here, and nothing is believed that does not lead to the root.
load support

setup_file() { start_org olivia; }
teardown_file() { stop_org; }

invite() { as olivia member invite "$@" --json | jq -er .invitation; }

@test "an invitation from standard input makes a profile named after the user" {
  invite kim >token
  expect_exit 0 as kim join - --device phone --passphrase-file "$PASSFILE" --json <token
  json '.type == "joined" and .user == "kim" and .device == "phone" and .role == "member"'
  json '.profile == "kim" and .organisation == "mercy.example"'
  [ "$(stat -c %a "$ORG_DIR/kim/kim/vault.db")" = 600 ]
}

@test "an invitation works once" {
  invite lou >token
  expect_exit 0 as lou join token --device a --passphrase-file "$PASSFILE"
  expect_exit 9 as thief join token --device b --passphrase-file "$PASSFILE" --json
  [ "$(error_code)" = conflict ]
  [ ! -e "$ORG_DIR/thief/lou" ]
}

@test "a changed, cut or foreign invitation is refused and leaves nothing" {
  invite max >token
  good=$(cat token)
  printf '%s' "${good:0:200}" >short
  other=A
  [ "${good:100:1}" != A ] || other=B
  printf '%s%s%s' "${good:0:100}" "$other" "${good:101}" >changed
  head -c 3000 /dev/urandom >noise
  for file in short changed noise /dev/null; do
    expect_exit 2 as max join "$file" --passphrase-file "$PASSFILE"
  done
  [ ! -e "$ORG_DIR/max/max" ]
  expect_exit 0 as max join token --device ok --passphrase-file "$PASSFILE"
}

@test "an expired invitation is refused" {
  invite ned --expires 1s >token
  sleep 2
  expect_exit 5 as ned join token --passphrase-file "$PASSFILE"
}

@test "a join that found no relay can be repeated" {
  invite oda >token
  stop_relay
  expect_exit 75 as oda join token --device d --passphrase-file "$PASSFILE"
  start_relay
  expect_exit 0 as oda join token --device d --passphrase-file "$PASSFILE"
}

@test "a join killed at any moment can be repeated" {
  local n=0
  for delay in 0.7 0.9 1.0 1.1 1.3; do
    n=$((n + 1))
    invite "kill$n" >token
    timeout -s KILL "$delay" env SEALPOST_HOME="$ORG_DIR/k$n" "$SEALPOST" join token --device d \
      --passphrase-file "$PASSFILE" >/dev/null 2>&1 || true
    expect_exit 0 again "k$n"
    expect_exit 0 as "k$n" --passphrase-file "$PASSFILE" audit verify
  done
}
again() {
  as "$1" join token --device d --passphrase-file "$PASSFILE" && return
  # finished just before it was killed
  as "$1" --passphrase-file "$PASSFILE" org show >/dev/null
}

# The register is begun from here on.
@test "who joins is told when the register's key is still to come, and from whom" {
  invite early >token
  expect_exit 0 as early join token --device d --passphrase-file "$PASSFILE" --json
  json '.waits_for_register == false and .register_from == []'
  as olivia group add staff --member early >/dev/null
  invite late >token
  expect_exit 0 as late join token --device d --passphrase-file "$PASSFILE" --json
  json '.waits_for_register and (.register_from | index("mercy.example/early/d") != null)
    and (.register_from | index("mercy.example/late/d") == null)'
  unlock late
  expect_exit 0 as late status --json
  json '.waits_for_register'
  expect_exit 0 as late status
  contains "$output" "waits for its key"
  expect_exit 75 as late group list --json
  [ "$(error_code)" = busy ]
  # Somebody else who comes by sends it.
  as early --passphrase-file "$PASSFILE" inbox >/dev/null
  as late inbox >/dev/null
  expect_exit 0 as late status --json
  json '.waits_for_register == false'
  expect_exit 0 as late group show staff
  invite later >token
  expect_exit 0 as later join token --device d --passphrase-file "$PASSFILE"
  contains "$errors" "register"
  contains "$errors" "mercy.example/early/d"
}

@test "an auditor waits for nothing" {
  invite ann --role auditor >token
  expect_exit 0 as ann join token --device d --passphrase-file "$PASSFILE" --json
  json '.waits_for_register == false'
  unlock ann
  expect_exit 5 as ann group list
}

@test "without an invitation: exit 2, without a passphrase: exit 4" {
  expect_exit 2 setsid -w "$SEALPOST" join </dev/null
  invite pat >token
  expect_exit 4 setsid -w "$SEALPOST" join token </dev/null
}
