# send --to contact: links for people without the program, and what comes back through them
load support

setup_file() {
  start_org olivia dr.lee
  as olivia contact list >/dev/null
  as dr.lee inbox >/dev/null
  as olivia contact add jane-doe --phone +15550100 >/dev/null
  as dr.lee consent grant jane-doe --purpose appointment-reminder --purpose billing \
    --channel link-sms --method paper --warned >/dev/null
  as olivia contact edit jane-doe --birthdate 1984-02-29 >/dev/null
}
teardown_file() { stop_org; }

node() { "$BATS_TEST_DIRNAME/../interop/node_modules/.bin/node" "$@"; }
visit() { node "$BATS_TEST_DIRNAME/../support/visitor.mjs" "$@"; }
# The address of a new link to jane, by dr.lee.
link() {
  as dr.lee send --to contact:jane-doe --purpose appointment-reminder --json "$@" | jq -er .link.address
}

@test "a link opens with the date of birth, once, and its sender sees that" {
  address=$(link --subject 'Your appointment' 'See you Tuesday 9:40')
  [[ $address =~ ^https://127.0.0.1:[0-9]+/l#[A-Za-z0-9_-]{22}$ ]]
  expect_exit 0 visit look "$address"
  json '.state == "open" and .passcode == "birthdate" and .purpose == "appointment-reminder"'
  expect_exit 0 visit open "$address" --passcode 1984-02-29
  json '.text == "See you Tuesday 9:40" and .subject == "Your appointment"'
  expect_exit 0 visit look "$address"
  json '.state == "spent"'
  expect_exit 1 visit open "$address" --passcode 1984-02-29
  json '.refused == 409'
  as dr.lee inbox >/dev/null
  expect_exit 0 as dr.lee receipt list --json
  jq -es 'last | .to == "contact:jane-doe" and .state == "opened-by-link"' <<<"$output"
}

@test "a wrong passcode is counted, the fifth locks, and the sender sees that" {
  address=$(link 'See you')
  for left in 5 4 3 2 1; do
    expect_exit 0 visit look "$address"
    json ".tries == $left"
    expect_exit 1 visit open "$address" --passcode 1984-03-01
    json '.refused == 401'
  done
  expect_exit 0 visit look "$address"
  json '.state == "locked"'
  expect_exit 1 visit open "$address" --passcode 1984-02-29
  as dr.lee inbox >/dev/null
  expect_exit 0 as dr.lee receipt list --json
  jq -es 'last | .state == "link-locked"' <<<"$output"
}

@test "a passcode that was agreed on comes from a file, and none takes a warning" {
  printf 'Tünnel 7\n' >"$BATS_TEST_TMPDIR/code"
  address=$(link --passcode-file "$BATS_TEST_TMPDIR/code" 'See you')
  expect_exit 0 visit open "$address" --passcode 'Tünnel 7'
  address=$(link --passcode none 'See you')
  expect_exit 0 visit open "$address"
  json '.text == "See you"'
  as olivia contact add rob-roe --phone +15550101 >/dev/null
  as dr.lee consent grant rob-roe --purpose billing --channel link-sms --method paper >/dev/null
  expect_exit 2 as dr.lee send --to contact:rob-roe --purpose billing --passcode none text
  contains "$errors" "without a passcode"
  expect_exit 2 as dr.lee send --to contact:rob-roe --purpose billing text
  contains "$errors" "date of birth"
  expect_exit 4 as dr.lee send --to contact:rob-roe --purpose billing --passcode ask text </dev/null
  for wrong in '--passcode maybe' '--max-views 0' '--max-views 1001' '--passcode none --passcode-file /dev/null'; do
    # shellcheck disable=SC2086
    expect_exit 2 as dr.lee send --to contact:jane-doe --purpose billing $wrong text
  done
  expect_exit 2 as dr.lee send --to contact:jane-doe --to olivia --purpose billing text
  expect_exit 2 as dr.lee send --to olivia --max-views 2 text
}

@test "without leave nothing is made, and the log has the decision" {
  expect_exit 6 as dr.lee send --to contact:jane-doe --purpose test-results text
  contains "$errors" "test-results"
  expect_exit 3 as dr.lee send --to contact:nobody --purpose billing text
}

@test "the same key sends once and prints the same address" {
  first=$(link --key visit-7 'See you')
  expect_exit 0 as dr.lee send --to contact:jane-doe --purpose appointment-reminder --key visit-7 --json 'See you'
  json ".duplicate and .link.address == \"$first\""
  expect_exit 9 as dr.lee send --to contact:jane-doe --purpose appointment-reminder --key visit-7 'Other'
  printf '1234\n' >"$BATS_TEST_TMPDIR/code"
  expect_exit 9 as dr.lee send --to contact:jane-doe --purpose appointment-reminder --key visit-7 \
    --passcode-file "$BATS_TEST_TMPDIR/code" 'See you'
  expect_exit 9 as dr.lee send --to contact:jane-doe --purpose appointment-reminder --key visit-7 \
    --max-views 2 'See you'
}

@test "replies and confirmations come to the sender, once each, and to nobody else" {
  address=$(link --max-views 3 'See you')
  expect_exit 0 visit reply "$address" --passcode 1984-02-29 --text 'Thank you ☺'
  expect_exit 0 visit confirm "$address" --passcode 1984-02-29
  expect_exit 0 as olivia inbox --json
  [ -z "$output" ]
  expect_exit 0 as dr.lee inbox --unread --json
  jq -es 'length == 2 and all(.from == "contact:jane-doe" and .expires == null) and
          (map(.confirms) == [false, true])' <<<"$output"
  number=$(jq -s '.[0].number' <<<"$output")
  expect_exit 0 as dr.lee read "$number"
  contains "$output" 'Thank you ☺'
  expect_exit 0 as dr.lee inbox --unread --json
  jq -es 'length == 1' <<<"$output"
  expect_exit 0 as dr.lee inbox --json
  jq -es 'length == 2' <<<"$output"
}

@test "a reply that may mean stop pauses the contact, a word that means it ends the purpose" {
  as olivia contact add ann-poe --phone +15550103 --birthdate 1991-01-01 >/dev/null
  as dr.lee consent grant ann-poe --purpose appointment-reminder --purpose billing --channel link-sms \
    --method paper >/dev/null
  to_ann() {
    as dr.lee send --to contact:ann-poe --purpose "$1" --json 'See you' --max-views 3 | jq -er .link.address
  }
  address=$(to_ann billing)
  # What has nothing to do with it changes nothing.
  expect_exit 0 visit reply "$address" --passcode 1991-01-01 --text 'Thank you, see you on Friday'
  as dr.lee inbox >/dev/null
  expect_exit 0 as olivia consent review --json
  [ -z "$output" ]
  expect_exit 0 visit reply "$address" --passcode 1991-01-01 --text 'please do not text me so early'
  expect_exit 0 as dr.lee inbox --json
  json_lines 'any(.from == "contact:ann-poe")'
  expect_exit 6 as dr.lee send --to contact:ann-poe --purpose appointment-reminder again
  contains "$errors" "consent review"
  expect_exit 0 as olivia consent review --json
  json_lines 'length == 1 and .[0].word == "please do not text me so early"'
  pause=$(jq -r .id <<<"$output")
  expect_exit 0 as olivia consent review "$pause" --dismiss --yes
  as dr.lee inbox >/dev/null
  address=$(to_ann billing)
  # A word that the page does not know is known here.
  expect_exit 0 visit reply "$address" --passcode 1991-01-01 --text 'Revocar!'
  as dr.lee inbox >/dev/null
  as dr.lee inbox >/dev/null
  expect_exit 6 as olivia consent check ann-poe --purpose billing
  expect_exit 0 as olivia consent check ann-poe --purpose appointment-reminder
  expect_exit 0 as olivia consent show ann-poe --json
  json_lines '[.. | objects | select(.word? == "Revocar!")] | length == 1'
}

@test "an attachment is fetched leaf by leaf, and is what was sent" {
  head -c 2500000 /dev/urandom >"$BATS_TEST_TMPDIR/scan.pdf"
  address=$(link --file "$BATS_TEST_TMPDIR/scan.pdf")
  expect_exit 0 visit save "$address" --passcode 1984-02-29 --into "$BATS_TEST_TMPDIR/got"
  json '.name == "scan.pdf" and .size == 2500000'
  cmp "$BATS_TEST_TMPDIR/scan.pdf" "$BATS_TEST_TMPDIR/got"
}

@test "who stops a purpose is not written to for it, at once, and the register says so" {
  as olivia contact add sam-poe --phone +15550102 --birthdate 1990-01-01 >/dev/null
  as dr.lee consent grant sam-poe --purpose appointment-reminder --purpose billing --channel link-sms \
    --method paper >/dev/null
  address=$(as dr.lee send --to contact:sam-poe --purpose billing --json 'Your bill' | jq -er .link.address)
  expect_exit 0 visit stop "$address"
  expect_exit 6 as dr.lee send --to contact:sam-poe --purpose billing again
  expect_exit 0 as dr.lee send --to contact:sam-poe --purpose appointment-reminder fine
  as olivia inbox >/dev/null
  as dr.lee inbox >/dev/null
  expect_exit 6 as dr.lee consent check sam-poe --purpose billing
  contains "$errors" revoked
  expect_exit 0 as dr.lee consent show sam-poe --json
  jq -e '[.revocations[]?] | length == 1' <<<"$output"
  as dr.lee consent grant sam-poe --purpose billing --channel link-sms --method paper --yes >/dev/null
  expect_exit 0 as dr.lee send --to contact:sam-poe --purpose billing again
  expect_exit 0 visit stop "$address" --scope all
  expect_exit 6 as dr.lee send --to contact:sam-poe --purpose appointment-reminder text
}

@test "an address that is cut or changed opens nothing" {
  address=$(link 'See you')
  expect_exit 1 visit look "${address%????}AAAA"
  json '.refused == 404'
  curl -ksf "${address%%#*}" | grep -q 'sealpost\|Private message'
  expect_exit 0 visit look "$address"
  json '.state == "open"'
}
