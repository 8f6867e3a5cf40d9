# profile list, default, remove

load support
load vaults

teardown() { lock_all; }

@test "an empty list is no error" {
  expect_exit 0 "$SEALPOST" profile list
  [[ -z $output ]]
}

@test "several profiles and none chosen: exit 2, naming them" {
  make_profile bob
  make_profile alice
  expect_exit 2 "$SEALPOST" status
  contains "$errors" "alice, bob"
  expect_exit 0 "$SEALPOST" status --profile bob --json
  json '.profile == "bob"'
  SEALPOST_PROFILE=alice expect_exit 0 "$SEALPOST" status --json
  json '.profile == "alice"'
}

@test "the default is written without touching the rest of the file" {
  make_profile bob
  make_profile alice
  printf '# mine\n[profile.bob]\nquiet = true # so\n' >"$SEALPOST_HOME/config.toml"
  expect_exit 0 "$SEALPOST" profile default alice
  printf 'default-profile = "alice"\n# mine\n[profile.bob]\nquiet = true # so\n' |
    cmp - "$SEALPOST_HOME/config.toml"
  expect_exit 0 "$SEALPOST" status --json
  json '.profile == "alice"'
  expect_exit 0 "$SEALPOST" profile list --json
  json_lines 'map([.name, .default]) == [["alice", true], ["bob", false]]'
}

@test "a profile that does not exist is not found" {
  make_profile bob
  expect_exit 3 "$SEALPOST" profile default eve
  expect_exit 3 "$SEALPOST" profile remove eve --yes
  expect_exit 3 "$SEALPOST" status --profile eve
  expect_exit 2 "$SEALPOST" status --profile ../bob
}

@test "remove asks, deletes the folder, locks the vault and forgets the default" {
  make_profile bob
  "$SEALPOST" unlock --passphrase-file "$PASS" 3>&-
  "$SEALPOST" profile default bob
  expect_exit 2 setsid -w "$SEALPOST" profile remove bob
  contains "$errors" "add --yes"
  [[ -e $SEALPOST_HOME/bob/vault.db ]]
  expect_exit 0 "$SEALPOST" profile remove bob --yes --json
  json '.type == "profile-removed" and .name == "bob"'
  [[ ! -e $SEALPOST_HOME/bob ]]
  lacks "$(<"$SEALPOST_HOME/config.toml")" bob
}
