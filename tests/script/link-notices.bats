# send --to contact: the notice goes out, once, whatever is cut off
load support
load notices

setup_file() {
  start_servers
  start_org olivia dr.lee
  as olivia contact list >/dev/null
  as dr.lee inbox >/dev/null
  as olivia contact add jane-doe --phone +15550100 --email jane@a.example --language es \
    --birthdate 1984-02-29 >/dev/null
  as olivia contact add rob-roe --phone +15550101 --birthdate 1984-02-29 >/dev/null
  as dr.lee consent grant jane-doe --purpose billing --channel link-sms --channel link-email \
    --method paper >/dev/null
  as dr.lee consent grant rob-roe --purpose billing --channel link-sms --method paper >/dev/null
}
teardown_file() {
  stop_servers
  stop_org
}
configure() { printf '%s\n' "$@" >"$ORG_DIR/dr.lee/config.toml"; }
setup() {
  fresh_home
  forget_arrived
  configure "$(webhook_config)" "$(smtp_config)"
}
send() { as dr.lee send --purpose billing --json "$@"; }

@test "the link is made, the contact told, and the address printed" {
  expect_exit 0 send --to contact:jane-doe 'See you'
  json '.link.notice == "sent" and .link.channel == "link-sms"'
  id=$(field .id)
  address=$(field .link.address)
  arrived requests.ndjson 'length == 1'
  body=$(jq -r .body "$SERVERS/requests.ndjson")
  [[ $(jq -r .to <<<"$body") == +15550100 ]]
  contains "$(jq -r .text <<<"$body")" "tiene un mensaje privado"
  contains "$(jq -r .text <<<"$body")" "$address"
  lacks "$body" 'See you'
  lacks "$body" "$id"
  expect_exit 0 as dr.lee sent --json
  json_lines 'last | .id == "'"$id"'" and .notice == "sent"'
  expect_exit 0 as dr.lee receipt show "$id" --json
  json_lines '.[0].notice == "sent"'
  expect_exit 0 as dr.lee send --to contact:rob-roe --purpose billing 'See you'
  contains "$errors" "told, by link-sms"
}

@test "the way that is configured comes first, and with none the link is printed all the same" {
  configure "$(smtp_config)"
  expect_exit 0 send --to contact:jane-doe 'See you'
  json '.link.channel == "link-email" and .link.notice == "sent"'
  arrived mails.ndjson 'length == 1 and .[0].to == ["jane@a.example"]'
  expect_exit 0 as dr.lee send --purpose billing --to contact:rob-roe 'See you'
  contains "$output" "/l#"
  contains "$errors" "No notice was sent: none is configured for link-sms"
  expect_exit 0 as dr.lee outbox list
  [[ -z $output ]]
  expect_exit 0 as dr.lee receipt list
  contains "$output" "accepted, notice none"
}

@test "without a notice only the link is printed, also later under its key" {
  expect_exit 0 send --to contact:rob-roe --no-notice --key no-1 'See you'
  json '.link.notice == "none"'
  expect_exit 0 send --to contact:rob-roe --key no-1 'See you'
  json '.duplicate and .link.notice == "none"'
  never test -e "$SERVERS/requests.ndjson"
}

@test "a notice that fails leaves the message, says so, and is sent by the same key, once" {
  answers http "400 not now"
  expect_exit 8 send --to contact:rob-roe --key again-1 'See you'
  json '.link.notice == "failed" and (.link["notice-reason"] | contains("400: not now"))'
  [[ $(error_code) == partial ]]
  contains "$errors" "outbox retry"
  id=$(field .id)
  expect_exit 0 as dr.lee sent
  contains "$output" " ! "
  expect_exit 0 as dr.lee outbox list --json
  json_lines 'length == 1 and .[0].state == "notice" and .[0].id == "'"$id"'" and .[0].to == ["contact:rob-roe"]'
  expect_exit 0 send --to contact:rob-roe --key again-1 'See you'
  json '.duplicate and .link.notice == "sent"'
  arrived requests.ndjson 'length == 2 and ([.[].headers["idempotency-key"]] | unique | length == 1)'
  expect_exit 0 send --to contact:rob-roe --key again-1 'See you'
  json '.link.notice == "sent"'
  arrived requests.ndjson 'length == 2'
  expect_exit 0 as dr.lee outbox list
  [[ -z $output ]]
}

@test "the outbox sends what was not taken, and drops what is not to be sent" {
  answers http "400 not now" "400 not now" "400 never"
  expect_exit 8 send --to contact:rob-roe 'One'
  id=$(field .id)
  expect_exit 8 as dr.lee outbox retry --json
  json_lines '.[0].result == "partial" and .[0].notice == "failed"'
  expect_exit 8 as dr.lee outbox retry
  contains "$errors" "the notice was not sent: the gateway answered 400: never"
  expect_exit 0 as dr.lee outbox retry "$id"
  [[ $output == "$id" ]]
  arrived requests.ndjson 'length == 4'
  answers http "400 not now"
  expect_exit 8 send --to contact:rob-roe 'Two'
  id=$(field .id)
  expect_exit 0 as dr.lee outbox drop "$id" --yes --json
  json '.outcome == "not-told"'
  expect_exit 0 as dr.lee outbox list
  [[ -z $output ]]
  expect_exit 0 as dr.lee receipt show "$id" --json
  json_lines '.[0].state == "accepted" and .[0].notice == "none"'
}

@test "notices that go out together share a connection" {
  for which in http mail; do
    configure "$([[ $which == http ]] && webhook_config || smtp_config)"
    local no="400 no"
    [[ $which == http ]] || no="550 no"
    answers "$which" "$no" "$no" "$no"
    for n in 1 2 3; do expect_exit 8 send --to contact:jane-doe "$n"; done
    forget_arrived
    expect_exit 0 as dr.lee outbox retry
    [[ $(wc -l <<<"$output") == 3 ]]
    local file=requests.ndjson
    [[ $which == http ]] || file=mails.ndjson
    arrived "$file" 'length == 3 and ([.[].port] | unique | length == 1)'
  done
}

@test "killed before the gateway answered, the notice goes out under the same id" {
  configure '[notify.sms]' 'via = "command"' "command = \"$PWD/program\""
  cat >program <<SH
#!/bin/sh
cat >>$PWD/got
touch $PWD/begun
while [ ! -e $PWD/go ]; do sleep 0.05; done
SH
  chmod +x program
  SEALPOST_HOME=$ORG_DIR/dr.lee "$SEALPOST" send --purpose billing --to contact:rob-roe --key kill-1 \
    'See you' </dev/null >out 2>err 3>&- &
  wait_for "the notice" 60 test -e begun
  kill -9 $!
  touch go
  expect_exit 0 as dr.lee outbox list --json
  json_lines 'length == 1 and .[0].state == "notice"'
  expect_exit 0 send --to contact:rob-roe --key kill-1 'See you'
  json '.duplicate and .link.notice == "sent"'
  output=$(<got)
  json_lines 'length == 2 and .[0].id == .[1].id and .[0].text == .[1].text'
}

@test "who has stopped messages meanwhile is not told" {
  answers http "400 not now"
  expect_exit 8 send --to contact:rob-roe --key stop-1 'See you'
  as olivia consent revoke rob-roe --purpose billing --yes >/dev/null
  expect_exit 8 send --to contact:rob-roe --key stop-1 'See you'
  json '.link.notice == "failed" and (.link["notice-reason"] | contains("no leave any more"))'
  arrived requests.ndjson 'length == 1'
  expect_exit 0 as dr.lee outbox list
  [[ -z $output ]]
  as dr.lee consent grant rob-roe --purpose billing --channel link-sms --method paper --yes >/dev/null
}

@test "a message that was recalled is not told of" {
  answers http "400 not now"
  expect_exit 8 send --to contact:rob-roe 'See you'
  id=$(field .id)
  as dr.lee recall "$id" --yes >/dev/null
  expect_exit 0 as dr.lee outbox list
  [[ -z $output ]]
}

@test "a broken configuration stops a message to a contact before it is made, and no other" {
  configure "$(webhook_config | sed 's/{text}/{subject}/')"
  expect_exit 2 send --to contact:rob-roe 'See you'
  contains "$errors" 'body has no {text}'
  expect_exit 0 send --to contact:rob-roe --no-notice 'See you'
  expect_exit 0 as dr.lee send --to olivia 'Hello'
}

@test "in the sandbox notices go to a file, each once" {
  cat >inside <<'SH'
set -eu
sealpost contact add jane-doe --phone +15550100 --birthdate 1984-02-29 >/dev/null
sealpost consent grant jane-doe --purpose billing --channel link-sms --method paper >/dev/null
first=$(sealpost send --to contact:jane-doe --purpose billing --key k --json text | jq -er .link.address)
sealpost send --to contact:jane-doe --purpose billing --key k text >/dev/null
sealpost notify test --via email --json a@b.example >/dev/null
jq -es --arg address "$first" 'length == 2 and .[0].channel == "sms" and .[0].link == $address
  and (.[0].text | contains($address)) and .[1].channel == "email"' "$SEALPOST_SANDBOX/notices.ndjson"
SH
  expect_exit 0 "$SEALPOST" sandbox -- sh inside
  [[ ${output##*$'\n'} == true ]]
}
