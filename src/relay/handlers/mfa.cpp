// One-time codes: giving a member a secret, taking codes, taking all back. What is wrong is
// counted, so that its answer is a reply of a change that happened, not an error that undoes it.
#include <algorithm>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "crypto/totp.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/mfa.hpp"
#include "text/time.hpp"
#include "wire/messages.hpp"
#include "wire/signature.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

// What is remembered of a request that brought a code.
constexpr std::string_view kBrought = "mfa ";
constexpr std::string_view kRight = "mfa-right ";

base::Error not_right(std::string text) { return {Code::kMfaRequired, std::move(text), ""}; }

base::Error paused(base::Time until) {
  return not_right("too many wrong codes: none is looked at before " + text::format_time(until));
}

struct NewMfa {
  StoredMfa mfa;
  std::vector<std::string> recovery;
};

NewMfa make_mfa(const Request& request, base::Random& random) {
  NewMfa out;
  out.mfa.user = user_of_device(request.caller.name);
  out.mfa.secret = crypto::random_bytes(random, crypto::kTotpSecret);
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    out.recovery.push_back(new_recovery_code(random));
  }
  return out;
}

// As long as no code has been brought, the next enrolment takes this one's place.
base::Result<Written> enrol(Unit& unit, const Request& request, const NewMfa& made) {
  TRY(still_active(unit, request.caller));
  TRY(const auto before, unit.store.reads().mfa(made.mfa.user));
  if (before && before->confirmed) {
    return base::Error{Code::kConflict, "you have one-time codes already",
                       "if they are lost, an owner or admin can reset them"};
  }
  StoredMfa mfa = made.mfa;
  if (before) {  // what was wrong so far stays counted
    mfa.failures = before->failures;
    mfa.pauses = before->pauses;
    mfa.paused_until = before->paused_until;
  }
  std::vector<crypto::Digest> digests;
  for (const std::string& code : made.recovery) digests.push_back(recovery_digest(code));
  TRY(unit.store.set_mfa(mfa));
  TRY(unit.store.set_recovery_codes(mfa.user, digests));
  return Written{cbor(wire::to_cbor(wire::MfaSecret{mfa.secret, made.recovery})),
                 Record::of(Fact{event_of(request, "mfa.enrol", unit.now)})};
}

base::Result<Written> refuse_code(Unit& unit, const Request& request, StoredMfa mfa) {
  const bool pause = count_wrong(mfa, unit.now);
  TRY(unit.store.set_mfa(mfa));
  audit::Event failed = event_of(request, "mfa.fail", unit.now);
  failed.outcome = audit::Outcome::kFailed;
  std::vector<Fact> facts;
  facts.push_back(Fact{std::move(failed)});
  if (!pause) {
    const std::uint64_t left = kWrongCodes - mfa.failures;
    return Written{problem(not_right("this is not the code of now, or it was used; wrong codes "
                                     "until a pause: " +
                                     std::to_string(left))),
                   Record::of(std::move(facts))};
  }
  audit::Event pausing = event_of(request, "mfa.pause", unit.now);
  pausing.details["until"] = text::format_time(mfa.paused_until);
  facts.push_back(Fact{std::move(pausing)});
  return Written{problem(paused(mfa.paused_until)), Record::of(std::move(facts))};
}

// Whether this very request came before, from the same key and with the same code; marks it as one
// that came. `mark` tells what is remembered of it. Nonces of requests are kept for longer than a
// code lasts, so these are kept among them.
base::Result<bool> comes_again(Unit& unit, const Request& request, const wire::MfaCode& body,
                               std::string_view mark) {
  const crypto::Digest what = crypto::sha256(base::as_bytes(body.request + "\n" + body.code));
  TRY(const bool fresh, unit.store.remember_nonce(base::to_hex(request.caller.key),
                                                  std::string(mark) + base::to_hex(what), body.at));
  return !fresh;
}

base::Result<Written> accept_code(Unit& unit, const Request& request, const wire::MfaCode& body,
                                  StoredMfa mfa, std::string_view by) {
  if (!body.request.empty()) TRY(comes_again(unit, request, body, kRight));
  audit::Event event = event_of(request, "mfa.verify", unit.now);
  event.details["by"] = by;
  if (!mfa.confirmed) event.details["first"] = "yes";
  mfa.confirmed = true;
  count_right(mfa);
  const StoredProof proof{request.caller.name, mfa.user, base::to_bytes(request.caller.key),
                          unit.now, unit.now};
  TRY(unit.store.set_mfa(mfa));
  TRY(unit.store.set_mfa_proof(proof));
  return Written{cbor(wire::to_cbor(wire::MfaProven{proof.proven + kProofLife})),
                 Record::of(Fact{std::move(event)})};
}

// The answer was lost, and gets there now: the proof as it was given, not one that lasts longer.
// What was wrong is wrong again, and counted once.
base::Result<Written> answer_again(Unit& unit, const Request& request, const wire::MfaCode& body) {
  const base::Error refusal = not_right("this was not the code of then");
  TRY(const bool was_right, comes_again(unit, request, body, kRight));
  if (!was_right) return refusal;  // takes the mark back
  TRY(const auto proof, unit.store.reads().mfa_proof(request.caller.name));
  const bool own = proof && proof->key == base::to_bytes(request.caller.key);
  if (!own || unit.now >= proof_end(*proof)) return refusal;
  return Written{cbor(wire::to_cbor(wire::MfaProven{proof->proven + kProofLife})),
                 Record::repeat()};
}

base::Result<Written> verify(Unit& unit, const Request& request, const wire::MfaCode& body) {
  const std::string& code = body.code;
  TRY(still_active(unit, request.caller));
  if (!body.request.empty()) {
    if (body.at < unit.now - wire::kSignatureWindow ||
        body.at > unit.now + wire::kSignatureWindow) {
      return base::Error{Code::kMalformed, "the code was brought at another time", ""};
    }
    TRY(const bool again, comes_again(unit, request, body, kBrought));
    if (again) return answer_again(unit, request, body);
  }
  TRY(auto mfa, unit.store.reads().mfa(user_of_device(request.caller.name)));
  if (!mfa) return base::Error{Code::kNotFound, "you have no one-time codes yet", ""};
  if (unit.now < mfa->paused_until) return paused(mfa->paused_until);
  if (const auto step = step_of_code(*mfa, code, unit.now)) {
    mfa->last_step = *step;
    return accept_code(unit, request, body, *std::move(mfa), "code");
  }
  // The first code shows that the member has the secret, which a recovery code would not.
  if (mfa->confirmed) {
    TRY(const bool used, unit.store.use_recovery_code(mfa->user, recovery_digest(code)));
    if (used) return accept_code(unit, request, body, *std::move(mfa), "recovery");
  }
  return refuse_code(unit, request, *std::move(mfa));
}

// An admin resets everybody but owners, and nobody themselves: a copied vault within a proof's time
// could make itself new codes for good.
base::Result<void> check_reset(const Unit& unit, const Caller& caller, std::string_view user) {
  if (user_of_device(caller.name) == user) {
    return base::Error{Code::kDenied, "nobody takes back their own one-time codes",
                       "another owner, or for anybody but owners an admin, does"};
  }
  const auto devices = unit.directory.read([&](const trust::Chain& chain) {
    std::vector<trust::Role> roles;
    for (const trust::Device* device : chain.devices_of(user)) {
      if (!device->revoked) roles.push_back(device->role);
    }
    return roles;
  });
  const bool owner =
      std::find(devices.begin(), devices.end(), trust::Role::kOwner) != devices.end();
  if (!owner || caller.role == trust::Role::kOwner) return {};
  return base::Error{Code::kDenied, "an owner's one-time codes are reset by an owner", ""};
}

base::Result<Written> reset(Unit& unit, const Request& request, const std::string& user) {
  TRY(still_active(unit, request.caller));
  TRY(check_reset(unit, request.caller, user));
  TRY(const bool removed, unit.store.remove_mfa(user));
  if (!removed) return base::Error{Code::kNotFound, "this member has no one-time codes", ""};
  audit::Event event = event_of(request, "mfa.reset", unit.now);
  const std::string organisation =
      unit.directory.read([](const trust::Chain& chain) { return chain.organisation(); });
  event.objects = {organisation + "/" + user};
  return Written{Reply{}, Record::of(Fact{std::move(event)})};
}

bool is_required(const Engine& engine, trust::Role role) {
  const auto policy = engine.directory.policy();
  const auto& roles = policy->mfa_roles;
  return std::find(roles.begin(), roles.end(), trust::role_name(role)) != roles.end();
}

}  // namespace

base::Result<Outcome> get_mfa(Request& request, Engine& engine) {
  const std::string user = user_of_device(request.caller.name);
  const base::Time now = engine.seams.clock.now();
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto mfa, store->mfa(user));
  TRY(const auto proof, store->mfa_proof(request.caller.name));
  wire::MfaState out;
  out.required = is_required(engine, request.caller.role);
  out.enrolled = mfa && mfa->confirmed;
  if (out.enrolled) {
    TRY(out.recovery_codes, store->recovery_codes(user));
  }
  if (mfa && now < mfa->paused_until) out.paused_until = mfa->paused_until;
  const bool own = proof && proof->key == base::to_bytes(request.caller.key);
  if (own && now < proof_end(*proof)) out.proven_until = proof_end(*proof);
  return Outcome(cbor(wire::to_cbor(out)));
}

base::Result<Outcome> post_mfa_enrol(Request& request, Engine& engine) {
  return Outcome(Change([request, made = make_mfa(request, engine.seams.random)](Unit& unit) {
    return enrol(unit, request, made);
  }));
}

base::Result<Outcome> post_mfa_verify(Request& request, Engine&) {
  TRY(wire::MfaCode body, wire::parse_mfa_code(request.body));
  return Outcome(Change(
      [request, body = std::move(body)](Unit& unit) { return verify(unit, request, body); }));
}

base::Result<Outcome> post_mfa_reset(Request& request, Engine&) {
  TRY(wire::MfaMember body, wire::parse_mfa_member(request.body));
  return Outcome(Change(
      [request, user = std::move(body.user)](Unit& unit) { return reset(unit, request, user); }));
}

}  // namespace sealpost::relay
