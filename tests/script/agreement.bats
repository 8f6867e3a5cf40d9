# sealpost agreement: what was agreed with others, and until when it holds
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

entries() { as olivia audit query --event register.append --json | wc -l; }
# day N: the date in N days.
day() { date -u -d "$1 days" +%F; }

@test "what was signed is recorded with its file, and read by everybody" {
  head -c 100000 /dev/urandom >baa.pdf
  expect_exit 0 as olivia agreement add 'Lab One' --kind baa --signed 2026-01-04 \
    --expires 2048-01-04 --file baa.pdf --json
  json '.type == "agreement" and .party == "Lab One" and .kind == "baa" and .state == "in-force"
    and .signed == "2026-01-04T00:00:00Z" and .expires == "2048-01-04T00:00:00Z"
    and .file == {"name": "baa.pdf", "size": 100000, "sha256": $sha256}' \
    --arg sha256 "$(sha256sum <baa.pdf | cut -d' ' -f1)"
  id=$(field .id)
  mkdir saved
  expect_exit 0 as dr.lee agreement show 'lab one' --save saved --json
  json '.id == $id and .saved == "saved/baa.pdf"' --arg id "$id"
  cmp baa.pdf saved/baa.pdf
  expect_exit 0 as dr.lee agreement show "${id:0:8}" --save saved
  contains "$output" "saved/baa.pdf"
  [ "$(ls saved)" = baa.pdf ]
  expect_exit 0 as dr.lee agreement list
  contains "$output" "${id:0:8}"
  contains "$output" "Lab One"
}

@test "a file of the same name is left alone, and so is one that cannot be saved" {
  echo scan >one.txt
  as olivia agreement add 'Name Inc' --kind training --file one.txt >/dev/null
  mkdir folder
  echo other >folder/one.txt
  expect_exit 0 as olivia agreement show 'Name Inc' --save folder --json
  json '.saved == "folder/one-2.txt"'
  [ "$(<folder/one.txt)" = other ]
  expect_exit 3 as olivia agreement show 'Name Inc' --save nowhere
  as olivia agreement add 'No File' --kind training >/dev/null
  expect_exit 3 as olivia agreement show 'No File' --save folder
}

@test "what cannot be: exit 2, 3 and 9, and nothing is written" {
  as olivia agreement add 'Twice' --kind baa --signed 2026-02-01 --expires 2048-02-01 >/dev/null
  before=$(entries)
  expect_exit 9 as olivia agreement add 'TWICE' --kind baa --signed 2026-02-01 --expires 2048-02-01
  contains "$errors" "agreement show"
  expect_exit 2 as olivia agreement add 'Lab Two' --kind treaty
  contains "$errors" "risk-assessment"
  expect_exit 2 as olivia agreement add 'Lab Two'
  expect_exit 2 as olivia agreement add '' --kind baa
  expect_exit 2 as olivia agreement add $'Lab\e[31m' --kind baa
  expect_exit 2 as olivia agreement add "$(printf 'x%.0s' {1..201})" --kind baa
  expect_exit 2 as olivia agreement add 'Lab Two' --kind baa --signed yesterday
  expect_exit 2 as olivia agreement add 'Lab Two' --kind baa --signed 2026-02-01 --expires 2026-01-01
  expect_exit 3 as olivia agreement add 'Lab Two' --kind baa --file nowhere.pdf
  mkfifo pipe
  expect_exit 2 as olivia agreement add 'Lab Two' --kind baa --file pipe
  expect_exit 2 as olivia agreement add 'Lab Two' --kind baa --file - </dev/null
  expect_exit 3 as olivia agreement show 'Lab Two' --json
  [ "$(error_code)" = not-found ]
  expect_exit 3 as olivia agreement show 0123456789abcdef
  expect_exit 3 as olivia agreement remove 'Lab Two' --yes
  [ "$(entries)" = "$before" ]
}

@test "several with one party are told apart by their ids" {
  one=$(as olivia agreement add 'Clinic' --kind baa --signed 2026-03-01)
  two=$(as olivia agreement add 'Clinic' --kind training --signed 2026-03-01)
  expect_exit 9 as olivia agreement show clinic --json
  [ "$(error_code)" = conflict ]
  contains "$errors" "$one"
  contains "$errors" "$two"
  expect_exit 0 as olivia agreement show "$two" --json
  json '.kind == "training"'
  # Seven digits are too few to be an id.
  expect_exit 3 as olivia agreement show "${two:0:7}"
}

@test "list says what lapses, unless a later one follows it" {
  as olivia agreement add Old --kind baa --signed 2020-01-01 --expires 2022-01-01 >/dev/null
  as olivia agreement add Soon --kind baa --expires 30d >/dev/null
  as olivia agreement add Later --kind baa --expires 90d >/dev/null
  as olivia agreement add Renewed --kind baa --signed 2020-01-01 --expires 2022-01-01 >/dev/null
  as olivia agreement add renewed --kind baa --signed 2022-01-01 >/dev/null
  as olivia agreement add Ahead --kind baa --signed "$(day 400)" >/dev/null
  expect_exit 0 as dr.lee agreement list --expiring 60d --json
  json_lines 'map(.party) == ["Old", "Soon"] and map(.state) == ["expired", "in-force"]'
  expect_exit 0 as dr.lee agreement list --expiring 100d --json
  json_lines 'map(.party) == ["Later", "Old", "Soon"]'
  expect_exit 0 as dr.lee agreement list --json
  json_lines 'map(select(.party == "Ahead")) | .[0].state == "not-yet"'
}

@test "one that begins after a gap does not renew what ends before it" {
  as olivia agreement add Gone --kind baa --expires "$(day -50)" >/dev/null
  as olivia agreement add Gone --kind baa --signed "$(day 100)" >/dev/null
  as olivia agreement add Gap --kind baa --expires "$(day 20)" >/dev/null
  as olivia agreement add Gap --kind baa --signed "$(day 30)" >/dev/null
  as olivia agreement add Closed --kind baa --expires "$(day -50)" >/dev/null
  as olivia agreement add Closed --kind baa --signed "$(day -20)" >/dev/null
  expect_exit 0 as dr.lee agreement list --expiring 60d --json
  json_lines 'map(.party) | contains(["Gap", "Gone"]) and all(. != "Closed")'
}

@test "remove asks, and takes it off everybody's list" {
  id=$(as olivia agreement add Over --kind baa)
  expect_exit 2 as olivia agreement remove "$id"
  expect_exit 0 as dr.lee agreement show "$id"
  expect_exit 0 as olivia agreement remove "$id" --yes --json
  json '. == {"type": "agreement-removed", "id": $id}' --arg id "$id"
  expect_exit 3 as dr.lee agreement show "$id"
  expect_exit 3 as dr.lee agreement remove "$id" --yes
}

@test "neither party nor file name is readable at the relay, in its log or in a vault" {
  echo "the words in it" >unreadable-name.txt
  as olivia agreement add 'Unreadable Party' --kind baa --file unreadable-name.txt >/dev/null
  as dr.lee agreement list >/dev/null
  never grep -raqi -e 'unreadable' -e 'the words in it' "$RELAY_DIR" "$ORG_DIR"/*/*/vault.db*
  never grep -qi unreadable "$ORG_DIR/relay.log"
  expect_exit 0 as olivia audit query --json
  lacks "$output" nreadable
}

@test "nothing is sent while the policy's agreement is not in force" {
  as olivia policy set relay-agreement 'Host Inc' >/dev/null
  expect_exit 5 as dr.lee send --to olivia text --json
  [ "$(error_code)" = denied ]
  contains "$errors" "Host Inc"
  contains "$errors" "agreement add"
  echo scan >scan
  expect_exit 5 as dr.lee send --to olivia --file scan text
  expect_exit 0 as dr.lee outbox list --json
  [ -z "$output" ]
  expired=$(as olivia agreement add 'Host Inc' --kind baa --signed 2020-01-01 --expires 2022-01-01)
  expect_exit 5 as dr.lee send --to olivia text
  as olivia agreement add 'Host Inc' --kind training --signed 2022-01-01 >/dev/null
  as olivia agreement add 'Host Inc' --kind risk-assessment >/dev/null
  expect_exit 5 as dr.lee send --to olivia text
  contains "$errors" "kind baa"
  id=$(as olivia agreement add 'host inc' --kind baa --signed 2022-01-01 --expires 2048-01-01)
  expect_exit 0 as dr.lee send --to olivia text
  as olivia agreement remove "$id" --yes >/dev/null
  expect_exit 5 as dr.lee send --to olivia text
  as olivia policy set relay-agreement none >/dev/null
  expect_exit 0 as dr.lee send --to olivia text
  as olivia agreement remove "$expired" --yes >/dev/null
}
