# Transparency logs cross both ways: a verifier written from the C2SP specifications alone, and a
# writer of logs that knows nothing of sealpost, agree with it on honest logs and on forged ones.
# shellcheck disable=SC2154
load ../script/support

TOOLS=$BATS_TEST_DIRNAME

# A small log with all that happens in one, a mirror of it, and its keys.
setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as olivia send --to dr.lee first >/dev/null
  as dr.lee inbox >/dev/null
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
  ROOT=$(as olivia org show --json | jq -er .root)
  LOG=$("$SEALPOST" inspect "$ORG_DIR"/mirror/trust/* --json | jq -er .log)
  export ROOT LOG
}
teardown_file() { stop_org; }
setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

theirs() { "$TOOLS/verify_log.py" "$@"; }
ours() { "$SEALPOST" audit verify "$@"; }

# agree WHAT PATH VKEY [OUR OPTIONS...]: both say that it holds, or both that it does not.
agree() {
  local what=$1 path=$2 vkey=$3 says=0 said=0
  shift 3
  theirs "$what" "$path" "$vkey" >theirs.out || says=$?
  ours "$path" "$@" >ours.out 2>&1 || said=$?
  if ((says == 0 && said == 0)) || ((says == 1 && (said == 7 || said == 2))); then return; fi
  echo "theirs $says: $(cat theirs.out); ours $said: $(cat ours.out)" >&2
  return 1
}

@test "a foreign log of any size holds with its key, also for the other verifier" {
  local size
  for size in 1 2 255 256 257 511 70000; do
    key=$("$TOOLS/make_log.py" new "log$size" "$size")
    theirs tiles "log$size" "$key"
    expect_exit 0 ours "log$size" --key "$key" --json
    json '.verified and .entries and .size == $n and .first_entry == 0' --argjson n "$size"
    json '.copy == "tiles" and .origin == "log.example/other"'
  done
}

@test "each change that leaves a foreign log whole leaves it whole for both" {
  key=$("$TOOLS/make_log.py" new log 700)
  while read -r variant; do
    rm -rf bent && cp -r log bent
    "$TOOLS/make_log.py" forge bent "$variant"
    theirs tiles bent "$key"
    expect_exit 0 ours bent --key "$key"
  done < <("$TOOLS/make_log.py" variants)
}

@test "each forgery of a foreign log is refused by both" {
  key=$("$TOOLS/make_log.py" new log 700)
  count=0
  while read -r forgery; do
    rm -rf bent && cp -r log bent
    "$TOOLS/make_log.py" forge bent "$forgery"
    never theirs tiles bent "$key"
    if [[ $forgery == "no checkpoint" ]]; then
      expect_exit 2 ours bent --key "$key"
    else
      expect_exit 7 ours bent --key "$key" --json
      json '.verified == false and (.reason | length) > 10'
    fi
    count=$((count + 1))
  done < <("$TOOLS/make_log.py" forgeries)
  ((count > 20))
}

@test "a mirror is a log that the other verifier can read; both see each bit that changes" {
  cp -r "$ORG_DIR/mirror" mirror
  theirs tiles mirror "$LOG"
  expect_exit 0 ours mirror --root "$ROOT"
  expect_exit 0 ours mirror --key "$LOG"
  for file in $(cd mirror && find checkpoint tile -type f); do
    for at in 0 $(($(stat -c %s "mirror/$file") / 2)); do
      rm -rf bent && cp -r mirror bent
      flip "bent/$file" "$at"
      agree tiles bent "$LOG" --key "$LOG"
      agree tiles bent "$LOG" --root "$ROOT"
      expect_exit 7 ours bent --root "$ROOT"
    done
  done
}

@test "a proof holds for both; both see each line that is changed" {
  cp -r "$ORG_DIR/mirror" mirror
  size=$(sed -n 2p mirror/checkpoint)
  for index in 0 3 $((size - 1)); do
    rm -f e.tlog-proof
    as aud audit prove "$index" -o e.tlog-proof
    theirs proof e.tlog-proof "$LOG"
    expect_exit 0 ours e.tlog-proof --root "$ROOT"
    expect_exit 0 ours e.tlog-proof --key "$LOG"
  done
  lines=$(wc -l <e.tlog-proof)
  for ((line = 1; line <= lines; line++)); do
    # The second line is the extra data, whose trust chain only one of the two looks at.
    ((line == 2)) || { sed "${line}s/[A-Za-z0-9]/x/" e.tlog-proof >bent; agree proof bent "$LOG" --root "$ROOT"; }
    sed "${line}d" e.tlog-proof >bent
    agree proof bent "$LOG" --root "$ROOT"
    sed "${line}p" e.tlog-proof >bent
    agree proof bent "$LOG" --root "$ROOT"
  done
}
