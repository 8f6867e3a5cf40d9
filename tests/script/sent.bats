# sealpost sent: what left this device.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

@test "messages are listed in order, with everything but the text" {
  expect_exit 0 as olivia sent --json
  [ -z "$output" ]
  one=$(as olivia send --to dr.lee --subject One 'body text')
  echo data >file.txt
  two=$(as olivia send --to dr.lee --file file.txt)
  expect_exit 0 as olivia sent --json
  json_lines '[.[].id] == [$one, $two]' --arg one "$one" --arg two "$two"
  json_lines '.[0] | .type == "message" and .subject == "One" and .to == ["dr.lee"] and .confirmed'
  json_lines '.[1].attachments == [{"name":"file.txt","size":5}]'
  lacks "$output" "body text"
  expect_exit 0 as olivia sent
  contains "$output" One
}

@test "it works without the relay" {
  stop_relay
  expect_exit 0 as olivia sent --json
  json_lines 'length == 2'
  start_relay
}

@test "the vault and the relay hold neither subject nor text nor file name in the clear" {
  as olivia send --to dr.lee --subject CANARYSUBJECT 'CANARYBODY' --file - --file-name CANARYNAME <<<CANARYFILE
  as dr.lee inbox >/dev/null
  never grep -raq CANARY "$ORG_DIR/olivia" "$ORG_DIR/dr.lee" "$RELAY_DIR" "$ORG_DIR/relay.log"
}
