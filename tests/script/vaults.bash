# Profiles with a vault but without a relay, for the tests of verbs that need no more. `load vaults`
# after `load support`.
# shellcheck shell=bash disable=SC2034

# make_profile NAME: passphrase in $PASS.
make_profile() {
  PASS=$T/passphrase
  echo "correct horse" >"$PASS"
  "$SEALPOST" org init "$1.example" --user olivia --profile "$1" --passphrase-file "$PASS" \
    >/dev/null
}

# Agents of the test end with it.
lock_all() { "$SEALPOST" lock --all --quiet || true; }
