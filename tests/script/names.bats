# Names and texts of others, all the way through a real relay from a sender whose program checks
# nothing: they leave no folder, overwrite nothing, and do nothing to a terminal.
load support
load lying

setup_file() {
  start_org olivia dr.lee
  add_unchecked eve
}
teardown_file() { stop_org; }

# from_eve SPEC: sealed, sent and fetched; prints the id.
from_eve() {
  unchecked send "$ORG_DIR/eve.json" mercy.example/dr.lee/laptop "$1"
  as dr.lee inbox >/dev/null
}
# files NAME...: the spec of a message with files of these names; the content of each is its number.
# Names are JSON strings, so \u0000 is one byte.
files() {
  printf '%s\n' "$@" | jq -nc '{files: [inputs] | to_entries | map({name: .value, content: "\(.key + 1)"})}'
}
# saved_as FOLDER NAME...: what the last `read --json` saved, in order, with the right content.
saved_as() {
  local folder=$1 number=0 name
  shift
  jq -r '.saved[]' <<<"$output" >saved.list
  diff <(printf "$folder/%s\n" "$@") saved.list
  for name; do [[ $(cat "$folder/$name") = $((++number)) ]] || return 1; done
}

@test "file names: no way out of the folder, and none that means something" {
  id=$(from_eve "$(files '"../../escape"' '"/etc/passwd"' '"..\\..\\win.ini"' '"C:\\boot.ini"' \
    '"a/../../../b"' '".."' '"."' '"/"' '"\u0000"' '"nul\u0000.txt"' '"NUL"' '"con.txt"' '"COM1"' \
    '"lpt9.log"' '"aux .txt"' '"a:b"' '"report.txt:stream"' '"dots..."' '"spaces   "' \
    '".bashrc"' '"--help"' '"-rf"' '"x.partial"' '"y.PARTIAL. "' '"?*<>|\""' '"~"' '"$(id)"')")
  mkdir -p deep/er/out
  expect_exit 0 as dr.lee read "$id" --save deep/er/out --json
  saved_as deep/er/out escape passwd win.ini boot.ini b attachment attachment-2 attachment-3 _ \
    nul_.txt _NUL _con.txt _COM1 _lpt9.log '_aux .txt' a_b report.txt_stream dots spaces bashrc \
    _--help _-rf x.partial_ y.PARTIAL_ ______ '~' '$(id)'
  [ "$(find deep -type f | wc -l)" = 27 ]
  [ "$(find "$T" -type f -not -path '*/deep/er/out/*')" = "$T/saved.list" ]
}

@test "file names: twins of case and normal form, in one message and in the folder" {
  id=$(from_eve "$(files '"A.txt"' '"a.txt"' '"\u00e9.txt"' '"e\u0301.txt"' '"\ufb01x"' '"FIX"' \
    '"Stra\u00dfe"' '"STRASSE"' '"here.txt"' '"\u212bngstrom"')")
  mkdir out
  echo mine >out/HERE.TXT
  printf -v name 'a\u030angstrom'
  echo mine >"out/$name"
  expect_exit 0 as dr.lee read "$id" --save out --json
  saved_as out A.txt a-2.txt é.txt é-2.txt ﬁx FIX-2 Straße STRASSE-2 here-2.txt Ångstrom-2
  [ "$(cat out/HERE.TXT "out/$name")" = $'mine\nmine' ]
  /usr/bin/python3 - out <<'PYTHON'
import os, sys, unicodedata
names = [unicodedata.normalize("NFKC", name).casefold() for name in os.listdir(sys.argv[1])]
assert len(names) == len(set(names)) == 12, names
PYTHON
}

@test "file names: invisible, bidirectional, broken and long ones" {
  long=$(printf 'é%.0s' {1..120})
  id=$(from_eve "$(files '"zero\u200bwidth"' '"cod\u202egpj.exe"' '"\u2066x\u2069"' '"new\nline"' \
    '"\u001b[31mred"' '"\u009b31m"' '"tab\there"' '"\u00adsoft"' '"\u3164"' "\"$long.dcm\"")")
  mkdir out
  expect_exit 0 as dr.lee read "$id" --save out --json
  plain_screen
  saved_as out zero_width cod_gpj.exe _x_ new_line '_[31mred' _31m tab_here _soft _ \
    "$(printf 'é%.0s' {1..98}).dcm"
  expect_exit 0 as dr.lee read "$id"
  plain_screen
  spec='{"files": [{"name_base64": "//4vLi4vgIA=", "content": "1"}]}'
  id=$(from_eve "$spec")
  expect_exit 0 as dr.lee read "$id" --save out --json
  saved_as out __
  expect_exit 0 as dr.lee read "$id"
  plain_screen
}

@test "headers that no honest program would make are refused" {
  local -r evil='x\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e'
  specs=()
  for field in subject purpose content-type thread sent expires to log trust attachment; do
    specs+=("{\"body\": \"b\", \"$field\": \"$evil\"}")
    specs+=("{\"body\": \"b\", \"$field\": \"cod\u202egpj\u200b\"}")
  done
  specs+=('{"body": "b", "subject": "two\nsubject: lines"}'
    '{"body": "b", "purpose": "no-such-purpose"}'
    '{"body": "b", "from": "mercy.example/olivia/vm"}'
    '{"body": "b", "to": ["mercy.example/olivia"]}'
    '{"body": "b", "expires": "2001-01-01T00:00:00Z", "sent": "2000-01-01T00:00:00Z"}'
    "$(files "\"$(printf 'x%.0s' {1..256})\"")"
    "$(files "\"$(printf 'x%.0s' {1..10000})\"")"
    "$(files '""')")
  unchecked send "$ORG_DIR/eve.json" mercy.example/dr.lee/laptop "${specs[@]}" >ids
  [ "$(wc -l <ids)" = ${#specs[@]} ]
  caught 7 "${#specs[@]} of the messages that came were refused: " as dr.lee inbox
  while read -r id; do contains "$errors" "refused $id from mercy.example/eve/laptop: "; done <ids
  [ "$(wc -l <<<"$errors")" = $((${#specs[@]} + 2)) ]
  expect_exit 0 as dr.lee inbox --json
  while read -r id; do lacks "$output" "$id"; done <ids
}

@test "what a text says reaches the screen, what it does does not" {
  id=$(from_eve '{"body": "a\u001b]0;owned\u0007b\u001b[2Jc\u009b31md\u202ee\u200bf\rg\u0000h\ttab\nend\u001b]8;;http://evil\u001b\\link"}')
  expect_exit 0 as dr.lee read "$id"
  contains "$output" "]0;owned"
  contains "$output" $'\ttab'
  plain_screen
  expect_exit 0 as dr.lee read "$id" --json
  plain_screen
  json '.body | contains("\u001b[2J")'
}

@test "users and devices with other than names cannot enrol" {
  as olivia member invite zed --role member --json | jq -er .invitation >token
  for device in $'\e[31m' 'a b' '..' $'x\ny' UPPER "$(printf 'x%.0s' {1..33})" 'ünï' ''; do
    never unchecked enrol token state "$device"
  done
  for user in $'\e[31m' 'a b' .. UPPER relay root $'x\u202ey' ''; do
    caught 2 "" as olivia member invite "$user" --role member
  done
  expect_exit 0 as dr.lee member list
  plain_screen
}

@test "an invitation that says something else than names and addresses is refused" {
  as olivia member invite zoe --role member --json | jq -er .invitation >token
  evil=$'x\e]0;owned\a\e[2J\u202e\xff'
  for number in 0 1 2 3 5 7; do
    unchecked token token "$number" "https://127.0.0.1:1/$evil" >forged
    status=0
    as zoe join forged --device laptop --passphrase-file "$PASSFILE" >out 2>err || status=$?
    output=$(<out) errors=$(<err)
    [ "$status" = 2 ]
    contains "$errors" "an invitation out of form"
    plain_screen
  done
  [ -z "$(find "$ORG_DIR/zoe" -type f)" ]
}

@test "links and special files in the folder: nothing is followed, overwritten or waited for" {
  mkdir out outside
  for file in target hard partial-hard partial-target; do echo untouched >"outside/$file"; done
  : >outside/empty
  ln -s ../outside/target out/link
  ln -s ../outside/new out/dangling
  mkfifo out/fifo
  mkdir out/folder
  ln outside/hard out/hard
  ln -s ../outside/partial-target out/p-link.partial
  ln -s ../outside/partial-new out/p-dangling.partial
  ln outside/partial-hard out/p-hard.partial
  ln outside/empty out/p-empty.partial
  mkfifo out/p-fifo.partial
  mkdir out/p-folder.partial
  cp -a out direct
  ln -f outside/partial-hard direct/p-hard.partial
  ln -f outside/empty direct/p-empty.partial
  touch -d '2001-01-01' outside/*
  names=(link dangling fifo folder hard p-link p-dangling p-hard p-fifo p-folder p-empty)
  printf -v quoted '"%s"\n' "${names[@]}"
  mapfile -t quoted <<<"${quoted%$'\n'}"
  id=$(from_eve "$(files "${quoted[@]}")")
  for name in "${names[@]:0:5}"; do
    expect_exit 9 as dr.lee read "$id" --attachment 1 -o "out/$name"
  done
  expect_exit 0 timeout $((30 * PATIENCE)) \
    env SEALPOST_HOME="$ORG_DIR/dr.lee" "$SEALPOST" read "$id" --save out --json
  # Whether half-written names are avoided or cleared away: what they led to is as it was.
  mapfile -t saved < <(jq -r '.saved[]' <<<"$output")
  [ "${saved[*]:0:5}" = "out/link-2 out/dangling-2 out/fifo-2 out/folder-2 out/hard-2" ]
  for number in {1..11}; do
    [ -f "${saved[number - 1]}" ] && [ ! -L "${saved[number - 1]}" ]
    [ "$(cat "${saved[number - 1]}")" = "$number" ]
  done
  for name in p-link p-dangling p-hard p-fifo p-folder p-empty; do
    timeout $((30 * PATIENCE)) \
      env SEALPOST_HOME="$ORG_DIR/dr.lee" "$SEALPOST" read "$id" --attachment 1 \
      -o "direct/$name" || [ $? = 9 ]
  done
  [ "$(cd outside && echo *)" = "empty hard partial-hard partial-target target" ]
  [ "$(cat outside/* | sort -u)" = untouched ]
  [ -z "$(find outside -newermt 2002-01-01 -type f)" ]
  [ -p out/fifo ] && [ -d out/folder ] && [ -L out/link ] && [ -L out/dangling ]
}

@test "a folder that is a link is the folder that its user named" {
  mkdir real
  ln -s real alias
  id=$(from_eve "$(files '"x.txt"')")
  expect_exit 0 as dr.lee read "$id" --save alias --json
  [ "$(cat real/x.txt)" = 1 ]
  echo plain >file
  caught 3 "is not a folder" as dr.lee read "$id" --save file
  ln -s nowhere dangling
  caught 3 "is not a folder" as dr.lee read "$id" --save dangling
  [ ! -e nowhere ]
}

@test "names on the command line come back harmless" {
  evil=$'x\e]0;owned\a\e[2J\u202e\xff'
  for arguments in "$evil" "inspect $evil" "read $evil" "send --to $evil text" "--$evil" \
    "inbox --wait $evil" "decrypt $evil" "send --to dr.lee --file $evil" "config get $evil" \
    "inbox --profile $evil" "receipt show $evil" "audit query --event $evil"; do
    status=0
    # shellcheck disable=SC2086
    as olivia $arguments >out 2>err </dev/null || status=$?
    [ "$status" != 0 ] && [ "$status" -lt 76 ]
    output=$(<out) errors=$(<err)
    plain_screen || { echo "on: $arguments" >&2 && return 1; }
  done
}

@test "the progress of a transfer shows a name and obeys none of it" {
  id=$(from_eve '{"files": [{"name": "x\u001b]0;owned\u0007\u001b[2J\u009b1m\u202ey", "content": "0123456789", "times": 30000}]}')
  mkdir out
  export SEALPOST_HOME=$ORG_DIR/dr.lee
  env -u NO_COLOR /usr/bin/python3 "$SUPPORT/../interop/with_tty.py" "" \
    "$SEALPOST" read "$id" --save out --bwlimit 100K 2>screen
  grep -q 'owned.*%' screen
  # Only going back to the beginning of the line and clearing it is the program's own.
  output=$(sed -e 's/\r$//' -e 's/\r\x1b\[K//g' screen) errors=
  plain_screen
}
