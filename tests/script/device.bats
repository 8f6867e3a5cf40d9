# sealpost device: what the trust chain says of devices, and ending them.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "list shows one's own devices, or those of a member" {
  expect_exit 0 as dr.lee device list --json
  json_lines 'length == 1 and .[0].device == "mercy.example/dr.lee/laptop" and .[0].this'
  expect_exit 0 as dr.lee device list olivia --json
  json_lines 'all(.user == "olivia" and .role == "owner" and .state == "active" and (.this | not))'
  expect_exit 0 as dr.lee device list
  contains "$output" "this one"
}

@test "show says who invited a device and how long its certificate lasts" {
  expect_exit 0 as dr.lee device show --json
  json '.type == "device" and .certificate == 0 and .state == "active"
    and (.device as $d | .key | startswith($d + "+"))'
  [[ $(field .invited_by) == mercy.example/olivia/* ]]
  for name in laptop dr.lee/laptop mercy.example/dr.lee/laptop; do
    expect_exit 0 as dr.lee device show "$name"
    contains "$output" "mercy.example/dr.lee/laptop"
    contains "$output" "number 0, from"
  done
}

@test "names that are none, and devices that are not there" {
  expect_exit 2 as dr.lee device show 'a b'
  expect_exit 2 as dr.lee device show a/b/c/d
  expect_exit 3 as dr.lee device show phone
  expect_exit 3 as dr.lee device list nobody
  expect_exit 2 as dr.lee device list 'no body'
}

@test "what is shown says when it may be old" {
  stop_relay
  expect_exit 0 as dr.lee device list
  contains "$errors" "may be old"
  start_relay
}
