# sealpost bulk: one message for every row of a table, each once.
load support

setup_file() {
  start_org olivia dr.lee nurse.kim
  as olivia contact add jane-doe --name "Jane Doe" --phone +15550100 --birthdate 1980-02-29 >/dev/null
  as olivia contact add john-roe --name "John Roe" --phone +15550101 --birthdate 1981-01-01 >/dev/null
  as olivia consent grant jane-doe --purpose appointment-reminder --channel link-sms --method paper >/dev/null
}
teardown_file() { stop_org; }

# A table of three members' rows, one contact with consent and one without.
write_table() {
  printf 'to,day,appointment\r\ndr.lee,Tuesday,1\r\nnurse.kim,"Wednesday, early",2\r\n' >table.csv
  printf 'jane-doe,Friday,3\njohn-roe,Friday,4\ndr.lee,Tuesday,1\n' >>table.csv
  printf 'See you on {day}. {{no}}\n' >text
}
bulk() { as olivia bulk "$@"; }
received() { as "$1" inbox --json | jq -s --arg s "$2" 'map(select(.subject == $s)) | length'; }

@test "members and contacts get their rows, whoever has not agreed is refused and listed" {
  write_table
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder \
    --subject "First {day}" --results rows.ndjson
  [ "$(stat -c %a rows.ndjson)" = 600 ]
  contains "$output" "3 sent, 1 refused, 0 failed, 1 duplicate"
  contains "$errors" "line 5: refused: john-roe may not be written to for appointment-reminder"
  contains "$errors" "sealpost bulk resume"
  [ "$(jq -s length rows.ndjson)" = 5 ]
  jq -es 'map(.state) | sort == ["duplicate", "refused", "sent", "sent", "sent"]' rows.ndjson
  [ "$(received dr.lee "First Tuesday")" = 1 ]
  [ "$(received nurse.kim "First Wednesday, early")" = 1 ]
  id=$(as dr.lee inbox --json | jq -r 'select(.subject == "First Tuesday").id')
  expect_exit 0 as dr.lee read "$id"
  contains "$output" "See you on Tuesday. {no}"
  link=$(jq -r 'select(.to == "contact:jane-doe").message' rows.ndjson)
  expect_exit 0 as olivia sent --json
  json_lines 'any(.id == $id)' --arg id "$link"
}

@test "the same again says that it is finished, and --again sends it all over" {
  write_table
  run_it() { bulk run table.csv --template text --purpose appointment-reminder --subject "First {day}" "$@"; }
  expect_exit 0 run_it
  contains "$output" "is finished: 3 sent, 1 refused"
  contains "$errors" "--again"
  [ "$(received dr.lee "First Tuesday")" = 1 ]
  expect_exit 8 run_it --again --json
  json_lines '.[-1] | .type == "bulk" and .sent == 3 and .whole'
  [ "$(received dr.lee "First Tuesday")" = 2 ]
  # Another text is another job.
  echo "Other text" >text
  expect_exit 8 run_it
  [ "$(received dr.lee "First Tuesday")" = 3 ]
}

@test "resume tries what was refused, and nothing else" {
  write_table
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --job reminders \
    --subject "Again {day}"
  as olivia consent grant john-roe --purpose appointment-reminder --channel link-sms --method paper >/dev/null
  expect_exit 0 bulk resume reminders --json
  json_lines '.[-1] | .sent == 4 and .refused == 0 and .duplicate == 1'
  json_lines 'map(select(.type == "bulk-row" and (.before | not))) | length == 1 and .[0].to == "contact:john-roe"'
  [ "$(received dr.lee "Again Tuesday")" = 1 ]
  # Nothing can be left of it: the table is gone, which another job's is not.
  as olivia consent revoke john-roe --yes >/dev/null
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --job kept --subject Kept
  parts() {
    python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM rows WHERE kind = 29").fetchone()[0])' \
      "$ORG_DIR"/olivia/*/vault.db
  }
  before=$(parts)
  as olivia consent grant john-roe --purpose appointment-reminder --channel link-sms --method paper --yes >/dev/null
  expect_exit 0 bulk resume kept
  [ "$(parts)" = $((before - 1)) ]
  expect_exit 0 bulk resume reminders
  contains "$output" "is finished: 4 sent"
  as olivia consent revoke john-roe --yes >/dev/null
}

@test "the same name for other content is a conflict" {
  write_table
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --job mine
  echo "dr.lee,Sunday,9" >>table.csv
  expect_exit 9 bulk run table.csv --template text --purpose appointment-reminder --job mine
  contains "$errors" "another table, template or options"
  write_table
  expect_exit 9 bulk run table.csv --template text --purpose appointment-reminder --job mine --max-views 2
  expect_exit 9 bulk run table.csv --template text --purpose appointment-reminder --job mine --subject New
  # Nor is it the other way round: the same content under another name is sent once more.
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --subject Named --job one
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --subject Named --job two
  [ "$(received dr.lee Named)" = 2 ]
  expect_exit 0 bulk run table.csv --template text --purpose appointment-reminder --job mine
  # What does not change what is sent is no other content.
  expect_exit 0 bulk run table.csv --template text --purpose appointment-reminder --job mine --rate 5/s
}

@test "rows are told apart by the key column, or by all they say" {
  printf 'to,key,day\ndr.lee,a,Mon\ndr.lee,a,Tue\ndr.lee,b,Mon\ndr.lee,,Mon\ndr.lee,,Mon\ndr.lee,,Tue\n' >keys.csv
  echo "{day}" >text
  expect_exit 0 bulk run keys.csv --template text --purpose general --key-column key --json
  json_lines '.[-1] | .sent == 4 and .duplicate == 2'
  json_lines 'map(select(.state == "duplicate").line) == [3, 6]'
  # The same letters in other fields are another row.
  printf 'to,a,b\ndr.lee,x,yz\ndr.lee,xy,z\n' >fields.csv
  echo "{a}-{b}" >text
  expect_exit 0 bulk run fields.csv --template text --purpose general --json
  json_lines '.[-1] | .sent == 2 and .duplicate == 0'
}

@test "a dry run says the same and sends nothing" {
  write_table
  printf 'nobody,Monday,7\n' >>table.csv
  before=$(as olivia sent --json | jq -s length)
  jobs=$(bulk list --json)
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --dry-run --json
  json_lines '.[-1] | .type == "bulk" and .dry_run and .sent == 3 and .refused == 2 and .duplicate == 1'
  json_lines 'any(.reason == "there is no contact nobody" or (.reason // "" | contains("nobody")))'
  [ "$(as olivia sent --json | jq -s length)" = "$before" ]
  [ "$(bulk list --json)" = "$jobs" ]
}

@test "what is wrong with everything is said before anything is sent" {
  write_table
  before=$(as olivia sent --json | jq -s length)
  expect_exit 2 bulk run table.csv --template text --purpose appointment-reminder --to-column patient
  contains "$errors" 'the table has no column "patient"'
  contains "$errors" "to, day, appointment"
  expect_exit 2 bulk run table.csv --template text --purpose appointment-reminder --key-column id
  contains "$errors" 'the table has no column "id"'
  expect_exit 2 bulk run table.csv --template text --purpose appointment-reminder --file-column pdf
  contains "$errors" 'the table has no column "pdf"'
  echo "{weekday}" >text
  expect_exit 2 bulk run table.csv --template text --purpose appointment-reminder
  contains "$errors" 'no column "weekday"'
  echo "{day" >text
  expect_exit 2 bulk run table.csv --template text --purpose appointment-reminder
  echo "{day}" >text
  expect_exit 2 bulk run table.csv --template text --purpose apointment-reminder
  contains "$errors" "appointment-reminder"
  expect_exit 2 bulk run table.csv --template text --purpose general --rate fast
  expect_exit 2 bulk run table.csv --template text --purpose general --max-failures 200%
  expect_exit 2 bulk run table.csv --template text --purpose general --passcode ask
  expect_exit 2 bulk run table.csv --template text --purpose general --expires never
  expect_exit 3 bulk run nothing.csv --template text --purpose general
  expect_exit 3 bulk run table.csv --template nothing --purpose general
  mkfifo pipe
  expect_exit 2 bulk run pipe --template text --purpose general
  expect_exit 9 bulk run table.csv --template text --purpose general --results table.csv
  printf '\x1b[31m,to\n1,dr.lee\n' >colours.csv
  expect_exit 2 bulk run colours.csv --template text --purpose general
  : >empty.csv
  expect_exit 2 bulk run empty.csv --template text --purpose general
  expect_exit 3 bulk show nothing
  expect_exit 3 bulk resume nothing
  expect_exit 3 bulk cancel nothing --yes
  [ "$(as olivia sent --json | jq -s length)" = "$before" ]
}

@test "rows out of form are refused one by one" {
  printf 'to,day\ndr.lee,Mon,too,many\n,Tue\n"dr.lee,Wed\n' >bad.csv
  printf 'contact:\nx\ndr.lee,Thu\n' >>bad.csv
  echo "{day}" >text
  expect_exit 8 bulk run bad.csv --template text --purpose general --json
  json_lines '.[-1].sent >= 1 and .[-1].refused >= 2'
  json_lines 'map(select(.state == "refused")) | all(.reason != "" and .line > 1)'
}

@test "files of a column are attached" {
  mkdir -p reports
  echo one >reports/one.pdf
  printf 'to,pdf\ndr.lee,reports/one.pdf\nnurse.kim,\ndr.lee,reports/none.pdf\n' >files.csv
  echo "Your report" >text
  expect_exit 8 bulk run files.csv --template text --purpose general --subject Report --file-column pdf --json
  json_lines '.[-1] | .sent == 2 and .refused == 1'
  json_lines 'any(.state == "refused" and (.reason | contains("none.pdf")))'
  id=$(as dr.lee inbox --json | jq -r 'select(.subject == "Report").id')
  as dr.lee read "$id" --save . >/dev/null
  [ "$(<one.pdf)" = one ]
  # What was mended is sent by resume, from another folder as well.
  echo none >reports/none.pdf
  job=$(bulk list --json | jq -rs '.[-1].job')
  (cd / && expect_exit 0 bulk resume "$job" --json && json_lines '.[-1].sent == 3')
}

@test "jobs are listed and shown, and a finished one is not cancelled" {
  write_table
  bulk run table.csv --template text --purpose appointment-reminder --job shown >/dev/null || true
  expect_exit 0 bulk list
  contains "$output" shown
  expect_exit 0 bulk show shown --json
  json_lines '.[0] | .type == "bulk-job" and .state == "finished" and .rows == 5 and .sent == 3'
  json_lines 'map(select(.type == "bulk-row")) | length == 5'
  expect_exit 0 bulk show shown
  contains "$output" "line 5: refused"
  expect_exit 9 bulk cancel shown --yes
}

@test "too many refusals stop the run, which goes on when they are mended" {
  { echo to,day && seq -f 'nobody-%g,Mon' 30 && echo dr.lee,Mon; } >many.csv
  echo "{day}" >text
  expect_exit 8 bulk run many.csv --template text --purpose general --job many --max-failures 20 --rate 50/s
  contains "$errors" "more than --max-failures"
  expect_exit 0 bulk show many --json
  json_lines '.[0].state == "running" and .[0].sent == 0'
  expect_exit 8 bulk run many.csv --template text --purpose general --job many --json
  json_lines '.[-1] | .sent == 1 and .refused == 30'
  # What was refused before is not tried again; resume does that.
  json_lines 'map(select(.before and .state == "refused")) | length > 20'
  # A share is looked at when there is enough to see one.
  { echo to,day && seq -f 'nobody-%g,Mon' 6 && seq -f 'dr.lee,%g' 1194; } >share.csv
  expect_exit 8 bulk run share.csv --template text --purpose general --job share --max-failures 1% --rate 500/s
  contains "$errors" "more than --max-failures"
  expect_exit 0 bulk show share --json
  json_lines '.[0] | .state == "running" and .sent + .refused >= 100 and .sent < 1194'
  expect_exit 2 bulk run share.csv --template text --purpose general --job share --again
  contains "$errors" "is not finished"
  expect_exit 8 bulk run share.csv --template text --purpose general --job share --max-failures 2%
  contains "$output" "1194 sent, 6 refused"
  expect_exit 2 bulk run many.csv --template text --purpose general --job cancelled --max-failures
  expect_exit 8 bulk run many.csv --template text --purpose general --job cancelled --max-failures 5 --rate 50/s
  expect_exit 2 bulk cancel cancelled </dev/null
  expect_exit 0 bulk cancel cancelled --yes
  contains "$output" "is cancelled"
  expect_exit 9 bulk run many.csv --template text --purpose general --job cancelled
  expect_exit 9 bulk resume cancelled
}

@test "no more rows than the rate says go in a time" {
  printf 'to,n\ndr.lee,1\ndr.lee,2\ndr.lee,3\ndr.lee,4\n' >four.csv
  echo "{n}" >text
  SECONDS=0
  expect_exit 0 bulk run four.csv --template text --purpose general --job paced --rate 60/m
  [ $SECONDS -ge 2 ]
}

@test "Ctrl-C finishes what is under way, and says how to go on" {
  { echo to,n && seq -f 'dr.lee,%g' 200; } >long.csv
  echo "{n}" >text
  SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" bulk run long.csv --template text --purpose general \
    --subject Long --job long --rate 20/s --json >out 2>err </dev/null 3>&- &
  pid=$!
  wait_for "some rows" 30 grep -q bulk-row out
  kill -INT $pid
  status=0
  wait $pid || status=$?
  [ "$status" = 130 ]
  contains "$(<err)" "sealpost bulk resume long"
  sent=$(jq -s 'map(select(.state == "sent")) | length' out)
  [ "$sent" -gt 0 ] && [ "$sent" -lt 200 ]
  [ "$(received dr.lee Long)" = "$sent" ]
  expect_exit 0 as olivia outbox list --json
  [ -z "$output" ]
  expect_exit 0 bulk resume long --json
  json_lines '.[-1].sent == 200'
  [ "$(received dr.lee Long)" = 200 ]
}

@test "killed anywhere and run again, every row is sent once" {
  { echo to,n && seq -f 'dr.lee,%g' 600; } >killed.csv
  echo "{n}" >text
  for naps in 0.3 0.6 0.9 1.2; do
    SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" bulk run killed.csv --template text --purpose general \
      --subject Killed --job killed >/dev/null 2>&1 </dev/null 3>&- &
    pid=$!
    sleep $naps
    kill -KILL $pid 2>/dev/null || true
    wait $pid || true
  done
  expect_exit 0 bulk run killed.csv --template text --purpose general --subject Killed --job killed --json
  expect_exit 0 bulk show killed --json
  json_lines '.[0].sent == 600 and .[0].state == "finished"'
  [ "$(received dr.lee Killed)" = 600 ]
  as dr.lee inbox --json | jq -es 'map(select(.subject == "Killed").id) | length == (unique | length)'
}

@test "cut off while the table is stored: never a part of it is taken for the whole" {
  { echo to,n,ballast && for n in $(seq 48); do printf 'dr.lee,%s,%050000d\n' "$n" 0; done; } >large.csv
  echo "{n}" >text
  go() { as olivia bulk run large.csv --template text --purpose general --subject Large --job "$@"; }
  go twice >/dev/null
  cut=0
  for n in $(seq 2 9); do
    for again in "" --again; do
      name=cut-$n
      [ -z "$again" ] || name=twice
      SEALPOST_HOME=$ORG_DIR/olivia strace -f -qq -o /dev/null -e trace=fdatasync,fsync \
        -e inject=fdatasync,fsync:signal=KILL:when="$n" \
        "$SEALPOST" bulk run large.csv --template text --purpose general --subject Large \
        --job "$name" $again >/dev/null 2>&1 </dev/null 3>&- || true
      state=$(bulk show "$name" --json 2>/dev/null | jq -rs '.[0].state // ""')
      if [ "$state" = storing ]; then
        cut=$((cut + 1))
        expect_exit 9 bulk resume "$name"
        contains "$errors" "was not read to its end"
      fi
      before=$(received dr.lee Large)
      expect_exit 0 go "$name" --json
      json_lines '.[-1].sent == 48'
      # All over means all over, also when it was cut off before it began.
      [ "$state" != storing ] || [ "$(received dr.lee Large)" = $((before + 48)) ]
    done
  done
  [ "$cut" -ge 4 ]
}

@test "a row that is refused twice in a row counts once" {
  printf 'to,n\nnobody,1\nnobody,1\ncontact:,1\ncontact:,1\n,1\n,1\n' >twice.csv
  echo "{n}" >text
  for round in 1 2; do
    expect_exit "$([ $round = 1 ] && echo 8 || echo 0)" bulk run twice.csv --template text --purpose general --job refusals --json
    expect_exit 0 bulk show refusals --json
    json_lines '.[0] | .refused == 3 and .duplicate == 3'
    json_lines 'map(select(.state == "refused").line) | sort == [2, 4, 6]'
  done
}

@test "a relay that goes away stops the run with 75, and the same command goes on" {
  write_table
  stop_relay
  expect_exit 75 bulk run table.csv --template text --purpose appointment-reminder --job away
  contains "$errors" "sealpost bulk resume away"
  start_relay
  expect_exit 8 bulk run table.csv --template text --purpose appointment-reminder --job away
  contains "$output" "3 sent"
}

@test "two runs of one job at once are one after the other" {
  { echo to,n && seq -f 'dr.lee,%g' 100; } >both.csv
  echo "{n}" >text
  go() { bulk run both.csv --template text --purpose general --subject Both --job both; }
  go >first 2>&1 3>&- &
  go >second 2>&1 || true
  wait
  [ "$(received dr.lee Both)" = 100 ]
  # Who waits too long for the other is told so.
  SEALPOST_HOME=$ORG_DIR/olivia "$SEALPOST" bulk run both.csv --template text --purpose general \
    --subject Slow --job slow --rate 5/s --json >out 2>err </dev/null 3>&- &
  pid=$!
  wait_for "some rows" 30 grep -q bulk-row out
  expect_exit 75 bulk cancel slow --yes
  contains "$errors" "another process works on the job slow"
  kill -INT $pid
  wait $pid || true
}

@test "the examples of the manual work" {
  local examples=$BATS_TEST_DIRNAME/../../scripts/examples
  expect_exit 8 bulk run "$examples/today.csv" --template "$examples/reminder.txt" \
    --purpose appointment-reminder --subject "Your appointment on {day}" \
    --to-column patient --key-column appointment --expires 3d --max-failures 10% --json
  json_lines '.[-1] | .sent == 1 and .refused == 1'
  # The line of the unit, as it is, on this table.
  unit=$(sed -n '/^ExecStart=/,/[^\\]$/p' "$examples/sealpost-reminders.service" |
    sed -e 's|^ExecStart=/usr/bin/sealpost ||' -e 's|\\$||' -e 's|%%|%|' | tr '\n' ' ')
  cp "$examples/today.csv" "$examples/reminder.txt" .
  mkdir credentials && cp "$PASSFILE" credentials/passphrase
  export CREDENTIALS_DIRECTORY=$PWD/credentials
  eval "expect_exit 0 as olivia $unit"
  contains "$output" "is finished: 1 sent, 1 refused"
  if command -v systemd-analyze >/dev/null; then
    systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$examples/sealpost-reminders.timer")" >/dev/null
  fi
}
