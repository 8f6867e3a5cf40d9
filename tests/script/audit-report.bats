# sealpost audit report: what the log comes to, as text, CSV and a page.
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  add_member aud auditor
  add_member pia privacy
  ROOT=$(as olivia org show --json | jq -er .root)
  export ROOT
  as dr.lee send --to nurse.kim --purpose test-results first >"$ORG_DIR/first"
  as dr.lee send --to nurse.kim --purpose general second >"$ORG_DIR/second"
  as nurse.kim inbox >/dev/null
  as nurse.kim read "$(cat "$ORG_DIR/first")" >/dev/null
  as dr.lee audit query >/dev/null 2>&1 || true
}
teardown_file() { stop_org; }

setup() { cd "$BATS_TEST_TMPDIR" || return 1; }
laptop() { env -i PATH="$PATH" HOME=/nonexistent "$SEALPOST" "$@"; }
# rows: of the last table, the one that the report is about.
rows() { jq -c '.tables[-1].rows[]' <<<"$output"; }

@test "activity: how much, by whom, of what kind" {
  expect_exit 0 as aud audit report activity --json
  json '.type == "audit-report" and .kind == "activity" and (.figures.refused | tonumber) >= 1'
  json '.tables[-1].rows | map(select(.member == "dr.lee")) | .[0].sent == "2"'
  expect_exit 0 as aud audit report activity --member dr.lee
  contains "$output" "Events by kind"
  contains "$output" "message.send"
  lacks "$output" "nurse.kim"
  expect_exit 0 as aud audit report activity --month 2020-01 --json
  json '.figures.events == "0"'
}

@test "access: who saw what" {
  expect_exit 0 as aud audit report access --member nurse.kim --json
  [ "$(rows | jq -rs 'map(.event) | join(" ")')" = \
    "message.fetch message.fetch message.deliver message.deliver message.read" ]
  [ "$(rows | jq -rs '.[-1].object')" = "$(cat "$ORG_DIR/first")" ]
}

@test "failures: what was refused" {
  expect_exit 0 as aud audit report failures --json
  rows | jq -es 'map(select(.event == "access.refused" and .member == "dr.lee")) | length >= 1'
  rows | jq -es 'all(.[]; .outcome != "success")'
}

@test "exposure: what a lost device could open" {
  expect_exit 0 as aud audit report exposure --device nurse.kim/laptop --json
  [ "$(rows | jq -rs 'map(.message) | sort | join(" ")')" = \
    "$(sort "$ORG_DIR/first" "$ORG_DIR/second" | paste -sd' ')" ]
  json '.figures.revoked == "no" and .figures["could open"] == "2"'
  expect_exit 2 as aud audit report exposure
  expect_exit 2 as aud audit report exposure --member dr.lee
  expect_exit 2 as aud audit report activity --member dr.lee --device dr.lee/laptop
  expect_exit 0 as aud audit report activity --device nurse.kim/laptop --json
  json '.tables[-1].rows | map(.member) == ["nurse.kim"]'
}

@test "disclosures: to a contact, for who may look contacts up" {
  as dr.lee contact add jane-doe --phone +15550100 >/dev/null
  id=$(as dr.lee contact show jane-doe --json | jq -er .id)
  expect_exit 6 as dr.lee send --to contact:jane-doe --purpose billing text
  expect_exit 5 as aud audit report disclosures --contact jane-doe
  expect_exit 0 as pia audit report disclosures --contact jane-doe --json
  json '.kind == "disclosures" and .figures.contact == $id' --arg id "$id"
  expect_exit 3 as pia audit report disclosures --contact nobody
  # Of every contact, for the same roles.
  other=$(as dr.lee contact add john-roe --phone +15550101 --json | jq -er .id)
  expect_exit 6 as dr.lee send --to contact:john-roe --purpose billing text
  expect_exit 5 as aud audit report disclosures
  expect_exit 0 as pia audit report disclosures --json
  json '.tables[0].rows | map(.name) | sort == ["jane-doe", "john-roe"]'
  json '.tables[-1].rows | map(.contact) | . == sort and (unique | length) == 2'
  expect_exit 0 as pia audit report disclosures --member nurse.kim --json
  json '.figures.events == "0"'
  expect_exit 0 as pia audit report disclosures -o all.csv
  grep -q "^$other,john-roe," all.csv
  as pia audit mirror pias >/dev/null
  expect_exit 0 as pia audit report disclosures pias --json
  json '.figures.contacts == "2"'
  expect_exit 2 laptop audit report disclosures pias --root "$ROOT"
  expect_exit 5 as dr.lee audit report activity
}

@test "a page is one file, that asks for nothing and holds no script" {
  expect_exit 0 as aud audit report activity -o a.html --json
  json '.type == "audit-report-file" and .kind == "activity"'
  [ "$(head -1 a.html)" = "<!DOCTYPE html>" ]
  grep -q '<svg' a.html && grep -q '@media print' a.html
  never grep -qiE '<script|https?:|src=|@import|url\(' a.html
  python3 - a.html <<'PYTHON'
import sys
from html.parser import HTMLParser
VOID = {"meta"}
class Tags(HTMLParser):
    def __init__(self):
        super().__init__(); self.open = []
    def handle_starttag(self, tag, attrs):
        if tag not in VOID: self.open.append(tag)
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag
tags = Tags(); tags.feed(open(sys.argv[1]).read()); assert tags.open == [], tags.open
PYTHON
  [ "$(stat -c %a a.html)" = 600 ]
  expect_exit 9 as aud audit report activity -o a.html
}

@test "CSV is the list, and the file's name decides" {
  expect_exit 0 as aud audit report access -o a.csv
  [ "$(head -1 a.csv | tr -d '\r')" = "at,member,device,event,object,purpose,address" ]
  expect_exit 0 as aud audit report access --format csv
  contains "$output" "message.read"
  expect_exit 2 as aud audit report access --format pdf
  expect_exit 2 as aud audit report nonsense
  expect_exit 2 as aud audit report activity --month 2026-13
  expect_exit 2 as aud audit report activity --month october
  expect_exit 2 as aud audit report activity --month 2026-10 --since 7d
}

@test "a mirror says the same, without vault or relay" {
  as aud audit mirror mirror >/dev/null
  for report in "activity" "access --member nurse.kim" "failures --member dr.lee" \
    "exposure --device mercy.example/nurse.kim/laptop"; do
    read -ra words <<<"$report"
    expect_exit 0 laptop audit report "${words[0]}" mirror --root "$ROOT" "${words[@]:1}" --json
    offline=$(rows)
    expect_exit 0 as aud audit report "${words[0]}" mirror "${words[@]:1}" --json
    [ "$(rows)" = "$offline" ]
  done
  expect_exit 2 laptop audit report activity mirror
  contains "$errors" "--root VKEY"
  expect_exit 2 laptop audit report disclosures mirror --root "$ROOT" --contact jane-doe
}
