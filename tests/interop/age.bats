# Files cross both ways between sealpost and the age program.
# shellcheck disable=SC2154
load ../script/support

WITH_TTY=$BATS_TEST_DIRNAME/with_tty.py
SIZES=(0 1 65535 65536 65537 131072 524287 524288 524289 1500000)

setup() {
  fresh_home
  command -v age >/dev/null || skip "no age program"
  "$SEALPOST" keygen -o ours.txt 2>/dev/null
  age-keygen -o theirs.txt 2>/dev/null
  OURS=$(age-keygen -y ours.txt)
  THEIRS=$(age-keygen -y theirs.txt)
}

sample() { head -c "$1" /dev/urandom >plain; }

@test "age opens what sealpost encrypts, at every border between chunks" {
  local size flag
  for size in "${SIZES[@]}"; do
    sample "$size"
    for flag in "" -a; do
      "$SEALPOST" encrypt $flag -r "$THEIRS" plain | age -d -i theirs.txt | cmp - plain
    done
  done
}

@test "sealpost opens what age encrypts, at every border between chunks" {
  local size flag
  for size in "${SIZES[@]}"; do
    sample "$size"
    for flag in "" -a; do
      age $flag -r "$OURS" plain | "$SEALPOST" decrypt -i ours.txt | cmp - plain
    done
  done
}

@test "keys of either program work in the other" {
  sample 1000
  age -r "$THEIRS" plain | "$SEALPOST" decrypt -i theirs.txt | cmp - plain
  "$SEALPOST" encrypt -r "$OURS" plain | age -d -i ours.txt | cmp - plain
}

@test "several recipients: each opens what the other program made" {
  sample 70000
  "$SEALPOST" encrypt -r "$OURS" -r "$THEIRS" plain >from-us
  age -r "$OURS" -r "$THEIRS" plain >from-them
  age -d -i ours.txt from-us | cmp - plain
  age -d -i theirs.txt from-us | cmp - plain
  "$SEALPOST" decrypt -i ours.txt from-them | cmp - plain
  "$SEALPOST" decrypt -i theirs.txt from-them | cmp - plain
}

@test "age opens with the passphrase what sealpost encrypted with it" {
  sample 70000
  echo "correct horse" >pass
  "$SEALPOST" encrypt -p --passphrase-file pass -o sealed plain
  "$WITH_TTY" "correct horse" age -d -o out sealed
  cmp out plain
  "$SEALPOST" encrypt -a -p --passphrase-file pass -o sealed.asc plain
  "$WITH_TTY" "correct horse" age -d -o out.asc sealed.asc
  cmp out.asc plain
}

@test "sealpost opens with the passphrase what age encrypted with it" {
  sample 70000
  echo "correct horse" >pass
  "$WITH_TTY" "correct horse" age -p -o sealed plain
  "$SEALPOST" decrypt -p --passphrase-file pass sealed | cmp - plain
}

@test "a passphrase can be typed, twice to encrypt and once to decrypt" {
  sample 1000
  "$WITH_TTY" "correct horse" "$SEALPOST" encrypt -p -o sealed plain
  "$WITH_TTY" "correct horse" "$SEALPOST" decrypt -p -o out sealed
  cmp out plain
  expect_exit 7 "$WITH_TTY" "wrong horse" "$SEALPOST" decrypt -p -o wrong sealed
  [[ ! -e wrong ]]
}

@test "stanzas of a kind that nobody knows are skipped" {
  command -v ssh-keygen >/dev/null || skip "no ssh-keygen"
  sample 1000
  ssh-keygen -q -t ed25519 -N "" -f ssh
  age -R ssh.pub -r "$OURS" plain | "$SEALPOST" decrypt -i ours.txt | cmp - plain
}
