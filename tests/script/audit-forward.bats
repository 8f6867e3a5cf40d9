# sealpost audit forward: the log to a collector, once each and in order, whoever is away.
load support

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as olivia send --to dr.lee first >/dev/null
  as dr.lee inbox >/dev/null
  certificate "$ORG_DIR/siem" 127.0.0.1
  certificate "$ORG_DIR/other" 127.0.0.1
  certificate "$ORG_DIR/named" siem.example
}
teardown_file() { stop_org; }

# certificate NAME ADDRESS: NAME.crt and NAME.key, which vouches for itself.
certificate() {
  local name="DNS:$2"
  [[ $2 != 127.* ]] || name="IP:$2"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.crt" -days 3650 \
    -subj "/CN=$2" -addext "subjectAltName=$name" 2>/dev/null
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  SIEM=
  PORT=
}
teardown() {
  stop_siem
  [ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
}

# start_siem [OPTIONS...]: a collector that writes to ./got; its address is in $TO. After another one
# of the same test it has the same.
start_siem() {
  PORT=${PORT:-$(free_port)}
  TO=tls://127.0.0.1:$PORT
  : >ready
  python3 "$BATS_TEST_DIRNAME/../support/siem.py" "${CRT:-$ORG_DIR/siem.crt}" \
    "${KEY:-$ORG_DIR/siem.key}" got "$PORT" "$@" >ready 2>siem.err 3>&- &
  SIEM=$!
  wait_for "the collector" 30 [ -s ready ]
}
stop_siem() {
  [ -z "$SIEM" ] || kill -KILL "$SIEM" 2>/dev/null || true
  [ -z "$SIEM" ] || wait "$SIEM" 2>/dev/null || true
  SIEM=
}

# shellcheck disable=SC2120
forward() { as aud audit forward --to "$TO" --ca "$ORG_DIR/siem.crt" --spool spool "$@"; }
# The same in the background, its number in $pid.
start_forward() {
  SEALPOST_HOME=$ORG_DIR/aud "$SEALPOST" audit forward --to "$TO" --ca "$ORG_DIR/siem.crt" \
    --spool spool >/dev/null 2>err </dev/null 3>&- &
  pid=$!
}
# The indexes that have arrived, in their order, each once.
indexes() { grep -o 'index="[0-9]*"' got | tr -dc '0-9\n' | uniq; }
count() { indexes | wc -l; }
# complete FILE: the indexes from 0 on, none missing.
complete() { [ "$(sort -nu)" = "$(seq 0 "$1")" ]; }

@test "all of the log arrives, in order, as RFC 5424 over RFC 5425" {
  start_siem
  expect_exit 0 forward --once --json
  json '.type == "audit-forward" and .count == .next and .next > 5'
  last=$(($(field .next) - 1))
  [ "$(indexes)" = "$(seq 0 $last)" ]
  [ "$(grep -c '^<85>1 20[0-9-]*T[0-9:]*Z mercy.example sealpost - [a-z.-]* \[sealpost@32473 ' got)" = "$((last + 1))" ]
  # Again: only what is new.
  as olivia send --to dr.lee second >/dev/null
  expect_exit 0 forward --once --json
  json '.count >= 1'
  [ "$(indexes)" = "$(seq 0 $(($(field .next) - 1)))" ]
}

@test "CEF, for collectors that read it" {
  start_siem
  expect_exit 0 forward --once --format cef
  grep -q '^<85>1 .* mercy.example sealpost - message.send - CEF:0|sealpost|sealpost|' got
  expect_exit 2 forward --once --format xml
}

@test "what comes is forwarded as it comes, and forwarding is one query" {
  start_siem
  before=$(as aud audit query --event audit.query --json | wc -l)
  start_forward
  wait_for "what is there" 30 eval '[ -s got ]'
  as olivia send --to dr.lee "while forwarded" >"sent"
  wait_for "the new one" 60 grep -q "$(cat sent)" got
  sleep 3  # several looks
  kill -INT "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" = 130 ]
  after=$(as aud audit query --event audit.query --json | wc -l)
  [ "$after" = $((before + 2)) ]
  # What it said to have forwarded is not sent again.
  n=$(wc -l <got)
  expect_exit 0 forward --once
  indexes | complete "$(($(indexes | sort -n | tail -1)))"
  [ "$(wc -l <got)" -ge "$n" ]
}

@test "a collector that is not there is waited for, and nothing is lost" {
  start_siem
  stop_siem
  start_forward
  wait_for "the remark" 60 grep -q "cannot be reached" err
  as olivia send --to dr.lee "while away" >sent
  start_siem
  wait_for "all of it" 90 grep -qs "$(cat sent)" got
  kill -INT "$pid"
  wait "$pid" || true
  indexes | complete "$(indexes | sort -n | tail -1)"
}

@test "a collector that dies in the middle gets the rest, and what is doubtful again" {
  start_siem --die-after 3
  start_forward
  wait_for "its end" 60 eval '! kill -0 $SIEM 2>/dev/null'
  start_siem
  wait_for "the beginning" 90 eval '[ "$(count)" -gt 5 ]'
  as olivia send --to dr.lee "after the fall" >sent
  wait_for "the end" 90 grep -q "$(cat sent)" got
  kill -INT "$pid"
  wait "$pid" || true
  indexes | complete "$(indexes | sort -n | tail -1)"
}

@test "killed and started again, it goes on, and loses nothing" {
  start_siem
  for round in 1 2 3; do
    start_forward
    as olivia send --to dr.lee "round $round" >sent
    wait_for "it" 60 grep -qs "$(cat sent)" got
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
  done
  expect_exit 0 forward --once
  indexes | complete "$(indexes | sort -n | tail -1)"
}

@test "a certificate that nobody vouches for, or of another name, gets nothing" {
  CRT=$ORG_DIR/other.crt KEY=$ORG_DIR/other.key start_siem
  expect_exit 7 forward --once
  contains "$errors" "--ca"
  stop_siem
  CRT=$ORG_DIR/named.crt KEY=$ORG_DIR/named.key start_siem
  expect_exit 7 as aud audit forward --to "$TO" --ca "$ORG_DIR/named.crt" --spool spool --once
  stop_siem
  start_siem
  expect_exit 7 as aud audit forward --to "$TO" --spool spool --once
  [ ! -s got ]
}

@test "wrong addresses, another collector's spool, two at once, and who may not" {
  for to in siem.example:6514 http://siem.example tls:// tls://a:b tls://a:0 tls://a/path ""; do
    expect_exit 2 as aud audit forward --to "$to" --spool spool --once
  done
  start_siem
  expect_exit 0 forward --once
  expect_exit 9 as aud audit forward --to tls://127.0.0.1:1 --spool spool --once
  exec 8>spool/.lock
  flock -n 8
  expect_exit 9 forward --once
  exec 8>&-
  expect_exit 5 as dr.lee audit forward --to "$TO" --ca "$ORG_DIR/siem.crt" --spool mine --once
}

@test "a log that is not the one forwarded so far is refused" {
  start_siem
  expect_exit 0 forward --once
  sed -i "s/^mark: .*/mark: $(printf 'ab%.0s' {1..32})/" spool/cursor
  expect_exit 7 forward --once
  echo nonsense >spool/cursor
  expect_exit 2 forward --once
}

# relay_forwards TO: the relay's own forwarder, from relay.toml.
relay_forwards() {
  stop_relay
  printf '\n[forward]\nto = "%s"\nca = "%s"\n' "$1" "$ORG_DIR/siem.crt" >>"$RELAY_DIR/relay.toml"
  start_relay
}
relay_forwards_no_more() {
  stop_relay
  sed -i '/^\[forward\]/,$d' "$RELAY_DIR/relay.toml"
  rm -rf "$RELAY_DIR/forward"
  start_relay
}

@test "the relay forwards its log by itself, and goes on where it stopped" {
  start_siem
  relay_forwards "$TO"
  as olivia send --to dr.lee "by the relay" >sent
  wait_for "it" 60 grep -qs "$(cat sent)" got
  stop_relay
  start_relay
  as olivia send --to dr.lee "after a restart" >sent
  wait_for "it" 60 grep -q "$(cat sent)" got
  relay_forwards_no_more
  indexes | complete "$(indexes | sort -n | tail -1)"
}

@test "a collector that takes nothing does not hold the relay up, and loses nothing" {
  start_siem --stall
  relay_forwards "$TO"
  for i in $(seq 30); do
    as olivia send --to dr.lee "while stuck $i" >sent
  done
  [ "$(curl -sk -o /dev/null -w '%{http_code}' "$RELAY_URL/readyz")" = 200 ]
  stop_siem
  start_siem
  wait_for "the last one" 120 grep -qs "$(cat sent)" got
  relay_forwards_no_more
  indexes | complete "$(indexes | sort -n | tail -1)"
}

# not_served LINES...: a relay with these in its settings does not start.
not_served() {
  cp "$RELAY_DIR/relay.toml" kept
  { echo && echo "[forward]" && printf '%s\n' "$@"; } >>"$RELAY_DIR/relay.toml"
  expect_exit 2 "$SEALPOST" relay serve --dir "$RELAY_DIR"
  cp kept "$RELAY_DIR/relay.toml"
}

@test "a relay whose forwarder is configured wrongly does not start" {
  stop_relay
  not_served 'to = "http://x"'
  not_served 'to = "tls://x"' 'colour = "red"'
  not_served 'ca = "x"'
  not_served 'to = "tls://x"' 'format = "xml"'
  start_relay
}
