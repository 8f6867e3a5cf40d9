#!/usr/bin/env bats
# The register at the mercy of disks and kills: at the relay, and at the device that writes.
#
# Ordinarily some of the faults, with FAULTS=all every one.

load support
load faults

setup_file() {
  start_org olivia dr.lee
  as olivia contact add first >/dev/null
  as dr.lee contact list >/dev/null
  echo first >"$ORG_DIR/expected"
}
teardown_file() { stop_org; }
setup() { fresh_home; }

# A name of a fault is no alias.
alias_of() { tr ' =' '--' <<<"$1" | tr '[:upper:]' '[:lower:]'; }
attempt() { as olivia contact add "$(alias_of "$1")"; }
# It may have been added before the fault; then it is there, and is not added again.
again() {
  local status=0
  attempt "$1" || status=$?
  [[ $status == 0 || $status == 9 ]]
}
same_answer() { grep -q "there is a contact" "$T/again.err"; }

# Every contact once, at both devices; the log is one history, and what lies on the disk is sound.
each_contact_once() {
  local who
  sed 's/ /-/g; s/=/-/g' "$ORG_DIR/expected" | tr '[:upper:]' '[:lower:]' | sort >"$T/expected"
  for who in olivia dr.lee; do
    as $who contact list --json | jq -r .alias | sort >"$T/got"
    diff "$T/expected" "$T/got" >&2 || return 1
    as $who audit verify >"$T/verified" || return 1
  done
  stop_relay
  sound || return 1
  start_relay
}

strikes() {
  local call=$1 fault=$2 count=$3 number numbers
  shift 3
  numbers=("$@")
  if [[ ${FAULTS:-} == all ]]; then mapfile -t numbers < <(seq "$count"); fi
  local met=0
  for number in "${numbers[@]}"; do
    strike writer "$call" "$fault" "$number" || return 1
    if [[ $STRUCK == yes ]]; then met=$((met + 1)); fi
  done
  ((met * 3 >= ${#numbers[@]} * 2))
}

times() { awk -v call="$1" '$2 == call { n = $1 } END { print n + 0 }' <<<"$calls"; }

@test "killed at the calls of an append's commit: what was acknowledged is there once" {
  needs_strace
  find_writer
  calls=$(count_calls writer attempt counted)
  echo counted >>"$ORG_DIR/expected"
  [ "$(times fdatasync)" -ge 1 ]
  [ "$(times pwrite64)" -ge 10 ]
  strikes fdatasync signal=KILL "$(times fdatasync)" 1
  strikes pwrite64 signal=KILL "$(times pwrite64)" 1 4 9
  each_contact_once
}

@test "an append that cannot be written is not acknowledged, and the same again succeeds" {
  needs_strace
  find_writer
  calls=$(count_calls writer attempt counted-again)
  echo counted-again >>"$ORG_DIR/expected"
  strikes fdatasync error=EIO "$(times fdatasync)" 1
  strikes pwrite64 error=EIO "$(times pwrite64)" 1 6
  strikes pwrite64 error=ENOSPC "$(times pwrite64)" 3
  each_contact_once
}

# killed_at NUMBER COMMAND...: olivia's command dies before the given one of its calls that write to
# the disk or to the relay.
killed_at() {
  local number=$1
  shift
  SEALPOST_HOME=$ORG_DIR/olivia traced -f -o "$T/trace" -e trace=pwrite64,sendto \
    -e "inject=pwrite64,sendto:signal=KILL:when=$number" "$SEALPOST" "$@" >/dev/null 2>&1 || true
}
# numbers ORDINARILY... : with FAULTS=all many.
numbers() { if [[ ${FAULTS:-} == all ]]; then seq 1 60; else printf '%s\n' "$@"; fi; }

@test "a device that is killed while it adds a contact has added it once, when the same is said again" {
  needs_strace
  local number
  for number in $(numbers 1 8 15 22 30); do
    killed_at "$number" contact add "killed-$number"
    again "killed-$number" 2>"$T/again.err"
    echo "killed-$number" >>"$ORG_DIR/expected"
  done
  each_contact_once
}

@test "a device that is killed while it records consent has it recorded, when the same is said again" {
  needs_strace
  local number
  as olivia contact add consenting >/dev/null
  echo consenting >>"$ORG_DIR/expected"
  for number in $(numbers 3 11 19 27); do
    killed_at "$number" consent grant consenting --purpose billing --channel post --method paper --yes
    as olivia consent grant consenting --purpose billing --channel post --method paper --yes >/dev/null
    as dr.lee consent check consenting --purpose billing --channel post >/dev/null
    killed_at "$number" consent revoke consenting --purpose billing --yes
    as olivia consent revoke consenting --purpose billing --yes >/dev/null
    expect_exit 6 as dr.lee consent check consenting --purpose billing --channel post
  done
  each_contact_once
}

@test "an import of consents that is killed goes on where it was, and records nothing twice" {
  needs_strace
  local number
  seq -f 'many-%04g' 1 1200 | tee >(sed '1i id' >"$T/contacts.csv") >>"$ORG_DIR/expected"
  as olivia contact import "$T/contacts.csv" >/dev/null
  { echo contact,purpose,channel,method && seq -f 'many-%04g,billing,post,paper' 1 1200; } >"$T/consents.csv"
  for number in $(numbers 5 20 60); do killed_at "$number" consent import "$T/consents.csv"; done
  as olivia consent import "$T/consents.csv" >/dev/null
  expect_exit 0 as olivia consent import "$T/consents.csv" --json
  json '.added == 0 and .same == 1200'
  as dr.lee consent list --json | jq -es '[.[] | select(.contact | startswith("many-"))] | length == 1200'
  each_contact_once
}
