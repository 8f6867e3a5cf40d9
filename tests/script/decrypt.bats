# sealpost decrypt
# shellcheck disable=SC2016,SC2094,SC2154
load support

setup() {
  fresh_home
  "$SEALPOST" keygen -o key.txt 2>/dev/null
  RECIPIENT=$(age-keygen -y key.txt)
  head -c 150000 /dev/urandom >plain
  "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed plain
}

@test "decrypt opens what age made, from a file and from a pipe" {
  age -r "$RECIPIENT" -o from-age plain
  "$SEALPOST" decrypt -i key.txt from-age | cmp - plain
  "$SEALPOST" decrypt -i key.txt <from-age | cmp - plain
  age -a -r "$RECIPIENT" plain | "$SEALPOST" decrypt -i key.txt -o out -
  cmp out plain
  [[ $(stat -c %a out) == 600 ]]
}

@test "decrypt tries every identity of every -i" {
  "$SEALPOST" keygen -o one.txt 2>/dev/null
  "$SEALPOST" keygen -o two.txt 2>/dev/null
  cat one.txt two.txt >both.txt
  age -r "$(age-keygen -y two.txt)" -o for-two plain
  "$SEALPOST" decrypt -i key.txt -i both.txt for-two | cmp - plain
  "$SEALPOST" decrypt -i - for-two <two.txt | cmp - plain
  expect_exit 7 "$SEALPOST" decrypt -i key.txt -i one.txt for-two
}

@test "one wrong byte anywhere: exit 7, and nothing is left at OUT" {
  local size at
  size=$(stat -c %s sealed)
  for at in 0 21 30 100 150 190 199 200 210 65600 "$((size - 20))" "$((size - 1))"; do
    cp sealed bad
    flip bad "$at"
    expect_exit 7 "$SEALPOST" decrypt -i key.txt -o out bad --json
    [[ $(error_code) == verification-failed ]]
    [[ ! -e out && ! -e out.partial ]]
  done
}

@test "a file that was cut or extended: exit 7, and nothing is left at OUT" {
  local size
  for size in 0 1 22 100 184 200 216 65768 131304 140000; do
    head -c "$size" sealed >bad
    expect_exit 7 "$SEALPOST" decrypt -i key.txt -o out bad
    [[ ! -e out && ! -e out.partial ]]
  done
  { cat sealed && echo; } >bad
  expect_exit 7 "$SEALPOST" decrypt -i key.txt -o out bad
  [[ ! -e out && ! -e out.partial ]]
}

@test "a failure is one line with the file's name, and its hint" {
  head -c 1000 /dev/urandom >noise
  expect_exit 7 "$SEALPOST" decrypt -i key.txt noise
  contains "$errors" "noise: this is not an age v1 file"
  expect_exit 7 "$SEALPOST" decrypt -i <("$SEALPOST" keygen 2>/dev/null) sealed
  contains "$errors" "none of the keys given opens this file"
  contains "$errors" "hint:"
}

@test "standard output gets only chunks that were verified" {
  cp sealed bad
  flip bad 100000
  expect_exit 7 sh -c '"$SEALPOST" decrypt -i key.txt bad >released'
  [[ $(stat -c %s released) == 65536 ]]
  cmp -n 65536 released plain
}

@test "decrypt never overwrites" {
  echo precious >out
  expect_exit 9 "$SEALPOST" decrypt -i key.txt -o out sealed
  [[ $(<out) == precious ]]
}

@test "decrypt refuses what makes no sense, with a hint" {
  expect_exit 2 "$SEALPOST" decrypt sealed
  contains "$errors" "hint:"
  expect_exit 2 "$SEALPOST" decrypt -i sealed sealed
  contains "$errors" "itself encrypted"
  expect_exit 2 "$SEALPOST" decrypt -i plain sealed
  expect_exit 2 "$SEALPOST" decrypt -i - <key.txt
  expect_exit 3 "$SEALPOST" decrypt -i missing sealed
  expect_exit 3 "$SEALPOST" decrypt -i key.txt missing
}

@test "decrypt -p without a terminal and without a source ends at once" {
  expect_exit 4 setsid "$SEALPOST" decrypt -p sealed
}

@test "decrypt --json tells about the result where the plaintext did not go" {
  expect_exit 0 "$SEALPOST" decrypt --json -i key.txt -o out sealed
  json '.type == "decrypted" and .output == "out" and .size == 150000'
  "$SEALPOST" decrypt --json -i key.txt sealed 2>report | cmp - plain
  jq -e '.type == "decrypted" and .output == "-"' report
}

@test "a terminal gets text without its control characters, and no binary data" {
  command -v script >/dev/null || skip "no script(1)"
  printf 'hello \033]0;title\007 there\n' | age -r "$RECIPIENT" -o text.age
  run script -qec "$SEALPOST decrypt -i key.txt text.age" /dev/null
  contains "$output" "hello"
  lacks "$output" $'\033'
  run script -qec "$SEALPOST decrypt -i key.txt sealed" /dev/null
  contains "$output" "does not belong on a terminal"
}

@test "a full disk: exit 10, and nothing is left at OUT" {
  [[ -w /dev/full ]] || skip "no /dev/full"
  expect_exit 10 sh -c '"$SEALPOST" decrypt -i key.txt sealed >/dev/full'
}
