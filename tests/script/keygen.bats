# sealpost keygen
# shellcheck disable=SC2016,SC2094,SC2154
load support

@test "keygen writes an identity file that age understands, for its owner alone" {
  expect_exit 0 "$SEALPOST" keygen -o key.txt
  [[ -z $output ]]
  [[ $errors == "Public key: age1"* ]]
  [[ $(stat -c %a key.txt) == 600 ]]
  [[ $(age-keygen -y key.txt) == "${errors#Public key: }" ]]
}

@test "keygen keeps its file from others whatever the umask" {
  (umask 000 && "$SEALPOST" keygen -o key.txt 2>/dev/null)
  [[ $(stat -c %a key.txt) == 600 ]]
}

@test "keygen never overwrites, not even through a dangling link" {
  "$SEALPOST" keygen -o key.txt 2>/dev/null
  local before
  before=$(<key.txt)
  expect_exit 9 "$SEALPOST" keygen -o key.txt --json
  [[ $(error_code) == conflict ]]
  [[ $(<key.txt) == "$before" ]]
  ln -s nowhere link
  expect_exit 9 "$SEALPOST" keygen -o link
  [[ ! -e nowhere ]]
  [[ $(ls) == $'key.txt\nlink' ]]
}

@test "keygen writes to standard output when no file is named" {
  "$SEALPOST" keygen >key.txt 2>recipient
  [[ "Public key: $(age-keygen -y key.txt)" == "$(<recipient)" ]]
}

@test "keygen --json names the recipient" {
  expect_exit 0 "$SEALPOST" keygen -o key.txt --json
  json '.type == "identity" and .output == "key.txt"'
  [[ $(field .recipient) == "$(age-keygen -y key.txt)" ]]
  lacks "$output" AGE-SECRET-KEY
}

@test "two keys are never the same" {
  "$SEALPOST" keygen -o a 2>/dev/null
  "$SEALPOST" keygen -o b 2>/dev/null
  [[ $(age-keygen -y a) != "$(age-keygen -y b)" ]]
}

@test "keygen into a folder that does not exist says so" {
  expect_exit 3 "$SEALPOST" keygen -o missing/key.txt
}
