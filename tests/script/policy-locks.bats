# What a policy asks of open vaults and old passphrases, and that every device obeys

load support

setup_file() {
  needs_faketime
  start_org olivia dr.lee
  as olivia policy set idle-lock 1m >/dev/null
  as olivia policy set passphrase-age 30d >/dev/null
  as dr.lee inbox >/dev/null
}
teardown_file() { stop_org; }

# days N COMMAND...: dr.lee's machine N days later.
days() {
  by_clock "$T/later" "FAKETIME=+${1}d"
  shift
  SEALPOST=$T/later as dr.lee "$@"
}

@test "a running agent hears of an idle lock with the next command" {
  as dr.lee key show >/dev/null
  expect_exit 0 as dr.lee status --json
  json '.locked == false and .remaining <= 60'
}

@test "unlock goes no further than the policy, and says so" {
  expect_exit 0 as dr.lee unlock --idle 8h --passphrase-file "$PASSFILE" --json 3>&-
  json '.idle == 60'
  expect_exit 0 as dr.lee unlock --idle 30s --passphrase-file "$PASSFILE" --json 3>&-
  json '.idle == 30'
}

@test "a young passphrase is nobody's business, an older one is warned of" {
  expect_exit 0 days 10 key show --passphrase-file "$PASSFILE"
  lacks "$errors" passphrase
  expect_exit 0 days 20 key show --passphrase-file "$PASSFILE"
  contains "$errors" "key passphrase"
}

@test "a passphrase that is too old opens nothing but its own change" {
  echo "altogether new words for it" >new
  expect_exit 5 days 31 unlock --passphrase-file "$PASSFILE" --json
  [ "$(error_code)" = denied ]
  contains "$errors" "key passphrase"
  expect_exit 5 days 31 key show --passphrase-file "$PASSFILE"
  contains "$errors" "31d old"
  expect_exit 0 days 31 key passphrase --passphrase-file "$PASSFILE" --new-passphrase-file new
  expect_exit 0 days 31 key show --passphrase-file new
  lacks "$errors" passphrase
  expect_exit 5 days 62 key show --passphrase-file new
}
