// sealpost agreement list | show
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/agreement.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kShortId = 8;

struct ListOptions {
  std::string expiring;
};
struct ShowOptions {
  std::string which;
  std::string save;
};

std::string time_or_nothing(const std::optional<base::Time>& time) {
  return time ? text::format_time(*time) : std::string();
}

base::Result<void> run_list(const ListOptions& options, Env& env) {
  std::optional<base::Time> by;
  if (!options.expiring.empty()) {
    TRY(const base::milliseconds span, text::parse_span(options.expiring));
    by = env.clock.now() + span;
  }
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const auto agreements, flow::list_agreements(opened.installation, by, context));
  std::vector<ui::Row> rows;
  for (const reg::Agreement& one : agreements) {
    if (env.out.json()) TRY(env.out.document(agreement_json(one, env)));
    rows.push_back({one.id.substr(0, kShortId), one.party, one.kind,
                    std::string(flow::agreement_state(one, env.clock.now())),
                    time_or_nothing(one.signed_at), time_or_nothing(one.expires)});
  }
  if (env.out.json()) return {};
  return env.out.table({"ID", "PARTY", "KIND", "STATE", "SIGNED", "EXPIRES"}, rows);
}

base::Result<void> print(Env& env, const reg::Agreement& agreement, const std::string& saved) {
  if (env.out.json()) {
    text::OrderedJson document = agreement_json(agreement, env);
    if (!saved.empty()) document["saved"] = saved;
    return env.out.document(document);
  }
  std::string file;
  if (agreement.file) {
    file = fmt::format("{} ({})", agreement.file->name, ui::human_size(agreement.file->size));
  }
  return env.out.fields({{"id", agreement.id},
                         {"party", agreement.party},
                         {"kind", agreement.kind},
                         {"state", std::string(flow::agreement_state(agreement, env.clock.now()))},
                         {"signed", time_or_nothing(agreement.signed_at)},
                         {"expires", time_or_nothing(agreement.expires)},
                         {"file", file},
                         {"recorded", fmt::format("{} by {}", text::format_time(agreement.added.at),
                                                  agreement.added.by)},
                         {"saved", saved}});
}

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Agreement agreement,
      flow::show_agreement(opened.installation, options.which, context));
  std::string saved;
  if (!options.save.empty()) {
    ui::Transfer progress(env);
    TRY(const std::filesystem::path path,
        flow::save_agreement_file(opened.installation, agreement, options.save, context, progress));
    saved = path.string();
  }
  return print(env, agreement, saved);
}

}  // namespace

text::OrderedJson agreement_json(const reg::Agreement& agreement, const Env& env) {
  text::OrderedJson out{{"type", "agreement"},
                        {"id", agreement.id},
                        {"party", agreement.party},
                        {"kind", agreement.kind},
                        {"state", flow::agreement_state(agreement, env.clock.now())}};
  if (agreement.signed_at) out["signed"] = text::format_time(*agreement.signed_at);
  if (agreement.expires) out["expires"] = text::format_time(*agreement.expires);
  if (agreement.file) {
    out["file"] = {{"name", agreement.file->name},
                   {"size", agreement.file->size},
                   {"sha256", base::to_hex(agreement.file->sha256)}};
  }
  out["since"] = text::format_time(agreement.added.at);
  out["added_by"] = agreement.added.by;
  return out;
}

void add_agreement_list(CLI::App& agreement, Env& env) {
  auto [list, options] =
      add_verb<ListOptions>(agreement, env, "list", "List the agreements", run_list);
  never_empty(list.add_option("--expiring", options.expiring,
                              "Only what has expired, or will within a span like 60d"));
}

void add_agreement_show(CLI::App& agreement, Env& env) {
  auto [show, options] =
      add_verb<ShowOptions>(agreement, env, "show", "Show one agreement", run_show);
  never_empty(show.add_option("AGREEMENT", options.which, "Its id, or the party"))->required();
  never_empty(show.add_option("--save", options.save, "Folder to save its file in"));
}

}  // namespace sealpost::cmd
