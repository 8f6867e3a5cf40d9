# The version, and what holds for every command line.

load support

@test "version prints the name and a semantic version" {
  expect_exit 0 "$SEALPOST" version
  [[ $output =~ ^sealpost\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  expect_exit 0 "$SEALPOST" --version
  [[ $output =~ ^sealpost\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "--json works before and after the verb" {
  expect_exit 0 "$SEALPOST" --json version
  json '.type == "version" and (.version | test("^[0-9]+[.]"))'
  expect_exit 0 "$SEALPOST" version --json
  json '.type == "version"'
}

@test "the program alone prints its help on standard error and exits 2" {
  expect_exit 2 "$SEALPOST"
  [[ -z $output ]]
  contains "$errors" "Usage: sealpost"
  contains "$errors" "version"
}

@test "--help of every verb succeeds" {
  expect_exit 0 "$SEALPOST" --help
  local verb
  for verb in $(grep -oE '^  [a-z]+' <<<"$output"); do
    expect_exit 0 "$SEALPOST" "$verb" --help
    contains "$output" "Usage: sealpost $verb"
  done
}

@test "an unknown verb is a usage error that names the nearest one" {
  expect_exit 2 "$SEALPOST" versoin
  contains "$errors" 'sealpost: unknown command "versoin"'
  contains "$errors" 'hint: did you mean `sealpost version`?'
  expect_exit 2 "$SEALPOST" profile lst
  contains "$errors" 'did you mean `sealpost profile list`?'
  expect_exit 2 "$SEALPOST" profile
  contains "$errors" "needs a command"
}

@test "usage errors are JSON with --json, wherever it stands" {
  expect_exit 2 "$SEALPOST" version --no-such --json
  [[ $(error_code) == usage ]]
  expect_exit 2 "$SEALPOST" --json version surplus
  [[ $(error_code) == usage ]]
  SEALPOST_JSON=1 expect_exit 2 "$SEALPOST" nonsense
  [[ $(error_code) == usage ]]
}

@test "a result that cannot be written is an error" {
  expect_exit 10 bash -c '"$SEALPOST" version >/dev/full'
  expect_exit 1 bash -c '"$SEALPOST" version >&-'
  expect_exit 10 bash -c '"$SEALPOST" --help >/dev/full'
}

@test "no control character of an argument reaches the terminal" {
  expect_exit 2 "$SEALPOST" $'\e[31mred\a'
  lacks "$errors" $'\e'
  lacks "$errors" $'\a'
}

@test "a reader that goes away ends a command without a word" {
  mkfifo "$T/gone"
  {
    read -r _ <"$T/gone"
    status=0
    "$SEALPOST" --help 2>"$T/said" || status=$?
    echo "$status" >"$T/status"
  } | {
    exec 0<&-
    echo now >"$T/gone"
  }
  [[ $(<"$T/status") == 141 ]]
  [[ ! -s $T/said ]]
}

@test "an unknown option is named before what is missing" {
  expect_exit 2 "$SEALPOST" send --no-such
  contains "$errors" "unknown option --no-such"
}
