#include "cmd/completion_scripts.hpp"

#include <fmt/format.h>

#include <string_view>

namespace sealpost::cmd {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

// A word in single quotes, as sh, zsh and fish read it.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

bool names_file(const Flag& flag) {
  return flag.value.find("FILE") != std::string::npos || flag.value == "DIR" ||
         flag.value == "OUT" || flag.value == "PATH";
}

std::vector<std::string> spellings(const Flag& flag) {
  std::vector<std::string> all{"--" + flag.name};
  if (flag.letter != '\0') all.push_back(std::string("-") + flag.letter);
  return all;
}

std::vector<std::string> spellings(const std::vector<Flag>& flags) {
  std::vector<std::string> all;
  for (const Flag& flag : flags) {
    for (std::string& one : spellings(flag)) all.push_back(std::move(one));
  }
  return all;
}

// --- bash and zsh share the walk along the words typed so far ------------------------------------

// "send|member|member invite": every path, for a case statement.
std::string all_paths(const std::vector<Command>& commands) {
  std::vector<std::string> paths;
  for (const Command& command : commands) {
    if (!command.path.empty()) paths.push_back(in_quotes(join(command.path, " ")));
  }
  return join(paths, "|");
}

std::string bash_command(const Command& command) {
  std::vector<std::string> plain;  // options whose value cannot be completed
  std::vector<std::string> files;
  for (const Flag& flag : command.flags) {
    if (flag.value.empty() || flag.name == "profile") continue;
    for (const std::string& one : spellings(flag))
      (names_file(flag) ? files : plain).push_back(one);
  }
  std::vector<std::string> words = command.verbs;
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  return fmt::format("    {})\n      flags={}\n      words={}\n      plain={}\n      files={} ;;\n",
                     in_quotes(join(command.path, " ")),
                     in_quotes(join(spellings(command.flags), " ")), in_quotes(join(words, " ")),
                     in_quotes(join(plain, " ")), in_quotes(join(files, " ")));
}

constexpr std::string_view kBashHead =
    R"(# bash completion for sealpost, printed by `sealpost completion bash`

_sealpost_describe() {
  case "$1" in
)";

constexpr std::string_view kBashTail = R"sh(  esac
}

_sealpost() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local path='' i flags words plain files all_flags all_plain all_files
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${path:+$path }${COMP_WORDS[i]}" in
      PATHS) path="${path:+$path }${COMP_WORDS[i]}" ;;
    esac
  done
  _sealpost_describe ''
  all_flags=$flags all_plain=$plain all_files=$files
  if [[ -n $path ]]; then
    _sealpost_describe "$path"
    all_flags+=" $flags" all_plain+=" $plain" all_files+=" $files"
  fi
  if [[ $prev == --profile ]]; then
    words=$(sealpost profile list 2>/dev/null | awk 'NR > 1 { print $1 }')
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  elif [[ $prev == -* && " $all_plain " == *" $prev "* ]]; then
    return
  elif [[ $prev == -* && " $all_files " == *" $prev "* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$all_flags" -- "$cur")
  elif [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
}

complete -o filenames -F _sealpost sealpost
)sh";

// --- zsh -----------------------------------------------------------------------------------------

// "word:description" for _describe.
std::string zsh_entry(std::string_view word, std::string_view description) {
  std::string text;
  for (const char c : word) {
    if (c == ':') text += '\\';
    text += c;
  }
  return in_quotes(text + ":" + std::string(description));
}

std::string zsh_flag(const Flag& flag) {
  std::string text;
  for (const std::string& one : spellings(flag)) {
    text += " " + zsh_entry(one, flag.description);
  }
  return text;
}

std::string zsh_command(const std::vector<Command>& commands, const Command& command) {
  std::string text = "    " + in_quotes(join(command.path, " ")) + ")\n      flags=(";
  std::vector<std::string> plain;
  for (const Flag& flag : command.flags) {
    text += zsh_flag(flag);
    if (flag.value.empty() || names_file(flag) || flag.name == "profile") continue;
    for (std::string& one : spellings(flag)) plain.push_back(std::move(one));
  }
  text += ")\n      verbs=(";
  for (const Command& other : commands) {
    if (other.path.size() != command.path.size() + 1) continue;
    if (!std::equal(command.path.begin(), command.path.end(), other.path.begin())) continue;
    text += " " + zsh_entry(other.path.back(), other.description);
  }
  for (const std::string& word : command.arguments) text += " " + in_quotes(word);
  return text + ")\n      plain=(" + join(plain, " ") + ") ;;\n";
}

constexpr std::string_view kZshHead = R"(#compdef sealpost
# zsh completion for sealpost, printed by `sealpost completion zsh`

_sealpost_describe() {
  case "$1" in
)";

constexpr std::string_view kZshTail = R"sh(  esac
}

_sealpost() {
  local cur=${words[CURRENT]} prev=${words[CURRENT-1]} where='' word
  local -a flags all_flags plain all_plain verbs
  for word in "${(@)words[2,CURRENT-1]}"; do
    case "${where:+$where }$word" in
      PATHS) where="${where:+$where }$word" ;;
    esac
  done
  _sealpost_describe ''
  all_flags=($flags) all_plain=($plain)
  if [[ -n $where ]]; then
    _sealpost_describe "$where"
    all_flags+=($flags) all_plain+=($plain)
  fi
  if [[ $prev == --profile ]]; then
    compadd -- ${(f)"$(sealpost profile list 2>/dev/null | awk 'NR > 1 { print $1 }')"}
  elif (( ${all_plain[(Ie)$prev]} )); then
    return 1
  elif [[ $cur == -* ]]; then
    _describe 'option' all_flags
  elif (( ${#verbs} )); then
    _describe 'command' verbs
  else
    _files
  fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _sealpost "$@"
else
  compdef _sealpost sealpost
fi
)sh";

// --- fish ----------------------------------------------------------------------------------------

constexpr std::string_view kFishHead =
    R"(# fish completion for sealpost, printed by `sealpost completion fish`

# The verbs typed so far, as one word.
function __sealpost_path
    set -l path
    for word in (commandline -opc)[2..-1]
        switch (string join ' ' $path $word)
            case PATHS
                set -a path $word
        end
    end
    string join ' ' $path
end

function __sealpost_at
    test (__sealpost_path) = "$argv"
end

complete -c sealpost -f
)";

std::string fish_condition(const Command& command) {
  if (command.path.empty()) return "";  // global flags hold everywhere
  return " -n " + in_quotes("__sealpost_at " + join(command.path, " "));
}

std::string fish_flag(const Command& command, const Flag& flag) {
  std::string line = "complete -c sealpost" + fish_condition(command) + " -l " + flag.name;
  if (flag.letter != '\0') line += std::string(" -s ") + flag.letter;
  if (flag.name == "profile") {
    line += " -x -a \"(sealpost profile list 2>/dev/null | awk 'NR > 1 { print \\$1 }')\"";
  } else if (!flag.value.empty()) {
    line += names_file(flag) ? " -r -F" : " -x";
  }
  return line + " -d " + in_quotes(flag.description) + "\n";
}

std::string fish_word(const std::vector<std::string>& above, std::string_view word,
                      std::string_view description) {
  std::string line = "complete -c sealpost -n " + in_quotes("__sealpost_at " + join(above, " "));
  line += " -a " + in_quotes(word);
  return description.empty() ? line + "\n" : line + " -d " + in_quotes(description) + "\n";
}

std::string fish_command(const Command& command) {
  std::string text;
  if (!command.path.empty()) {
    const std::vector<std::string> above(command.path.begin(), command.path.end() - 1);
    text += fish_word(above, command.path.back(), command.description);
  }
  for (const Flag& flag : command.flags) text += fish_flag(command, flag);
  for (const std::string& word : command.arguments) text += fish_word(command.path, word, "");
  const bool takes_files = command.verbs.empty() && command.arguments.empty();
  if (takes_files) text += "complete -c sealpost" + fish_condition(command) + " -F\n";
  return text;
}

std::string replace_paths(std::string_view text, const std::string& paths) {
  const std::size_t at = text.find("PATHS");
  return std::string(text.substr(0, at)) + paths + std::string(text.substr(at + 5));
}

}  // namespace

std::string bash_completion(const std::vector<Command>& commands) {
  std::string text(kBashHead);
  for (const Command& command : commands) text += bash_command(command);
  return text + replace_paths(kBashTail, all_paths(commands));
}

std::string zsh_completion(const std::vector<Command>& commands) {
  std::string text(kZshHead);
  for (const Command& command : commands) text += zsh_command(commands, command);
  return text + replace_paths(kZshTail, all_paths(commands));
}

std::string fish_completion(const std::vector<Command>& commands) {
  std::vector<std::string> paths;
  for (const Command& command : commands) {
    if (!command.path.empty()) paths.push_back(in_quotes(join(command.path, " ")));
  }
  std::string text = replace_paths(kFishHead, join(paths, " "));
  for (const Command& command : commands) text += fish_command(command);
  return text;
}

}  // namespace sealpost::cmd
