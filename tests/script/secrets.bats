# Secrets stand where they belong and nowhere else: not in arguments, environments, logs, JSON, core
# files, nor in anything that lies on the disk of the relay or beside a vault.

load support

CANARIES=$BATS_TEST_DIRNAME/../support/canaries
BODY='canary-of-a-text: the third ventricle sings at noon'
SUBJECT='canary-of-a-subject: seven grey lanterns'
CONTENT='canary-of-a-file: nobody counts the swallows twice'

# The whole flow, once. What each command prints lies in $ORG_DIR/out; what may hold a secret by its
# purpose (an invitation, a message that is read, shares) in $ORG_DIR/meant.
setup_file() {
  export OUT=$BATS_FILE_TMPDIR/out MEANT=$BATS_FILE_TMPDIR/meant SEEN=$BATS_FILE_TMPDIR/seen
  mkdir "$OUT" "$MEANT" "$MEANT/saved"
  : >"$SEEN"
  "$CANARIES" watch "$(basename "$SEALPOST")" "$SEEN" 3>&- &
  export watcher=$!
  start_org olivia dr.lee
  stop_relay
  sed -i 's/^log-requests = .*/log-requests = true/' "$RELAY_DIR/relay.toml"
  start_relay
  flow
  kill "$watcher"
  collect
}
teardown_file() {
  kill "$watcher" 2>/dev/null || true
  stop_org
}

# keep NAME COMMAND...: runs it and keeps what it prints; its status is nobody's business here.
keep() {
  local name=$1
  shift
  "$@" >"$OUT/$name.out" 2>"$OUT/$name.err" || true
}

flow() {
  local dir=$BATS_FILE_TMPDIR/flow who verb
  mkdir "$dir"
  printf '%s\n' "$SUBJECT" >"$dir/subject"
  printf '%s\n' "$CONTENT" >"$dir/scan.txt"
  printf '%s\n' wrong-canary-passphrase >"$dir/wrong"
  printf '%s\n' "$BODY" |
    keep send as olivia send --to dr.lee --subject-file "$dir/subject" --file "$dir/scan.txt" - --json
  keep sent-quietly as dr.lee receipt list --json
  as dr.lee inbox --json >"$MEANT/inbox" 2>"$OUT/inbox.err"
  as dr.lee read 1 --save "$MEANT/saved" --json >"$MEANT/read" 2>"$OUT/read.err"
  for who in olivia dr.lee; do
    for verb in "key show" "key fingerprint" "org show" "member list" "device list" status \
      "config show" "profile list" "receipt list" "outbox list" "audit query" "audit verify"; do
      # shellcheck disable=SC2086
      keep "$who-${verb// /-}" as $who $verb --json
    done
  done
  as olivia member invite nurse.kim --json >"$MEANT/invitation" 2>"$OUT/invitation.err"
  jq -r .invitation "$MEANT/invitation" >"$MEANT/token"
  keep join env SEALPOST_HOME="$ORG_DIR/nurse.kim" "$SEALPOST" join "$MEANT/token" --device laptop \
    --passphrase-command "env >'$OUT/child-environment'; cat '$PASSFILE'" --json
  keep unlock as nurse.kim unlock --passphrase-file "$PASSFILE" --json
  keep wrong as olivia unlock --passphrase-file "$dir/wrong" --json
  keep split as olivia org recovery split -o "$MEANT/shares" --json
  keep combine as olivia org recovery combine "$MEANT"/shares/*-[123]-of-5.txt --json
  keep damaged as olivia org recovery combine "$MEANT"/shares/*-1-of-5.txt "$MEANT/token" --json
  keep sandbox "$SEALPOST" sandbox --members bob --json -- \
    sh -c 'env; echo canary | sealpost --profile bob send --to owner --json -'
  keep encrypted "$SEALPOST" encrypt -p --passphrase-file "$PASSFILE" --armor "$dir/scan.txt" -o "$dir/scan.age" --json
}

hex() { printf '%s' "$1" | xxd -p -c 1000; }

# What to look for, as one object; the devices' keys are read out of the vaults by other means.
collect() {
  "$CANARIES" vault "$(vault_of olivia)" "$PASSFILE" >"$BATS_FILE_TMPDIR/olivia.json"
  "$CANARIES" vault "$(vault_of dr.lee)" "$PASSFILE" >"$BATS_FILE_TMPDIR/lee.json"
  jq -n --arg passphrase "$(hex "$(<"$PASSFILE")")" --arg wrong "$(hex wrong-canary-passphrase)" \
    --arg body "$(hex "$BODY")" --arg subject "$(hex "$SUBJECT")" --arg content "$(hex "$CONTENT")" \
    --arg token "$(hex "$(<"$MEANT/token")")" \
    --slurpfile olivia "$BATS_FILE_TMPDIR/olivia.json" --slurpfile lee "$BATS_FILE_TMPDIR/lee.json" \
    '{$passphrase, $wrong, $body, $subject, $content, $token}
     + ($olivia[0] | with_entries(.key |= "olivia " + .))
     + ($lee[0] | with_entries(.key |= "dr.lee " + .))' >"$BATS_FILE_TMPDIR/secrets.json"
}

seek() { "$CANARIES" seek "$BATS_FILE_TMPDIR/secrets.json" "$@"; }

@test "the search knows the secrets, and finds each in every spelling" {
  jq -e 'length >= 12 and has("olivia vault key") and all(.[]; length >= 32)' \
    "$BATS_FILE_TMPDIR/secrets.json"
  [ "$(jq 'keys | map(select(startswith("olivia signing seed"))) | length' "$BATS_FILE_TMPDIR/secrets.json")" = 2 ]
  local name value number=0 place
  while IFS=$'\t' read -r name value; do
    local planted=planted/$((++number))
    mkdir -p "$planted/deep"
    xxd -r -p <<<"$value" >"$planted/deep/raw"
    { printf 'log: '; printf '%s' "$value"; } >"$planted/hex"
    { printf 'x'; xxd -r -p <<<"$value"; printf 'yz'; } | base64 -w 0 >"$planted/base64"
    { printf 'xx'; xxd -r -p <<<"$value"; } | base64 -w 0 | tr +/ -_ >"$planted/base64url"
    for place in deep/raw hex base64 base64url; do echo "$name in $planted/$place"; done >>wanted
  done < <(jq -r 'to_entries[] | [.key, .value] | @tsv' "$BATS_FILE_TMPDIR/secrets.json")
  expect_exit 1 seek planted
  sed -E 's/ (as it is|in [A-Za-z0-9]+) in / in /' <<<"$output" | sort -u >found
  [ -z "$(sort -u wanted | comm -23 - found)" ]
}

@test "the flow did what it should have done" {
  jq -e '.type == "sent"' "$OUT/send.out"
  grep -q "canary-of-a-text" "$MEANT/read"
  grep -rq "canary-of-a-file" "$MEANT/saved"
  jq -e '.type == "joined"' "$OUT/join.out"
  jq -e '.type == "root-combined" and .kept' "$OUT/combine.out"
  jq -e '.code == "wrong-passphrase"' <(tail -n 1 "$OUT/wrong.err")
  grep -q SEALPOST_SANDBOX "$OUT/sandbox.out"
  [ -s "$OUT/child-environment" ]
}

@test "arguments and environments: the watcher sees them, and no secret among them" {
  grep -q -- "--passphrase-file" "$SEEN"
  grep -q "^SEALPOST_HOME=" "$SEEN" || [ "$(id -u)" != 0 ]
  expect_exit 0 seek "$SEEN"
  # It would have: a process that names a secret.
  "$CANARIES" watch sealpost-canary control 3>&- &
  local watcher=$! secret
  secret=$(jq -r '.passphrase' "$BATS_FILE_TMPDIR/secrets.json" | xxd -r -p)
  (exec -a sealpost-canary sh -c 'sleep 3; :' "--passphrase" "$secret") 3>&- &
  wait_for "the watcher" 10 grep -q "$secret" control
  kill "$watcher"
  expect_exit 1 seek control
}

@test "standard output and standard error, with --json, of everything that is not meant to show it" {
  [ "$(find "$OUT" -type f | wc -l)" -gt 60 ]
  expect_exit 0 seek "$OUT"
}

@test "the relay: its folder and its log, which tells every request" {
  grep -q '/v1/' "$ORG_DIR/relay.log"
  expect_exit 0 seek "$RELAY_DIR" "$ORG_DIR/relay.log" "$ORG_DIR/relay.out"
  cp "$ORG_DIR/relay.log" control
  printf '%s\n' "$SUBJECT" >>control
  expect_exit 1 seek control
}

@test "vaults with all that lies beside them" {
  local home
  for home in olivia dr.lee nurse.kim; do
    [ -s "$(vault_of "$home")" ]
    expect_exit 0 seek "$ORG_DIR/$home"
  done
}

# dies_without_core COMMAND...: in a folder that takes core files, killed by SIGABRT while it works.
dies_without_core() {
  (
    ulimit -c unlimited
    "$@" >/dev/null 2>&1 3>&- &
    sleep 3
    kill -ABRT $! || exit 7
    wait $! || [ $? = 134 ]
  )
  [ -z "$(find . -maxdepth 1 -name 'core*')" ]
}

@test "no process leaves a core file" {
  [[ $(</proc/sys/kernel/core_pattern) == core* ]] || skip "this system sends core files elsewhere"
  (ulimit -c unlimited) 2>/dev/null || skip "core files may not be made here"
  never dies_without_core sleep 60  # the control
  rm -f core*
  local id agent
  id=$(echo waiting | as olivia send --to nurse.kim -)
  dies_without_core env SEALPOST_HOME="$ORG_DIR/olivia" "$SEALPOST" receipt wait "$id" --timeout 1m
  "$SEALPOST" relay init --dir "$PWD/relay" --org "$(jq -r .root "$ORG_DIR/setup.json")" \
    --listen "127.0.0.1:$(free_port)" --url https://127.0.0.1:1 >/dev/null
  dies_without_core "$SEALPOST" relay serve --dir "$PWD/relay"
  (ulimit -c unlimited && as dr.lee unlock --passphrase-file "$PASSFILE" 3>&-)
  agent=$(pgrep -n -f "unlock --passphrase-file $PASSFILE")
  kill -ABRT "$agent"
  wait_for "the agent to end" 10 _gone "$agent"
  [ -z "$(find / . -maxdepth 1 -name 'core*' -newer "$MEANT/invitation" -type f)" ]
}
