# sealpost audit witness: cosigns a log that continues, and never two that contradict each other.
load support

TOOLS=$BATS_TEST_DIRNAME/../interop

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
  ROOT=$(as olivia org show --json | jq -er .root)
  LOG=$("$SEALPOST" inspect "$ORG_DIR"/mirror/trust/* --json | jq -er .log)
  export ROOT LOG
}
setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  cp -a "$ORG_DIR/mirror" mirror
}
teardown() {
  for pid in "$BATS_TEST_TMPDIR"/*.pid; do
    [[ ! -s $pid ]] || kill "$(<"$pid")" 2>/dev/null || true
  done
}
teardown_file() { stop_org; }

laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }

# witness DIR ARGS...: serves in the background; sets URL and WITNESS.
witness() {
  local dir=$1
  shift
  : >"$dir.out"
  env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" audit witness "$dir" --serve 127.0.0.1:0 "$@" \
    --json >"$dir.out" 2>"$dir.err" </dev/null 3>&- &
  echo $! >"$dir.pid"
  wait_for "the witness" 30 grep -q witness-ready "$dir.out"
  URL=$(jq -er 'select(.type == "witness-ready") | .url' "$dir.out")
  WITNESS=$(jq -er 'select(.type == "witness-ready") | .witness' "$dir.out")
}
end_witness() {
  kill "-$2" "$(<"$1.pid")"
  wait "$(<"$1.pid")" 2>/dev/null || true
  rm "$1.pid"
}
# add STATUS: posts standard input; the answer is in answer.
add() {
  local status
  status=$(curl -s -o answer -D headers -w '%{http_code}' --data-binary @- "$URL/add-checkpoint")
  [ "$status" = "$1" ] || { echo "$status: $(cat answer)" >&2 && return 1; }
}
log() { "$TOOLS/make_log.py" "$@"; }

@test "a mirror is cosigned once: with a key that is made and stays, and verifies" {
  expect_exit 0 laptop audit witness mirror --root "$ROOT" --name w1.example --json
  json '.type == "audit-cosignature" and .new_key and .origin == "mercy.example/relay"'
  json '.size > 3 and (.witness | startswith("w1.example+")) and (.cosignature | startswith("— w1"))'
  key=$(field .witness)
  [ "$(stat -c %a mirror/witness/key)" = 600 ]
  expect_exit 0 laptop audit verify mirror --root "$ROOT" --witness "$key" --json
  json '.cosignatures | length == 1 and .[0].witness == "w1.example" and (.[0].at | length) == 20'
  # Who does not know the witness reads the log as before.
  expect_exit 0 laptop audit verify mirror --root "$ROOT" --json
  json '.cosignatures[0].at == null'
  "$TOOLS/verify_log.py" tiles mirror "$LOG"
  expect_exit 0 as aud audit mirror mirror
  # Again, and of a log that has grown: the same key, one line.
  as olivia send --to dr.lee more >/dev/null
  as aud audit mirror mirror >/dev/null
  for _ in 1 2; do
    expect_exit 0 laptop audit witness mirror --root "$ROOT" --json
    json '.new_key == false and .witness == $key' --arg key "$key"
  done
  [ "$(grep -c '^— w1.example ' mirror/checkpoint)" = 1 ]
  expect_exit 0 laptop audit verify mirror --root "$ROOT" --witness "$key"
  cp -a "$ORG_DIR/mirror" second
  other=$(laptop audit witness second --root "$ROOT" --name w2.example --json | jq -er .witness)
  expect_exit 7 laptop audit verify mirror --root "$ROOT" --witness "$key" --witness "$other"
  contains "$errors" "w2.example"
}

@test "a profile knows the root, and needs no option for it" {
  expect_exit 0 as aud audit witness mirror --name w1.example --json
  json '.type == "audit-cosignature" and .new_key'
  expect_exit 0 as aud audit verify mirror --witness "$(field .witness)"
  # Another organisation's profile does not vouch for it.
  as stranger setup county.example --user stranger --listen "127.0.0.1:$(free_port)" \
    --relay-dir "$BATS_TEST_TMPDIR/other" --passphrase-file "$PASSFILE" >/dev/null
  expect_exit 7 as stranger --passphrase-file "$PASSFILE" audit witness mirror
  SEALPOST_HOME=$ORG_DIR/aud "$SEALPOST" audit witness mirror --serve 127.0.0.1:0 --json \
    >mirror.out 2>mirror.err </dev/null 3>&- &
  echo $! >mirror.pid
  wait_for "the witness" 30 grep -q witness-ready mirror.out
  end_witness mirror TERM
}

@test "what does not hold, or does not continue, is not cosigned" {
  laptop audit witness mirror --root "$ROOT" --name w1.example >/dev/null
  cp -a mirror older
  as olivia send --to dr.lee more >/dev/null
  as aud audit mirror mirror >/dev/null
  laptop audit witness mirror --root "$ROOT" >/dev/null
  # The same witness is shown the log as it was.
  rm -r older/witness && cp -a mirror/witness older/witness
  cp older/checkpoint before
  expect_exit 7 laptop audit witness older --root "$ROOT"
  contains "$errors" "does not continue"
  cmp before older/checkpoint
  flip mirror/tile/entries/000.p/* 500
  expect_exit 7 laptop audit witness mirror --root "$ROOT"
  expect_exit 9 laptop audit witness older --root "$ROOT" --name another
  expect_exit 2 laptop audit witness mirror
  contains "$errors" "--root VKEY"
  expect_exit 2 laptop audit witness mirror --serve 127.0.0.1:0
  expect_exit 2 laptop audit witness mirror --root "$ROOT" --serve 0.0.0.0:0
  contains "$errors" "loopback only"
}

@test "a log that asks gets what the protocol says, in each case" {
  key=$(log new log 300)
  witness own --log "$key" --name w1.example
  log ask log 0 | add 200
  grep -q '^— w1.example ' answer
  cat log/checkpoint answer >cosigned && cp cosigned log/checkpoint
  expect_exit 0 laptop audit verify log --key "$key" --witness "$WITNESS"
  # The same again; another old size; a longer log with a proof.
  log ask log 300 | add 200
  log ask log 0 | add 409
  [ "$(cat answer)" = 300 ]
  grep -qi '^content-type: text/x.tlog.size' headers
  log grow log 700
  log ask log 256 | add 409
  [ "$(cat answer)" = 300 ]
  log ask log 300 | sed '2s/./A/' | add 422
  log ask log 300 | sed 2d | add 422
  log ask log 300 | add 200
  # Nobody goes back.
  log grow log 300
  log ask log 300 | add 409
  [ "$(cat answer)" = 700 ]
  log ask log 700 | add 400
  # Not a log, not this log, not its key.
  echo nonsense | add 400
  head -c 100000 /dev/zero | add 400
  log ask log 700 | sed 's|^log.example/other$|log.example/third|' | add 404
  log forge log "rewritten, signed by another key"
  log ask log 0 | add 403
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/add-checkpoint")" = 405 ]
  [ "$(curl -s -o answer -w '%{http_code}' --data x "$URL/other")" = 404 ]
  jq -se '[.[] | select(.type == "witness-notice") | .status] | contains([200, 409, 422, 400, 404, 403])' own.out
}

@test "a log that forks is refused, told loudly, and what it signed is kept" {
  key=$(log new log 300)
  witness own --log "$key"
  log ask log 0 | add 200
  # Another tree of the same size, and one that is longer, both signed by the log itself.
  log fork log 300
  log ask log 300 | tee sent | add 409
  cmp sent own/witness/evidence/*.txt
  log fork other 700
  log ask other 300 | add 422
  grep -q "two trees of one size" own.err
  log grow log 700
  log ask log 300 | add 200
}

@test "what was cosigned stays so when the witness is killed" {
  key=$(log new log 300)
  witness own --log "$key"
  log ask log 0 | add 200
  first=$WITNESS
  end_witness own KILL
  witness own --log "$key"
  [ "$WITNESS" = "$first" ]
  log ask log 0 | add 409
  [ "$(cat answer)" = 300 ]
  # Two of them cannot be one.
  expect_exit 9 laptop audit witness own --serve 127.0.0.1:0 --log "$key"
}

@test "the cosignature leaves only when the checkpoint is on the disk" {
  load faults
  needs_strace
  key=$(log new log 300)
  witness own --log "$key"
  strace -f -p "$(<own.pid)" -o trace -e trace=fsync,fdatasync,rename,sendto,sendmsg,writev 2>attached 3>&- &
  tracer=$!
  wait_for "strace" 20 grep -q attached attached
  log ask log 0 | add 200
  kill -INT "$tracer" && wait "$tracer" || true
  order=$(grep -oE 'fsync|rename|send(to|msg)|writev' trace | sed 's/sendto\|sendmsg\|writev/send/' | uniq | tr '\n' ' ')
  [[ $order == "fsync rename fsync send "* ]] || { echo "$order" >&2 && return 1; }
}

# --- the relay and its witnesses -----------------------------------------------------------------

witness_in_settings() {
  stop_relay
  printf '\n[[witness]]\nurl = "%s"\nkey = "%s"\n' "$1" "$2" >>"$RELAY_DIR/relay.toml"
  start_relay
}
# uncosigned VKEY FROM TO: the receipt file without that witness's cosignatures.
uncosigned() {
  python3 - "${1%%+*}" "$2" "$3" <<'PYTHON'
import re, sys
name, source, target = sys.argv[1:]
lines, out, counted = open(source).read().split("\n"), [], None
for line in lines:
    if re.fullmatch(r"proof \d+", line):
        counted = len(out)
    if line.startswith("\u2014 " + name + " ") and counted is not None:
        out[counted] = "proof %d" % (int(out[counted].split()[1]) - 1)
        continue
    out.append(line)
open(target, "w").write("\n".join(out))
PYTHON
}
logged() { as olivia receipt verify "$1" >/dev/null 2>&1; }

@test "the relay's checkpoints are cosigned, and a policy may ask for that before anything counts" {
  witness one --log "$LOG" --name one.example
  one_url=$URL one=$WITNESS
  witness two --log "$LOG" --name two.example
  two_url=$URL two=$WITNESS
  witness_in_settings "$one_url" "$one"
  witness_in_settings "$two_url" "$two"
  expect_exit 2 as olivia policy set witness-quorum 1
  expect_exit 0 as olivia policy set witnesses "$one,$two"
  expect_exit 0 as olivia policy set witness-quorum 2
  id=$(as olivia send --to dr.lee "cosigned by both")
  wait_for "both cosignatures" 30 logged "$id"
  expect_exit 0 as olivia audit verify --json
  json '.cosigned > 3 and .cosigned <= .size'
  expect_exit 0 as olivia receipt export "$id" -o both.receipt
  [ "$(grep -c '^— one.example ' both.receipt)" -ge 1 ]
  expect_exit 0 laptop receipt verify both.receipt --root "$ROOT"
  contains "$output" "not checked whether the policy asks for a quorum"
  # A mirror knows what the policy asks; cosignatures on the file or on the mirror will do.
  rm -rf mirror && as aud audit mirror mirror >/dev/null
  expect_exit 0 laptop receipt verify both.receipt --root "$ROOT" --mirror mirror --json
  json '.verified and .quorum == 2 and .not_checked == []'
  uncosigned "$two" both.receipt one.receipt
  sed -i '/^— \(one\|two\).example /d' mirror/checkpoint
  expect_exit 0 laptop receipt verify both.receipt --root "$ROOT" --mirror mirror
  contains "$output" "2 have cosigned"
  expect_exit 7 laptop receipt verify one.receipt --root "$ROOT" --mirror mirror --json
  json '.verified == false and (.reason | contains("not cosigned: two.example"))'
  expect_exit 0 laptop receipt verify one.receipt --root "$ROOT" --json
  json '.verified and (.not_checked | contains(["quorum"])) and (has("quorum") | not)'
  rm one.receipt
  # A witness that is gone blocks nothing but the word that it is logged.
  end_witness two TERM
  id=$(as olivia send --to dr.lee "cosigned by one")
  expect_exit 7 as olivia receipt verify "$id"
  contains "$errors" "2 of 2 witnesses"
  expect_exit 7 as olivia receipt export "$id" -o one.receipt
  [ ! -e one.receipt ]
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as olivia audit verify
  wait_for "a line of the log" 30 grep -q '"witness.failed"' "$ORG_DIR/relay.log"
  # A policy that asks for one of the two is content.
  expect_exit 0 as olivia policy set witness-quorum 1
  wait_for "one cosignature" 90 logged "$id"
  expect_exit 0 as olivia policy set witness-quorum none
  expect_exit 0 as olivia policy set witnesses none
}

@test "a relay with a witness that is wrongly named does not start" {
  key=$(laptop audit witness mirror --root "$ROOT" --name w.example --json | jq -er .witness)
  url=https://witness.example
  stop_relay
  cp "$RELAY_DIR/relay.toml" kept
  # wrong WORDS URL KEY [LINE]: each is refused for its own reason.
  wrong() {
    cp kept "$RELAY_DIR/relay.toml"
    printf '\n[[witness]]\nurl = "%s"\nkey = "%s"\n%s\n' "$2" "$3" "${4-}" >>"$RELAY_DIR/relay.toml"
    expect_exit 2 "$SEALPOST" relay serve --dir "$RELAY_DIR"
    contains "$errors" "$1"
  }
  wrong "the url of a witness" http://witness.example "$key"
  wrong "the url of a witness" https://witness.example/ "$key"
  wrong "the key of a witness" "$url" nonsense
  wrong "the key of a witness" "$url" "$LOG"
  wrong colour "$url" "$key" 'colour = "red"'
  cp kept "$RELAY_DIR/relay.toml"
  witness_in_settings "$url" "$key"
  stop_relay
  cp kept "$RELAY_DIR/relay.toml"
  start_relay
}
