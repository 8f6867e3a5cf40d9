# sealpost encrypt
# shellcheck disable=SC2016,SC2094,SC2154
load support

setup() {
  fresh_home
  "$SEALPOST" keygen -o key.txt 2>/dev/null
  RECIPIENT=$(age-keygen -y key.txt)
  echo "the result is benign" >plain
}

@test "encrypt -r makes a file that age opens" {
  expect_exit 0 "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed plain
  [[ -z $output$errors ]]
  age -d -i key.txt sealed | cmp - plain
}

@test "encrypt reads standard input and writes standard output" {
  "$SEALPOST" encrypt -r "$RECIPIENT" <plain | age -d -i key.txt | cmp - plain
  "$SEALPOST" encrypt -r "$RECIPIENT" - <plain | age -d -i key.txt | cmp - plain
}

@test "encrypt -a writes text that age opens" {
  "$SEALPOST" encrypt -a -r "$RECIPIENT" plain >sealed
  [[ $(head -n 1 sealed) == "-----BEGIN AGE ENCRYPTED FILE-----" ]]
  [[ $(tail -n 1 sealed) == "-----END AGE ENCRYPTED FILE-----" ]]
  age -d -i key.txt sealed | cmp - plain
}

@test "each of several recipients opens the file, from -r and from -R" {
  "$SEALPOST" keygen -o other.txt 2>/dev/null
  "$SEALPOST" keygen -o third.txt 2>/dev/null
  printf '# team\n\n%s\r\n%s\n' "$(age-keygen -y other.txt)" "$(age-keygen -y third.txt)" >team
  "$SEALPOST" encrypt -r "$RECIPIENT" -R team plain >sealed
  local key
  for key in key.txt other.txt third.txt; do age -d -i "$key" sealed | cmp - plain; done
}

@test "encrypt -p takes the passphrase from a file, a command or a descriptor" {
  echo secret >pass
  "$SEALPOST" encrypt -p --passphrase-file pass plain >sealed
  "$SEALPOST" decrypt -p --passphrase-command "echo secret" sealed | cmp - plain
  "$SEALPOST" decrypt -p --passphrase-fd 5 sealed 5<pass | cmp - plain
  expect_exit 7 "$SEALPOST" decrypt -p --passphrase-command "echo wrong" sealed
}

@test "encrypt -p without a terminal and without a source ends at once" {
  expect_exit 4 setsid "$SEALPOST" encrypt -p -o sealed plain --json
  [[ $(error_code) == locked ]]
  [[ ! -e sealed ]]
}

@test "encrypt refuses what makes no sense, with a hint" {
  expect_exit 2 "$SEALPOST" encrypt plain
  contains "$errors" "hint:"
  expect_exit 2 "$SEALPOST" encrypt -p -r "$RECIPIENT" plain
  expect_exit 2 "$SEALPOST" encrypt -r age1nonsense plain
  expect_exit 2 "$SEALPOST" encrypt -r "$(grep AGE-SECRET key.txt)" plain
  lacks "$errors" "$(grep AGE-SECRET key.txt)"
  printf '%s\nage1nonsense\n' "$RECIPIENT" >team
  expect_exit 2 "$SEALPOST" encrypt -R team plain
  contains "$errors" "team: line 2"
  expect_exit 3 "$SEALPOST" encrypt -R missing plain
  expect_exit 3 "$SEALPOST" encrypt -r "$RECIPIENT" missing
  expect_exit 2 "$SEALPOST" encrypt -r "$RECIPIENT" .
}

@test "encrypt never overwrites and leaves nothing behind" {
  echo precious >sealed
  expect_exit 9 "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed plain
  [[ $(<sealed) == precious ]]
  expect_exit 3 "$SEALPOST" encrypt -r "$RECIPIENT" -o new missing
  [[ ! -e new && ! -e new.partial ]]
}

@test "encrypt leaves a .partial that is there alone" {
  echo precious >sealed.partial
  expect_exit 0 "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed plain
  age -d -i key.txt sealed | cmp - plain
  [[ $(<sealed.partial) == precious && $(echo sealed*) == "sealed sealed.partial" ]]
  expect_exit 2 "$SEALPOST" encrypt -r "$RECIPIENT" -o "" plain
}

@test "encrypt --json tells about the result where the file did not go" {
  expect_exit 0 "$SEALPOST" encrypt --json -r "$RECIPIENT" -o sealed plain
  json '.type == "encrypted" and .output == "sealed" and .recipients == 1 and .armor == false'
  [[ $(field .size) == "$(stat -c %s sealed)" ]]
  "$SEALPOST" encrypt --json -r "$RECIPIENT" plain 2>report | age -d -i key.txt | cmp - plain
  jq -e '.type == "encrypted" and .output == "-"' report
}

@test "encrypt keeps binary data off a terminal, but not text" {
  command -v script >/dev/null || skip "no script(1)"
  run script -qec "$SEALPOST encrypt -r $RECIPIENT plain" /dev/null
  contains "$output" "does not belong on a terminal"
  run script -qec "$SEALPOST encrypt -a -r $RECIPIENT plain" /dev/null
  contains "$output" "-----BEGIN AGE ENCRYPTED FILE-----"
}

@test "encrypt that is interrupted leaves nothing behind" {
  needs_prompt_signals
  mkfifo pipe
  "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed pipe 3>&- &
  local child=$!
  exec 7>pipe
  head -c 3000000 /dev/zero >&7
  wait_for "the partial file" 10 test -s sealed.partial
  kill -INT $child
  local status=0
  wait $child || status=$?
  exec 7>&-
  ((status == 130))
  [[ ! -e sealed && ! -e sealed.partial ]]
}

@test "encrypt that is terminated or killed is in nobody's way" {
  needs_prompt_signals
  mkfifo pipe
  local signal status child
  for signal in TERM KILL; do
    "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed pipe 3>&- &
    child=$!
    exec 7>pipe
    head -c 3000000 /dev/zero >&7
    wait_for "the partial file" 10 test -s sealed.partial
    kill -$signal $child
    status=0
    wait $child || status=$?
    exec 7>&-
    [[ ! -e sealed ]]
    [[ $signal == KILL || ! -e sealed.partial ]]
  done
  ((status == 137))
  # Whose the left-over is cannot be known: it stays, and the next one goes its own way.
  cp sealed.partial before
  expect_exit 0 "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed plain
  age -d -i key.txt sealed | cmp - plain
  cmp sealed.partial before
  [[ $(find . -name '*.partial' | wc -l) == 1 ]]
}

@test "encrypt into a folder that is not there, or under too long a name" {
  expect_exit 3 "$SEALPOST" encrypt -r "$RECIPIENT" -o nowhere/sealed plain
  contains "$errors" "nowhere is not there"
  contains "$errors" "make the folder first"
  lacks "$errors" partial
  expect_exit 2 "$SEALPOST" encrypt -r "$RECIPIENT" -o "$(printf 'n%.0s' {1..300})" plain
  contains "$errors" "name too long"
}

@test "encrypt from a closed standard input: exit 2, and no file" {
  expect_exit 2 "$SEALPOST" encrypt -r "$RECIPIENT" -o sealed <&-
  contains "$errors" "standard input is closed"
  [[ ! -e sealed && ! -e sealed.partial ]]
}

@test "encrypt uses little memory for a big file" {
  measures_memory
  head -c 200000000 /dev/zero |
    /usr/bin/time -f %M -o peak "$SEALPOST" encrypt -r "$RECIPIENT" >sealed
  (($(<peak) < 65536))
  /usr/bin/time -f %M -o peak "$SEALPOST" decrypt -i key.txt sealed >/dev/null
  (($(<peak) < 65536))
}
