# sealpost bulk, cut off again and again in the middle of a large table: every row ends as it should,
# with one message and one notice. ROWS says how large; the slow tests run it with 20,000.
load support
load notices

ROWS=${ROWS:-1200}

# Half of the rows are for members, half for contacts, of whom one in ten has not agreed.
setup_file() {
  start_servers
  start_org olivia dr.lee nurse.kim
  local contacts=$((ROWS / 2))
  { echo id,phone && seq -f 'p%.0f' "$contacts" | awk '{ printf "%s,+1555%07d\n", $1, NR }'; } \
    >"$ORG_DIR/contacts.csv"
  {
    echo contact,purpose,channel,method,warned
    seq -f 'p%.0f' "$contacts" | awk 'NR % 10 { print $1 ",billing,link-sms,paper,true" }'
  } >"$ORG_DIR/consents.csv"
  as olivia contact import "$ORG_DIR/contacts.csv" >/dev/null
  as olivia consent import "$ORG_DIR/consents.csv" >/dev/null
  as dr.lee inbox >/dev/null
}
teardown_file() {
  stop_servers
  stop_org
}

# has_told COUNT: so many notices, at least, have reached the gateway.
has_told() { [[ -e $SERVERS/requests.ndjson ]] && (($(wc -l <"$SERVERS/requests.ndjson") >= $1)); }
run_job() {
  as olivia bulk run rows.csv --template text --purpose billing --subject Crash --job crash \
    --passcode none --json
}

@test "killed three times and run again: one message and one notice for every row that may be sent" {
  webhook_config >"$ORG_DIR/olivia/config.toml"
  contacts=$((ROWS / 2))
  {
    echo to,n
    for n in $(seq "$contacts"); do
      echo "p$n,$n"
      ((n % 2)) && echo "dr.lee,$n" || echo "nurse.kim,$n"
    done
  } >rows.csv
  echo "Invoice {n}" >text
  for part in 1 2 3; do
    SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" bulk run rows.csv --template text --purpose billing \
      --subject Crash --job crash --passcode none --json >out 2>/dev/null </dev/null 3>&- &
    pid=$!
    wait_for "notices of run $part" 300 has_told $((part * contacts / 5))
    kill -KILL $pid
    wait $pid || true
  done
  expect_exit 8 run_job
  refused=$((contacts / 10))
  expect_exit 0 as olivia bulk show crash --json
  json_lines '.[0] | .state == "finished" and .sent == $all - $refused and .refused == $refused and .failed == 0' \
    --argjson all "$ROWS" --argjson refused "$refused"
  # Members: what came in, each once.
  for user in dr.lee nurse.kim; do
    # Of very many the relay hands out so much in a minute.
    wait_for "all of $user's inbox" 600 eval "as $user inbox >/dev/null 2>&1"
    as $user inbox --json | jq -r 'select(.subject == "Crash").id' >>ids
  done
  [ "$(wc -l <ids)" = "$contacts" ]
  [ "$(sort -u ids | wc -l)" = "$contacts" ]
  # Contacts: a gateway that drops what it has seen under an id has told each of them once.
  jq -r '.body | fromjson | "\(.ref) \(.to)"' "$SERVERS/requests.ndjson" | sort -u >told
  [ "$(wc -l <told)" = $((contacts - refused)) ]
  [ "$(cut -d' ' -f2 told | sort -u | wc -l)" = $((contacts - refused)) ]
  # The relay's log has no more than that either.
  as olivia audit query --event message.send --json | jq -r .message | sort >logged
  [ "$(wc -l <logged)" = "$(sort -u logged | wc -l)" ]
  [ "$(wc -l <logged)" = $((ROWS - refused)) ]
  expect_exit 0 as olivia outbox list
  [ -z "$output" ]
}

@test "contacts whom the gateway did not tell are told by resume, and nobody else" {
  webhook_config >"$ORG_DIR/olivia/config.toml"
  forget_arrived
  { echo to && echo p1 && echo p2 && echo p3; } >few.csv
  echo "Few" >text
  answers http 200 400 200
  expect_exit 8 as olivia bulk run few.csv --template text --purpose billing --job few \
    --passcode none --json
  json_lines '.[-1] | .sent == 2 and .failed == 1'
  json_lines 'any(.state == "failed" and (.reason | contains("was not told")))'
  forget_arrived
  expect_exit 0 as olivia bulk resume few --json
  json_lines '.[-1].sent == 3'
  arrived requests.ndjson 'length == 1'
  # Whom nobody can tell is told of in the row.
  rm "$ORG_DIR/olivia/config.toml"
  expect_exit 0 as olivia bulk run few.csv --template text --purpose billing --job untold \
    --passcode none --json
  json_lines 'map(select(.link)) | length == 3 and all(.link | startswith("https://"))'
}

@test "several notices go out at once, as many as the configuration says, and each once" {
  { echo to && printf 'p%s\n' {1..9}; } >nine.csv
  echo "Nine" >text
  go() {
    as olivia bulk run nine.csv --template text --purpose billing --passcode none --json --job "$@"
  }
  told_each_once() {
    arrived requests.ndjson 'length == 9 and ([.[].body | fromjson.to] | unique | length) == 9'
  }
  webhook_config >"$ORG_DIR/olivia/config.toml"
  forget_arrived
  gathers 4
  expect_exit 0 go four
  json_lines '.[-1].sent == 9'
  told_each_once
  arrived requests.ndjson '[.[].at_once] | max == 4'
  forget_arrived
  { webhook_config && echo connections = 7; } >"$ORG_DIR/olivia/config.toml"
  gathers 7
  expect_exit 0 go seven
  told_each_once
  arrived requests.ndjson '[.[].at_once] | max == 7'
  forget_arrived
  { webhook_config && echo connections = 1; } >"$ORG_DIR/olivia/config.toml"
  expect_exit 0 go one
  told_each_once
  arrived requests.ndjson '[.[].at_once] | max == 1'
  # One that is refused is nobody else's business, whichever connection it went over.
  forget_arrived
  webhook_config >"$ORG_DIR/olivia/config.toml"
  gathers 4
  answers http 200 200 400 200 200 400
  expect_exit 8 go refused
  json_lines '.[-1] | .sent == 7 and .failed == 2'
  told_each_once
  forget_arrived
  expect_exit 0 as olivia bulk resume refused --json
  arrived requests.ndjson 'length == 2'
}

@test "the rate of notices holds over all connections" {
  { echo to && printf 'p%s\n' 1 2 3 4 5; } >five.csv
  echo "Five" >text
  { webhook_config && printf 'rate = "60/m"\nconnections = 4\n'; } >"$ORG_DIR/olivia/config.toml"
  forget_arrived
  SECONDS=0
  expect_exit 0 as olivia bulk run five.csv --template text --purpose billing --passcode none --job slow
  [ $SECONDS -ge 3 ]
  arrived requests.ndjson 'length == 5'
}
