#include "flow/receipt_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "flow/cosigned.hpp"
#include "flow/receipt_event.hpp"
#include "note/cosignature.hpp"
#include "text/safety.hpp"
#include "wire/signature.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using receipt::State;

base::Error doubt(std::string why) { return {base::Code::kVerificationFailed, std::move(why), ""}; }

std::string shown(std::string_view text) { return text::for_terminal(text); }

// The whole file: its trust chain, its checkpoint, its proofs.
class Foundation {
 public:
  explicit Foundation(const note::Verifier& root) : chain_(root) {}

  Result<void> lay(const receipt::File& file, const Mirror* mirror) {
    TRY(read_entries(file));
    TRY(check_checkpoint(file.checkpoint));
    TRY(check_proofs(file));
    if (mirror == nullptr) return {};
    TRY(compare(*mirror));
    return check_witnesses(file.checkpoint, *mirror);
  }

  const merkle::Checkpoint& checkpoint() const { return checkpoint_; }
  const std::vector<LoggedEntry>& entries() const { return entries_; }
  bool mirror_behind() const { return mirror_behind_; }
  const std::optional<std::uint64_t>& quorum() const { return quorum_; }
  // With all entries that are known, those behind the statements included.
  const trust::Chain& chain() const { return chain_; }

 private:
  Result<void> read_entries(const receipt::File& file) {
    for (const receipt::Record& record : file.records) {
      if (!record.entry) continue;
      const auto& [statement, index, leaf, path] = record.evidence;
      if (!entries_.empty() && *record.entry <= entries_.back().number) {
        return doubt("the entries of the trust chain are not logged in their order");
      }
      if (auto taken = chain_.append(statement); !taken) {
        return doubt(fmt::format("trust chain entry {} does not hold: {}", *record.entry,
                                 taken.error().text));
      }
      entries_.push_back({*record.entry, statement, index});
    }
    if (!chain_.relay()) return doubt("the root has named no relay and no log");
    return {};
  }

  Result<void> check_checkpoint(const std::string& signed_checkpoint) {
    TRY(const note::Note signed_note, note::parse(signed_checkpoint));
    const note::Verifier& log = chain_.relay()->log;
    const auto checkpoint = merkle::parse_checkpoint(signed_note.text);
    if (!checkpoint || checkpoint->origin != log.name() || !note::signed_by_log(signed_note, log)) {
      return doubt("the checkpoint is not signed by the log that the root named");
    }
    checkpoint_ = *checkpoint;
    return {};
  }

  Result<void> check_proofs(const receipt::File& file) const {
    std::size_t next = 0;
    for (const receipt::Record& record : file.records) {
      const auto& [statement, index, leaf, path] = record.evidence;
      const auto included = merkle::verify_inclusion(
          index, checkpoint_.size, merkle::leaf_hash(leaf), path, checkpoint_.root);
      if (!included) {
        return doubt(fmt::format("event {} is not proven to be in the log: {}", index,
                                 included.error().text));
      }
      if (!record.entry) continue;
      const auto event = audit::parse_leaf(leaf);
      if (!event) return doubt(fmt::format("event {} is out of form", index));
      TRY(check_logs_entry(*event, entries_[next++]));
    }
    return {};
  }

  // The mirror knows every entry: from here on its list is the one that counts.
  Result<void> compare(const Mirror& mirror) {
    if (mirror.checkpoint.origin != checkpoint_.origin)
      return doubt("the mirror is of another log");
    if (mirror.checkpoint.size < checkpoint_.size) {
      mirror_behind_ = true;
      return doubt(
          fmt::format("the mirror ends at {} events, before the receipt's checkpoint at {}",
                      mirror.checkpoint.size, checkpoint_.size));
    }
    const auto root = mirror.roots.find(checkpoint_.size);
    if (root == mirror.roots.end() || root->second != checkpoint_.root) {
      return doubt("the receipt's checkpoint is of another log than the mirror has");
    }
    for (const LoggedEntry& entry : entries_) {
      if (entry.number >= mirror.entries.size()) return doubt("the mirror lacks a chain entry");
      const LoggedEntry& known = mirror.entries[static_cast<std::size_t>(entry.number)];
      if (known.entry != entry.entry || known.index != entry.index) {
        return doubt(
            fmt::format("trust chain entry {} is another one in the mirror", entry.number));
      }
    }
    entries_ = mirror.entries;
    chain_ = trust::Chain(chain_.root());
    for (const LoggedEntry& entry : entries_) TRY(chain_.append(entry.entry));
    return {};
  }

  // As it was in force when the log was as the receipt's checkpoint says.
  Result<policy::Policy> policy_then() const {
    trust::Chain then(chain_.root());
    for (const LoggedEntry& entry : entries_) {
      if (entry.index >= checkpoint_.size) break;
      TRY(then.append(entry.entry));
    }
    if (!then.policy_text()) return policy::default_policy();
    return policy::parse_policy(*then.policy_text());
  }

  // So many as the policy asks for have cosigned the receipt's checkpoint; or the mirror's, which
  // continues it.
  Result<void> check_witnesses(const std::string& own, const Mirror& mirror) {
    TRY(const policy::Policy policy, policy_then());
    quorum_ = policy.witness_quorum;
    if (policy.witness_quorum == 0) return {};
    const auto quorum = static_cast<std::size_t>(policy.witness_quorum);
    TRY(const auto witnesses, witnesses_of(policy));
    TRY(const auto on_own, cosignatures(own, witnesses));
    const auto enough = check_quorum(on_own, witnesses, quorum);
    if (enough) return {};
    TRY(const auto on_mirrors, cosignatures(mirror.note, witnesses));
    if (check_quorum(on_mirrors, witnesses, quorum)) return {};
    return doubt("it does not count as logged: " + enough.error().text);
  }
  Result<std::vector<Cosigned>> cosignatures(const std::string& checkpoint,
                                             const std::vector<note::Cosigner>& witnesses) const {
    TRY(const note::Note signed_note, note::parse(checkpoint));
    return cosignatures_on(signed_note, chain_.relay()->log, witnesses);
  }

  trust::Chain chain_;
  std::vector<LoggedEntry> entries_;
  merkle::Checkpoint checkpoint_;
  std::optional<std::uint64_t> quorum_;
  bool mirror_behind_ = false;
};

// When each device was revoked, as far as the entries tell.
std::map<std::string, std::uint64_t> revocations_in(const std::vector<LoggedEntry>& entries) {
  std::map<std::string, std::uint64_t> found;
  for (const LoggedEntry& entry : entries) {
    const auto signed_note = note::parse(entry.entry);
    if (!signed_note) continue;
    const auto revocation = trust::parse_revocation(signed_note->text);
    if (revocation) found.emplace(revocation->target, entry.index);
  }
  return found;
}

// Hears the receipts one after the other, in the order of the log, knowing of the trust chain what
// was logged before each of them.
class Hearing {
 public:
  Hearing(const receipt::File& file, const Foundation& ground, const Mirror* mirror)
      : file_(file),
        ground_(ground),
        mirror_(mirror),
        then_(ground.chain().root()),
        revocations_(revocations_in(ground.entries())) {}

  Result<Evident> hear(const receipt::Evidence& evidence) {
    Evident evident;
    evident.index = evidence.index;
    TRY(advance(evidence.index));
    if (auto holds = try_hear(evidence, evident); !holds) {
      evident.verdict.holds = false;
      evident.verdict.reason = holds.error().text;
    }
    return evident;
  }
  bool accepted() const { return accepted_.has_value(); }

 private:
  // These entries verified before, one behind the other.
  Result<void> advance(std::uint64_t index) {
    const auto& entries = ground_.entries();
    for (; next_ < entries.size() && entries[next_].index < index; ++next_) {
      TRY(then_.append(entries[next_].entry));
    }
    return {};
  }

  Result<void> try_hear(const receipt::Evidence& evidence, Evident& evident) {
    TRY(const note::Note signed_note, note::parse(evidence.statement));
    TRY(evident.verdict.receipt, receipt::parse(signed_note.text));
    const receipt::Receipt said = evident.verdict.receipt;
    TRY(const audit::Event event, audit::parse_leaf(evidence.leaf));
    evident.logged_at = event.at;
    evident.address = event.address;
    const receipt::Expectation expected{file_.message, file_.from, file_.message_sha256,
                                        ground_.checkpoint()};
    TRY(const note::Verifier signer, signer_of(signed_note, said, event.at));
    TRY(const crypto::Digest statement, named_statement(evidence, event, said));
    evident.verdict = receipt::judge(evidence, expected, signer, statement);
    if (!evident.verdict.holds) return {};
    TRY(check_place(evidence, said, event));
    TRY(check_views(evidence.index, said));
    if (receipt::is_relays(said.state)) evident.devices = event.objects;
    if (said.state == State::kAccepted) accepted_ = event;
    const auto revoked = revocations_.find(said.by);
    if (revoked != revocations_.end()) evident.revoked = revoked->second;
    return {};
  }

  // What the statement is about is judged before what its event is about.
  Result<crypto::Digest> named_statement(const receipt::Evidence& evidence,
                                         const audit::Event& event,
                                         const receipt::Receipt& said) const {
    const bool mixed_up = said.message != file_.message || said.from != file_.from ||
                          said.message_sha256 != file_.message_sha256;
    if (mixed_up) return crypto::sha256(base::as_bytes(evidence.statement));
    return logged_statement(event, said);
  }

  Result<note::Verifier> signer_of(const note::Note& signed_note, const receipt::Receipt& said,
                                   base::Time logged_at) const {
    if (!then_.relay()) return doubt("the relay was not named by the root when this was logged");
    const note::Verifier& log = then_.relay()->log;
    if (said.by == log.name()) return log;
    if (receipt::is_relays(said.state)) {
      return doubt(
          "only the relay can say that it accepted a message, or that one expired or went");
    }
    const std::string by = shown(said.by);
    const trust::Device* device = then_.device(said.by);
    if (device == nullptr) {
      return doubt(ground_.chain().device(said.by) != nullptr
                       ? "the certificate of " + by + " was logged after the statement"
                       : "there is no certificate of " + by + " in the trust chain");
    }
    if (device->revoked) return doubt(by + " was revoked before the statement was logged");
    const note::Verifier& key = device->certificate.key;
    if (!note::signed_by(signed_note, key)) {
      const trust::Device* later = ground_.chain().device(said.by);
      if (later != nullptr && trust::key_that_signed(*later, signed_note) != nullptr) {
        return doubt(by + " signed with a key that was not its own when the statement was logged");
      }
      return doubt("the signature is not " + by + "'s");
    }
    if (logged_at > device->certificate.expires) {
      return doubt("the certificate of " + by + " had expired when the statement was logged");
    }
    return key;
  }

  // Its place among the others.
  Result<void> check_place(const receipt::Evidence& evidence, const receipt::Receipt& said,
                           const audit::Event& event) {
    if (!heard_.insert(evidence.statement).second) {
      return doubt("the same statement stands at another index before");
    }
    if (said.state == State::kAccepted) {
      return accepted_ ? doubt("the message was accepted before") : check_times(said, event.at, {});
    }
    if (!accepted_) {
      return doubt(
          "it was logged before the relay accepted the message, or the acceptance is not "
          "in the file");
    }
    const auto& devices = accepted_->objects;
    const std::string& about = said.device.empty() ? said.by : said.device;
    const bool all = receipt::is_relays(said.state) && said.device.empty();  // or of a link
    if (!all && std::find(devices.begin(), devices.end(), about) == devices.end()) {
      return doubt("the message was not accepted for " + shown(about));
    }
    return check_times(said, event.at, accepted_->at);
  }

  // What its author had seen of log and trust chain is what there was, as far as it is known.
  Result<void> check_views(std::uint64_t index, const receipt::Receipt& said) const {
    if (said.log.size > index)
      return doubt("its author claims to have seen more of the log than there was");
    if (mirror_ == nullptr) return {};
    const auto root = mirror_->roots.find(said.log.size);
    if (said.log.size > 0 && (root == mirror_->roots.end() || root->second != said.log.hash)) {
      return doubt("its author had seen another log than the mirror has");
    }
    const auto head = then_.head_at(said.trust.size);
    if (!head || *head != said.trust.hash) {
      return doubt("its author had seen another trust chain than the mirror has");
    }
    return {};
  }

  const receipt::File& file_;
  const Foundation& ground_;
  const Mirror* mirror_;  // none: nullptr
  trust::Chain then_;
  std::size_t next_ = 0;  // entry that then_ takes in next
  std::map<std::string, std::uint64_t> revocations_;
  std::set<std::string> heard_;
  std::optional<audit::Event> accepted_;
};

Result<void> hear_all(FileVerdict& verdict, const Foundation& ground, const Mirror* mirror) {
  Hearing hearing(verdict.file, ground, mirror);
  for (const receipt::Record& record : verdict.file.records) {
    if (record.entry) continue;
    TRY(Evident evident, hearing.hear(record.evidence));
    if (verdict.reason.empty() && !evident.verdict.holds) {
      verdict.reason = fmt::format("the statement logged at {} does not hold: {}", evident.index,
                                   evident.verdict.reason);
    }
    verdict.evidence.push_back(std::move(evident));
  }
  if (verdict.reason.empty() && !hearing.accepted()) {
    verdict.reason = "the relay's acceptance of the message is missing";
  }
  return {};
}

Result<void> judge_all(FileVerdict& verdict, const note::Verifier& root, const Mirror* mirror) {
  Foundation ground(root);
  auto laid = ground.lay(verdict.file, mirror);
  verdict.mirror_behind = ground.mirror_behind();
  verdict.quorum = ground.quorum();
  TRY(std::move(laid));
  verdict.checkpoint = ground.checkpoint();
  if (mirror != nullptr) verdict.mirror_size = mirror->checkpoint.size;
  return hear_all(verdict, ground, mirror);
}

}  // namespace

Result<void> check_times(const receipt::Receipt& said, base::Time logged_at,
                         base::Time accepted_at) {
  if (said.at > logged_at + wire::kSignatureWindow) {
    return doubt("it claims to be signed later than the relay logged it");
  }
  if (said.at < accepted_at - wire::kSignatureWindow) {
    return doubt("it is backdated: it claims to be signed before the relay accepted the message");
  }
  return {};
}

Result<FileVerdict> judge_receipt_file(std::string_view bytes, const note::Verifier& root,
                                       const Mirror* mirror) {
  FileVerdict verdict;
  auto file = receipt::parse_file(bytes);
  if (!file && !bytes.starts_with(receipt::kFileVersion)) return file.error();
  if (!file) {
    verdict.reason = file.error().text;
    return verdict;
  }
  verdict.file = *std::move(file);
  if (auto judged = judge_all(verdict, root, mirror); !judged) {
    verdict.reason = judged.error().text;
  }
  return verdict;
}

}  // namespace sealpost::flow
