#include "config/config.hpp"

#include <toml++/toml.h>

#include <system_error>

#include "base/file.hpp"
#include "config/profile.hpp"

namespace sealpost::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 1 << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

base::Error at_line(const std::string& file, std::size_t line, const std::string& what,
                    const std::string& hint = "see sealpost-config(5)") {
  return {base::Code::kMalformed, file + ", line " + std::to_string(line) + ": " + what, hint};
}

base::Result<toml::table> parse_toml(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return at_line(file, error.source().begin.line, std::string(error.description()));
  }
}

std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

// Walks a table and collects its leaves under dotted names.
class Collector {
 public:
  Collector(const std::string& file, const std::set<std::string>& known)
      : file_(file), known_(known) {}

  base::Result<void> section(const toml::table& table, const std::string& prefix,
                             const std::string& profile, std::map<std::string, Value>& into) const {
    for (auto&& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (profile.empty() && name == "profile") continue;
      if (const toml::table* inner = node.as_table()) {
        TRY(section(*inner, name + ".", profile, into));
        continue;
      }
      TRY(Value value, leaf(name, node, profile));
      into.emplace(name, std::move(value));
    }
    return {};
  }

 private:
  bool is_known(const std::string& name) const {
    if (known_.count(name) > 0) return true;
    for (std::size_t dot = name.find('.'); dot != std::string::npos;
         dot = name.find('.', dot + 1)) {
      if (dot + 1 < name.size() && known_.count(name.substr(0, dot + 1) + "*") > 0) return true;
    }
    return false;
  }

  base::Result<Value> leaf(const std::string& name, const toml::node& node,
                           const std::string& profile) const {
    const std::size_t line = node.source().begin.line;
    const bool general_only = name == kDefaultProfile;
    if ((!general_only && !is_known(name)) || (general_only && !profile.empty())) {
      return at_line(file_, line, "unknown key \"" + name + "\"");
    }
    const std::optional<std::string> text = text_of(node);
    if (!text) {
      return at_line(file_, line, "\"" + name + "\" must be a string, a whole number or a boolean");
    }
    if (general_only && !is_profile_name(*text)) {
      return at_line(file_, line, "\"" + *text + "\" is no profile name");
    }
    return Value{*text, profile, line};
  }

  const std::string& file_;
  const std::set<std::string>& known_;
};

base::Result<fs::path> absolute(const std::string& text, const char* variable) {
  fs::path path(text);
  if (path.is_absolute()) return path;
  std::error_code error;
  path = fs::absolute(path, error);
  if (!error) return path;
  return base::Error{base::Code::kUsage, std::string(variable) + " is no usable path", ""};
}

base::Result<fs::path> base_folder(const Variable& variable, const char* xdg,
                                   const char* fallback) {
  // The XDG specification tells programs to ignore relative paths here.
  const std::optional<std::string> own = variable(xdg);
  if (own && fs::path(*own).is_absolute()) return fs::path(*own) / "sealpost";
  const std::optional<std::string> home = variable("HOME");
  if (!home) {
    return base::Error{base::Code::kUsage, "HOME is not set, so there is no place for profiles",
                       "set SEALPOST_HOME"};
  }
  TRY(const fs::path folder, absolute(*home, "HOME"));
  return folder / fallback / "sealpost";
}

base::Result<std::string> read_text(const fs::path& file) {
  auto bytes = base::read_file(file, kLargestFile);
  if (!bytes && bytes.error().code == base::Code::kNotFound) return std::string();
  if (!bytes) return std::move(bytes).error();
  return std::string(base::as_text(*bytes));
}

// The byte at which a line begins; lines count from one.
std::size_t offset_of_line(std::string_view text, std::size_t line) {
  std::size_t at = 0;
  for (; line > 1; --line) at = text.find('\n', at) + 1;
  return at;
}

// Everything before a string value on its line is ASCII in what load() accepts, so that toml++'s
// columns are bytes.
std::string with_value(const std::string& text, const toml::source_region& where,
                       const std::optional<std::string>& name) {
  const std::size_t line = offset_of_line(text, where.begin.line);
  if (name) {
    const std::size_t begin = line + where.begin.column - 1;
    const std::size_t end = line + where.end.column - 1;
    return text.substr(0, begin) + "\"" + *name + "\"" + text.substr(end);
  }
  const std::size_t next = text.find('\n', line);
  return text.substr(0, line) + (next == std::string::npos ? "" : text.substr(next + 1));
}

std::string with_new_line(const std::string& text, const std::string& name) {
  const std::size_t at = text.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0
                             ? kByteOrderMark.size()
                             : 0;  // before any section, where a general key belongs
  return text.substr(0, at) + std::string(kDefaultProfile) + " = \"" + name + "\"\n" +
         text.substr(at);
}

}  // namespace

base::Result<Locations> locate(const Variable& variable) {
  if (const std::optional<std::string> home = variable("SEALPOST_HOME")) {
    TRY(const fs::path folder, absolute(*home, "SEALPOST_HOME"));
    return Locations{folder / "config.toml", folder};
  }
  TRY(const fs::path config, base_folder(variable, "XDG_CONFIG_HOME", ".config"));
  TRY(const fs::path data, base_folder(variable, "XDG_DATA_HOME", ".local/share"));
  return Locations{config / "config.toml", data};
}

base::Result<Config> Config::parse(std::string_view text, const std::string& file,
                                   const std::set<std::string>& known_keys) {
  TRY(const toml::table root, parse_toml(text, file));
  Config config;
  const Collector collector(file, known_keys);
  TRY(collector.section(root, "", "", config.sections_[""]));
  const toml::node* profiles = root.get("profile");
  if (profiles == nullptr) return config;
  if (!profiles->is_table()) {
    return at_line(file, profiles->source().begin.line,
                   "\"profile\" must be a section per profile");
  }
  for (auto&& [key, node] : *profiles->as_table()) {
    const std::string name(key.str());
    const std::size_t line = node.source().begin.line;
    if (!is_profile_name(name)) return at_line(file, line, "\"" + name + "\" is no profile name");
    if (!node.is_table()) return at_line(file, line, "\"" + name + "\" must be a section");
    TRY(collector.section(*node.as_table(), "", name, config.sections_[name]));
  }
  return config;
}

base::Result<Config> Config::load(const fs::path& file, const std::set<std::string>& known_keys) {
  TRY(const std::string text, read_text(file));
  return parse(text, file.string(), known_keys);
}

std::optional<Value> Config::find(const std::string& profile, const std::string& key) const {
  for (const std::string& section : {profile, std::string()}) {
    const auto values = sections_.find(section);
    if (values == sections_.end()) continue;
    const auto value = values->second.find(key);
    if (value != values->second.end()) return value->second;
  }
  return std::nullopt;
}

std::map<std::string, Value> Config::find_all(const std::string& profile,
                                              std::string_view prefix) const {
  std::map<std::string, Value> found;
  for (const std::string& section : {profile, std::string()}) {
    const auto values = sections_.find(section);
    if (values == sections_.end() || !found.empty()) continue;
    for (const auto& [key, value] : values->second) {
      if (key.compare(0, prefix.size(), prefix) == 0) found.emplace(key, value);
    }
  }
  return found;
}

base::Result<void> write_default_profile(const fs::path& file,
                                         const std::optional<std::string>& name) {
  TRY(const std::string text, read_text(file));
  TRY(const toml::table before, parse_toml(text, file.string()));
  const toml::node* present = before.get(kDefaultProfile);
  if (present == nullptr && !name) return {};
  const std::string edited =
      present != nullptr ? with_value(text, present->source(), name) : with_new_line(text, *name);
  // The edit is by lines, so the result is read again before it replaces anything.
  TRY(const toml::table after, parse_toml(edited, file.string()));
  if (after[kDefaultProfile].value<std::string>() != name) {
    return base::Error{base::Code::kMalformed,
                       file.string() + ": cannot change default-profile where it stands",
                       "write it on a line of its own at the top of the file"};
  }
  TRY(base::make_private_folder(file.parent_path()));
  return base::replace_file(file, base::as_bytes(edited), 0600);
}

}  // namespace sealpost::config
