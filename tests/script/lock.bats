# lock

load support
load vaults

teardown() { lock_all; }

@test "lock forgets the key, and locking twice is no error" {
  make_profile bob
  "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  expect_exit 0 "$SEALPOST" lock --json
  json '.type == "locked" and .profile == "bob" and .was_unlocked'
  expect_exit 0 "$SEALPOST" lock --json
  json '.was_unlocked | not'
  expect_exit 0 "$SEALPOST" status --json
  json '.locked'
}

@test "--all locks every profile" {
  make_profile bob
  make_profile alice
  "$SEALPOST" unlock --profile bob --passphrase-file "$PASS" 3>&-
  "$SEALPOST" unlock --profile alice --passphrase-file "$PASS" 3>&-
  expect_exit 0 "$SEALPOST" lock --all --json
  json_lines 'map(.was_unlocked) == [true, true]'
}

@test "locking one profile leaves the others open" {
  make_profile bob
  make_profile alice
  "$SEALPOST" unlock --profile bob --passphrase-file "$PASS" 3>&-
  "$SEALPOST" unlock --profile alice --passphrase-file "$PASS" 3>&-
  expect_exit 0 "$SEALPOST" lock --profile bob
  expect_exit 0 "$SEALPOST" profile list --json
  json_lines 'map([.name, .unlocked]) == [["alice", true], ["bob", false]]'
}
