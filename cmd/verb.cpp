#include "cmd/verb.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace sealpost::cmd {

Option Option::required() const { return Option(*option_->required()); }

Option Option::type_name(const std::string& name) const {
  return Option(*option_->type_name(name));
}

Option Option::excludes(Option other) const { return Option(*option_->excludes(other.option_)); }

Option Option::needs(Option other) const { return Option(*option_->needs(other.option_)); }

Option Option::capture_default_str() const { return Option(*option_->capture_default_str()); }

Option Option::check(std::string (*complaint)(const std::string& value)) const {
  return Option(*option_->check(complaint));
}

Option Option::one_value_each_time() const { return Option(*option_->allow_extra_args(false)); }

Option Verb::add_option(const std::string& names, std::string& value,
                        const std::string& what) const {
  return Option(*app_->add_option(names, value, what));
}

Option Verb::add_option(const std::string& names, std::uint64_t& value,
                        const std::string& what) const {
  return Option(*app_->add_option(names, value, what));
}

Option Verb::add_option(const std::string& names, std::vector<std::string>& values,
                        const std::string& what) const {
  return Option(*app_->add_option(names, values, what));
}

Option Verb::add_flag(const std::string& names, bool& value, const std::string& what) const {
  return Option(*app_->add_flag(names, value, what));
}

Verb add_verb(CLI::App& parent, const std::string& name, const std::string& description,
              std::function<void()> named) {
  CLI::App* app = parent.add_subcommand(name, description);
  app->callback(std::move(named));
  return Verb(*app);
}

CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& description) {
  return *parent.add_subcommand(name, description)->require_subcommand(1);
}

Option add_repeatable(Verb verb, const std::string& names, std::vector<std::string>& values,
                      const std::string& description) {
  return verb.add_option(names, values, description)->one_value_each_time();
}

}  // namespace sealpost::cmd
