# The register's streams: who gets their keys, and what a relay that lies about them is told.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  as olivia contact list >/dev/null
  as dr.lee inbox >/dev/null
  start_liar
}
teardown_file() { stop_liar && stop_org; }
teardown() { rm -f "$LIES/lie"; }

events() { as olivia audit query --event "$1" --json; }
epoch() { events register.append | jq -rs '[.[] | select(.objects == ["people"])] | last | .details.epoch'; }

@test "a newcomer waits for the key, gets it with the next contact of another device, and reads all" {
  as olivia contact add first-one >/dev/null
  as olivia member invite nurse.kim --role member --json | jq -er .invitation >invited
  expect_exit 0 as nurse.kim join invited --device laptop --passphrase-file "$PASSFILE"
  contains "$errors" "register: it comes with the next contact"
  contains "$errors" "mercy.example/dr.lee/laptop"
  unlock nurse.kim
  as olivia inbox >/dev/null
  expect_exit 0 as nurse.kim contact list
  contains "$output" first-one
  events register.grant | jq -es 'any(.objects == ["people", "mercy.example/nurse.kim/laptop"])'
}

@test "a service gets the key only while the policy gives it a purpose, an auditor never" {
  add_member robot service --purpose billing
  add_member idle service --purpose test-results
  add_member aud auditor
  as olivia policy set purpose.test-results owner,admin,member >/dev/null
  as olivia inbox >/dev/null
  as robot contact list >/dev/null 2>&1 || as olivia contact list >/dev/null
  expect_exit 0 as robot contact list
  contains "$output" first-one
  expect_exit 5 as robot contact add by-robot
  expect_exit 5 as idle contact list
  expect_exit 5 as aud contact list
  events register.grant | jq -es 'all(.objects[1] | contains("aud") or contains("idle") | not)'
}

@test "when a member leaves, another key is in use from then on" {
  before=$(epoch)
  as olivia member revoke nurse.kim --yes >/dev/null
  as olivia contact add after-kim >/dev/null
  (($(epoch) == before + 1))
  expect_exit 0 as dr.lee contact list
  contains "$output" after-kim
  # Nobody begins yet another one.
  as dr.lee contact add by-lee >/dev/null
  as olivia contact list >/dev/null
  (($(epoch) == before + 1))
}

@test "two devices that write at once lose nothing" {
  for who in olivia dr.lee; do
    for n in 1 2 3; do as $who contact add "at-once-${who%%.*}-$n" >/dev/null & done
  done
  wait
  for who in olivia dr.lee; do
    expect_exit 0 as $who contact list --json
    json_lines '[.[] | select(.alias | startswith("at-once-"))] | length == 6'
  done
}

@test "a register that became shorter is refused" {
  as olivia contact add last-but-one >/dev/null
  as dr.lee contact list >/dev/null
  lie register_back by=1
  caught 7 "entries, this vault has read" as dr.lee contact list
  truth
  expect_exit 0 as dr.lee contact list
}

@test "entries that are left out, swapped or altered are refused, and nothing of them is stored" {
  for what in register_gap register_swap register_alter; do
    as olivia contact add "x-${what#register_}-1" >/dev/null
    as olivia contact add "x-${what#register_}-2" >/dev/null
    lie $what
    expect_exit 7 as dr.lee contact list
    plain_screen
    truth
    expect_exit 0 as dr.lee contact list --offline
    lacks "$output" "x-${what#register_}-2"
    expect_exit 0 as dr.lee contact list
    contains "$output" "x-${what#register_}-2"
  done
}

@test "contacts' keys that were exchanged are refused" {
  printf 'id\nk-one\nk-two\n' >two.csv
  as olivia contact import two.csv >/dev/null
  lie register_keys
  caught 7 "is not as it was wrapped" as dr.lee contact list
  truth
  expect_exit 0 as dr.lee contact list
}

@test "killed while it writes: an entry is there as a whole or not at all, and the same again is safe" {
  seq -f 'k-%04g' 1 1500 | sed '1i id' >many.csv
  for delay in 0.05 0.15 0.3 0.6; do
    SEALPOST_HOME=$ORG_DIR/olivia timeout -s KILL "$delay" "$SEALPOST" contact import many.csv >/dev/null 2>&1 || true
  done
  expect_exit 0 as olivia contact import many.csv
  expect_exit 0 as olivia contact import many.csv --json
  json '.added == 0 and .same == 1500'
  expect_exit 0 as dr.lee contact list --json
  json_lines '[.[] | select(.alias | startswith("k-0") or startswith("k-1"))] | length == 1500'
}
