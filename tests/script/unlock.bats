# unlock: passphrase sources and the agent's time

load support
load vaults

setup() {
  fresh_home
  make_profile bob
}
teardown() { lock_all; }

agent_socket() {
  find "/run/user/$(id -u)/sealpost" "$SEALPOST_HOME/bob/agent" -type s -newer "$PASS" 2>/dev/null | head -n 1
}
unlocked() { "$SEALPOST" status --json | jq -e '.locked == false' >/dev/null; }
locked() { "$SEALPOST" status --json | jq -e '.locked' >/dev/null; }

@test "no terminal and no source: exit 4 at once, with a hint" {
  expect_exit 4 timeout $((5 * PATIENCE)) setsid -w "$SEALPOST" unlock
  contains "$errors" "--passphrase-file"
  expect_exit 4 timeout $((5 * PATIENCE)) setsid -w "$SEALPOST" unlock --json
  [[ $(error_code) == locked ]]
}

@test "the passphrase comes from a file, a command, a descriptor, standard input" {
  expect_exit 0 "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  "$SEALPOST" lock
  expect_exit 0 "$SEALPOST" unlock --passphrase-command "cat '$PASS'" 3>&-
  "$SEALPOST" lock
  expect_exit 0 "$SEALPOST" unlock --passphrase-fd 7 7<"$PASS" 3>&-
  "$SEALPOST" lock
  expect_exit 0 "$SEALPOST" unlock --passphrase-file - <"$PASS" 3>&-
  unlocked
}

@test "the passphrase comes from the environment's file, the configuration and systemd" {
  SEALPOST_PASSPHRASE_FILE=$PASS expect_exit 0 "$SEALPOST" unlock 3>&-
  "$SEALPOST" lock
  printf '[profile.bob]\npassphrase-file = "%s"\n' "$PASS" >"$SEALPOST_HOME/config.toml"
  expect_exit 0 "$SEALPOST" unlock 3>&-
  "$SEALPOST" lock
  rm "$SEALPOST_HOME/config.toml"
  mkdir "$T/credentials"
  cp "$PASS" "$T/credentials/sealpost-passphrase"
  CREDENTIALS_DIRECTORY=$T/credentials expect_exit 0 "$SEALPOST" unlock 3>&-
  unlocked
}

@test "a wrong passphrase, an empty one, a failing command and two sources" {
  echo wrong >"$T/wrong"
  expect_exit 4 "$SEALPOST" unlock --passphrase-file "$T/wrong" --json
  [[ $(error_code) == wrong-passphrase ]]
  expect_exit 4 "$SEALPOST" unlock --passphrase-file /dev/null
  expect_exit 4 "$SEALPOST" unlock --passphrase-command false
  expect_exit 3 "$SEALPOST" unlock --passphrase-file "$T/absent"
  expect_exit 2 "$SEALPOST" unlock --passphrase-file "$PASS" --passphrase-command "cat '$PASS'"
  locked
}

@test "a passphrase is typed without echo" {
  command -v script >/dev/null || skip "no script(1)"
  (sleep 1 && cat "$PASS") | script -qec "$SEALPOST unlock" "$T/typed" >/dev/null 3>&-
  lacks "$(<"$T/typed")" horse
  unlocked
}

@test "the key is forgotten without use" {
  expect_exit 0 "$SEALPOST" unlock --idle 1s --passphrase-file "$PASS" 3>&-
  contains "$errors" "1s without use"
  wait_for "the agent to forget" 10 locked
}

@test "--for is a limit whatever happens, and is reported" {
  expect_exit 0 "$SEALPOST" unlock --for 8h --json --passphrase-file "$PASS" 3>&-
  json '.type == "unlocked" and .idle == 900 and (.until | test("^20"))'
  expect_exit 2 "$SEALPOST" unlock --for 0s --passphrase-file "$PASS"
  expect_exit 2 "$SEALPOST" unlock --idle soon --passphrase-file "$PASS"
}

@test "the agent keeps no descriptor of its caller" {
  # The pipe would stay open, and this would hang, if it did.
  timeout $((10 * PATIENCE)) bash -c '"$SEALPOST" unlock --passphrase-file "$0" 3>&- 2>&1 | cat' "$PASS"
  unlocked
}

@test "an agent that does not answer does not hang a command" {
  expect_exit 0 "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  local agent
  agent=$(pgrep -n -f "unlock --passphrase-file $PASS")
  kill -STOP "$agent"
  expect_exit 0 timeout $((10 * PATIENCE)) "$SEALPOST" status --json
  json '.locked'
  kill -CONT "$agent"
}

@test "what runs without a terminal is no use of the key" {
  expect_exit 0 "$SEALPOST" unlock --idle 4s --passphrase-file "$PASS" 3>&-
  for _ in 1 2 3 4 5; do
    sleep 1
    setsid -w "$SEALPOST" key show >/dev/null 2>&1 </dev/null || true
  done
  locked
}

@test "what a person does at a terminal is use" {
  command -v script >/dev/null || skip "no script(1)"
  expect_exit 0 "$SEALPOST" unlock --idle 8s --passphrase-file "$PASS" 3>&-
  for _ in 1 2 3 4 5; do
    sleep 2
    script -qec "$SEALPOST key show" /dev/null >/dev/null 3>&-
  done
  unlocked
}

@test "SIGTERM locks, and leaves no socket" {
  expect_exit 0 "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  local agent socket
  agent=$(pgrep -n -f "unlock --passphrase-file $PASS")
  socket=$(agent_socket)
  [ -S "$socket" ]
  kill -TERM "$agent"
  wait_for "the agent to end" 10 _gone "$agent"
  [ ! -e "$socket" ]
  locked
}
