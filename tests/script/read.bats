# sealpost read: what was sent, nothing else, and no way out of the folder.
load support

setup_file() { start_org olivia dr.lee; }
teardown_file() { stop_org; }

# deliver ARGS...: olivia sends, dr.lee fetches; prints the id.
deliver() {
  as olivia send --to dr.lee "$@"
  as dr.lee inbox >/dev/null
}

@test "text and header come out as they were sent" {
  id=$(deliver --subject 'Ünïcode ✓' --purpose test-results 'Grüße
second line')
  expect_exit 0 as dr.lee read "$id" --json
  json '.subject == "Ünïcode ✓" and .purpose == "test-results" and .from == "olivia"'
  json '.body == "Grüße\nsecond line" and .saved == []'
  expect_exit 0 as dr.lee read "$id"
  contains "$output" "second line"
}

@test "a message is found by number, id and the beginning of its id" {
  id=$(deliver findable)
  number=$(as dr.lee inbox --json | jq -r --arg id "$id" 'select(.id == $id).number')
  for name in "$id" "$number" "${id:0:32}"; do
    expect_exit 0 as dr.lee read "$name" --json
    json '.id == $id' --arg id "$id"
  done
  expect_exit 3 as dr.lee read 99999
  expect_exit 3 as dr.lee read 0193aaaa
}

@test "no control character of a message reaches the terminal" {
  id=$(printf 'a\033]0;owned\007b\033[2Jc\r\342\200\256d' | deliver -)
  expect_exit 0 as dr.lee read "$id"
  LC_ALL=C never grep -q "$(printf '[\001-\010\013-\037\177]')" <<<"$output"
  lacks "$output" $'\u202e'
}

@test "attachments are saved whole, 0600, and never over another file" {
  head -c 5000001 /dev/urandom >scan.dcm
  : >empty.bin
  id=$(deliver --file scan.dcm --file empty.bin)
  mkdir out
  echo mine >out/scan.dcm
  expect_exit 0 as dr.lee read "$id" --save out --json
  json '.saved == ["out/scan-2.dcm", "out/empty.bin"]'
  json '.attachments == [{"name":"scan.dcm","size":5000001},{"name":"empty.bin","size":0}]'
  cmp scan.dcm out/scan-2.dcm
  cmp empty.bin out/empty.bin
  [ "$(cat out/scan.dcm)" = mine ]
  [ "$(stat -c %a out/scan-2.dcm)" = 600 ]
  expect_exit 9 as dr.lee read "$id" --attachment 1 -o out/scan.dcm
  expect_exit 3 as dr.lee read "$id" --attachment 3 -o third
  expect_exit 2 as dr.lee read "$id" --attachment 1
  expect_exit 3 as dr.lee read "$id" --save nowhere
  [ "$(find . -name '*.partial')" = "" ]
}

@test "one attachment is told about beside it, and another's .partial stays" {
  head -c 3000000 /dev/urandom >data
  id=$(deliver --file data)
  echo precious >one.partial
  expect_exit 0 as dr.lee read "$id" --attachment 1 -o one --json
  json '.type == "attachment-written" and .id == $id and .attachment == 1' --arg id "$id"
  json '.name == "data" and .output == "one" and .size == 3000000'
  cmp one data
  [ "$(cat one.partial)" = precious ]
  [ "$(echo one*)" = "one one.partial" ]
  as dr.lee read "$id" --attachment 1 -o - --json 2>report | cmp - data
  jq -e '.type == "attachment-written" and .output == "-"' report
  expect_exit 2 as dr.lee read "$id" --attachment 0 -o zero
  contains "$errors" "counted from 1"
  expect_exit 2 as dr.lee read "$id" --attachment 1 -o two --bwlimit ""
}

@test "a sender's file name cannot leave the folder, hide or overwrite" {
  mkdir in out
  ln -s /etc out/link
  i=0
  for name in '../../escape' '/etc/passwd' '..' '.hidden' 'CON' 'a:b' 'dots...' $'new\nline' \
    $'\e[31mred' $'rtl\u202egpj.exe' 'link' 'Twin' 'twin' '..\..\win'; do
    i=$((i + 1))
    as olivia send --to dr.lee --file - --file-name "$name" <<<"$i" >"id.$i" || continue
  done
  as dr.lee inbox >/dev/null
  for file in id.*; do
    [ -s "$file" ] || continue
    expect_exit 0 as dr.lee read "$(cat "$file")" --save out
  done
  [ ! -e ../escape ] && [ ! -e ../../escape ] && [ ! -e escape ]
  [ -L out/link ]
  [ "$(find out -mindepth 2 | wc -l)" = 0 ]
  [ "$(find out -name '.*' -not -name . | wc -l)" = 0 ]
  find out >names
  LC_ALL=C never grep -q "$(printf '[\001-\011\013-\037\177]')" names
  [ "$(find out -iname twin | wc -l)" -le 1 ]
}

@test "a flipped byte of the stored blob: exit 7 and nothing is left" {
  head -c 2500000 /dev/urandom >data
  id=$(deliver --file data)
  blob=$(find "$RELAY_DIR/blobs" -type f -size +2000k -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2-)
  flip "$blob" 1500000
  mkdir out
  expect_exit 7 as dr.lee read "$id" --save out
  [ -z "$(ls -A out)" ]
  expect_exit 7 as dr.lee read "$id" --attachment 1 -o out/x
  [ -z "$(ls -A out)" ]
}

@test "reading works without the relay; the receipt follows later" {
  id=$(deliver offline)
  stop_relay
  expect_exit 0 as dr.lee read "$id"
  contains "$output" offline
  start_relay
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "delivered"'
  as dr.lee inbox >/dev/null
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "read"'
}

@test "--no-receipt tells the sender nothing" {
  id=$(deliver silent)
  expect_exit 0 as dr.lee read "$id" --no-receipt
  expect_exit 0 as dr.lee read "$id"
  expect_exit 0 as olivia receipt show "$id" --json
  json '.state == "delivered"'
}
