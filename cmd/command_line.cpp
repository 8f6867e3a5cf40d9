#include "cmd/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/settings.hpp"

namespace sealpost::cmd {
namespace {

// The verb's variables count only once it is chosen, so that one for another verb, however wrong,
// disturbs nobody.
void name_when_chosen(CLI::App& verb, const std::vector<Setting>& settings) {
  std::vector<std::pair<CLI::Option*, std::string>> own;
  for (CLI::Option* option : verb.get_options()) {
    for (const Setting& setting : settings) {
      if (setting.option == option) own.emplace_back(option, setting.variable);
    }
  }
  const auto name_all = [own](std::size_t) {
    for (const auto& named : own) named.first->envname(named.second);
  };
  if (verb.get_parent() == nullptr) {
    name_all(0);
  } else {
    verb.preparse_callback(name_all);
  }
  for (CLI::App* inner : verb.get_subcommands({})) name_when_chosen(*inner, settings);
}

// Variables have their page, sealpost-config(5); on every line of the help they would be noise.
class Formatter final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_expected_min() == 0) return "";
    std::string text = option->get_type_name().empty() ? "" : " " + option->get_type_name();
    if (option->get_expected_max() >= CLI::detail::expected_max_vector_size) text += " ...";
    return text + (option->get_required() ? " (required)" : "");
  }
};

// How many letters must be added, dropped, changed or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      next[j] =
          std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row.back();
}

std::string nearest_verb(const CLI::App& app, std::string_view word) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const CLI::App* verb : app.get_subcommands({})) {
    const std::size_t far = distance(word, verb->get_name());
    if (far < least) {
      least = far;
      best = verb->get_name();
    }
  }
  return best;
}

struct Where {
  const CLI::App* app;
  std::string above;  // "sealpost member"
  std::string words;  // "sealpost member invite"
};

Where deepest(const CLI::App& root) {
  Where where{&root, "", "sealpost"};
  while (!where.app->get_subcommands().empty()) {
    where.app = where.app->get_subcommands().front();
    where.above = where.words;
    where.words += " " + where.app->get_name();
  }
  return where;
}

base::Error usage(std::string text, const Where& where) {
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return {base::Code::kUsage, text, "see `" + where.words + " --help`"};
}

base::Error not_expected(const CLI::App& root, const Where& where) {
  std::string word;
  for (const CLI::App* app = &root; app != nullptr && word.empty();
       app = app->get_subcommands().empty() ? nullptr : app->get_subcommands().front()) {
    const std::vector<std::string> rest = app->remaining();
    if (!rest.empty()) word = rest.front();
  }
  if (word.size() > 1 && word.front() == '-') return usage("unknown option " + word, where);
  if (where.app->get_subcommands({}).empty()) {
    return usage("unexpected argument \"" + word + "\"", where);
  }
  base::Error error = usage("unknown command \"" + word + "\"", where);
  const std::string nearest = nearest_verb(*where.app, word);
  if (!nearest.empty()) error.hint = "did you mean `" + where.words + " " + nearest + "`?";
  return error;
}

// Then what else is wrong, such as a missing option, is no help.
bool has_unknown_option(const CLI::App& root) {
  const std::vector<std::string> rest = root.remaining(true);
  return std::any_of(rest.begin(), rest.end(), [](const std::string& word) {
    return word.size() > 1 && word.front() == '-';
  });
}

std::string help_text(const CLI::App& root) {
  const Where where = deepest(root);
  return where.app->help(where.above);
}

}  // namespace

void add_globals(CLI::App& app, Globals& globals) {
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.option_defaults()->always_capture_default();  // for `config show`
  app.formatter(std::make_shared<Formatter>());
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "sealpost " SEALPOST_VERSION, "Print the version");
  app.add_option("--profile", globals.profile, "The installation to use")->type_name("NAME");
  app.add_flag("--json", globals.json, "Print JSON");
  app.add_flag("--quiet", globals.quiet, "Print nothing but results and errors");
  app.add_flag("--no-progress", globals.no_progress, "Show no progress");
  app.add_flag("--yes", globals.yes, "Answer yes to every question");
  app.add_option("--passphrase-file", globals.passphrase_file,
                 "Read the passphrase from the first line of FILE")
      ->type_name("FILE");
  app.add_option("--passphrase-command", globals.passphrase_command,
                 "Read the passphrase from the output of a shell command")
      ->type_name("COMMAND");
  app.add_option("--passphrase-fd", globals.passphrase_fd,
                 "Read the passphrase from an open file descriptor")
      ->type_name("N");
}

void name_variables(CLI::App& app) { name_when_chosen(app, all_settings(app)); }

base::Result<std::optional<std::string>> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return std::optional<std::string>(help_text(app));
  } catch (const CLI::CallForVersion& version) {
    return std::optional<std::string>(std::string(version.what()) + "\n");
  } catch (const CLI::ExtrasError&) {
    return not_expected(app, deepest(app));
  } catch (const CLI::ParseError& error) {
    const Where where = deepest(app);
    const bool lacks_verb = where.app->get_require_subcommand_min() > 0;
    if (lacks_verb && !app.remaining(true).empty()) return not_expected(app, where);
    if (has_unknown_option(app)) return not_expected(app, where);
    return usage(lacks_verb ? "`" + where.words + "` needs a command" : error.what(), where);
  }
  if (app.get_subcommands().empty()) {
    return base::Error{base::Code::kUsage, "no command given", "see `sealpost --help`"};
  }
  return std::optional<std::string>();
}

bool wants_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") break;
    if (word == "--json") return true;
  }
  const char* variable = std::getenv("SEALPOST_JSON");  // NOLINT(concurrency-mt-unsafe)
  if (variable == nullptr) return false;
  const std::string_view value = variable;
  return value == "1" || value == "true" || value == "yes" || value == "on";
}

}  // namespace sealpost::cmd
