# Helpers of the script tests, for `load support`.
#
# Each test file gets homes, a relay and a port of its own, so that files may run side by side.
# A file that needs an organisation says so once, because opening a vault takes a second:
#
#   setup_file() { start_org olivia dr.lee; }
#   teardown_file() { stop_org; }
#   @test "..." { run as dr.lee inbox --json; }
#
# The relay is always the real program, started as `sealpost relay serve`.
# shellcheck shell=bash disable=SC2154  # BATS_… and $output come from bats

SEALPOST=${SEALPOST:-$BATS_TEST_DIRNAME/../../build/dev/sealpost}
[[ -x $SEALPOST ]] || { echo "support: no program at $SEALPOST; set SEALPOST" >&2 && exit 1; }
# The program itself, also where SEALPOST is one that lives by another clock.
export BUILT=${BUILT:-$SEALPOST}

# Nothing of the person who runs the tests leaks in.
_clean_environment() {
  local name
  for name in $(compgen -e SEALPOST_); do unset "$name"; done
  unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR http_proxy https_proxy HTTPS_PROXY ALL_PROXY
  export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1 TERM=dumb
}

# Every test starts with an empty home and a scratch folder $T. A file that defines its own setup()
# calls fresh_home in it.
fresh_home() {
  _clean_environment
  T=$BATS_TEST_TMPDIR/scratch
  export T SEALPOST HOME=$BATS_TEST_TMPDIR/home SEALPOST_HOME=$BATS_TEST_TMPDIR/sealpost
  mkdir -p "$T" "$HOME" "$SEALPOST_HOME"
  cd "$T" || return 1
}
setup() { fresh_home; }

# At the front of a test that measures memory: a sanitizer's own would be measured.
measures_memory() {
  [[ -z ${SANITIZERS-} ]] || skip "built with sanitizers ($SANITIZERS), which use memory of their own"
}

# At the front of a test that signals a program with threads that wait.
needs_prompt_signals() {
  [[ ${SANITIZERS-} != *thread* ]] || skip "the thread sanitizer holds signals back from them"
}

# How many times as long as it should something may take before a test gives up on it.
PATIENCE=1
[[ -z ${SANITIZERS-} ]] || PATIENCE=10

# --- one organisation per file -------------------------------------------------------------------

# A port of loopback that nobody listens on, below the range that outgoing connections take.
free_port() {
  local port
  while port=$((10000 + (RANDOM + RANDOM) % 22000)); do
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# start_org OWNER [USER...]: an organisation mercy.example founded by OWNER, its relay running, and
# every USER joined as a member with device "laptop". All vaults are unlocked.
start_org() {
  _clean_environment
  export SEALPOST
  export ORG_DIR=$BATS_FILE_TMPDIR/org OWNER=$1
  export HOME=$ORG_DIR/home RELAY_DIR=$ORG_DIR/relay PASSFILE=$ORG_DIR/passphrase
  mkdir -p "$HOME"
  echo "correct horse battery staple" >"$PASSFILE"
  chmod 600 "$PASSFILE"
  RELAY_LISTEN=127.0.0.1:$(free_port)
  export RELAY_LISTEN
  as "$OWNER" setup mercy.example --user "$OWNER" --listen "$RELAY_LISTEN" \
    --relay-dir "$RELAY_DIR" --passphrase-file "$PASSFILE" --json >"$ORG_DIR/setup.json"
  RELAY_URL=$(jq -er .url "$ORG_DIR/setup.json")
  export RELAY_URL
  start_relay
  unlock "$OWNER"
  shift
  local user
  for user in "$@"; do add_member "$user" member; done
}

# add_member USER ROLE [INVITE OPTIONS...]: invited by the owner, joined as device "laptop",
# unlocked.
add_member() {
  local user=$1 role=$2
  shift 2
  as "$OWNER" member invite "$user" --role "$role" "$@" --json |
    jq -er .invitation >"$ORG_DIR/invitation.$user"
  as "$user" join "$ORG_DIR/invitation.$user" --device laptop --passphrase-file "$PASSFILE" \
    >"$ORG_DIR/join.$user.log"
  unlock "$user"
}

unlock() { as "$1" unlock --idle 8h --passphrase-file "$PASSFILE" >>"$ORG_DIR/unlock.log" 3>&-; }

# as USER ARGS...: the program on that user's machine.
as() {
  local user=$1
  shift
  SEALPOST_HOME=$ORG_DIR/$user "$SEALPOST" "$@"
}

# Starts the relay in the background and waits for its ready line.
start_relay() {
  : >"$ORG_DIR/relay.out"
  "$SEALPOST" relay serve --dir "$RELAY_DIR" >"$ORG_DIR/relay.out" 2>>"$ORG_DIR/relay.log" \
    </dev/null 3>&- &
  echo $! >"$ORG_DIR/relay.pid"
  wait_for "the relay's ready line" 30 _relay_ready
}
_relay_ready() {
  [[ -s $ORG_DIR/relay.out ]] && return
  ! _gone "$(relay_pid)" || { tail -20 "$ORG_DIR/relay.log" >&2 && exit 1; }
  return 1
}
relay_pid() { cat "$ORG_DIR/relay.pid"; }

# Asks the relay to drain, and waits until it has gone. kill_relay does not ask.
stop_relay() { _end_relay TERM; }
kill_relay() { _end_relay KILL; }
_end_relay() {
  local pid
  pid=$(relay_pid)
  kill "-$1" "$pid" 2>/dev/null || return 0
  wait_for "the relay to stop" 30 _gone "$pid"
}
# A child that has ended but was not waited for (another shell is its parent) counts as gone.
_gone() { [[ ! -e /proc/$1 || $(ps -o stat= -p "$1") == Z* ]]; }

# Ends the relay and every agent of the file.
stop_org() {
  local home
  for home in "$ORG_DIR"/*/; do
    SEALPOST_HOME=$home "$SEALPOST" lock >/dev/null 2>&1 || true
  done
  if [[ -f $ORG_DIR/relay.pid ]]; then stop_relay; fi
}

# wait_for WHAT SECONDS COMMAND...: repeats the command until it succeeds.
wait_for() {
  local what=$1 tries=$(($2 * 20 * PATIENCE))
  shift 2
  until "$@"; do
    if ((--tries < 0)); then
      echo "gave up waiting for $what" >&2
      return 1
    fi
    sleep 0.05
  done
}

# --- other times ---------------------------------------------------------------------------------

needs_faketime() {
  command -v faketime >/dev/null || skip "faketime is not installed (scripts/install-deps --tests)"
}

# by_clock FILE VARIABLE=VALUE...: makes FILE the program by the clock that faketime makes of these,
# for SEALPOST=FILE. What else the test runs lives by the real one.
by_clock() {
  local file=$1 faketime runtime
  shift
  # shellcheck disable=SC2016  # the inner shell expands it
  faketime=$(faketime -f +0 sh -c 'echo "$LD_PRELOAD"')
  # The runtime of the address sanitizer has to be loaded first.
  runtime=$(ldd "$BUILT" 2>/dev/null | awk '$1 ~ /^libasan/ { print $3 }') || true
  {
    echo "#!/bin/sh"
    printf 'export %q\n' "$@"
    printf 'LD_PRELOAD=%q exec %q "$@"\n' \
      "${runtime:+$runtime:}${faketime/faketime.so/faketimeMT.so}" "$BUILT"
  } >"$file"
  chmod +x "$file"
}

# --- assertions ----------------------------------------------------------------------------------

# expect_exit STATUS COMMAND...: runs the command; leaves $output (stdout) and $errors (stderr).
expect_exit() {
  local expected=$1 status=0
  shift
  "$@" >"$BATS_TEST_TMPDIR/.out" 2>"$BATS_TEST_TMPDIR/.err" || status=$?
  output=$(<"$BATS_TEST_TMPDIR/.out")
  errors=$(<"$BATS_TEST_TMPDIR/.err")
  if ((status != expected)); then
    printf 'expected exit %s, got %s from: %s\nstdout: %s\nstderr: %s\n' \
      "$expected" "$status" "$*" "$output" "$errors" >&2
    return 1
  fi
}

# json FILTER [JQ ARGS...]: the jq filter holds for $output. json_lines takes NDJSON as one array.
json() { _holds "" "$@"; }
json_lines() { _holds --slurp "$@"; }
_holds() {
  local slurp=$1 filter=$2
  shift 2
  if ! jq -e ${slurp:+"$slurp"} "$@" "$filter" >/dev/null <<<"$output"; then
    printf 'does not hold: %s\nof: %s\n' "$filter" "$output" >&2
    return 1
  fi
}

# field FILTER: the raw value of a jq filter on $output.
field() { jq -er "$1" <<<"$output"; }

# error_code: the code of the last line of $errors, an error object of --json.
error_code() { tail -n 1 <<<"$errors" | jq -er 'select(.type == "error") | .code'; }

# never COMMAND...: the command fails. (bats does not notice a failing "! command".)
never() {
  if "$@"; then
    printf 'should have failed: %s\n' "$*" >&2
    return 1
  fi
}

# contains TEXT NEEDLE / lacks TEXT NEEDLE
contains() { [[ $1 == *"$2"* ]] || { printf 'no "%s" in: %s\n' "$2" "$1" >&2 && return 1; }; }
lacks() { [[ $1 != *"$2"* ]] || { printf 'found "%s" in: %s\n' "$2" "$1" >&2 && return 1; }; }

# flip FILE OFFSET: changes one bit of one byte in place.
flip() {
  python3 - "$1" "$2" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 1]))
PYTHON
}

# vault_of USER: the vault's file. put_vault USER FILE: another one in its place, as from a backup.
vault_of() { echo "$ORG_DIR/$1"/*/vault.db; }
put_vault() {
  local vault
  vault=$(vault_of "$1")
  rm -f "$vault-wal" "$vault-shm"
  cp "$2" "$vault"
}
