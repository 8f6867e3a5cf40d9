# A relay whose store is taken away under it: deleted, moved, replaced by another file. It notices at
# the next event, acknowledges nothing, and says so.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

_readyz() { [[ $(curl -sk -o "$T/readyz" -w '%{http_code}' "$RELAY_URL/readyz") == "$1" ]]; }
send_one() { as olivia send --to dr.lee --key "$1" text; }

# gone_is_noticed FILE: what every way to lose it leads to.
gone_is_noticed() {
  EVENT=$((${EVENT:-0} + 1))
  wait_for "the relay to notice" 20 _readyz 503
  contains "$(<"$T/readyz")" "was removed or replaced while the relay runs"
  expect_exit 75 send_one "$BATS_TEST_NUMBER $EVENT"
  [ "$(curl -sk "$RELAY_URL/livez")" = alive ]
  tail -n 20 "$ORG_DIR/relay.log" | grep -q "$1 was removed or replaced"
}
back_is_noticed() {
  wait_for "the relay to be ready" 20 _readyz 200
  expect_exit 0 send_one "$BATS_TEST_NUMBER $EVENT"
  expect_exit 0 as olivia audit verify
}

@test "moved away, and put back: nothing is acknowledged meanwhile, and no restart is needed" {
  for file in relay.db relay.db-wal; do
    mv "$RELAY_DIR/$file" away
    gone_is_noticed "$file"
    mv away "$RELAY_DIR/$file"
    back_is_noticed "$file"
  done
}

@test "replaced by a copy of itself: the copy is another file" {
  mv "$RELAY_DIR/relay.db" away
  cp away "$RELAY_DIR/relay.db"
  gone_is_noticed relay.db
  mv away "$RELAY_DIR/relay.db"
  back_is_noticed "the copy"
}

@test "deleted: what the relay holds open can still be saved" {
  ln "$RELAY_DIR/relay.db" kept && ln "$RELAY_DIR/relay.db-wal" kept-wal
  rm "$RELAY_DIR/relay.db"
  gone_is_noticed relay.db
  ln kept "$RELAY_DIR/relay.db"
  back_is_noticed "the deleted one"
  stop_relay
  "$SEALPOST" relay fsck --dir "$RELAY_DIR"
  start_relay
}
