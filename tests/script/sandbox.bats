# sealpost sandbox: real parts, no prompts, nothing left behind.
load support

setup() {
  fresh_home
  export TMPDIR=$T/tmp
  mkdir "$TMPDIR"
}

@test "members write to each other inside, without a question" {
  expect_exit 0 setsid -w "$SEALPOST" sandbox --members alice,bob -- sh -c '
    id=$(sealpost --profile alice send --to bob hello) &&
    sealpost --profile bob inbox --json | jq -e --arg id "$id" "select(.id == \$id)" >/dev/null &&
    sealpost --profile bob read "$id" &&
    sealpost --profile alice receipt verify "$id" &&
    sealpost --profile auditor audit verify' </dev/null
  contains "$output" hello
  contains "$output" verified
  [ -z "$(ls -A "$TMPDIR")" ]
}

@test "every profile is ready and unlocked" {
  expect_exit 0 "$SEALPOST" sandbox --members bob -- sh -c '
    for name in owner auditor bob; do sealpost --profile $name status --json; done'
  json_lines 'length == 3 and all(.[]; .locked == false)'
  # Each knows when its passphrase was made.
  expect_exit 0 "$SEALPOST" sandbox --members bob -- sh -c '
    sleep 2
    for name in owner auditor bob; do sealpost --profile $name doctor || true; done'
  [ "$(grep -c "passphrase.* old" <<<"$output")" = 3 ]
  never grep "passphrase  *0s old" <<<"$output"
}

@test "the exit status is the command's" {
  expect_exit 7 "$SEALPOST" sandbox -- sh -c 'exit 7'
  expect_exit 143 "$SEALPOST" sandbox -- sh -c 'kill -TERM $$'
  expect_exit 127 "$SEALPOST" sandbox -- no-such-command
  [ -z "$(ls -A "$TMPDIR")" ]
}

@test "the outside does not leak in" {
  export SEALPOST_PROFILE=nobody SEALPOST_JSON=true
  expect_exit 0 env -u SEALPOST_JSON -u SEALPOST_PROFILE "$SEALPOST" sandbox -- sh -c '
    test "$SEALPOST_HOME" = "$SEALPOST_SANDBOX" && test -z "$SEALPOST_PROFILE"'
}

@test "SIGTERM ends it whole" {
  "$SEALPOST" sandbox -- sleep 100 3>&- &
  pid=$!
  sleep 3
  kill -TERM "$pid"
  wait "$pid" || true
  [ -z "$(ls -A "$TMPDIR")" ]
  never pgrep -f "$TMPDIR"
}

@test "names that cannot be are refused, and nothing stays" {
  expect_exit 2 "$SEALPOST" sandbox --members 'a,,b' -- true
  expect_exit 2 "$SEALPOST" sandbox --members 'alice,alice' -- true
  expect_exit 2 "$SEALPOST" sandbox --members 'owner' -- true
  [ -z "$(ls -A "$TMPDIR")" ]
}
