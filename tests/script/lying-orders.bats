# Orders to wipe a device, from a relay that lies: forged ones wipe nothing, and one that is withheld
# shows to who gave it.
load support
load lying

setup_file() {
  start_org olivia dr.lee nurse.kim
  add_unchecked eve
  start_liar
  as olivia send --to dr.lee --to nurse.kim first >/dev/null
  as dr.lee inbox >/dev/null
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

owner() { as olivia device list --json | jq -r .device; }
stands() { [ -e "$ORG_DIR/$1/$1/vault.db" ] && [ ! -e "$ORG_DIR/$1/$1/wipe/order" ]; }
forge() {
  lie forge_order for=dr.lee device=mercy.example/dr.lee/laptop owner="$(owner)" \
    state="$ORG_DIR/eve.json" by="$1"
}

@test "a forged order wipes nothing, at a contact" {
  for by in owner root "log key" member "other organisation"; do
    forge "$by"
    caught 7 "the relay shows an order to wipe this device that does not hold" as dr.lee inbox
    contains "$errors" "nothing was wiped"
    caught 7 "does not hold" as dr.lee watch --once
    truth
    stands dr.lee
  done
  expect_exit 0 as dr.lee inbox
}

@test "a forged order is a warning before the passphrase, and what needs no relay goes on" {
  as dr.lee lock
  lie forge_order device=mercy.example/dr.lee/laptop owner="$(owner)" state=- by=owner
  expect_exit 0 as dr.lee read 1 --passphrase-file "$PASSFILE"
  contains "$errors" "does not hold"
  contains "$output" "first"
  expect_exit 7 as dr.lee inbox --passphrase-file "$PASSFILE"
  truth
  stands dr.lee
  unlock dr.lee
}

@test "an order that was given for another device, or another key of the name, wipes nothing" {
  as olivia device wipe nurse.kim/laptop --yes >/dev/null
  lie replay_order for=dr.lee
  caught 7 "does not hold" as dr.lee inbox
  truth
  stands dr.lee
  expect_exit 5 as nurse.kim inbox
  contains "$errors" "this device was wiped"
  # A new device, in the same place: the old order is none for it.
  as nurse.kim profile remove nurse.kim --yes
  as olivia member invite nurse.kim --json | jq -er .invitation >again
  as nurse.kim join again --device tablet --passphrase-file "$PASSFILE" >/dev/null
  unlock nurse.kim
  lie replay_order for=nurse.kim
  caught 7 "does not hold" as nurse.kim inbox
  truth
  stands nurse.kim
  expect_exit 0 as nurse.kim inbox
}

@test "an order that is withheld shows as not fetched to who gave it, and is obeyed when it comes" {
  as olivia device wipe nurse.kim/tablet --keep-access --yes >/dev/null
  lie withhold_orders
  expect_exit 0 as nurse.kim inbox
  truth
  stands nurse.kim
  expect_exit 0 as olivia device show nurse.kim/tablet --json
  json '.wipe.ordered != "" and .wipe.fetched == "" and .wipe.wiped == ""'
  expect_exit 5 as nurse.kim inbox
  contains "$errors" "this device was wiped"
  expect_exit 0 as olivia device show nurse.kim/tablet --json
  json '.wipe.fetched != "" and .wipe.wiped != ""'
}

@test "a watch that is refused before it has seen the order tells the order" {
  add_member nurse.may member
  as olivia device wipe nurse.may/laptop --reason stolen --yes >/dev/null
  lie withhold_orders first=1
  expect_exit 5 as nurse.may watch --once --json
  json_lines 'map(select(.type == "order" and .reason == "stolen")) | length == 1'
  contains "$errors" "this device was wiped on order of"
  truth
  [ ! -e "$ORG_DIR/nurse.may/nurse.may/vault.db" ]
}

@test "the one who has seen a revocation does not obey whom it ended" {
  as olivia member invite ada --role admin --json | jq -er .invitation >ada
  as ada join ada --device desk --passphrase-file "$PASSFILE" >/dev/null
  unlock ada
  as ada device wipe dr.lee/laptop --keep-access --yes >/dev/null
  as olivia device wipe ada/desk --yes >/dev/null
  # The relay shows it no more, and the device goes on.
  expect_exit 0 as dr.lee inbox
  # With the chain cut before the revocation it verifies from the root; but this device knows.
  lie replay_order for=dr.lee at=2 hide=1
  caught 7 "does not hold" as dr.lee inbox
  truth
  stands dr.lee
}
