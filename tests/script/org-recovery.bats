# sealpost org recovery: the root key in shares, and back

load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

# shellcheck disable=SC2120
split() { as olivia org recovery split -o "$T/shares" "$@"; }
share() { echo "$T/shares/mercy.example-share-$1-of-5.txt"; }
root() { jq -r .root "$ORG_DIR/setup.json"; }
combine() { "$SEALPOST" org recovery combine --root "$(root)" "$@"; }
holds_root() { as olivia key show --json | jq -e .holds_root >/dev/null; }

@test "five files, readable for nobody else, any three of which give the key" {
  expect_exit 0 split --json
  json '.type == "root-shares" and .organisation == "mercy.example" and .threshold == 3 and .shares == 5'
  json '(.files | length) == 5 and (.root_removed | not)'
  [ "$(stat -c %a "$T/shares")" = 700 ]
  local file
  for file in "$T"/shares/*; do
    [ "$(stat -c %a "$file")" = 600 ]
    [ "$(head -n 1 "$file")" = sealpost-share/1 ]
  done
  expect_exit 0 combine "$(share 1)" "$(share 3)" "$(share 5)" --json
  json '.type == "root-combined" and .shares == 3 and (.kept | not)'
  json '.root == $root' --arg root "$(root)"
  expect_exit 0 combine "$(share 5)" "$(share 4)" "$(share 2)" "$(share 1)"
  holds_root
}

@test "nothing is overwritten, and a conflict leaves nothing new behind" {
  mkdir -m 700 "$T/shares"
  echo mine >"$(share 4)"
  expect_exit 9 split --json
  [ "$(error_code)" = conflict ]
  [ "$(<"$(share 4)")" = mine ]
  [ "$(ls "$T/shares")" = "$(basename "$(share 4)")" ]
  rm "$(share 4)"
  split >/dev/null
  sha256sum "$T"/shares/* >before
  expect_exit 9 split
  sha256sum --quiet -c before
}

@test "the numbers are checked" {
  expect_exit 2 split --shares 2 --threshold 3
  expect_exit 2 split --threshold 1
  expect_exit 2 split --shares 300
  [ ! -e "$T/shares" ]
  expect_exit 0 split --shares 3 --threshold 3
}

@test "shares come from standard input, several in one stream, and typed by hand" {
  split >/dev/null
  cat "$(share 2)" "$(share 3)" "$(share 4)" >all
  expect_exit 0 combine - <all
  # Upper case, spaces elsewhere, the line ends of another system, no remark at the end.
  awk '/^#/ { next } /^(share|checksum):/ { key = $1; $1 = ""; gsub(" ", ""); $0 = key " " toupper($0) }
    { printf "%s\r\n\r\n", $0 }' "$(share 2)" >typed
  expect_exit 0 combine "$(share 1)" typed "$(share 5)"
}

@test "too few, twice the same, mixed and damaged shares each have their sentence and status" {
  split >/dev/null
  expect_exit 3 combine "$(share 1)" "$(share 2)"
  contains "$errors" "2 of 3 needed shares are here"
  expect_exit 2 combine "$(share 1)" "$(share 2)" "$(share 1)"
  contains "$errors" "share 1 is there twice"
  as olivia org recovery split -o "$T/other" >/dev/null
  expect_exit 9 combine "$(share 1)" "$(share 2)" "$T/other/mercy.example-share-3-of-5.txt"
  contains "$errors" "different splittings"
  sed '/^share:/{s/[0-7]/8/}' "$(share 2)" >damaged
  expect_exit 2 combine "$(share 1)" damaged "$(share 3)" --json
  [ "$(error_code)" = malformed ]
  contains "$errors" "share 2 is damaged or mistyped"
  expect_exit 3 combine "$(share 1)" absent
  expect_exit 2 combine /dev/null
}

# falsify FILE: another value under a right checksum, as somebody makes it who keeps a share.
falsify() {
  python3 - "$1" <<'PYTHON'
import hashlib, sys
lines = [l for l in open(sys.argv[1]) if not l.startswith(("checksum", "#"))]
at = next(i for i, l in enumerate(lines) if l.startswith("share: "))
lines[at] = "share: " + " ".join(["0000"] * 8) + "\n"
digest = hashlib.sha256("".join(lines).encode()).hexdigest()[:16]
lines.append("checksum: " + " ".join(digest[i:i + 4] for i in range(0, 16, 4)) + "\n")
sys.stdout.writelines(lines)
PYTHON
}

@test "a falsified share gives another key, which is refused" {
  split >/dev/null
  falsify "$(share 2)" >false
  expect_exit 7 combine "$(share 1)" false "$(share 3)" --json
  [ "$(error_code)" = verification-failed ]
  expect_exit 7 as olivia org recovery combine "$(share 1)" false "$(share 3)"
}

@test "shares of another organisation's root are refused" {
  split >/dev/null
  echo "a passphrase of several words" >pass
  "$SEALPOST" org init other.example --user olivia --passphrase-file pass --json >other.json
  expect_exit 7 "$SEALPOST" org recovery combine --root "$(jq -r .root other.json)" \
    "$(share 1)" "$(share 2)" "$(share 3)"
  contains "$errors" "another root key"
  expect_exit 7 "$SEALPOST" org recovery combine --passphrase-file pass \
    "$(share 1)" "$(share 2)" "$(share 3)"
}

@test "the root key leaves the vault, and comes back" {
  expect_exit 2 env SEALPOST_HOME="$ORG_DIR/olivia" setsid -w \
    "$SEALPOST" org recovery split -o "$T/shares" --remove-root </dev/null
  [ ! -e "$T/shares" ]
  expect_exit 0 split --remove-root --yes --json
  json .root_removed
  never holds_root
  expect_exit 5 as olivia member invite nurse.ann --role admin
  contains "$errors" "root key is not in this vault"
  expect_exit 5 as olivia org recovery split -o "$T/again"
  [ ! -e "$T/again" ]
  expect_exit 0 as olivia org recovery combine "$(share 2)" "$(share 3)" "$(share 4)"
  holds_root
  expect_exit 0 as olivia member invite nurse.ann --role admin
  expect_exit 0 as olivia org recovery combine "$(share 2)" "$(share 3)" "$(share 4)"
}

@test "a member's vault does not take the root key" {
  split >/dev/null
  expect_exit 5 as dr.lee org recovery combine "$(share 1)" "$(share 2)" "$(share 3)"
  contains "$errors" "owner's device"
  as dr.lee key show --json | jq -e '.holds_root | not'
}

@test "with the last owner's device lost, any member's device and the shares make a new owner" {
  split >/dev/null
  expect_exit 0 as dr.lee org recovery combine --invite olivia --json \
    "$(share 1)" "$(share 4)" "$(share 5)"
  json '.type == "invitation" and .user == "olivia" and .role == "owner"'
  field .invitation >invitation
  as dr.lee key show --json | jq -e '.holds_root | not'
  export SEALPOST_HOME=$T/replacement
  expect_exit 0 "$SEALPOST" join invitation --device replacement --passphrase-file "$PASSFILE"
  expect_exit 0 "$SEALPOST" org recovery combine --passphrase-file "$PASSFILE" \
    "$(share 1)" "$(share 2)" "$(share 3)"
  expect_exit 0 "$SEALPOST" member invite dr.new --role admin --passphrase-file "$PASSFILE"
}

@test "no share and no key shows in output or arguments" {
  expect_exit 0 split --json
  local digits
  digits=$(sed -n 's/^share: //p' "$(share 1)" | head -n 1)
  lacks "$output$errors" "$digits"
  expect_exit 0 combine "$(share 1)" "$(share 2)" "$(share 3)" --json
  lacks "$output$errors" "$digits"
}
