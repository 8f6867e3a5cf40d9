# A relay whose operator lies, between the clients and the real relay. `load lying` after
# `load support`.
#
#   setup_file() { start_org olivia dr.lee; start_liar; }
#   teardown_file() { stop_liar; stop_org; }
#
# Until a test says `lie NAME ...` everything is passed on as it is. The lies are the functions of
# tests/support/hostile/lies.py; `for` says to whose device, by a part of its name.
# shellcheck shell=bash disable=SC2154,SC2034

SUPPORT=$BATS_TEST_DIRNAME/../support

# Moves the relay behind the liar, who takes its address and its TLS key.
start_liar() {
  UPSTREAM=127.0.0.1:$(free_port)
  export UPSTREAM LIES=$BATS_FILE_TMPDIR/lies
  mkdir -p "$LIES"
  stop_relay
  sed -i -e "s|^listen = .*|listen = \"$UPSTREAM\"|" -e 's|^plain = .*|plain = true|' \
    -e 's|^proxy = .*|proxy = true|' "$RELAY_DIR/relay.toml"
  start_relay
  "$SUPPORT/lying_relay" "$RELAY_DIR" "$UPSTREAM" "$LIES" >"$LIES/out" 2>"$LIES/errors" \
    </dev/null 3>&- &
  echo $! >"$LIES/pid"
  wait_for "the liar's ready line" 30 test -s "$LIES/out"
}
stop_liar() { kill -KILL "$(cat "$LIES/pid")" 2>/dev/null || true; }

# lie NAME [for=PART] [KEY=VALUE...]: from now on. Numbers are numbers.
lie() {
  local pair kind arguments=(--arg name "$1")
  shift
  for pair in "$@"; do
    kind=--arg
    [[ ${pair#*=} =~ ^-?[0-9]+$ ]] && kind=--argjson
    arguments+=("$kind" "${pair%%=*}" "${pair#*=}")
  done
  : >"$LIES/told"
  jq -nc "${arguments[@]}" '$ARGS.named' >"$LIES/lie.new"
  mv "$LIES/lie.new" "$LIES/lie"
}

# The truth again. Fails when the lie was never told, or when the liar itself broke down.
truth() {
  rm -f "$LIES/lie"
  if [[ -s $LIES/errors ]]; then cat "$LIES/errors" >&2 && return 1; fi
  [[ -s $LIES/told ]] || { echo "the lie was not told" >&2 && return 1; }
}

# caught STATUS SENTENCE COMMAND...: the command ends with the status, and says in one line, without
# any control character, what holds the sentence. A hint may follow.
caught() {
  local status=$1 sentence=$2
  shift 2
  expect_exit "$status" "$@" && contains "$errors" "$sentence" && _one_sentence && plain_screen
}
_one_sentence() {
  [[ $(grep -c '^sealpost: ' <<<"$errors") = 1 ]] || { echo "not one sentence: $errors" >&2 && return 1; }
}

# Nothing of $output and $errors can do anything to a terminal: no control character, none of C1,
# nothing bidirectional or invisible, and everything is UTF-8.
plain_screen() {
  printf '%s\n%s\n' "$output" "$errors" | "$SUPPORT/plain_text"
}

# unchecked VERB ...: a device whose program checks nothing.
unchecked() { "$SUPPORT/unchecked_device" "$@"; }

# add_unchecked USER: joins as a member; its state is in $ORG_DIR/USER.json.
add_unchecked() {
  as "$OWNER" member invite "$1" --role member --json | jq -er .invitation >"$ORG_DIR/invitation.$1"
  unchecked enrol "$ORG_DIR/invitation.$1" "$ORG_DIR/$1.json"
}
