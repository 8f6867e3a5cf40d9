# status

load support
load vaults

teardown() { lock_all; }

@test "status without a profile is not found" {
  expect_exit 3 "$SEALPOST" status --json
  [[ $(error_code) == not-found ]]
}

@test "a locked vault says no more than its profile" {
  make_profile bob
  expect_exit 0 "$SEALPOST" status --json
  json '.type == "status" and .profile == "bob" and .locked and (has("device") | not)'
  expect_exit 0 "$SEALPOST" status
  contains "$output" "locked"
}

@test "an open vault says who this is and how long it stays open" {
  make_profile bob
  "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  expect_exit 0 "$SEALPOST" status --json
  json '.locked == false and .remaining > 800 and .remaining <= 900'
  json '.organisation == "bob.example" and (.device | startswith("bob.example/olivia/"))'
}

@test "looking does not prolong the agent's time" {
  make_profile bob
  "$SEALPOST" unlock --idle 3s --passphrase-file "$PASS" 3>&-
  for _ in 1 2 3 4; do
    sleep 1
    "$SEALPOST" status >/dev/null
  done
  expect_exit 0 "$SEALPOST" status --json
  json '.locked'
}
