// sealpost receipt verify: all evidence about one message, from the relay or from a file, and
// whether it holds.
#include "cmd/receipt_verify.hpp"

#include <fmt/format.h>

#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/receipt_file.hpp"
#include "cmd/verb.hpp"
#include "flow/receipts.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct VerifyOptions {
  std::string message;
  std::string root;
  std::string mirror;
};

std::string words_on(const flow::Evident& item) {
  if (!item.verdict.holds) return "DOES NOT HOLD: " + item.verdict.reason;
  const std::string logged = fmt::format("logged at {}", item.index);
  const std::string& device = item.verdict.receipt.device;
  return device.empty() ? logged : logged + "; went with " + device;
}

base::Result<void> print(Env& env, const flow::ReceiptVerification& verification) {
  if (env.out.json()) {
    text::OrderedJson evidence = text::OrderedJson::array();
    for (const flow::Evident& item : verification.evidence) {
      const receipt::Receipt& said = item.verdict.receipt;
      text::OrderedJson one{{"state", receipt::state_name(said.state)},
                            {"by", said.by},
                            {"at", text::format_time(said.at)},
                            {"address", item.address},
                            {"logged", item.verdict.holds},
                            {"index", item.index}};
      if (!said.last_resort.empty()) one["last-resort"] = said.last_resort;
      if (!said.device.empty()) one["device"] = said.device;
      evidence.push_back(one);
    }
    return env.out.document({{"type", "receipt-verification"},
                             {"message", verification.message},
                             {"verified", verification.verified},
                             {"evidence", std::move(evidence)}});
  }
  std::vector<ui::Row> rows;
  for (const flow::Evident& item : verification.evidence) {
    const receipt::Receipt& said = item.verdict.receipt;
    rows.push_back({std::string(receipt::state_name(said.state)), said.by,
                    text::format_time(said.at), item.address, words_on(item)});
  }
  TRY(env.out.line(fmt::format("message {}: {}", verification.message,
                               verification.verified ? "verified" : "NOT VERIFIED")));
  return env.out.table({"STATE", "BY", "AT", "ADDRESS", "EVIDENCE"}, rows);
}

base::Result<void> run_verify(const VerifyOptions& options, Env& env) {
  const bool for_file = !options.root.empty() || !options.mirror.empty();
  const bool stdin_meant = options.message == "-";
  if (!for_file && !stdin_meant && may_be_message(options.message) &&
      names_receipt_file(options.message)) {
    return base::Error{base::Code::kUsage,
                       options.message + " may be a message, and there is a file of that name",
                       "write ./" + options.message + " for the file, or give --root VKEY"};
  }
  if (names_receipt_file(options.message) || (for_file && !may_be_message(options.message))) {
    return verify_receipt_file({options.message, options.root, options.mirror}, env);
  }
  if (for_file) {
    return base::Error{base::Code::kUsage, "--root and --mirror are for receipt files",
                       "there is no file of that name, and a message is checked with what this "
                       "profile knows"};
  }
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::ReceiptVerification verification,
      flow::verify_receipts(opened.installation, options.message, context));
  TRY(print(env, verification));
  if (verification.verified) return {};
  return base::Error{base::Code::kVerificationFailed, verification.reason,
                     "tell the organisation's owner"};
}

}  // namespace

void add_receipt_verify(CLI::App& receipt, Env& env) {
  auto [verb, options] = add_verb<VerifyOptions>(receipt, env, "verify",
                                                 "Verify all evidence about a message", run_verify);
  verb.add_option("MESSAGE", options.message, "Number or id, or a receipt file")->required();
  never_empty(verb.add_option("--root", options.root, "Check a receipt file against this root key"))
      ->type_name("VKEY");
  never_empty(
      verb.add_option("--mirror", options.mirror, "Also against the mirror of the log in DIR"))
      ->type_name("DIR");
}

}  // namespace sealpost::cmd
