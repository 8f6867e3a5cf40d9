#include "cmd/receipt_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/encoding.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/file_streams.hpp"
#include "flow/receipt_offline.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

using receipt::State;

base::Result<base::Bytes> read_whole(const std::string& name, Env& env) {
  TRY(InputFile input, InputFile::open(name, env));
  base::Bytes bytes;
  for (base::Bytes piece(1 << 20);;) {
    TRY(const std::size_t count, input.read(piece));
    if (count == 0) return bytes;
    base::append(bytes, base::ByteView(piece).first(count));
    if (bytes.size() > receipt::kMaxFile) {
      return base::Error{base::Code::kMalformed, name + " is too long for a receipt file", ""};
    }
  }
}

text::OrderedJson json_of(const flow::Evident& item) {
  const receipt::Receipt& said = item.verdict.receipt;
  text::OrderedJson out{{"state", receipt::state_name(said.state)},
                        {"by", said.by},
                        {"at", text::format_time(said.at)},
                        {"address", item.address},
                        {"logged", item.verdict.holds},
                        {"index", item.index},
                        {"logged_at", text::format_time(item.logged_at)}};
  if (!item.devices.empty()) out["devices"] = item.devices;
  if (!said.last_resort.empty()) out["last-resort"] = said.last_resort;
  if (!said.device.empty()) out["device"] = said.device;
  if (item.revoked) out["revoked"] = *item.revoked;
  if (!item.verdict.holds) out["reason"] = item.verdict.reason;
  return out;
}

std::vector<std::string_view> checked_in(const flow::FileVerdict& verdict) {
  if (!verdict.verified()) return {};
  if (!verdict.mirror_size) return {"signatures", "certificates", "inclusion", "order"};
  return {"signatures", "certificates", "inclusion", "order", "revocation", "later-log", "quorum"};
}

std::vector<std::string_view> unchecked_in(const flow::FileVerdict& verdict) {
  if (verdict.verified() && verdict.mirror_size) return {};
  return {"revocation", "later-log", "quorum"};
}

base::Result<void> print_json(const flow::FileVerdict& verdict, const note::Verifier& root,
                              Env& env) {
  text::OrderedJson evidence = text::OrderedJson::array();
  for (const flow::Evident& item : verdict.evidence) evidence.push_back(json_of(item));
  text::OrderedJson out{
      {"type", "receipt-verification"},      {"message", verdict.file.message},
      {"verified", verdict.verified()},      {"evidence", std::move(evidence)},
      {"from", verdict.file.from},           {"sha256", base::to_hex(verdict.file.message_sha256)},
      {"organisation", root.name()},         {"log", verdict.checkpoint.origin},
      {"log_size", verdict.checkpoint.size}, {"checked", checked_in(verdict)},
      {"not_checked", unchecked_in(verdict)}};
  if (verdict.mirror_size) out["mirror_size"] = *verdict.mirror_size;
  if (verdict.quorum) out["quorum"] = *verdict.quorum;
  if (!verdict.verified()) out["reason"] = verdict.reason;
  return env.out.document(out);
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::string words_on(const flow::Evident& item) {
  if (!item.verdict.holds) return "DOES NOT HOLD: " + item.verdict.reason;
  std::string words = fmt::format("logged at {}", item.index);
  if (item.verdict.receipt.state == State::kAccepted) {
    words += ", the relay's word; for " + joined(item.devices);
  }
  if (item.verdict.receipt.state == State::kExpired) {
    words += ", the relay's word; had not reached " + joined(item.devices);
  }
  if (item.verdict.receipt.state == State::kDropped) {
    words += ", the relay's word; went with " + item.verdict.receipt.device;
  }
  if (item.revoked) words += fmt::format("; its device was revoked later, at {}", *item.revoked);
  return words;
}

std::string on_revocation(const flow::FileVerdict& verdict) {
  if (!verdict.mirror_size) return "not checked (needs a mirror)";
  return fmt::format("checked, in a mirror of {} events", *verdict.mirror_size);
}

std::string on_later_log(const flow::FileVerdict& verdict) {
  if (!verdict.mirror_size) return "not checked (needs a mirror)";
  return fmt::format("checked, continued unchanged up to {} events", *verdict.mirror_size);
}

std::string on_witnesses(const flow::FileVerdict& verdict) {
  if (!verdict.quorum) return "not checked whether the policy asks for a quorum (needs a mirror)";
  if (*verdict.quorum == 0) return "checked, the policy asks for none";
  return fmt::format("checked, {} have cosigned, as the policy asks", *verdict.quorum);
}

base::Result<void> print_words(const flow::FileVerdict& verdict, const note::Verifier& root,
                               Env& env) {
  const bool verified = verdict.verified();
  const std::string about =
      verdict.file.message.empty() ? "receipt file" : "message " + verdict.file.message;
  TRY(env.out.line(fmt::format("{}: {}", about, verified ? "verified" : "NOT VERIFIED")));
  std::vector<ui::Row> rows;
  for (const flow::Evident& item : verdict.evidence) {
    const receipt::Receipt& said = item.verdict.receipt;
    rows.push_back({std::string(receipt::state_name(said.state)), said.by,
                    text::format_time(said.at), text::format_time(item.logged_at), item.address,
                    words_on(item)});
  }
  if (!rows.empty()) {
    TRY(env.out.table({"STATE", "BY", "AT", "LOGGED", "ADDRESS", "EVIDENCE"}, rows));
  }
  if (!verified) return {};
  return env.out.fields(
      {{"from", verdict.file.from},
       {"message sha256", base::to_hex(verdict.file.message_sha256)},
       {"root", root.vkey()},
       {"log", fmt::format("{}, {} events", verdict.checkpoint.origin, verdict.checkpoint.size)},
       {"checked", "signatures, certificates up to the root, inclusion in the log, order"},
       {"revocation", on_revocation(verdict)},
       {"later log", on_later_log(verdict)},
       {"witnesses", on_witnesses(verdict)}});
}

base::Result<void> check_there(const std::string& file) {
  if (file == "-") return {};
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return base::Error{base::Code::kUsage, file + " is a folder", "name the receipt file in it"};
  }
  if (std::filesystem::exists(file, ignored) || ignored) return {};
  return base::Error{base::Code::kNotFound, "there is no file " + file,
                     "name a file that `sealpost receipt export` wrote"};
}

std::string advice_on(const flow::FileVerdict& verdict, const std::string& mirror) {
  if (!verdict.mirror_behind) return "do not rely on this file; ask for it again";
  return fmt::format(
      "bring the mirror up to date with `sealpost audit mirror {}`, and verify again", mirror);
}

}  // namespace

bool may_be_message(std::string_view given) {
  return given.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

bool names_receipt_file(const std::string& given) {
  std::error_code ignored;
  return given == "-" || given.find('/') != std::string::npos || given.ends_with(".receipt") ||
         std::filesystem::is_regular_file(given, ignored) ||
         (!may_be_message(given) && std::filesystem::exists(given, ignored));
}

base::Result<void> verify_receipt_file(const ReceiptFileOptions& options, Env& env) {
  TRY(check_there(options.file));
  TRY(const CopyRoot whose, root_of_copy(options.root, env));
  const note::Verifier& root = whose.root;
  TRY(const base::Bytes bytes, read_whole(options.file, env));
  std::optional<std::filesystem::path> mirror;
  if (!options.mirror.empty()) mirror = options.mirror;
  TRY(const flow::FileVerdict verdict,
      flow::verify_receipt_file(base::as_text(bytes), root, mirror, env.interrupt));
  TRY(env.out.json() ? print_json(verdict, root, env) : print_words(verdict, root, env));
  if (verdict.verified()) return {};
  return base::Error{base::Code::kVerificationFailed, verdict.reason,
                     advice_on(verdict, options.mirror)};
}

}  // namespace sealpost::cmd
