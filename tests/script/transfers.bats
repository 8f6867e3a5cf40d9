# Transfers that break: send and read go on where they stopped.
# shellcheck disable=SC2154
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

readonly MIB=1048576
readonly PARTS=6 # of a file of 40 MiB

big() { head -c $((40 * MIB)) /dev/urandom >"$1"; }

# send_slowly KEY FILE: in the background; its pid is in $sender.
send_slowly() {
  SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to dr.lee --key "$1" --file "$2" \
    --bwlimit 8M >send.out 2>send.err 3>&- &
  sender=$!
}
# read_slowly ID RATE: in the background, into the folder out; its pid is in $reader.
read_slowly() {
  mkdir -p out
  SEALPOST_HOME=$ORG_DIR/dr.lee "$SEALPOST" read "$1" --save out --bwlimit "$2" \
    >read.out 2>read.err 3>&- &
  reader=$!
}
# ended PID: waits for it; its exit status is in $status.
ended() {
  status=0
  wait "$1" || status=$?
}

# stored: parts of unfinished blobs that the relay has noted.
stored() {
  /usr/bin/python3 - "$RELAY_DIR/relay.db" <<'PYTHON'
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=10)
print(db.execute("SELECT count(*) FROM parts p JOIN blobs b ON b.id = p.blob"
                 " WHERE NOT b.complete").fetchone()[0])
PYTHON
}
some_stored() { (($(stored) > 0)); }
# answered METHOD STATUS: requests about blobs that the running relay has answered so.
answered() {
  curl -skf "$RELAY_URL/metrics" -o metrics || return 1
  awk -v method="method=\"$1\"" -v status="status=\"$2\"" \
    '/^sealpost_requests_total/ && /blobs/ && index($0, method) && index($0, status) { n += $NF }
     END { print n + 0 }' metrics
}
size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }
holds() { (($(size_of "$1") >= $2)); }
is_beginning() { cmp -n "$(size_of "$1")" "$1" "$2"; }

# delivered FILE: sends it, and prints the id.
delivered() {
  as olivia send --to dr.lee --file "$1"
  as dr.lee inbox >/dev/null
}
# got ID FILE: dr.lee gets just that file.
got() {
  as dr.lee inbox >/dev/null
  as dr.lee read "$1" --attachment 1 -o - | cmp - "$2"
}

@test "a sender that is killed sends each part once in all, and the file arrives" {
  stop_relay && start_relay
  big scan
  send_slowly killed scan
  wait_for "a stored part" 60 some_stored
  kill -KILL "$sender"
  ended "$sender"
  ((status == 137))
  expect_exit 0 as olivia send --to dr.lee --key killed --file scan --json
  (($(answered PUT 200) == PARTS))
  got "$(field .id)" scan
}

@test "a sender that is interrupted says how to go on, and does" {
  stop_relay && start_relay
  big scan
  send_slowly interrupted scan
  wait_for "a stored part" 60 some_stored
  kill -INT "$sender"
  ended "$sender"
  ((status == 130))
  grep -q "outbox retry" send.err
  expect_exit 0 as olivia send --to dr.lee --key interrupted --file scan --json
  (($(answered PUT 200) == PARTS))
  got "$(field .id)" scan
}

@test "a relay that is killed and comes back gets the parts that it does not have" {
  big scan
  send_slowly restarted scan
  wait_for "a stored part" 60 some_stored
  kill_relay
  before=$(stored)
  ((before > 0))
  start_relay
  ended "$sender"
  ((status == 0))
  (($(answered PUT 200) == PARTS - before))
  got "$(cat send.out)" scan
}

@test "a file that changed since is sent as it is now, from the beginning" {
  big scan
  send_slowly changed scan
  wait_for "a stored part" 60 some_stored
  kill -KILL "$sender"
  ended "$sender"
  stop_relay && start_relay
  flip scan 1000
  expect_exit 0 as olivia send --to dr.lee --key changed --file scan --json
  (($(answered PUT 200) == PARTS))
  got "$(field .id)" scan
}

@test "a reader that is killed goes on from what it has" {
  big scan
  id=$(delivered scan)
  read_slowly "$id" 8M
  wait_for "24 MiB" 60 holds out/scan.partial $((24 * MIB))
  kill -KILL "$reader"
  ended "$reader"
  [ ! -e out/scan ]
  is_beginning out/scan.partial scan
  stop_relay && start_relay
  expect_exit 0 as dr.lee read "$id" --save out --json
  json '.saved == ["out/scan"]'
  cmp out/scan scan
  [ ! -e out/scan.partial ]
  # Ranges of 4 MiB, 18 MiB at most, and the first leaf, to see what the .partial is, and again.
  asked=$(answered GET 206)
  ((asked >= 3 && asked <= 8))
}

@test "a reader that is interrupted leaves what was checked, and says so" {
  big scan
  id=$(delivered scan)
  read_slowly "$id" 8M
  wait_for "4 MiB" 60 holds out/scan.partial $((4 * MIB))
  kill -INT "$reader"
  ended "$reader"
  ((status == 130))
  grep -q scan.partial read.err
  is_beginning out/scan.partial scan
  # What is damaged meanwhile is fetched anew.
  flip out/scan.partial $((2 * MIB))
  expect_exit 0 as dr.lee read "$id" --save out
  cmp out/scan scan
}

@test "a reader outlasts a relay that is killed and comes back" {
  big scan
  id=$(delivered scan)
  read_slowly "$id" 8M
  wait_for "4 MiB" 60 holds out/scan.partial $((4 * MIB))
  kill_relay
  start_relay
  ended "$reader"
  ((status == 0))
  cmp out/scan scan
}

@test "of two readers of one file, the second is told so" {
  big scan
  id=$(delivered scan)
  read_slowly "$id" 1M
  wait_for "the first MiB" 60 holds out/scan.partial $((MIB / 2))
  expect_exit 9 as dr.lee read "$id" --save out
  contains "$errors" "another process"
  kill -KILL "$reader"
  ended "$reader"
  expect_exit 0 as dr.lee read "$id" --save out
  cmp out/scan scan
}

@test "what is saved already is not fetched again, and nobody else's .partial is touched" {
  head -c 3000000 /dev/urandom >scan
  id=$(delivered scan)
  mkdir out
  echo mine >out/scan.partial
  expect_exit 0 as dr.lee read "$id" --save out --json
  json '.saved == ["out/scan-2"]'
  expect_exit 0 as dr.lee read "$id" --save out --json
  json '.saved == ["out/scan-2"]'
  [ "$(cat out/scan.partial)" = mine ]
  [ "$(find out -type f | wc -l)" = 2 ]
}

@test "--bwlimit takes bytes per second with K, M or G, and nothing else" {
  echo x >small
  id=$(delivered small)
  local rate
  for rate in 500K 1.5M 1g 2048; do
    expect_exit 0 as olivia send --to dr.lee --bwlimit "$rate" --file small
    expect_exit 0 as dr.lee read "$id" --attachment 1 -o - --bwlimit "$rate"
  done
  for rate in fast 0 -1 100 5T 1.M M 20MB; do
    expect_exit 2 as olivia send --to dr.lee "--bwlimit=$rate" --file small
    expect_exit 2 as dr.lee read "$id" --attachment 1 -o - "--bwlimit=$rate"
  done
}

@test "client and relay use little memory for big files, known and unknown length" {
  measures_memory
  head -c 150000000 /dev/urandom >scan # what held half of it would show
  id=$(SEALPOST_HOME=$ORG_DIR/olivia /usr/bin/time -f %M -o peak "$SEALPOST" send --to dr.lee \
    --key memory --file scan)
  (($(tail -n 1 peak) < 65536))
  as dr.lee inbox >/dev/null
  mkdir out
  SEALPOST_HOME=$ORG_DIR/dr.lee /usr/bin/time -f %M -o peak "$SEALPOST" read "$id" --save out
  (($(tail -n 1 peak) < 65536))
  cmp scan out/scan
  SEALPOST_HOME=$ORG_DIR/olivia /usr/bin/time -f %M -o peak "$SEALPOST" send --to dr.lee \
    --file - --file-name pipe <scan >id
  (($(tail -n 1 peak) < 65536))
  (($(awk '/VmHWM/ { print $2 }' "/proc/$(relay_pid)/status") < 65536))
}
