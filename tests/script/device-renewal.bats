# A certificate renews itself while its device is in use, and only then.
load support

setup_file() {
  needs_faketime
  start_org olivia dr.lee
  stop_relay
  # Every program of the file lives so many days later.
  export SEALPOST=$ORG_DIR/later
  days 0
}
teardown_file() { stop_org; }

# days N: N days after everybody has joined.
days() {
  if [[ -f $ORG_DIR/relay.pid ]]; then stop_relay; fi
  by_clock "$ORG_DIR/later" "FAKETIME=+${1}d"
  start_relay
}
number() { as "$1" device show --json | jq .certificate; }

@test "in the first two thirds of its life a certificate stays" {
  days 240
  expect_exit 0 as dr.lee inbox
  [ "$(number dr.lee)" = 0 ]
}

@test "then the next contact with the relay renews it, once, with the same key, and the log has it" {
  days 250
  before=$(as dr.lee device show --json | jq -r .key)
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee inbox
  lacks "$errors" notice
  expect_exit 0 as dr.lee device show --json
  json '.certificate == 1 and .key == $key' --arg key "$before"
  expect_exit 0 as olivia audit query --event device.renew --json
  json_lines '[.[] | select(.objects == ["mercy.example/dr.lee/laptop"])] | length == 1'
}

@test "so a device in use goes on beyond its first certificate, and one that was not ends" {
  days 400
  expect_exit 0 as dr.lee inbox
  expect_exit 0 as dr.lee device list --json
  json_lines 'all(.state == "active")'
}
