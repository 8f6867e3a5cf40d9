// The trust chain, from the root up, and the prekeys of its devices.
#include "crypto/hash.hpp"
#include "relay/fsck/examination.hpp"
#include "trust/statements.hpp"

namespace sealpost::relay {
namespace {

// What stands behind an entry that does not verify cannot be verified either: it is said once.
base::Result<void> take_entry(Examination& all, std::uint64_t number, std::string_view entry) {
  all.entry_hashes.push_back(crypto::sha256(base::as_bytes(entry)));
  if (all.chain.size() != number) return {};
  auto appended = all.chain.append(entry);
  if (appended) return {};
  return all.damage(Part::kTrust, std::to_string(number),
                    "does not verify, nor does anything behind it: " + appended.error().text);
}

base::Result<void> check_relay_statement(Examination& all) {
  if (all.chain.size() == 0) return {};
  const auto& relay = all.chain.relay();
  if (relay && relay->log == all.log) return {};
  return all.damage(Part::kTrust, "", "does not name the key in log.key as this relay's");
}

base::Result<void> check_prekey(Examination& all, const std::string& device,
                                const std::string& text) {
  const auto note = note::parse(text);
  const trust::Device* known = all.chain.device(device);
  if (note && known != nullptr && trust::key_that_signed(*known, *note) != nullptr) return {};
  return all.damage(Part::kPrekey, device, "is not signed by its device");
}

// Those that somebody got lie without their note.
base::Result<void> check_once_prekey(Examination& all, const std::string& device,
                                     const std::string& id, const std::string& text) {
  TRY(check_prekey(all, device, text));
  const auto note = note::parse(text);
  const auto prekey = note ? trust::parse_prekey(note->text) : note.error();
  if (!prekey || (prekey->id == id && !prekey->last_resort)) return {};
  return all.damage(Part::kPrekey, device, "a one-time prekey is not the one of its id, " + id);
}

base::Result<void> check_once_prekeys(Examination& all) {
  TRY(Query query,
      all.db.query("SELECT coalesce(n.name, '?'), p.prekey, p.note, p.claimed, p.claimer "
                   "FROM once_prekeys p LEFT JOIN names n ON n.id = p.device"));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return {};
    ++all.found.prekeys;
    const std::string device = query.text(0);
    const std::string text = query.text(2);
    TRY(all.passed(text.size()));
    const bool taken = query.number(3) > 0;
    if (taken != text.empty() || taken != (query.number(4) > 0)) {
      TRY(all.damage(Part::kPrekey, device,
                     "a one-time prekey is neither free nor taken, " + query.text(1)));
    } else if (!taken) {
      TRY(check_once_prekey(all, device, query.text(1), text));
    }
  }
}

base::Result<void> check_prekeys(Examination& all) {
  TRY(Query query, all.db.query("SELECT coalesce(n.name, '?'), p.note FROM prekeys p "
                                "LEFT JOIN names n ON n.id = p.device"));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return {};
    ++all.found.prekeys;
    TRY(check_prekey(all, query.text(0), query.text(1)));
  }
}

}  // namespace

base::Result<void> check_trust(Examination& all) {
  TRY(Query query, all.db.query("SELECT number, entry FROM trust ORDER BY number"));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) break;
    const std::uint64_t number = query.number(0);
    if (number != all.found.trust_entries) {
      return all.damage(Part::kTrust, std::to_string(all.found.trust_entries),
                        "is missing; nothing behind it can be verified");
    }
    ++all.found.trust_entries;
    const std::string entry = query.text(1);
    TRY(take_entry(all, number, entry));
    TRY(all.passed(entry.size()));
  }
  all.chain_is_sound = all.chain.size() == all.found.trust_entries;
  if (!all.chain_is_sound) return {};
  TRY(check_relay_statement(all));
  TRY(check_prekeys(all));
  return check_once_prekeys(all);
}

}  // namespace sealpost::relay
