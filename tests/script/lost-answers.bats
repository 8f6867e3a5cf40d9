# What a device asks again because the answer was lost on its way is done once, and is one event.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_member aud auditor
  as olivia send --to dr.lee first >/dev/null
  as dr.lee inbox >/dev/null
  start_liar
}
teardown() { rm -f "$LIES/lie"; }
teardown_file() { stop_liar && stop_org; }

# count EVENT ACTOR: how many the log has. What olivia asks for is her own.
count() { as olivia audit query --event "$1" --actor "$2" --json | wc -l; }

@test "an export whose answer is lost is recorded once" {
  before=$(count audit.export aud)
  lie lose_first_answer "route=POST /audit/exports" time=1
  expect_exit 0 as aud audit export --event message.send --format jsonl -o e.jsonl
  truth
  [ "$(wc -l <e.jsonl)" -ge 1 ]
  [ "$(count audit.export aud)" = $((before + 1)) ]
  expect_exit 0 as aud audit export --event message.send --format jsonl -o f.jsonl
  [ "$(count audit.export aud)" = $((before + 2)) ]
}

@test "a query whose answer is lost is recorded once" {
  before=$(count audit.query aud)
  lie lose_first_answer "route=GET /audit/events" time=1 for=aud
  expect_exit 0 as aud audit query --event message.send
  truth
  [ "$(count audit.query aud)" = $((before + 1)) ]
  expect_exit 0 as aud audit query --event message.send
  [ "$(count audit.query aud)" = $((before + 2)) ]
}

@test "prekeys whose answer is lost are handed out once" {
  before=$(count prekey.claim olivia)
  lie lose_first_answer "route=POST /prekeys/claim" time=1
  expect_exit 0 as olivia send --to dr.lee "with the prekeys of the first answer"
  truth
  expect_exit 0 as olivia audit query --event prekey.claim --actor olivia --json
  json_lines 'length == $n and .[-1].objects == ["mercy.example/dr.lee/laptop"] and .[-1].details.count == "1"' \
    --argjson n $((before + 1))
}

@test "an export of messages and a decision whose answers are lost are recorded once" {
  id=$(as olivia send --to dr.lee "for the archive")
  age-keygen -o key.txt 2>/dev/null
  lie lose_first_answer "route=POST /exports" time=1
  expect_exit 0 as olivia message export "$id" -r "$(age-keygen -y key.txt)" -o out.age
  truth
  [ "$(as olivia audit query --event message.export --object "$id" --json | wc -l)" = 1 ]
  contact=$(as olivia contact add jane-doe --phone +15550100 --json | jq -er .id)
  lie lose_first_answer "route=POST /decisions" time=1
  expect_exit 6 as olivia send --to contact:jane-doe --purpose billing text
  truth
  [ "$(as olivia audit query --event consent.decision --object "$contact" --json | wc -l)" = 1 ]
}

@test "an inbox whose answer is lost was handed out all the same, once" {
  id=$(as olivia send --to dr.lee "given twice")
  lie lose_first_answer "route=GET /inbox" time=1 for=dr.lee
  expect_exit 0 as dr.lee inbox
  truth
  expect_exit 0 as olivia audit query --event message.fetch --object "$id" --json
  json_lines 'length == 1 and .[0].actor == "dr.lee" and .[0].request != ""'
  expect_exit 0 as dr.lee inbox
  [ "$(as olivia audit query --event message.fetch --object "$id" --json | wc -l)" = 1 ]
}
