# Recalls from a relay that lies: forged ones destroy nothing, and what it says of recipients is not
# believed without their receipts.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_unchecked eve
  start_liar
  as olivia send --to dr.lee --to eve first >/dev/null
  as dr.lee inbox >/dev/null
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

@test "a forged recall destroys nothing, at a contact" {
  from=$(as olivia device list --json | jq -rs '.[0].device')
  id=$(as olivia send --to dr.lee "stays")
  as dr.lee inbox >/dev/null
  for by in "own key" "log key" member "another trust chain" "another message"; do
    lie forge_recall for=dr.lee message="$id" from="$from" by="$by" state="$ORG_DIR/eve.json"
    caught 7 "its recall does not hold" as dr.lee inbox
    contains "$output" general
    truth
    expect_exit 0 as dr.lee inbox --json
    json_lines 'any(.id == $id and .unread and .recalled == null)' --arg id "$id"
  done
  expect_exit 0 as dr.lee read "$id"
  contains "$output" stays
}

@test "a recall of its own sender, but of another content or under another trust chain, does not hold" {
  id=$(unchecked send "$ORG_DIR/eve.json" mercy.example/dr.lee/laptop '{"body": "from eve"}')
  expect_exit 0 as dr.lee inbox
  for by in "another message" "another trust chain"; do
    lie forge_recall for=dr.lee message="$id" from=mercy.example/eve/laptop by="$by" \
      state="$ORG_DIR/eve.json"
    caught 7 "its recall does not hold" as dr.lee inbox
    truth
    expect_exit 0 as dr.lee inbox --json
    json_lines 'any(.id == $id and .unread and .recalled == null)' --arg id "$id"
  done
  lie forge_recall for=dr.lee message="$id" from=mercy.example/eve/laptop by=member \
    state="$ORG_DIR/eve.json"
  expect_exit 0 as dr.lee inbox --json
  truth
  json_lines 'any(.id == $id and .recalled.reason == "because I say so")' --arg id "$id"
}

@test "a forged one does not hide the true one that comes behind it" {
  id=$(as olivia send --to dr.lee "goes")
  as dr.lee inbox >/dev/null
  lie forge_recall for=dr.lee message="$id" from=mercy.example/olivia/laptop by="own key"
  caught 7 "its recall does not hold" as dr.lee inbox
  truth
  as olivia recall "$id" --yes >/dev/null
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.id == $id and .recalled != null)' --arg id "$id"
}

@test "what a relay says of recipients is not believed without receipts" {
  for what in read nobody silence withdrawn; do
    id=$(as olivia send --to dr.lee "about $what")
    [[ $what == withdrawn ]] || as dr.lee inbox >/dev/null
    lie recall_evidence for=olivia what="$what"
    caught 7 "what the relay says of the recall does not hold" as olivia recall "$id" --yes
    truth
    expect_exit 0 as olivia recall "$id" --yes
  done
  id=$(as olivia send --to dr.lee "another's recall")
  lie recall_of_another for=olivia
  caught 7 "what the relay says of the recall does not hold" as olivia recall "$id" --yes
  truth
}

@test "recalled while its delivery is on the way: never shown, and signed for" {
  id=$(as olivia send --to dr.lee --subject "in between" text)
  lie meanwhile for=dr.lee run="SEALPOST_HOME=$ORG_DIR/olivia $SEALPOST recall --yes $id"
  expect_exit 0 as dr.lee inbox --json
  truth
  never contains "$output" "in between"
  json_lines 'any(.id == $id and .recalled != null)' --arg id "$id"
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "recalled"'
}

@test "a message whose acceptance is not known is given up, not recalled" {
  lie lose_messages
  as olivia send --to dr.lee "swallowed" >/dev/null 2>&1 || true
  truth
  id=$(as olivia outbox list --json | jq -rs '.[0].id // empty')
  [[ -n $id ]]
  expect_exit 9 as olivia recall "$id" --yes
  contains "$errors" "outbox drop"
  as olivia outbox drop "$id" --yes >/dev/null
  expect_exit 3 as olivia recall "$id" --yes
}
