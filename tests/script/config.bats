# Settings: flags, environment, profile, configuration, default.

load support

setup() {
  fresh_home
  CONFIG=$SEALPOST_HOME/config.toml
}

origin_of() { field "select(.key == \"$1\") | .origin"; }
value_of() { field "select(.key == \"$1\") | .value"; }
show() { expect_exit 0 "$SEALPOST" config show --json "$@"; }

@test "without a file everything is a default" {
  show
  [[ $(value_of config-file) == "$CONFIG" ]]
  [[ $(origin_of unlock.idle) == default ]]
  [[ $(value_of unlock.idle) == 15m ]]
}

@test "flags come before environment, environment before profile, profile before the general part" {
  printf '%s\n' 'unlock.idle = "1m"' '[profile.bob]' 'unlock.idle = "2m"' >"$CONFIG"
  show
  [[ $(value_of unlock.idle) == 1m && $(origin_of unlock.idle) == config ]]
  show --profile bob
  [[ $(value_of unlock.idle) == 2m && $(origin_of unlock.idle) == profile ]]
  [[ $(value_of profile) == bob && $(origin_of profile) == flag ]]
  SEALPOST_UNLOCK_IDLE=3m show --profile bob
  [[ $(value_of unlock.idle) == 3m && $(origin_of unlock.idle) == environment ]]
  SEALPOST_PROFILE=bob show
  [[ $(value_of profile) == bob && $(origin_of profile) == environment ]]
}

@test "an unknown key stops every command and names its line, but not version" {
  printf '%s\n' '# mine' 'quite = true' >"$CONFIG"
  expect_exit 2 "$SEALPOST" config show
  contains "$errors" 'config.toml, line 2: unknown key "quite"'
  expect_exit 2 "$SEALPOST" profile list --json
  [[ $(error_code) == malformed ]]
  expect_exit 0 "$SEALPOST" version
}

@test "a value that the option does not take names its line" {
  printf 'json = "perhaps"\n' >"$CONFIG"
  expect_exit 2 "$SEALPOST" config show
  contains "$errors" "line 1"
}

@test "options from the file apply to the verb" {
  printf '[config.show]\nall = true\n' >"$CONFIG"
  show
  [[ $(origin_of passphrase-file) == default ]]
  printf 'json = true\n' >"$CONFIG"
  expect_exit 0 "$SEALPOST" config show
  json_lines 'any(.key == "json" and .origin == "config")'
}

@test "a variable for another verb disturbs nobody" {
  SEALPOST_UNLOCK_IDLE='not a span' expect_exit 0 "$SEALPOST" profile list
}

@test "recipients, outputs and consent are never taken from environment or file" {
  printf 'yes = true\n' >"$CONFIG"
  expect_exit 2 "$SEALPOST" config show
  contains "$errors" 'unknown key "yes"'
}

@test "XDG folders hold configuration and profiles when SEALPOST_HOME does not" {
  unset SEALPOST_HOME
  XDG_CONFIG_HOME=$T/c XDG_DATA_HOME=$T/d show
  [[ $(value_of config-file) == "$T/c/sealpost/config.toml" ]]
  [[ $(value_of data-folder) == "$T/d/sealpost" ]]
}
