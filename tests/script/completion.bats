# Completion scripts know what --help knows.

load support

# complete WORDS...: what bash offers for the last of them, a line each.
complete_words() {
  SEALPOST_WORDS="$*" PATH=$(dirname "$SEALPOST"):$PATH bash -c '
    source <(sealpost completion bash)
    read -ra COMP_WORDS <<<"$SEALPOST_WORDS"
    [[ $SEALPOST_WORDS == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _sealpost
    printf "%s\n" "${COMPREPLY[@]}"'
}

@test "every verb of --help is offered" {
  local verb offered
  offered=$(complete_words "sealpost ")
  for verb in $("$SEALPOST" --help | grep -oE '^  [a-z]+'); do
    grep -qx "$verb" <<<"$offered"
  done
}

@test "verbs below verbs, flags of the verb and global flags are offered" {
  [[ $(complete_words "sealpost profile re") == remove ]]
  [[ $(complete_words "sealpost unlock --id") == --idle ]]
  [[ $(complete_words "sealpost --quiet unlock --pro") == --profile ]]
  [[ $(complete_words "sealpost completion f") == fish ]]
  [[ -z $(complete_words "sealpost unlock --al") ]]
}

@test "files are offered where an option takes one" {
  touch "$T/some-passphrase"
  [[ $(complete_words "sealpost unlock --passphrase-file $T/some") == "$T/some-passphrase" ]]
}

@test "the scripts are good syntax for their shells" {
  local shell
  for shell in bash zsh fish; do
    "$SEALPOST" completion "$shell" >"$T/script"
    [[ -s $T/script ]]
    if command -v "$shell" >/dev/null; then "$shell" -n "$T/script"; fi
  done
}

@test "an unknown shell is a usage error" {
  expect_exit 2 "$SEALPOST" completion csh
  expect_exit 2 "$SEALPOST" completion
}

@test "--json wraps the script" {
  expect_exit 0 "$SEALPOST" completion bash --json
  json '.type == "completion" and .shell == "bash" and (.script | startswith("# bash"))'
}
