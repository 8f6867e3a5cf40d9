# A relay's operator who rewrites the audit log, in every way that leaves it consistent in itself, and
# signs what comes of it: caught by who saw the log before, by a mirror in the hands of somebody who
# did not, and by a witness.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  # What a vault knows that was not there for the rest.
  as aud audit verify --json | jq -er .size >"$ORG_DIR/known"
  cp "$(vault_of aud)" "$ORG_DIR/early.db"
  for text in one two three; do as olivia send --to dr.lee "$text" >/dev/null; done
  as dr.lee inbox >/dev/null
  as aud audit mirror "$ORG_DIR/mirror" >/dev/null
  cp "$(vault_of aud)" "$ORG_DIR/late.db"
  as olivia audit verify >/dev/null
  ROOT=$(as olivia org show --json | jq -er .root)
  LOG=$("$SEALPOST" inspect "$ORG_DIR"/mirror/trust/* --json | jq -er .log)
  export ROOT LOG
  env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" audit witness "$ORG_DIR/witness" --serve 127.0.0.1:0 \
    --log "$LOG" --name w.example --json >"$ORG_DIR/witness.out" 2>"$ORG_DIR/witness.err" </dev/null 3>&- &
  echo $! >"$ORG_DIR/witness.pid"
  wait_for "the witness" 30 test -s "$ORG_DIR/witness.out"
  WITNESS_URL=$(head -n 1 "$ORG_DIR/witness.out" | jq -er .url)
  WITNESS=$(head -n 1 "$ORG_DIR/witness.out" | jq -er .witness)
  export WITNESS_URL WITNESS
  start_liar
}
setup() {
  fresh_home
  cp -a "$ORG_DIR/mirror" mirror
  size=$(sed -n 2p mirror/checkpoint)
  known=$(cat "$ORG_DIR/known")
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() {
  stop_liar
  kill "$(cat "$ORG_DIR/witness.pid")" 2>/dev/null || true
  stop_org
}

operator() { "$SUPPORT/ask_witness" "$RELAY_DIR" "$WITNESS_URL" "$@"; }
seen_by_witness() {
  jq -s '[.[] | select(.type == "witness-notice" and .status == 200) | .size] | max // 0' \
    "$ORG_DIR/witness.out"
}
# A vault that knows only how the log began: nothing but the mirror can tell.
with_early_vault() {
  as aud lock >/dev/null
  put_vault aud "$ORG_DIR/early.db"
  unlock aud
}
with_late_vault() {
  as aud lock >/dev/null
  put_vault aud "$ORG_DIR/late.db"
  unlock aud
}

@test "truncated, edited, reordered, with an event less or more, forked: whoever saw more refuses" {
  for how in truncated edited dropped reordered inserted forked; do
    at=$((size - 3))
    lie rewrite_log how="$how" at="$at"
    caught 7 "" as aud audit verify
    truth
    lie rewrite_log how="$how" at="$at"
    expect_exit 7 as olivia send --to dr.lee "not on this log"
    truth
  done
  expect_exit 0 as aud audit verify
}

@test "the same to a mirror, in the hands of a vault that knows nothing of it" {
  cp -a mirror before
  with_early_vault
  for how in truncated edited dropped reordered inserted forked; do
    at=$((size - 3))
    ((at >= known))
    lie rewrite_log how="$how" at="$at"
    expect_exit 7 as aud audit mirror mirror
    [[ $errors =~ "does not extend"|"the mirror" ]]
    truth
    diff -r before mirror
    # The vault took in what it was shown; it is put back.
    with_early_vault
  done
  with_late_vault
  expect_exit 0 as aud audit mirror mirror
}

@test "the same to a witness: not cosigned, and what was signed is kept" {
  [ "$(operator 0 honest 0)" = 200 ]
  seen=$(seen_by_witness)
  ((seen >= size))
  as olivia send --to dr.lee "so that the log goes on" >/dev/null
  for how in edited dropped reordered inserted forked; do
    status=$(operator "$seen" "$how" $((size - 3)))
    [[ $status == 409 || $status == 422 ]] || { echo "$how: $status" >&2 && return 1; }
  done
  [ "$(operator "$seen" truncated $((size - 3)))" = 400 ]
  [ "$(operator $((size - 3)) truncated $((size - 3)))" = 409 ]
  [ "$(operator "$seen" resigned 0)" = 403 ]
  [ "$(seen_by_witness)" = "$seen" ]
  [ "$(find "$ORG_DIR/witness/witness/evidence" -name '*.txt' | wc -l)" -ge 4 ]
  [ "$(operator "$seen" honest 0)" = 200 ]
}

@test "signed again, by another key or as another log" {
  for by in "another key" "another log"; do
    lie resign by="$by"
    expect_exit 7 as aud audit verify
    truth
    lie resign by="$by"
    expect_exit 7 as aud audit mirror mirror
    truth
  done
}

@test "entries that are not those of the tree" {
  for how in edited reordered inserted; do
    lie rewrite_entries how="$how" at=$((size - 3))
    expect_exit 7 as aud audit verify
    truth
    lie rewrite_entries how="$how" at=$((size - 3))
    expect_exit 7 as aud audit mirror fresh
    [ ! -e fresh/checkpoint ]
    index=$((size - 3))
    [ "$how" != inserted ] || index=$((size - 2))  # what is inserted comes before it
    expect_exit 7 as aud audit prove "$index" -o none.tlog-proof
    [ ! -e none.tlog-proof ]
    truth
    rm -rf fresh
  done
  expect_exit 0 as aud audit mirror fresh
}

@test "cosignatures that witnesses never gave: nothing counts as logged" {
  stop_relay
  printf '\n[[witness]]\nurl = "%s"\nkey = "%s"\n' "$WITNESS_URL" "$WITNESS" >>"$RELAY_DIR/relay.toml"
  start_relay
  as olivia policy set witnesses "$WITNESS" >/dev/null
  as olivia policy set witness-quorum 1 >/dev/null
  id=$(as olivia send --to dr.lee "watched")
  logged() { as olivia receipt verify "$id" >/dev/null 2>&1; }
  wait_for "the cosignature" 30 logged
  for how in nothing stranger "old line" fork; do
    lie forge_cosigned how="$how" witness=w.example
    expect_exit 7 as olivia receipt verify "$id"
    truth
    lie forge_cosigned how="$how" witness=w.example
    expect_exit 7 as olivia audit verify
    truth
  done
  expect_exit 0 as olivia receipt verify "$id"
  as olivia policy set witness-quorum none >/dev/null
}
