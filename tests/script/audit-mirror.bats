# sealpost audit mirror: a verified copy of the log, and receipts held against it.
load support
load faults

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  ROOT=$(as olivia org show --json | jq -er .root)
  export ROOT
  as olivia send --to dr.lee first >"$ORG_DIR/first"
  as dr.lee inbox >/dev/null
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
}
teardown_file() { stop_org; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  cp -a "$ORG_DIR/mirror" mirror
}

laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }
size() { sed -n 2p "$1/checkpoint"; }

# An independent reader of the C2SP layout: rebuilds the root from the entries alone.
root_of() {
  python3 - "$1" <<'PYTHON'
import base64, hashlib, os, sys
mirror = sys.argv[1]
origin, size, root = open(mirror + "/checkpoint").read().split("\n")[:3]
def h(b): return hashlib.sha256(b).digest()
leaves = []
for n in range((int(size) + 255) // 256):
    width = min(256, int(size) - n * 256)
    name = "%s/tile/entries/%03d" % (mirror, n) + ("" if width == 256 else ".p/%d" % width)
    data = open(name, "rb").read()
    tile = open(name.replace("entries", "0"), "rb").read()
    i = 0
    while data:
        length = int.from_bytes(data[:2], "big")
        leaves.append(h(b"\0" + data[2:2 + length]))
        assert tile[32 * i:32 * i + 32] == leaves[-1]
        data, i = data[2 + length:], i + 1
    assert i == width and len(tile) == 32 * width
def mth(d):
    if len(d) == 1: return d[0]
    k = 1
    while k * 2 < len(d): k *= 2
    return h(b"\1" + mth(d[:k]) + mth(d[k:]))
assert base64.b64encode(mth(leaves)).decode() == root, "root"
print(size)
PYTHON
}

# A listing with every file's digest: that nothing changed.
fingerprint() { (cd "$1" && find . -type f ! -name .lock -exec sha256sum {} + | sort); }

@test "the mirror is the log, laid out as C2SP tiles that anybody can read" {
  expect_exit 0 as aud audit mirror fresh --json
  json '.type == "audit-mirror" and .added == .size and .trust_entries > 3 and .folder == "fresh"'
  n=$(field .size)
  [ "$(root_of fresh)" = "$n" ]
  [ "$(head -1 fresh/sealpost-mirror)" = sealpost-mirror/1 ]
  expect_exit 0 laptop inspect "fresh/trust/$n" --root "$ROOT" --json
  json '.kind == "trust-chain"'
  [ "$(stat -c %a fresh)" = 700 ]
}

@test "an update brings only what is new, across tile borders" {
  before=$(size mirror)
  for i in $(seq 1 3); do as olivia send --to dr.lee "more $i" >/dev/null; done
  expect_exit 0 as aud audit mirror mirror --json
  json '.added > 2 and .size == $before + .added' --argjson before "$before"
  [ "$(root_of mirror)" = "$(field .size)" ]
  sum=$(fingerprint mirror)
  # Readers leave traces of their own in the log only when they are refused.
  expect_exit 0 as aud audit mirror mirror --json
  json '.added == 0'
  [ "$(fingerprint mirror)" = "$sum" ]
  # Past 256 events: full tiles appear, partial ones go.
  SEALPOST_HOME=$ORG_DIR/olivia xargs -P 4 -I{} "$SEALPOST" send --to dr.lee {} \
    < <(seq 120) >/dev/null
  as dr.lee inbox >/dev/null
  expect_exit 0 as aud audit mirror mirror --json
  [ "$(field .size)" -gt 256 ]
  [ "$(root_of mirror)" = "$(field .size)" ]
  [ -f mirror/tile/0/000 ] && [ -f mirror/tile/entries/000 ] && [ ! -e mirror/tile/0/000.p ]
  [ -f mirror/tile/1/000.p/1 ]
  [ "$(ls mirror/trust)" = "$(size mirror)" ]
  # Also of what no update touches any more, nothing is believed.
  for file in tile/0/000 tile/entries/000; do
    cp -a mirror bent
    flip "bent/$file" 1000
    expect_exit 7 as aud audit mirror bent
    contains "$errors" "$file"
    contains "$errors" "move"
    rm "bent/$file"
    expect_exit 7 as aud audit mirror bent
    contains "$errors" "$file"
    rm -r bent
  done
}

@test "a damaged mirror is told so, named, left as it is, and no relay is blamed" {
  as aud audit mirror mirror >/dev/null
  n=$(size mirror)
  files=$(cd mirror && find tile -path '*.p/*')
  [ "$(wc -l <<<"$files")" -ge 2 ]
  for file in "trust/$n" checkpoint $files; do
    cp -a mirror bent
    flip "bent/$file" $(($(stat -c %s "bent/$file") / 2))
    sum=$(fingerprint bent)
    expect_exit 7 as aud audit mirror bent
    contains "$errors" "bent away or remove it"
    lacks "$errors" "do not use this relay"
    [ "$(fingerprint bent)" = "$sum" ]
    rm -r bent
  done
  rm mirror/checkpoint
  expect_exit 0 as aud audit mirror mirror
  [ "$(root_of mirror)" = "$(size mirror)" ]
}

@test "a folder without a name, a file, a lock that is a link: each has its sentence" {
  expect_exit 2 as aud audit mirror ""
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o m.receipt
  echo x >file
  expect_exit 2 laptop receipt verify m.receipt --root "$ROOT" --mirror file
  contains "$errors" "sealpost audit mirror"
  expect_exit 2 laptop receipt verify m.receipt --root "$ROOT" --mirror ""
  rm mirror/.lock
  ln -s /dev/null mirror/.lock
  expect_exit 9 as aud audit mirror mirror
  contains "$errors" "remove it"
}

@test "who may not read the log cannot mirror it" {
  expect_exit 5 as dr.lee audit mirror mine
  [ ! -e mine ]
}

@test "a folder that holds something else is left alone" {
  mkdir photos && echo x >photos/cat.jpg
  expect_exit 9 as aud audit mirror photos
  [ "$(ls -A photos)" = cat.jpg ]
  echo x >file
  expect_exit 9 as aud audit mirror file
}

@test "two at once: the second is told" {
  exec 8>mirror/.lock
  flock -n 8
  expect_exit 9 as aud audit mirror mirror --json
  [ "$(error_code)" = conflict ]
  exec 8>&-
  expect_exit 0 as aud audit mirror mirror
}

@test "a log that is not an extension is refused and the mirror stays" {
  as aud audit mirror mirror >/dev/null
  stop_relay
  cp -a "$RELAY_DIR" older
  start_relay
  as olivia send --to dr.lee newer >/dev/null
  as aud audit mirror mirror >/dev/null
  stop_relay
  mv "$RELAY_DIR" newer && cp -a older "$RELAY_DIR"
  start_relay
  sum=$(fingerprint mirror)
  # Seen by the auditor's vault as well; a vault that knows nothing of it is stopped by the mirror.
  expect_exit 7 as aud audit mirror mirror
  [ "$(fingerprint mirror)" = "$sum" ]
  stop_relay
  rm -rf "$RELAY_DIR" && mv newer "$RELAY_DIR"
  start_relay
  expect_exit 0 as aud audit mirror mirror
}

@test "events that are not those of the tree are refused and the mirror stays" {
  as olivia send --to dr.lee "to be edited" >/dev/null
  as dr.lee inbox >/dev/null
  stop_relay
  last=$(sqlite3 "$RELAY_DIR/relay.db" "SELECT max(id) FROM leaves
    WHERE CAST(leaf AS TEXT) LIKE '%message.deliver%'")
  edit() { sqlite3 "$RELAY_DIR/relay.db" "UPDATE leaves
    SET leaf = CAST(replace(CAST(leaf AS TEXT), '$1', '$2') AS BLOB) WHERE id = $last"; }
  edit dr.lee dr.lea
  start_relay
  sum=$(fingerprint mirror)
  expect_exit 7 as aud audit mirror mirror
  [ "$(fingerprint mirror)" = "$sum" ]
  expect_exit 7 as aud audit mirror fresh
  [ ! -e fresh/checkpoint ]
  stop_relay
  edit dr.lea dr.lee
  start_relay
  expect_exit 0 as aud audit mirror mirror
  expect_exit 0 as aud audit mirror fresh
}

@test "what a killed run left behind does no harm" {
  needs_strace
  as olivia send --to dr.lee "while it ran" >/dev/null
  # Killed at each of its first renames: only the last one of a run makes it count.
  for call in 1 2 3 4 5; do
    cp -a "$ORG_DIR/mirror" "killed$call"
    SEALPOST_HOME=$ORG_DIR/aud traced -f -o trace -e trace=rename \
      -e inject=rename:signal=KILL:when="$call" \
      "$SEALPOST" audit mirror "killed$call" >/dev/null 2>&1 || true
    cmp "killed$call/checkpoint" "$ORG_DIR/mirror/checkpoint" ||
      [ "$(size "killed$call")" -gt "$(size "$ORG_DIR/mirror")" ]
    [ "$(root_of "killed$call")" = "$(size "killed$call")" ]
    expect_exit 0 as aud audit mirror "killed$call" --json
    [ "$(root_of "killed$call")" = "$(field .size)" ]
  done
}

# A log of more than a full bundle.
grow_log() {
  SEALPOST_HOME=$ORG_DIR/olivia xargs -P 4 -I{} "$SEALPOST" send --to dr.lee {} \
    < <(seq 260) >/dev/null
}
# stopped_at RENAME DIR: a mirror run that is killed there.
stopped_at() {
  local status=0
  SEALPOST_HOME=$ORG_DIR/aud traced -f -o trace -e trace=rename \
    -e inject=rename:signal=KILL:when="$1" "$SEALPOST" audit mirror "$2" >/dev/null 2>&1 || status=$?
  ((status == 137))
}
# bundles DIR: how many full bundles of events are there.
bundles() { find "$1/tile/entries" -maxdepth 1 -name '[0-9][0-9][0-9]' | wc -l; }
# asked: tiles that the relay has given out.
asked() {
  curl -skf "$RELAY_URL/metrics" | awk '/^sealpost_requests_total/ && /tile/ { n += $NF } END { print n + 0 }'
}

@test "a first mirror that was stopped goes on where it stopped, and believes nothing of it" {
  needs_strace
  grow_log
  number=1
  while stopped_at "$number" begun; do
    if [[ -d begun/tile/entries ]] && (($(bundles begun) == 1)); then break; fi
    number=$((number + 1))
  done
  (($(bundles begun) == 1))
  [ ! -e begun/checkpoint ]
  cp -a begun bent
  before=$(asked)
  expect_exit 0 as aud audit mirror whole
  whole=$(($(asked) - before))
  before=$(asked)
  expect_exit 0 as aud audit mirror begun --json
  (($(asked) - before < whole))
  json '.added == .size'
  [ "$(root_of begun)" = "$(field .size)" ]
  # A left-over that is wrong, in form or in content, is fetched again, and the relay is not blamed.
  cp -a bent short
  flip bent/tile/entries/000 100
  truncate -s 1000 short/tile/entries/000
  for folder in bent short; do
    expect_exit 0 as aud audit mirror "$folder" --json
    [ "$(root_of "$folder")" = "$(field .size)" ]
    [ -z "$(find "$folder" -name '*.new')" ]
  done
}

@test "the checkpoint comes last, behind a sync of everything else" {
  needs_strace
  SEALPOST_HOME=$ORG_DIR/aud traced -f -o trace -e trace=rename,syncfs \
    "$SEALPOST" audit mirror synced >/dev/null
  order=$(grep -oE 'syncfs|rename\(.*checkpoint|rename\(.*(tile|trust)' trace | sed -E 's/rename\(.*(checkpoint|tile|trust)/\1/' | uniq)
  [[ $order == *$'\n'syncfs$'\n'checkpoint ]]
}

# follow DIR: a mirror that follows, in the background; its lines are in DIR.out and DIR.err.
follow() {
  : >"$1.out"
  SEALPOST_HOME=$ORG_DIR/aud "$SEALPOST" audit mirror "$1" --follow --json >"$1.out" 2>"$1.err" \
    </dev/null 3>&- &
  FOLLOWER=$!
  wait_for "the first update" 30 test -s "$1.out"
}
followed() { [ "$(tail -n 1 "$1.out" | jq .size)" -ge "$2" ]; }
log_size() { as aud audit verify --json | jq -er .size; }
# ends_with STATUS: the follower.
ends_with() {
  local status=0
  wait "$FOLLOWER" || status=$?
  ((status == $1)) || { echo "exit $status" >&2 && return 1; }
}

@test "a mirror that follows has what comes, and an interrupt leaves it whole" {
  follow live
  for text in one two three; do
    as olivia send --to dr.lee "$text" >/dev/null
    wait_for "the update" 30 followed live "$(log_size)"
  done
  jq -se 'all(.[]; .type == "audit-mirror" and .folder == "live") and .[-1].added < .[-1].size' live.out
  kill -INT "$FOLLOWER"
  ends_with 130
  [ "$(root_of live)" = "$(tail -n 1 live.out | jq .size)" ]
  expect_exit 0 laptop audit verify live --root "$ROOT"
  [ -z "$(find live -name '*.new')" ]
}

@test "a mirror that follows waits for a relay that is away, says so once, and goes on" {
  follow live
  stop_relay
  wait_for "the word of it" 60 grep -q "relay is away" live.err
  start_relay
  as olivia send --to dr.lee "after the break" >/dev/null
  wait_for "the update" 60 followed live "$(log_size)"
  kill -TERM "$FOLLOWER"
  ends_with 130
  [ "$(grep -c "relay is away" live.err)" = 1 ]
  [ "$(root_of live)" = "$(tail -n 1 live.out | jq .size)" ]
}

@test "a mirror that follows ends when the log is another one, or the vault is locked" {
  follow live
  sum=$(fingerprint live)
  stop_relay
  cp -a "$RELAY_DIR" older
  start_relay
  as olivia send --to dr.lee "taken back later" >/dev/null
  wait_for "the update" 60 followed live "$(log_size)"
  sum=$(fingerprint live)
  stop_relay
  mv "$RELAY_DIR" newer && cp -a older "$RELAY_DIR"
  start_relay
  ends_with 7
  [ "$(fingerprint live)" = "$sum" ]
  stop_relay
  rm -rf "$RELAY_DIR" && mv newer "$RELAY_DIR"
  start_relay
  follow live
  as aud lock
  ends_with 4
  contains "$(cat live.err)" "the vault was locked"
  unlock aud
}

@test "on a terminal it says how far it is" {
  needs_strace
  command -v script >/dev/null || skip "no script(1)"
  # Each file takes a while: nothing is shown of what is done at once.
  run env -u NO_COLOR SEALPOST_HOME="$ORG_DIR/aud" ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" \
    script -qec "strace -f -o trace -e trace=rename \
    -e inject=rename:delay_enter=1500000 $SEALPOST audit mirror shown" /dev/null
  contains "$output" "mirroring"
  contains "$output" "events"
  [ "$(root_of shown)" = "$(size shown)" ]
}

@test "a receipt holds against the mirror, and says so" {
  as aud audit mirror mirror >/dev/null
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o m.receipt
  as aud audit mirror mirror >/dev/null
  expect_exit 0 laptop receipt verify m.receipt --root "$ROOT" --mirror mirror --json
  json '.verified and .not_checked == []'
  json '.checked == ["signatures","certificates","inclusion","order","revocation","later-log","quorum"]'
  json '.mirror_size >= .log_size'
  expect_exit 0 laptop receipt verify m.receipt --root "$ROOT" --mirror mirror
  contains "$output" "revocation:     checked, in a mirror of"
}

@test "a receipt that is newer than the mirror asks for an update" {
  as olivia send --to dr.lee news >/dev/null
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o m.receipt
  expect_exit 7 laptop receipt verify m.receipt --root "$ROOT" --mirror mirror
  contains "$errors" "sealpost audit mirror mirror"
  lacks "$errors" "ask for it again"
}

@test "a mirror that was tampered with proves nothing" {
  as aud audit mirror mirror >/dev/null
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o m.receipt
  as aud audit mirror mirror >/dev/null
  expect_exit 0 laptop receipt verify m.receipt --root "$ROOT" --mirror mirror
  files=$(cd mirror && find . -type f ! -name .lock)
  [ "$(wc -l <<<"$files")" -ge 5 ]
  for file in $files; do
    cp -a mirror bent
    flip "bent/$file" $(($(stat -c %s "bent/$file") / 2))
    status=0
    laptop receipt verify m.receipt --root "$ROOT" --mirror bent >/dev/null 2>&1 || status=$?
    [ "$status" = 7 ] || [ "$file" = ./sealpost-mirror ]
    rm -rf bent/"$file"
    never laptop receipt verify m.receipt --root "$ROOT" --mirror bent
    rm -rf bent
  done
  expect_exit 2 laptop receipt verify m.receipt --root "$ROOT" --mirror .
}

@test "a pipe in the place of any file of a mirror holds nobody up" {
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o m.receipt
  as aud audit mirror mirror >/dev/null
  for file in $(cd mirror && find . -type f ! -name .lock); do
    cp -a mirror bent
    rm "bent/$file" && mkfifo "bent/$file"
    for command in "receipt verify m.receipt --root $ROOT --mirror bent" "audit mirror bent"; do
      status=0
      # shellcheck disable=SC2086
      SEALPOST_HOME=$ORG_DIR/aud timeout 20 "$SEALPOST" $command >out 2>&1 || status=$?
      [[ $status == 2 || $status == 7 ]] || { echo "$status: $file: $command" >&2 && return 1; }
    done
    rm -r bent
  done
}

@test "a mirror of another organisation is told apart" {
  as olivia receipt export "$(cat "$ORG_DIR/first")" -o m.receipt
  sed -i 's/^root: .*/root: county.example+251fe40c+AXulT8VsKNuWxDGaisMXxfZc6opvIjdI2Fg/' \
    mirror/sealpost-mirror
  expect_exit 7 laptop receipt verify m.receipt --root "$ROOT" --mirror mirror
  contains "$errors" "another organisation"
  expect_exit 9 as aud audit mirror mirror
}
