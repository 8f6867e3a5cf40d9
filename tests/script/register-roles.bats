# Who may do what with contacts, consents, agreements and groups, verb by verb.
load support

setup_file() {
  start_org olivia dr.lee
  as olivia contact list >/dev/null
  add_member pat privacy
  add_member robot service --purpose billing
  add_member aud auditor
  add_member ann admin
  cd "$ORG_DIR" || return 1
  echo proof >proof.txt
  as olivia contact add jane-doe --name 'Jane Doe' >/dev/null
  as olivia contact add joe-roe >/dev/null
  as olivia consent grant jane-doe --purpose billing --channel link-sms --method paper \
    --evidence proof.txt --disclosure proof.txt >/dev/null
  as olivia consent revoke joe-roe --word 'please stop' --yes >/dev/null
  as olivia agreement add lab-one --kind baa --file proof.txt >/dev/null
  as olivia group add icu --member dr.lee >/dev/null
  local who
  for who in pat robot ann; do
    as olivia inbox >/dev/null
    as $who contact list >/dev/null 2>&1 || true # takes the keys
    as $who group list >/dev/null 2>&1 || true
  done
  WAITING=$(as olivia consent review --json | jq -r .id)
  export WAITING
}
teardown_file() { stop_org; }

entries() { as olivia audit query --event register.append --json | wc -l; }

# Every verb that reads, and what it needs besides.
reading() {
  cat <<'VERBS'
contact list
contact show jane-doe
contact export
consent show jane-doe
consent show jane-doe --save .
consent list
consent check jane-doe --purpose billing
consent review
consent export
consent export --format csv
agreement list
agreement show lab-one
agreement show lab-one --save .
group list
group show icu
VERBS
}

# Every verb that writes.
writing() {
  cat <<'VERBS'
contact add new-one
contact edit jane-doe --phone +15550100
contact edit jane-doe --hold court
contact remove jane-doe --yes
contact remove jane-doe --shred --yes
contact import people.csv
consent grant jane-doe --purpose billing --channel sms --method web
consent grant jane-doe --purpose billing --channel sms --method web --evidence people.csv
consent revoke jane-doe --yes
consent revoke jane-doe --word hm --yes
consent review ID --revoke --yes
consent review ID --dismiss --yes
consent import consents.csv
agreement add Other --kind baa
agreement add Other --kind baa --file people.csv
agreement remove lab-one --yes
group add other --member dr.lee
group edit icu --remove dr.lee
group remove icu --yes
VERBS
}

# each LIST STATUS USER: every verb of the list ends with this status for that user.
each() {
  local list=$1 status=$2 who=$3 line words
  printf 'id\nnew-two\n' >people.csv
  printf 'contact,purpose,channel,method\njane-doe,billing,phone,web\n' >consents.csv
  while read -r line; do
    line=${line//ID/$WAITING}
    read -ra words <<<"$line"
    expect_exit "$status" as "$who" "${words[@]}" </dev/null || return 1
    if ((status == 5)); then
      expect_exit 5 as "$who" "${words[@]}" --json </dev/null || return 1
      [ "$(error_code)" = denied ] || return 1
      [ -z "$output" ] || return 1
    fi
  done < <("$list")
}

@test "privacy reads everything, evidence and disclosures too, and writes nothing" {
  each reading 0 pat
  [ "$(<proof.txt)" = proof ]
  before=$(entries)
  each writing 5 pat
  [ "$(entries)" = "$before" ]
}

@test "a service reads what it may send for, and writes nothing" {
  each reading 0 robot
  before=$(entries)
  each writing 5 robot
  [ "$(entries)" = "$before" ]
}

@test "an auditor reads nothing of the register, and writes nothing" {
  before=$(entries)
  each reading 5 aud
  each writing 5 aud
  [ "$(entries)" = "$before" ]
}

@test "an auditor's device holds nothing of it either" {
  never grep -rqaF -e jane-doe -e 'Jane Doe' -e lab-one "$ORG_DIR/aud"
  expect_exit 5 as aud contact list --offline
  [ -z "$output" ]
}

@test "an admin reads and writes" {
  each reading 0 ann
  expect_exit 0 as ann contact add by-ann
  expect_exit 0 as ann consent grant by-ann --purpose billing --channel sms --method web
  expect_exit 0 as ann consent revoke by-ann --yes
  expect_exit 0 as ann group add by-ann --member dr.lee
  expect_exit 0 as ann agreement add 'By Ann' --kind training
  expect_exit 0 as ann consent review "$WAITING" --dismiss --yes
}

@test "a service's consents are asked for its purposes at the gate, and the answer is the register's" {
  expect_exit 6 as robot send --to contact:joe-roe --purpose billing text
  expect_exit 2 as robot send --to contact:jane-doe --purpose billing text
  contains "$errors" "date of birth"
}
