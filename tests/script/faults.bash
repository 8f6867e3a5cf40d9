# Faults of a real disk under a real relay: strace lets one system call of a running process fail,
# or end the process. `load faults` behind `load support`.
# shellcheck shell=bash disable=SC2154,SC2034  # BATS_… come from bats, STRUCK is for the caller

needs_strace() {
  command -v strace >/dev/null || skip "strace is not installed (scripts/install-deps --tests)"
  strace -o /dev/null true 2>/dev/null || skip "strace may not trace here (ptrace is forbidden)"
}

# strace on a program of its own. Leaks cannot be looked for meanwhile: who looks traces as well.
traced() { ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace "$@"; }

needs_root() { [[ $(id -u) -eq 0 ]] || skip "needs root: $1"; }

# threads WHICH: ids of the relay's threads: all, the writer (the one that syncs the store), or the
# others.
threads() {
  local tasks
  mapfile -t tasks < <(ls "/proc/$(relay_pid)/task")
  case $1 in
    all) echo "${tasks[@]}" ;;
    writer) echo "${tasks[$WRITER]}" ;;
    others) echo "${tasks[@]:0:$WRITER}" "${tasks[@]:$((WRITER + 1))}" ;;
  esac
}

# trace_calls THREADS OPTIONS...: strace on these threads of the relay until release.
trace_calls() {
  local attach=() thread
  for thread in $1; do attach+=(-p "$thread"); done
  shift
  : >"$T/trace"
  strace "${attach[@]}" -o "$T/trace" "$@" 2>"$T/attached" </dev/null 3>&- &
  STRACE=$!
  wait_for "strace" 20 _attached $((${#attach[@]} / 2))
}
_attached() { [[ $(grep -c attached "$T/attached") -ge $1 ]] || { _gone "$STRACE" && cat "$T/attached" >&2 && exit 1; }; }
release() {
  kill -INT "$STRACE" 2>/dev/null || true
  wait "$STRACE" || true
}

# The calls that reach the disk.
DISK_CALLS=pwrite64,pwritev,fsync,fdatasync,ftruncate,unlink,rename,openat,mkdir

# find_writer: sets WRITER to the place of the writer's thread among the relay's threads, which is
# the same at every start: the one that syncs when the relay proves that it can commit.
find_writer() {
  local tasks place
  mapfile -t tasks < <(ls "/proc/$(relay_pid)/task")
  trace_calls "${tasks[*]}" -e trace=fdatasync
  wait_for "a commit" 30 _has_synced
  release
  for place in "${!tasks[@]}"; do
    if grep -q "^${tasks[place]} .*fdatasync" "$T/trace"; then WRITER=$place; fi
  done
  [[ -n ${WRITER:-} ]]
}
_has_synced() { curl -sk "$RELAY_URL/readyz" >/dev/null && grep -q fdatasync "$T/trace"; }

# count_calls WHICH COMMAND...: lines of "number call" for what these threads do while the command
# runs and until the log's checkpoint is stored.
count_calls() {
  trace_calls "$(threads "$1")" -e trace="$DISK_CALLS"
  shift
  "$@" >/dev/null
  wait_for "the checkpoint" 20 checkpoint_stored
  release
  # A call that another thread interrupted is printed twice; its end does not count.
  sed -nE "s/^([0-9]+ +)?([a-z0-9]+)\(.*/\2/p" "$T/trace" | sort | uniq -c
}
checkpoint_stored() {
  curl -sk "$RELAY_URL/metrics" >"$T/metrics" || return 1
  [[ $(awk '$1 == "sealpost_log_size" { print $2 }' "$T/metrics") == \
    $(awk '$1 == "sealpost_checkpoint_size" { print $2 }' "$T/metrics") ]]
}

# sound: what lies on the disk holds together; the relay must not run.
sound() {
  "$SEALPOST" relay fsck --dir "$RELAY_DIR" >"$T/fsck" 2>&1 ||
    { cat "$T/fsck" >&2 && return 1; }
}

# keep_checkpoint: takes down what the relay had signed last when it died; nobody may have seen it.
keep_checkpoint() {
  rm -rf "$T/dead" && mkdir "$T/dead"
  cp "$RELAY_DIR"/relay.db* "$T/dead"
  sqlite3 "$T/dead/relay.db" "SELECT value FROM facts WHERE name = 'checkpoint'" |
    sed -n '2,3p' | paste -sd' ' >>"$ORG_DIR/signed"
}
# one_tree: every checkpoint that was ever taken down is of the log as it is now. The relay must not
# run.
one_tree() {
  touch "$ORG_DIR/signed"
  /usr/bin/python3 - "$RELAY_DIR/relay.db" "$ORG_DIR/signed" "$BATS_TEST_DIRNAME/../interop" <<'PYTHON'
import base64, sqlite3, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[3])
from verify_log import leaf_hash, tree_hash
store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
leaves = [leaf_hash(bytes(row[0])) for row in store.execute("SELECT leaf FROM leaves ORDER BY id")]
signed = {tuple(line.split()) for line in open(sys.argv[2])}
for size, root in signed:
    if base64.b64encode(tree_hash(leaves[: int(size)])).decode() != root:
        sys.exit(f"another tree of {size} events was signed: {root}")
PYTHON
}

# What is done under a fault, under a name that tells it from others; that it is done in the end,
# when the same is said again; and that both answers, in $T/sent and $T/again, are one. A file of
# tests may have its own.
attempt() { as olivia send --to dr.lee --purpose general --subject "$1" --key "$1" "${ATTACH[@]}" text; }
again() { attempt "$1"; }
same_answer() { cmp "$T/sent" "$T/again"; }

# strike WHICH CALL FAULT NUMBER: an attempt while the given call of these threads, counted from
# now, meets the fault. A relay that dies of it is examined and started again. In the end the same
# again has succeeded; the attempt's name names the fault. Sets STRUCK to yes when the fault was met.
strike() {
  local which=$1 call=$2 fault=$3 number=$4
  local subject="$which $call $fault $number" status=0
  rm -f "$T/status"
  STRUCK=no
  trace_calls "$(threads "$which")" -e trace="$call" -e inject="$call:$fault:when=$number"
  (
    set +e
    attempt "$subject" >"$T/sent" 2>"$T/sent.err"
    echo $? >"$T/status"
  ) 3>&- &
  # The checkpoint behind the message is part of it.
  wait_for "an end" 60 _settled_or_dead
  _gone "$(relay_pid)" || release
  # The fault may have come last of all.
  if _gone "$(relay_pid)"; then
    STRUCK=yes
    wait "$STRACE" || true
    sound || { echo "after: $subject" >&2 && return 1; }
    keep_checkpoint
    start_relay
  fi
  wait_for "the sender" 60 test -s "$T/status"
  if grep -q INJECTED "$T/trace"; then STRUCK=yes; fi
  status=$(<"$T/status")
  # 10: the disk is full; 75: try again. Nothing else may be said of a fault that passes.
  [[ $status == 0 || $status == 10 || $status == 75 ]] ||
    { echo "exit $status: $subject" >&2 && cat "$T/sent.err" >&2 && return 1; }
  again "$subject" >"$T/again" 2>"$T/again.err" ||
    { echo "not sent in the end: $subject" >&2 && cat "$T/again.err" >&2 && return 1; }
  if [[ $status == 0 ]]; then same_answer || return 1; fi
  echo "$subject" >>"$ORG_DIR/expected"
}
_settled_or_dead() { _gone "$(relay_pid)" || { [[ -s $T/status ]] && checkpoint_stored; }; }

# each_once: dr.lee has got every message that was sent, once; the log is one history; what lies on
# the disk holds together.
each_once() {
  as dr.lee inbox --json 2>/dev/null | jq -r 'select(.type == "message") | .subject' |
    grep ' ' | sort >"$T/got" || true
  sort "$ORG_DIR/expected" | diff - "$T/got" >&2 || return 1
  as olivia audit verify >"$T/verified" || return 1
  as dr.lee audit verify >"$T/verified" || return 1
  stop_relay
  sound || return 1
  keep_checkpoint
  one_tree || return 1
  start_relay
}
