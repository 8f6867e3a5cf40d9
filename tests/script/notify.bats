# notify test: a real mail server and a real gateway, both under TLS, and programs
load support
load notices

setup_file() {
  start_servers
  start_org olivia
}
teardown_file() {
  stop_servers
  stop_org
}

# configure TOML...: the configuration file.
configure() { printf '%s\n' "$@" >"$ORG_DIR/olivia/config.toml"; }
notify() { as olivia notify test --json "$@"; }
setup() {
  fresh_home
  forget_arrived
}

@test "a mail arrives over STARTTLS and AUTH, with the notice's id and nothing of a message" {
  configure "$(smtp_config)"
  expect_exit 0 notify --via email jane@a.example
  json '.type == "notice-test" and .channel == "email" and .via == "smtp" and .state == "sent"
    and .address == "jane@a.example"'
  id=$(field .id)
  contains "$(field .text)" "$RELAY_URL/l#AAAAAAAAAAAAAAAAAAAAAA"
  arrived mails.ndjson 'length == 1 and .[0].tls and .[0].auth and .[0].to == ["jane@a.example"]
    and .[0].from == "no-reply@mercy.example"'
  arrived mails.ndjson '.[0].data | contains("Message-ID: <'"$id"'@mercy.example>")
    and contains("To: <jane@a.example>") and contains("From: \"mercy.example\" <no-reply@mercy.example>")
    and contains("Content-Transfer-Encoding: quoted-printable")'
  # An independent reader finds the text that was printed.
  jq -r .data "$SERVERS/mails.ndjson" | python3 -c '
import email, email.policy, sys
mail = email.message_from_file(sys.stdin, policy=email.policy.default)
print(mail["Subject"], mail.get_content(), sep="\n")' >mail
  contains "$(<mail)" "A message from mercy.example"
  contains "$(<mail)" "$RELAY_URL/l#AAAAAAAAAAAAAAAAAAAAAA"
  expect_exit 0 as olivia notify test --via email --language es-MX jane@a.example
  contains "$output" "taken by smtp for jane@a.example"
  arrived mails.ndjson 'length == 2 and (.[1].data | contains("Subject: Un mensaje de mercy.example"))'
  expect_exit 0 as olivia notify test --via email --language ES jane@a.example
  arrived mails.ndjson 'length == 3 and (.[2].data | contains("Subject: Un mensaje de mercy.example"))'
}

@test "a subject and a name in another script arrive as they were" {
  configure '[notify]' 'organisation = "Clínica Señal ☺"' "$(smtp_config)"
  expect_exit 0 notify --via email --language es jane@a.example
  arrived mails.ndjson '.[0].data | test("^[ -~\\r\\n]*$")'
  jq -r .data "$SERVERS/mails.ndjson" | python3 -c '
import email, email.policy, sys
mail = email.message_from_file(sys.stdin, policy=email.policy.default)
print(mail["Subject"], mail["From"].addresses[0].display_name, sep="|")' >mail
  [[ $(<mail) == "Un mensaje de Clínica Señal ☺|Clínica Señal ☺" ]]
}

@test "greylisting is waited out, and a mailbox that is refused fails at once" {
  configure "$(smtp_config)"
  answers mail "451 4.7.1 greylisted" "450 4.2.0 try again"
  expect_exit 0 notify --via email jane@a.example
  arrived rcpts.ndjson 'length == 3'
  forget_arrived
  answers mail "550 5.1.1 no such user"
  expect_exit 8 notify --via email jane@a.example
  json '.state == "failed" and (.reason | contains("550 5.1.1 no such user"))'
  [[ $(error_code) == partial ]]
  arrived rcpts.ndjson 'length == 1'
  never test -e "$SERVERS/mails.ndjson"
  forget_arrived
  answers mail "451 1" "451 2" "451 3" "451 4" "451 5"
  expect_exit 75 notify --via email jane@a.example
  arrived rcpts.ndjson 'length == 4'
}

@test "a server without the right certificate, without STARTTLS, or that refuses the password gets nothing" {
  configure "$(smtp_config | grep -v ca-file)"
  expect_exit 8 notify --via email jane@a.example
  json '.reason | contains("certificate")'
  configure "$(smtp_config | sed "s/localhost/127.0.0.1/")"
  expect_exit 8 notify --via email jane@a.example
  json '.reason | contains("certificate")'
  configure "$(smtp_config | sed "s/:$SMTP/:$OPEN/")"
  expect_exit 8 notify --via email jane@a.example
  json '.reason | contains("STARTTLS")'
  echo wrong >other-password
  chmod 600 other-password
  configure "$(smtp_config | sed "s|^secret-file.*|secret-file = \"$PWD/other-password\"|")"
  expect_exit 8 notify --via email jane@a.example
  json '.reason | contains("535")'
  never test -e "$SERVERS/mails.ndjson"
}

@test "smtps and a server that is away" {
  configure "$(smtp_config | sed "s/smtp:.*:$SMTP/smtps:\/\/localhost:$SMTPS/" |
    grep -v 'user\|secret')"
  expect_exit 0 notify --via email jane@a.example
  arrived mails.ndjson 'length == 1'
  configure "$(smtp_config | sed "s/:$SMTP/:$(free_port)/")"
  expect_exit 75 notify --via email jane@a.example
  contains "$errors" "try again"
}

@test "a gateway gets a request with everything escaped, the secret and the notice's id" {
  configure "$(webhook_config)"
  expect_exit 0 notify --via sms +15550100
  id=$(field .id)
  arrived requests.ndjson 'length == 1 and .[0].method == "POST" and .[0].path == "/send"
    and .[0].headers["idempotency-key"] == "'"$id"'" and .[0].headers["x-kind"] == "notice"
    and .[0].headers["content-type"] == "application/json"
    and .[0].headers.authorization == "Bearer pass: w0rd\"\\"'
  arrived requests.ndjson '.[0].body | fromjson | .to == "+15550100" and .ref == "'"$id"'"
    and (.text | startswith("mercy.example: you have a private message."))'
  forget_arrived
  configure '[notify]' "organisation = 'St. \"Ann\" / Lab'" "$(webhook_config)"
  expect_exit 0 notify --via sms +15550100
  arrived requests.ndjson '.[0].body | fromjson | .text | startswith("St. \"Ann\" / Lab: you")'
  forget_arrived
  expect_exit 0 notify --via sms +15550100
  configure "$(webhook_config | sed -e 's/^header.Auth.*/user = "mercy"/' -e 's/X-Kind/X-Other/' \
    -e "s/^body.*/body = 'to={address}\&text={text}'\ncontent-type = 'application\/x-www-form-urlencoded'\nmethod = 'PUT'\nidempotency-header = 'X-Ref'/")"
  expect_exit 0 notify --via sms +15550100
  arrived requests.ndjson '.[1].method == "PUT" and .[1].headers["x-ref"] != null
    and (.[1].body | startswith("to=%2B15550100&text=mercy.example%3A%20you"))
    and (.[1].headers.authorization | startswith("Basic "))'
}

@test "a gateway's answers: what passes is tried again, what does not fails at once" {
  configure "$(webhook_config)"
  answers http "503 busy" "429 slow" "408 late"
  expect_exit 0 notify --via sms +15550100
  arrived requests.ndjson 'length == 4 and ([.[].headers["idempotency-key"]] | unique | length == 1)'
  forget_arrived
  answers http "429 after=3"
  SECONDS=0
  expect_exit 0 notify --via sms +15550100
  [ $SECONDS -ge 2 ]
  forget_arrived
  answers http "503 after=3600"
  expect_exit 75 notify --via sms +15550100
  arrived requests.ndjson 'length == 1'
  forget_arrived
  answers http '400 who says pass: w0rd"\ has no right'
  expect_exit 8 notify --via sms +15550100
  json '.reason | contains("who says *** has no right")'
  for status in 400 401 404 302; do
    forget_arrived
    answers http "$status no, not BODY"
    expect_exit 8 notify --via sms +15550100
    json ".reason | startswith(\"the gateway answered $status: no, not \")"
    lacks "$(field .reason)" AAAAAAAAAAAAAAAAAAAAAA
    lacks "$output$errors" 'w0rd'
    arrived requests.ndjson 'length == 1'
  done
  configure "$(webhook_config)" 'expect-status = "201"'
  expect_exit 8 notify --via sms +15550100
  json '.reason | contains("202")'
}

@test "plain http is for this machine alone" {
  configure "$(webhook_config | sed "s|https://localhost:$HTTPS|http://127.0.0.1:$HTTP|")"
  expect_exit 0 notify --via sms +15550100
  configure "$(webhook_config | sed "s|https://localhost:$HTTPS|http://gateway.example|")"
  expect_exit 2 notify --via sms +15550100
  contains "$errors" "notify.sms: url is not https"
}

@test "a command gets JSON on its standard input" {
  cat >program <<'SH'
#!/bin/sh
cat >>"$(dirname "$0")/got"
exit "${1:-0}"
SH
  chmod +x program
  configure '[notify.sms]' 'via = "command"' "command = \"$PWD/program\"" \
    '[notify.email]' 'via = "command"' "command = \"$PWD/program 75\""
  expect_exit 0 notify --via command +15550100
  json '.channel == "sms" and .via == "command"'
  output=$(<got)
  json '.type == "notice" and .channel == "sms" and .address == "+15550100" and .subject == ""
    and (.text | length > 60)'
  expect_exit 75 notify --via command jane@a.example
  json '.channel == "email" and .reason == "the command ended with status 75"'
  configure "$(smtp_config)"
  expect_exit 2 notify --via command jane@a.example
}

@test "no secret gets into arguments, output, or config show" {
  configure "$(webhook_config)"
  expect_exit 0 as olivia config show
  contains "$output" "notify.sms.url"
  contains "$output" "(not shown)"
  contains "$output" "https://localhost:$HTTPS/..."
  lacks "$output" "Bearer"
  lacks "$output" "/send"
  lacks "$output" '{address}'
  expect_exit 0 as olivia config show --json
  json_lines 'any(.key == "notify.sms.via" and .value == "webhook" and .origin == "config")
    and all(.value | contains("Bearer") | not)'
  strace -f -qq -s 4096 -e trace=execve -o trace "$SEALPOST" --version >/dev/null || skip "no strace here"
  SEALPOST_HOME=$ORG_DIR/olivia strace -f -qq -s 4096 -v -e trace=execve -o trace "$SEALPOST" notify \
    test --via sms +15550100 >/dev/null
  never grep -q w0rd trace
}

@test "what cannot work is said, with channel and key, before anything is sent" {
  refused() {
    local why=$1
    shift
    configure "$@"
    expect_exit 2 notify --via sms +15550100
    contains "$errors" "$why"
  }
  refused "notify.sms: via is missing" '[notify.sms]' 'url = "https://a.example"'
  refused 'unknown key' '[notify.sms]' 'colour = "red"'
  refused 'is no key for via' '[notify.sms]' 'via = "command"' 'command = "true"' 'url = "https://a.example"'
  refused '{link} is missing' "$(webhook_config)" 'template.en = "Hello {stop}"'
  refused '{stop} is missing' "$(webhook_config)" 'template.en = "Hello {link}"'
  refused 'is no placeholder' "$(webhook_config)" 'template.en = "{subject} {link} {stop}"'
  refused 'and 160 are one' "$(webhook_config)" "template.en = \"$(printf 'x%.0s' {1..120}){link} {stop}\""
  refused 'the GSM alphabet' "$(webhook_config)" 'template.en = "ú {link} {stop}"'
  refused 'body is no JSON' "$(webhook_config | sed "s/^body.*/body = '{\"to\": {address}, \"text\": \"{text}\"}'/")"
  refused 'body has no {address}' "$(webhook_config | sed "s/^body.*/body = '{\"text\": \"{text}\"}'/")"
  refused 'body has no {text}' "$(webhook_config | sed "s/^body.*/body = '{\"to\": \"{address}\"}'/")"
  refused 'no such file' "$(webhook_config | sed 's|^secret-command.*|secret-file = "/nowhere"|')" ||
    refused 'No such file' "$(webhook_config | sed 's|^secret-command.*|secret-file = "/nowhere"|')"
  refused 'secret-command failed' "$(webhook_config | sed 's|^secret-command.*|secret-command = "false"|')"
  chmod 644 "$SERVERS/password"
  refused 'open to other users' "$(webhook_config | sed "s|^secret-command.*|secret-file = \"$SERVERS/password\"|")"
  chmod 600 "$SERVERS/password"
  refused 'not configured' "$(smtp_config)"
  configure "$(webhook_config)"
  expect_exit 2 notify --via sms jane@a.example
  expect_exit 2 notify --via pigeon +15550100
  never test -e "$SERVERS/requests.ndjson"
}

@test "a profile's channel replaces the general one whole" {
  configure '[notify.sms]' 'via = "command"' 'command = "false"' \
    "$(webhook_config | sed 's/notify.sms/profile.olivia.notify.sms/')"
  expect_exit 0 notify --via sms +15550100
  json '.via == "webhook"'
}
