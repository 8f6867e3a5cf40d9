# sealpost group: members that are written to together, and sending to them
load support

setup_file() { start_org olivia dr.lee nurse.kim dr.may; }
teardown_file() { stop_org; }

# set_group NAME MEMBER...: the group has these members, whatever was before.
set_group() {
  local name=$1 user
  local -a members=()
  shift
  for user in "$@"; do members+=(--member "$user"); done
  as olivia group remove "$name" --yes >/dev/null 2>&1 || true
  as olivia group add "$name" "${members[@]}" >/dev/null
}
has_message() { as "$1" inbox --json | jq -r .id | grep -qx "$2"; }
entries() { as olivia audit query --event register.append --json | wc -l; }

@test "a group that one makes, everybody sees" {
  expect_exit 0 as olivia group add ward --member nurse.kim --member dr.lee --json
  json '.type == "group" and .group == "ward" and .members == ["dr.lee", "nurse.kim"] and .changed
    and .absent == [] and (.edited_by | startswith("mercy.example/olivia/"))'
  expect_exit 0 as dr.lee group show ward --json
  json '.members == ["dr.lee", "nurse.kim"] and (has("changed") | not)'
  expect_exit 0 as nurse.kim group list --json
  json_lines 'map(select(.group == "ward")) | length == 1'
  expect_exit 0 as nurse.kim group list
  contains "$output" "dr.lee, nurse.kim"
}

@test "any member edits it, and the last word counts" {
  set_group edited dr.lee nurse.kim
  expect_exit 0 as dr.lee group edit edited --add dr.may --remove dr.lee --json
  json '.members == ["dr.may", "nurse.kim"] and .changed'
  expect_exit 0 as olivia group edit edited --add dr.lee --json
  json '.members == ["dr.lee", "dr.may", "nurse.kim"]'
}

@test "an edit that changes nothing writes nothing, and is no error" {
  set_group still dr.lee
  before=$(entries)
  expect_exit 0 as olivia group edit still --add dr.lee --remove nurse.kim --json
  json '.members == ["dr.lee"] and (.changed | not)'
  expect_exit 0 as olivia group edit still --remove dr.nobody
  contains "$errors" "nothing was written"
  [ "$(entries)" = "$before" ]
}

@test "what cannot be: exit 2, 3 and 9, and nothing is written" {
  set_group there dr.lee
  before=$(entries)
  expect_exit 2 as olivia group add 'I C U' --member dr.lee
  expect_exit 2 as olivia group add empty
  expect_exit 2 as olivia group add odd --member 'dr lee'
  expect_exit 2 as olivia group edit there
  expect_exit 2 as olivia group edit there --add dr.may --remove dr.may
  expect_exit 3 as olivia group add other --member dr.lee --member dr.nobody --json
  [ "$(error_code)" = not-found ]
  expect_exit 3 as olivia group edit there --add dr.nobody
  expect_exit 3 as olivia group edit nowhere --add dr.lee
  expect_exit 3 as olivia group show nowhere
  expect_exit 3 as olivia group remove nowhere --yes
  expect_exit 9 as olivia group add there --member dr.may
  contains "$errors" "group edit there"
  [ "$(entries)" = "$before" ]
  expect_exit 0 as olivia group list --json
  json_lines 'all(.group != "other" and .group != "empty")'
}

@test "remove asks; a name that is taken up again begins with nobody" {
  set_group again dr.lee nurse.kim
  expect_exit 2 as olivia group remove again
  contains "$errors" "--yes"
  expect_exit 0 as dr.lee group show again
  expect_exit 0 as olivia group remove again --yes --json
  json '. == {"type": "group-removed", "group": "again"}'
  expect_exit 3 as dr.lee group show again
  expect_exit 3 as dr.lee send --to group:again text
  as dr.lee group add again --member dr.may >/dev/null
  expect_exit 0 as olivia group show again --json
  json '.members == ["dr.may"]'
}

@test "two who edit at once both have their way" {
  set_group both nurse.kim
  as dr.lee group show both >/dev/null
  as olivia group edit both --add dr.may >/dev/null &
  as dr.lee group edit both --add dr.lee >/dev/null
  wait $!
  expect_exit 0 as nurse.kim group show both --json
  json '.members == ["dr.lee", "dr.may", "nurse.kim"]'
}

@test "a message to a group reaches its members, once, and is stored once" {
  set_group icu dr.lee nurse.kim olivia
  expect_exit 0 as olivia send --to group:icu --to dr.lee --to dr.may 'to the ward' --json
  json '[.recipients[].to] == ["dr.lee", "nurse.kim", "dr.may"]'
  id=$(field .id)
  for user in dr.lee nurse.kim dr.may; do has_message "$user" "$id"; done
  never has_message olivia "$id"
  expect_exit 0 as dr.may read "$id" --json
  json '.to == ["dr.lee", "nurse.kim", "dr.may"] and .body == "to the ward"'
  [ "$(as olivia audit query --event message.send --json |
    jq -c --arg id "$id" 'select(.message == $id)' | wc -l)" = 1 ]
}

@test "the sender is left out of the group, unless named alone" {
  set_group self dr.lee nurse.kim
  expect_exit 0 as dr.lee send --to group:self text --json
  json '[.recipients[].to] == ["nurse.kim"]'
  expect_exit 0 as dr.lee send --to group:self --to dr.lee text --json
  json '[.recipients[].to] == ["nurse.kim", "dr.lee"]'
  set_group alone dr.lee
  expect_exit 3 as dr.lee send --to group:alone text
  contains "$errors" "nobody"
}

@test "an unknown group: exit 3, and nothing is sent to the others" {
  before=$(as dr.lee inbox --json | wc -l)
  expect_exit 3 as olivia send --to dr.lee --to group:nowhere text --json
  [ "$(error_code)" = not-found ]
  expect_exit 2 as olivia send --to dr.lee --to 'group:no where' text
  expect_exit 2 as olivia send --to group: text
  [ "$(as dr.lee inbox --json | wc -l)" = "$before" ]
  expect_exit 0 as olivia outbox list --json
  [ -z "$output" ]
}

@test "under a key a group counts by its name, also when it was changed" {
  set_group keyed dr.lee
  id=$(as olivia send --to group:keyed --key shift-1 text)
  as olivia group edit keyed --add nurse.kim --remove dr.lee >/dev/null
  expect_exit 0 as olivia send --to group:keyed --key shift-1 text --json
  json '.id == $id and .duplicate and [.recipients[].to] == ["dr.lee"]' --arg id "$id"
  has_message dr.lee "$id"
  never has_message nurse.kim "$id"
  expect_exit 9 as olivia send --to nurse.kim --key shift-1 text
}

in_outbox() { [[ -n $(as olivia outbox list --json | jq -r 'select(.state == "uploading").id') ]]; }

@test "what was not sealed yet goes to the group as it is when it is" {
  set_group waiting dr.lee
  head -c 3000000 /dev/urandom >scan
  SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --to group:waiting --file scan --key scan-1 \
    --bwlimit 50K 3>&- &
  wait_for "the upload" 30 in_outbox
  kill -INT $!
  wait $! || true
  expect_exit 0 as olivia outbox list --json
  json_lines '.[0].to == ["group:waiting"]'
  as olivia group edit waiting --add dr.may --remove dr.lee >/dev/null
  expect_exit 0 as olivia send --to group:waiting --file scan --key scan-1 --bwlimit 100M --json
  json '[.recipients[].to] == ["dr.may"]'
}

@test "who has left is not written to, and the group says who is absent" {
  add_member dr.gone member
  as olivia inbox >/dev/null
  set_group leaving dr.lee dr.gone
  as olivia member revoke dr.gone --yes >/dev/null
  expect_exit 0 as olivia group show leaving --json
  json '.members == ["dr.gone", "dr.lee"] and .absent == ["dr.gone"]'
  expect_exit 0 as olivia send --to group:leaving text --json
  json '[.recipients[].to] == ["dr.lee"]'
  expect_exit 0 as olivia group edit leaving --remove dr.gone --json
  json '.members == ["dr.lee"] and .absent == []'
  expect_exit 5 as olivia group edit leaving --add dr.may --add dr.gone --json
  [ "$(error_code)" = revoked ]
  expect_exit 0 as olivia group show leaving --json
  json '.members == ["dr.lee"]'
  # The key was changed behind the one who left; the others have the new one.
  expect_exit 0 as dr.lee group show leaving --json
  json '.members == ["dr.lee"]'
}

@test "a service writes to groups and changes none, privacy reads them, an auditor does not" {
  set_group roles dr.lee
  add_member pager service --purpose appointment-reminder
  add_member pat privacy
  add_member ann auditor
  for user in olivia dr.lee; do as "$user" inbox >/dev/null; done
  expect_exit 0 as pager send --to group:roles --purpose appointment-reminder tomorrow --json
  json '[.recipients[].to] == ["dr.lee"]'
  expect_exit 5 as pager group add own --member dr.lee
  expect_exit 5 as pager group edit roles --add dr.may
  expect_exit 0 as pat group show roles
  expect_exit 5 as pat group remove roles --yes
  expect_exit 5 as ann group list --json
  [ "$(error_code)" = denied ]
  expect_exit 0 as olivia group show roles --json
  json '.members == ["dr.lee"]'
}
