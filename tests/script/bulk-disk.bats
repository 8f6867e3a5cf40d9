# A bulk job on a disk that fills up, here or at the relay: it ends with status 10 and says so, and
# the same command later sends exactly the rest.
load support
load faults

setup_file() {
  start_org olivia dr.lee
  stop_relay
  as olivia lock >/dev/null
  for place in "$ORG_DIR/olivia" "$RELAY_DIR"; do
    mv "$place" "$ORG_DIR/moved"
    mkdir -m 700 "$place"
    # Without the right to mount there is nothing to test, and each test says so.
    mount -t tmpfs -o size=96m,mode=700 none "$place" 2>/dev/null || true
    cp -a "$ORG_DIR/moved/." "$place"
    rm -rf "$ORG_DIR/moved"
  done
  start_relay
  unlock olivia
}
teardown_file() {
  stop_org
  umount "$ORG_DIR/olivia" "$RELAY_DIR" 2>/dev/null || true
}
setup() {
  fresh_home
  needs_root "a small disk has to be mounted"
  mountpoint -q "$RELAY_DIR" || skip "may not mount a small disk here"
  rm -f "$RELAY_DIR/junk" "$ORG_DIR/olivia/junk"
}

# fill PLACE LEFT: so that LEFT bytes are free.
fill() {
  local free
  free=$(df --output=avail -B1 "$1" | tail -1)
  head -c $((free - $2)) /dev/zero >"$1/junk"
}
write_table() { # NAME ROWS
  (echo to,n && seq -f "dr.lee,$1-%.0f" "$2") >table.csv
  head -c 2000 /dev/zero | tr '\0' x >text
  echo '{n}' >>text
}
run_it() { as olivia bulk run table.csv --template text --purpose general --subject "$1 {n}"; }
received() {
  as dr.lee inbox --json | jq -r --arg s "$1 " 'select(.subject | startswith($s)).subject' | sort >got
  [ "$(wc -l <got)" = "$2" ]
  [ "$(uniq got | wc -l)" = "$2" ]
}
# full_at PLACE NAME: half way through the job the disk of PLACE has no room left.
full_at() {
  write_table "$2" 1200
  fill "$1" 1500000
  expect_exit 10 run_it "$2"
  contains "$errors" "disk is full"
  contains "$errors" "sealpost bulk resume"
  lacks "$errors" "internal"
  rm "$1/junk"
  expect_exit 0 run_it "$2"
  contains "$output" "1200 sent, 0 refused, 0 failed"
  received "$2" 1200
}

@test "the disk of the vault fills up in the middle of a job" { full_at "$ORG_DIR/olivia" Here; }

@test "the disk of the relay fills up in the middle of a job" { full_at "$RELAY_DIR" There; }

@test "no room even for the table: nothing is begun, and it goes when there is room" {
  write_table None 3000
  fill "$ORG_DIR/olivia" 40000
  expect_exit 10 run_it None
  rm "$ORG_DIR/olivia/junk"
  expect_exit 0 as olivia bulk list --json
  [ "$(jq -s 'map(select(.rows == 3000)) | length' <<<"$output")" = 0 ]
  write_table None 20
  expect_exit 0 run_it None
  received None 20
}
