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

@test "a key whose sender was revoked before it was fetched is no alarm, and comes from another" {
  add_member ada admin
  as olivia inbox >/dev/null
  as ada contact list >/dev/null
  as olivia member invite pat.roe --role member --json | jq -er .invitation >invited
  as pat.roe join invited --device laptop --passphrase-file "$PASSFILE" >/dev/null 2>&1
  unlock pat.roe
  as ada inbox >/dev/null
  events register.grant | jq -es 'last | .actor == "ada" and
    .objects == ["people", "mercy.example/pat.roe/laptop"]'
  as olivia member revoke ada --yes >/dev/null
  expect_exit 0 as pat.roe inbox
  never contains "$errors" "a device that may"
  as olivia inbox >/dev/null
  expect_exit 0 as pat.roe contact list
  contains "$output" first-one
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

@test "keys of contacts that are withheld are missed, every time, until they come" {
  as olivia contact add withheld --name Withheld >/dev/null
  as olivia consent grant withheld --purpose billing --channel post --method paper >/dev/null
  last=$(events register.append | jq -rs '[.[] | select(.details.keys)] | last | .details.number')
  lie register_withhold
  caught 7 "the keys of 1 contact, which came with entry $last" as dr.lee contact list
  # Not only when it is read for the first time, and not only by who reads the list.
  caught 7 "the keys of 1 contact" as dr.lee contact list
  caught 7 "the keys of 1 contact" as dr.lee consent check withheld --purpose billing
  caught 7 "the keys of 1 contact" as dr.lee contact add another
  truth
  expect_exit 0 as dr.lee contact list --json
  json_lines 'any(.[]; .alias == "withheld" and .name == "Withheld")'
  expect_exit 0 as dr.lee consent check withheld --purpose billing
}

@test "an entry that opens for nobody counts for nothing, stops nobody, and is told of for good" {
  add_unchecked eve
  as olivia contact add before-eve >/dev/null
  number=$(unchecked nonsense "$ORG_DIR/eve.json" people)
  as olivia contact add behind-eve >/dev/null
  expect_exit 0 as dr.lee contact list
  contains "$output" before-eve
  contains "$output" behind-eve
  for who in olivia dr.lee; do
    expect_exit 8 as $who doctor
    contains "$output" "entry $number of its people, by mercy.example/eve/laptop, counts for nothing"
  done
}

@test "an entry that was logged in the future, or before the one before it, is refused" {
  as dr.lee contact list >/dev/null
  as olivia contact add dated >/dev/null
  vault=$(echo "$ORG_DIR"/dr.lee/*/vault.db)
  for by in 3600 -86400; do
    cp "$vault" kept
    lie redate_entry for=dr.lee by=$by
    expect_exit 7 as dr.lee contact list
    if ((by > 0)); then contains "$errors" "still to come"; else contains "$errors" "before the entry before it"; fi
    truth
    # It believes that log now, and rightly trusts this relay no more.
    rm -f "$vault"-*
    cp kept "$vault"
  done
  expect_exit 0 as dr.lee contact list
  contains "$output" dated
}

@test "what a member's device spoils counts for nothing, and what may be the relay's doing stops" {
  [[ -s $ORG_DIR/eve.json ]] || add_unchecked eve
  as olivia inbox >/dev/null
  for what in signature "key not sent" "key not named" "key of nothing"; do
    unchecked entry "$ORG_DIR/eve.json" people "$what" '{"contact":"c-00112233445566778899aabbccddeeff","removed":false,"type":"contact"}' >number
    expect_exit 0 as dr.lee contact list
  done
  as olivia contact add behind-spoilt >/dev/null
  expect_exit 0 as dr.lee contact list
  contains "$output" behind-spoilt
  lacks "$output" c-00112233445566778899aabbccddeeff
  expect_exit 8 as dr.lee doctor
  contains "$output" "is not signed by who brought it"
  contains "$output" "came with other keys than it names"
  # It claims to have seen another register: the relay might show two.
  number=$(unchecked entry "$ORG_DIR/eve.json" people seen '{"contact":"c-00112233445566778899aabbccddeeff","removed":false,"type":"contact"}')
  for who in olivia dr.lee; do
    expect_exit 7 as $who contact list
    contains "$errors" "entry $number of the register's people"
    contains "$errors" "has seen another register"
  done
  expect_exit 9 as olivia org skip people --yes
  unchecked revoke "$ORG_DIR/eve.json"
  expect_exit 0 as olivia org skip people --yes --json
  json '.first == ($n | tonumber) and .last == .first' --arg n "$number"
  for who in olivia dr.lee; do
    expect_exit 0 as $who contact list
    contains "$output" behind-spoilt
  done
  rm "$ORG_DIR/eve.json"
}

@test "a wrong key for an epoch is found out, and the right one comes from who has it" {
  add_unchecked trudy
  as olivia inbox >/dev/null
  as olivia contact add before-wrong >/dev/null
  expect_exit 0 as dr.lee contact list
  number=$(unchecked begin "$ORG_DIR/trudy.json" people mercy.example/olivia/vm mercy.example/dr.lee/laptop)
  expect_exit 7 as dr.lee contact add by-lee-too-soon
  contains "$errors" "entry $number of the register's people begins an epoch, and with the key that was sent"
  expect_exit 75 as dr.lee contact list
  # Who has the right one goes on, and sends it.
  as olivia contact add behind-wrong >/dev/null
  expect_exit 0 as dr.lee contact list
  contains "$output" behind-wrong
  expect_exit 0 as dr.lee contact add by-lee-behind-wrong
}

@test "an epoch whose key nobody has stops everybody until an owner has it skipped" {
  add_unchecked mallory
  as olivia contact add before-lost >/dev/null
  as dr.lee contact list >/dev/null
  number=$(unchecked nonsense "$ORG_DIR/mallory.json" people 1)
  lost=$(epoch)
  expect_exit 75 as dr.lee contact list
  expect_exit 75 as olivia contact add behind-lost
  # Not while its author could answer, and not by just anybody.
  expect_exit 9 as olivia org skip people --yes
  contains "$errors" "mercy.example/mallory/laptop is not revoked"
  as olivia member revoke mallory --yes >/dev/null
  expect_exit 75 as dr.lee contact list
  expect_exit 5 as dr.lee org skip people --yes
  expect_exit 0 as olivia org skip people --reason 'nobody has the key' --yes --json
  json '.type == "register-skipped" and .author == "mercy.example/mallory/laptop" and .first == ($n | tonumber)' --arg n "$number"
  expect_exit 9 as olivia org skip people --yes
  contains "$errors" "nothing holds up"
  events register.skip | jq -es '.[-1].objects == ["people", "mercy.example/mallory/laptop"]'
  # The same number, begun anew, and everybody is there again.
  as olivia contact add behind-lost >/dev/null
  [ "$(epoch)" = "$lost" ]
  for who in olivia dr.lee; do
    expect_exit 0 as $who contact list
    contains "$output" before-lost
    contains "$output" behind-lost
  done
  expect_exit 0 as dr.lee contact add by-lee-behind-lost
  expect_exit 0 as olivia contact list
  contains "$output" by-lee-behind-lost
  add_member late member
  as olivia inbox >/dev/null
  expect_exit 0 as late contact list
  contains "$output" before-lost
  contains "$output" by-lee-behind-lost
  as olivia audit verify >/dev/null
}

@test "who has read what is skipped reads again, and everybody is in the same state" {
  add_member adam admin
  add_unchecked oscar
  as olivia inbox >/dev/null
  as olivia contact add before-skip >/dev/null
  for who in adam dr.lee; do expect_exit 0 as $who contact list; done
  number=$(unchecked begin "$ORG_DIR/oscar.json" people mercy.example/olivia/vm mercy.example/adam/laptop)
  expect_exit 0 as olivia contact list
  expect_exit 7 as adam contact list
  expect_exit 75 as adam contact list
  expect_exit 9 as adam org skip people --yes
  contains "$errors" "mercy.example/olivia/vm was sent a key of it"
  as olivia member revoke oscar --yes >/dev/null
  expect_exit 0 as adam org skip people --yes --json
  json '.first == ($n | tonumber)' --arg n "$number"
  as adam contact add behind-skip >/dev/null
  for who in olivia dr.lee adam; do
    expect_exit 0 as $who contact list --json
    jq -S . <<<"$output" >"list.$who"
    contains "$output" before-skip
    contains "$output" behind-skip
    expect_exit 0 as $who contact add "by-${who%%.*}-behind-skip"
  done
  expect_exit 0 as adam contact list
  contains "$output" by-olivia-behind-skip
  contains "$output" by-dr-behind-skip
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
  json_lines '[.[] | select((.alias // "") | startswith("k-0") or startswith("k-1"))] | length == 1500'
}

@test "a hold that is logged while a contact is being shredded is heard" {
  needs_faketime
  as olivia policy set retention 1d >/dev/null
  as olivia contact add raced >/dev/null
  as dr.lee contact list >/dev/null
  stop_relay
  by_clock later FAKETIME=+2d FAKETIME_DONT_FAKE_MONOTONIC=1
  export SEALPOST=$PWD/later
  start_relay
  unlock olivia
  unlock dr.lee
  lie meanwhile for=dr.lee run="SEALPOST_HOME=$ORG_DIR/olivia $SEALPOST contact edit raced --hold 'court order 9'"
  expect_exit 5 as dr.lee contact remove raced --shred --yes
  contains "$errors" "court order 9"
  truth
  expect_exit 0 as olivia contact show raced --json
  json '.state == "active" and .hold == "court order 9"'
  # What does not forbid it, does not stop it.
  as olivia contact edit raced --no-hold >/dev/null
  lie meanwhile for=dr.lee run="SEALPOST_HOME=$ORG_DIR/olivia $SEALPOST contact add passing-by"
  expect_exit 0 as dr.lee contact remove raced --shred --yes
  truth
  [ "$(events register.shred | jq -s length)" -eq 1 ]
}
