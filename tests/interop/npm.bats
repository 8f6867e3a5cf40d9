# Files cross both ways between sealpost and npm's age-encryption, the age of browsers.
# INTEROP is the folder that `fetch` filled.
# shellcheck disable=SC2094,SC2154
load ../script/support

setup() {
  fresh_home
  "$SEALPOST" keygen -o key.txt 2>recipient
  RECIPIENT=$(sed 's/^Public key: //' recipient)
  IDENTITY=$(grep AGE-SECRET-KEY key.txt)
  echo "correct horse" >pass
}

typage() { "$INTEROP/node" "$INTEROP/typage.mjs" "$@"; }
sample() { head -c "$1" /dev/urandom >plain; }

@test "age-encryption opens what sealpost encrypts" {
  local size
  for size in 0 65536 65537 200000; do
    sample "$size"
    "$SEALPOST" encrypt -r "$RECIPIENT" plain | typage decrypt -i "$IDENTITY" | cmp - plain
    "$SEALPOST" encrypt -a -r "$RECIPIENT" plain | typage decrypt -a -i "$IDENTITY" | cmp - plain
  done
}

@test "sealpost opens what age-encryption encrypts" {
  local size
  for size in 0 65536 65537 200000; do
    sample "$size"
    typage encrypt -r "$RECIPIENT" <plain | "$SEALPOST" decrypt -i key.txt | cmp - plain
    typage encrypt -a -r "$RECIPIENT" <plain | "$SEALPOST" decrypt -i key.txt | cmp - plain
  done
}

@test "passphrases cross both ways" {
  sample 1000
  "$SEALPOST" encrypt -p --passphrase-file pass plain | typage decrypt -p "correct horse" |
    cmp - plain
  typage encrypt -p "correct horse" <plain | "$SEALPOST" decrypt -p --passphrase-file pass |
    cmp - plain
}
