#include "notify/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "notify/gsm.hpp"
#include "text/safety.hpp"

namespace sealpost::notify {
namespace {

constexpr std::size_t kLongestName = 100;        // bytes, of the organisation
constexpr std::size_t kLongestTemplate = 4'000;  // bytes
constexpr std::size_t kLongestLine = 200;        // bytes, of a subject or a stop

struct BuiltIn {
  std::string_view text;
  std::string_view stop;
  std::string_view subject;
};

// Spanish text messages do without the letters that GSM 03.38 lacks.
BuiltIn built_in(std::string_view language, Channel channel) {
  const bool sms = channel == Channel::kSms;
  if (language == "en" && sms) {
    return {"{organisation}: you have a private message. Open: {link} {stop}",
            "To stop, open the link.", ""};
  }
  if (language == "es" && sms) {
    return {"{organisation}: tiene un mensaje privado. Abrir: {link} {stop}",
            "Para cancelar, abra el enlace.", ""};
  }
  if (language == "en") {
    return {"{organisation} has a private message for you.\n\nOpen it here:\n{link}\n\n{stop}\n",
            "To receive no more of these, open the link and choose “Stop these messages”.",
            "A message from {organisation}"};
  }
  if (language == "es") {
    return {
        "{organisation} tiene un mensaje privado para usted.\n\nÁbralo aquí:\n{link}\n\n{stop}\n",
        "Si no desea recibir más, abra el enlace y elija «No recibir más mensajes».",
        "Un mensaje de {organisation}"};
  }
  return {};
}

base::Error malformed(std::string text, std::string hint = "see sealpost-notify(1), Templates") {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

std::string lower(std::string_view tag) {
  std::string out(tag);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// A language of RFC 5646, roughly: letters and digits between dashes.
bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 35 && tag.front() != '-' && tag.back() != '-' &&
         std::all_of(tag.begin(), tag.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_line(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLine && text::is_plain(text) &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

// Lines of plain text.
bool is_block(std::string_view text) {
  if (text.size() > kLongestTemplate) return false;
  const auto lines = base::split(text, '\n');
  return std::all_of(lines.begin(), lines.end(),
                     [](std::string_view line) { return text::is_plain(line); });
}

// "es" for "es-mx", and nothing behind that.
std::string wider(const std::string& tag) {
  const std::size_t dash = tag.rfind('-');
  return dash == std::string::npos ? "" : tag.substr(0, dash);
}

// What the settings have for the language or a wider one, or what is built in.
base::Result<std::string> word(const Words& own, const std::string& tag, std::string_view otherwise,
                               std::string_view key) {
  for (std::string wanted = tag; !wanted.empty(); wanted = wider(wanted)) {
    for (const auto& [name, value] : own) {
      if (lower(name) != wanted) continue;
      if (!value.empty()) return value;
      return malformed(fmt::format("{}.{} is empty", key, name));
    }
  }
  if (!otherwise.empty()) return std::string(otherwise);
  return malformed(fmt::format("{}.{} is missing: the language is not built in", key, tag));
}

std::set<std::string> tags_in(const ChannelSettings& settings) {
  std::set<std::string> tags{"en", "es"};
  for (const Words* words : {&settings.templates, &settings.stops, &settings.subjects}) {
    for (const auto& [tag, value] : *words) tags.insert(lower(tag));
  }
  return tags;
}

base::Result<Filling> parse_text(const std::string& text) {
  if (!is_block(text)) return malformed("it is no plain text, or too long");
  TRY(Filling filling,
      Filling::parse(text, {"organisation", "link", "stop"}, Braces::kOnlyPlaceholders));
  for (const std::string_view name : {"link", "stop"}) {
    if (!filling.has(name)) return malformed(fmt::format("{{{}}} is missing", name));
  }
  return filling;
}

}  // namespace

base::Result<Texts> Texts::make(const ChannelSettings& settings, Channel channel,
                                const Sender& sender) {
  Texts texts;
  texts.organisation_ = sender.organisation;
  if (!is_line(sender.organisation) || sender.organisation.size() > kLongestName) {
    return malformed("the organisation's name is out of form, or longer than 100 bytes",
                     "notify.organisation gives another");
  }
  for (const std::string& tag : tags_in(settings)) {
    if (!is_tag(tag)) return malformed("\"" + text::for_terminal(tag) + "\" is no language");
    const BuiltIn preset = built_in(tag.substr(0, tag.find('-')), channel);
    TRY(const std::string text, word(settings.templates, tag, preset.text, "template"));
    TRY(const std::string stop, word(settings.stops, tag, preset.stop, "stop"));
    const std::string_view subject_preset =
        preset.subject.empty() ? built_in("en", channel).subject : preset.subject;
    const std::string subject =
        word(settings.subjects, tag, subject_preset, "subject").value_or("");
    if (!is_line(stop)) return malformed(fmt::format("stop.{} is no plain line", tag));
    auto filling = parse_text(text);
    if (!filling) return base::with_context(std::move(filling).error(), "template." + tag);
    auto title = Filling::parse(subject, {"organisation"}, Braces::kOnlyPlaceholders);
    if (!title) return base::with_context(std::move(title).error(), "subject." + tag);
    if (channel == Channel::kEmail && !is_line(subject)) {
      return malformed(fmt::format("subject.{} is no plain line", tag));
    }
    texts.languages_.emplace(tag, Language{*std::move(filling), *std::move(title), stop});
    TRY(texts.check(tag, channel, sender.sample_link));
  }
  return texts;
}

base::Result<void> Texts::check(const std::string& tag, Channel channel,
                                const std::string& sample) const {
  if (channel == Channel::kEmail) return {};
  const Composed whole = compose(languages_.at(tag), sample);
  const auto septets = gsm_septets(whole.text.view());
  if (!septets) {
    return malformed(fmt::format("the text message in \"{}\" has \"{}\", which the GSM alphabet "
                                 "does not have",
                                 tag, first_beyond_gsm(whole.text.view())),
                     "write it without, in template, stop or notify.organisation");
  }
  if (*septets <= kSmsSeptets) return {};
  return malformed(
      fmt::format(
          "the text message in \"{}\" takes {} characters with a link of {}, and {} are one", tag,
          *septets, sample.size(), kSmsSeptets),
      "shorten template, stop, notify.organisation, or the page's address: `sealpost policy set "
      "link-page`");
}

Composed Texts::compose(std::string_view language, std::string_view link) const {
  for (std::string tag = lower(language); !tag.empty(); tag = wider(tag)) {
    const auto found = languages_.find(tag);
    if (found != languages_.end()) return compose(found->second, link);
  }
  return compose(languages_.at("en"), link);
}

Composed Texts::compose(const Language& words, std::string_view link) const {
  const Filling::Put put = [&](std::string_view name, SecretText& out) {
    out.append(name == "link" ? link : name == "stop" ? words.stop : organisation_);
  };
  return {std::string(words.subject.fill(put).view()), words.text.fill(put)};
}

}  // namespace sealpost::notify
