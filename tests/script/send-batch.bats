# sealpost send --batch: messages as lines of JSON in, what became of each as lines of JSON out.
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  as olivia contact add jane-doe --name "Jane Doe" --phone +15550100 --birthdate 1980-02-29 >/dev/null
  as olivia contact add john-roe --phone +15550101 --birthdate 1981-01-01 >/dev/null
  as olivia consent grant jane-doe --purpose general --channel link-sms --method paper >/dev/null
}
teardown_file() { stop_org; }

batch() { as olivia send --batch -; }
received() { as "$1" inbox --json | jq -s --arg s "$2" 'map(select(.subject == $s)) | length'; }

@test "members, groups and contacts in one batch, and each line has its answer" {
  as olivia group add pair --member dr.lee --member nurse.kim >/dev/null
  echo one >one.txt
  cat >lines <<END
{"to":"dr.lee","text":"hello","subject":"One","key":"1"}
{"to":["dr.lee","nurse.kim"],"text":"both","subject":"Two","purpose":"general","expires":"2d"}

{"to":"group:pair","text":"pair","subject":"Three"}
{"to":"contact:jane-doe","text":"see you","max-views":2}
{"to":"contact:jane-doe","text":"asked","passcode":"ask","code":"blue horse"}
{"to":"dr.lee","subject":"Four","files":["one.txt"]}
END
  expect_exit 0 as olivia send --batch lines
  json_lines 'length == 6 and all(.type == "sent")'
  json_lines 'map(.line) | sort == [1, 2, 4, 5, 6, 7]'
  json_lines 'any(.line == 1 and .key == "1" and (.recipients | length) == 1)'
  json_lines 'any(.line == 2 and (.recipients | length) == 2)'
  json_lines 'any(.line == 5 and .link.passcode == "birthdate")'
  json_lines 'any(.line == 6 and .link.passcode == "ask")'
  for subject in One Two Three Four; do [ "$(received dr.lee $subject)" = 1 ]; done
  [ "$(received nurse.kim Three)" = 1 ]
  id=$(as dr.lee inbox --json | jq -r 'select(.subject == "Four").id')
  mkdir saved
  as dr.lee read "$id" --save saved >/dev/null
  [ "$(<saved/one.txt)" = one ]
  never grep -q "blue horse" <<<"$output$errors"
  # What a line says of its link and its end counts.
  visit() { "$BATS_TEST_DIRNAME/../interop/node_modules/.bin/node" "$BATS_TEST_DIRNAME/../support/visitor.mjs" "$@"; }
  address_of() { jq -rs --argjson line "$1" '.[] | select(.line == $line).link.address' <<<"$answers"; }
  answers=$output
  expect_exit 0 visit open "$(address_of 6)" --passcode "blue horse"
  for _ in 1 2; do expect_exit 0 visit open "$(address_of 5)" --passcode 1980-02-29; done
  expect_exit 1 visit open "$(address_of 5)" --passcode 1980-02-29
  expect_exit 0 as olivia sent --json
  json_lines 'any(.subject == "Two" and ((.expires | fromdateiso8601) - (.sent | fromdateiso8601)) < 172810)'
}

@test "lines that are wrong are said to be, and the others are sent" {
  cat >lines <<'END'
{"to":"dr.lee","text":"good","subject":"Good"}
not json
{"to":"nobody","text":"x"}
{"to":"contact:john-roe","text":"x"}
{"to":"dr.lee","text":"x","colour":"red"}
{"to":"dr.lee"}
{"text":"x"}
{"to":"dr.lee","text":"x","purpose":"genral"}
{"to":"dr.lee","text":"x","files":["none.txt"]}
{"to":7,"text":"x"}
{"to":"dr.lee","text":"x","passcode":"none"}
{"to":"dr.lee","text":"x","partial":"yes"}
["dr.lee","x"]
{"to":"contact:jane-doe","text":"x","passcode":"ask"}
{"to":"contact:jane-doe","text":"x","code":"blue horse"}
{"to":["dr.lee","nobody"],"text":"some","subject":"Some","partial":true}
{"to":"dr.lee","text":"x","subject":"a\nb"}
END
  expect_exit 8 as olivia send --batch lines
  json_lines 'map(select(.type == "sent").line) == [1, 16]'
  json_lines 'any(.line == 14 and .code == "usage") and any(.line == 15 and .code == "usage")'
  json_lines 'map(select(.type == "not-sent")) | length == 15 and all(.message != "")'
  json_lines 'any(.line == 2 and .code == "usage")'
  json_lines 'any(.line == 3 and .code == "not-found")'
  json_lines 'any(.line == 4 and .code == "no-consent")'
  json_lines 'any(.line == 5 and (.message | contains("colour")))'
  json_lines 'any(.line == 8 and (.hint | contains("general")))'
  contains "$errors" "16 of 17 messages were not sent"
  [ "$(received dr.lee Good)" = 1 ]
}

@test "a line that is too long costs one line" {
  {
    printf '{"to":"dr.lee","subject":"Long","text":"'
    head -c 13000000 /dev/zero | tr '\0' x
    printf '"}\n{"to":"dr.lee","subject":"Behind","text":"short"}'
  } >lines
  expect_exit 8 as olivia send --batch lines
  json_lines 'any(.line == 1 and .type == "not-sent") and any(.line == 2 and .type == "sent")'
  [ "$(received dr.lee Behind)" = 1 ]
}

@test "whoever waits for the answer gets it before the next line" {
  coproc TALK { SEALPOST_HOME=$ORG_DIR/olivia exec "$SEALPOST" send --batch - 2>talk.err 3>&-; }
  for n in 1 2 3; do
    echo "{\"to\":\"dr.lee\",\"text\":\"x\",\"subject\":\"Talk $n\"}" >&"${TALK[1]}"
    read -r -t 30 answer <&"${TALK[0]}"
    [ "$(jq -r .line <<<"$answer")" = "$n" ]
    [ "$(received dr.lee "Talk $n")" = 1 ]
  done
  pid=$TALK_PID
  eval "exec ${TALK[1]}>&-"
  wait "$pid"
}

@test "the same keys again send nothing, and other content is refused" {
  seq 300 | jq -c '{to: "dr.lee", text: "t", subject: "Keyed", key: "k\(.)"}' >lines
  jq -c . lines | head -1 >>lines
  expect_exit 0 batch <lines
  json_lines 'length == 301 and (map(select(.duplicate)) | length) == 1'
  expect_exit 0 batch <lines
  json_lines 'all(.duplicate)'
  [ "$(received dr.lee Keyed)" = 300 ]
  echo '{"to":"dr.lee","text":"other","subject":"Keyed","key":"k1"}' >lines
  expect_exit 8 batch <lines
  json_lines '.[0].code == "conflict"'
}

@test "killed in the middle and sent again, each is there once" {
  seq 1000 | jq -c '{to: "dr.lee", text: "t", subject: "Cut", key: "c\(.)"}' >lines
  for naps in 0.2 0.5 0.8; do
    SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" send --batch lines >/dev/null 2>&1 </dev/null 3>&- &
    pid=$!
    sleep $naps
    kill -KILL $pid 2>/dev/null || true
    wait $pid || true
  done
  expect_exit 0 as olivia send --batch lines
  [ "$(received dr.lee Cut)" = 1000 ]
  expect_exit 0 as olivia outbox list
  [ -z "$output" ]
}

@test "a relay that is away is 75, and nothing is lost" {
  stop_relay
  echo '{"to":"dr.lee","text":"t","subject":"Away","key":"away"}' >lines
  expect_exit 75 as olivia send --batch lines
  [ -z "$output" ]
  start_relay
  expect_exit 0 as olivia send --batch lines
  [ "$(received dr.lee Away)" = 1 ]
}

@test "a batch says everything itself" {
  expect_exit 2 as olivia send --batch - --to dr.lee
  expect_exit 2 as olivia send --batch - --key one
  expect_exit 2 as olivia send --batch ""
  expect_exit 3 as olivia send --batch none
  expect_exit 2 as olivia send
  contains "$errors" "a message needs a recipient"
  expect_exit 0 as olivia send --batch - </dev/null
  [ -z "$output" ]
}
