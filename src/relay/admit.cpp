#include "relay/admit.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "relay/mfa.hpp"
#include "text/safety.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

base::Error not_authenticated(std::string_view why) {
  return {Code::kLocked, "not authenticated: " + std::string(why), ""};
}

constexpr std::size_t kStrangersBody = 64 << 10;  // bytes heard out after a refusal
constexpr std::size_t kFirstChain = 1 << 20;      // bytes of entries for an empty relay

struct KnownKey {
  Caller caller;
  bool used = false;  // an invitation's key that has enrolled its device
  crypto::VerifyKey key{};
  std::vector<crypto::VerifyKey> earlier;  // that the device had before, the latest first
  base::Result<void> standing;
};

// No more are tried: each costs as much as the present one.
constexpr std::size_t kEarlierKeys = 8;

std::vector<crypto::VerifyKey> earlier_keys(const trust::Device& device) {
  std::vector<crypto::VerifyKey> out;
  for (auto key = std::next(device.keys.rbegin());
       key != device.keys.rend() && out.size() < kEarlierKeys; ++key) {
    out.push_back(key->key());
  }
  return out;
}

KnownKey device_key(const trust::Chain& chain, const trust::Device& device, base::Time now) {
  const trust::Certificate& certificate = device.certificate;
  KnownKey out;
  out.caller.kind = Caller::Kind::kDevice;
  out.caller.name = certificate.name.str();
  out.caller.role = device.role;
  out.caller.purposes = device.purposes;
  out.caller.key = device.certificate.key.key();
  out.key = certificate.key.key();
  out.earlier = earlier_keys(device);
  if (auto active = chain.active_device(out.caller.name, now); !active) {
    out.standing = active.error();
  }
  return out;
}

KnownKey invitation_key(const trust::Chain::OpenInvitation& open, base::Time now) {
  KnownKey out;
  out.caller.kind = Caller::Kind::kInvitation;
  out.caller.name = open.invitation.key.name();
  out.key = open.invitation.key.key();
  out.used = open.used;
  if (open.revoked) out.standing = base::Error{Code::kRevoked, "the invitation was revoked", ""};
  if (now > open.invitation.expires) {
    out.standing = base::Error{Code::kDenied, "the invitation has expired", "ask for a new one"};
  }
  return out;
}

std::optional<KnownKey> find_key(const Engine& engine, const std::string& name, base::Time now) {
  return engine.directory.read([&](const trust::Chain& chain) -> std::optional<KnownKey> {
    if (const trust::Device* device = chain.device(name)) return device_key(chain, *device, now);
    const auto invitation = chain.invitations().find(name);
    if (invitation == chain.invitations().end()) return std::nullopt;
    return invitation_key(invitation->second, now);
  });
}

// Whoever signs with a key that the device had before is told so: a copy of its vault, or the
// device itself when the key was changed on a copy. Nobody without such a key learns anything.
bool is_earlier(KnownKey& known, const wire::RequestSignature& signature, base::Time now) {
  const auto at = std::find_if(known.earlier.begin(), known.earlier.end(), [&](const auto& key) {
    return wire::verify_request(signature, key, now).has_value();
  });
  if (at == known.earlier.end()) return false;
  known.caller.key = *at;
  if (!known.standing && known.standing.error().code == Code::kRevoked) return true;
  known.standing = key_replaced();
  return true;
}

// The key behind the signature, once the signature holds.
base::Result<KnownKey> authenticate(const Head& head, Engine& engine) {
  const base::Time now = engine.seams.clock.now();
  TRY(wire::RequestSignature signature,
      wire::parse_request_signature(head.method, engine.settings.url + head.target,
                                    head.signature));
  auto known = find_key(engine, signature.key_id, now);
  // An unknown key is told what a wrong signature is told: which of them it was is nobody's
  // business. Nobody signs requests with the log key.
  const auto holds =
      wire::verify_request(signature, known ? known->key : engine.log_key.verifier().key(), now);
  if (!holds && !(known && is_earlier(*known, signature, now))) return holds.error();
  if (!known) return not_authenticated("the relay does not know this key");
  if (head.method == "POST" && !signature.covers_digest) {
    return not_authenticated("the signature does not cover the body");
  }
  Caller& caller = known->caller;
  caller.request = base::to_hex(signature.hash());
  caller.nonce = Nonce{signature.key_id, signature.nonce, signature.created};
  if (signature.covers_digest) caller.digest = head.signature.content_digest;
  return *std::move(known);
}

// A used invitation repeats its enrolment, in case the answer was lost, and opens nothing else.
base::Result<void> check_access(const Route& route, const Caller& caller, bool used) {
  const bool device = caller.kind == Caller::Kind::kDevice;
  const bool invitation = caller.kind == Caller::Kind::kInvitation;
  const bool wrong_kind = (route.access == Access::kInvitation && !invitation) ||
                          (route.access == Access::kDevice && !device) ||
                          (route.access == Access::kBootstrap && invitation);
  if (wrong_kind) return base::Error{Code::kDenied, "this key is not for this address", ""};
  if (used && route.access != Access::kInvitation) {
    return base::Error{Code::kConflict, "this invitation has been used already",
                       "ask for a new one; if it was not you who used it, say so at once"};
  }
  if (!device || !route.operations.front()) return {};
  const auto granted = [&](const std::optional<trust::Operation>& operation) {
    return operation && trust::allowed(caller.role, *operation);
  };
  if (std::any_of(route.operations.begin(), route.operations.end(), granted)) return {};
  return base::Error{Code::kDenied,
                     "the role " + std::string(trust::role_name(caller.role)) + " may not do this",
                     ""};
}

base::Error code_required(std::string_view why, std::string_view verb) {
  return {Code::kMfaRequired, std::string(why), "sealpost mfa " + std::string(verb)};
}

// Noted now and then only, and by the writer, as everything: whoever asks does not wait for it.
void note_use(const StoredProof& proof, Engine& engine, base::Time now) {
  if (now - proof.used < kUseNotedEvery) return;
  Task task;
  task.change = [device = proof.device, now](Unit& unit) -> base::Result<Written> {
    TRY(unit.store.use_mfa_proof(device, now));
    return Written{Reply{}, Record::hearing()};
  };
  task.done = [](const base::Result<Reply>&) {};
  engine.writer.submit(std::move(task));
}

// The one place that asks for one-time codes: of roles that the policy names, before anything but
// what a device needs to learn that, and to bring one.
base::Result<void> check_code(const Route& route, const Caller& caller, Engine& engine) {
  if (route.before_code || caller.kind != Caller::Kind::kDevice) return {};
  const auto policy = engine.directory.policy();
  const auto& roles = policy->mfa_roles;
  if (std::find(roles.begin(), roles.end(), trust::role_name(caller.role)) == roles.end()) {
    return {};
  }
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto mfa, store->mfa(user_of_device(caller.name)));
  if (!mfa || !mfa->confirmed) {
    return code_required("the policy wants one-time codes of this role, and you have none yet",
                         "enrol");
  }
  TRY(const auto proof, store->mfa_proof(caller.name));
  const base::Time now = engine.seams.clock.now();
  const bool own = proof && proof->key == base::to_bytes(caller.key);
  if (!own || now < proof->proven || now >= proof_end(*proof)) {
    return code_required("a one-time code is needed", "verify");
  }
  note_use(*proof, engine, now);
  return {};
}

// The last address that the proxy added, or the peer's.
std::string address_of(const Head& head, const Settings& settings) {
  if (!settings.proxy || head.forwarded_for.empty()) return head.peer.host();
  std::string last(base::split(head.forwarded_for, ',').back());
  last.erase(0, last.find_first_not_of(' '));
  return last.size() <= 64 && text::is_plain(last) ? last : head.peer.host();
}

bool from_this_machine(const Head& head) {
  return head.peer.loopback() && head.forwarded_for.empty();
}

bool is_unsigned(const Head& head) {
  return head.signature.signature.empty() && head.signature.signature_input.empty();
}

// Nobody known: what follows is heard out as far as it is short, so that the answer arrives.
void refuse_stranger(const base::Error& why, Engine& engine, Admission& out) {
  engine.metrics.unauthenticated();
  out.verdict = why;
  out.body_limit = std::min(out.body_limit, kStrangersBody);
}

// Who brings the first entries signs nothing that an empty relay could check.
void admit_unsigned(Engine& engine, Admission& out) {
  out.body_limit = std::min(out.body_limit, kFirstChain);
  if (engine.directory.size() == 0) return;
  refuse_stranger(not_authenticated("this relay has its organisation already"), engine, out);
}

void admit_caller(const Head& head, Engine& engine, Admission& out) {
  if (out.route->access == Access::kBootstrap && is_unsigned(head)) {
    return admit_unsigned(engine, out);
  }
  auto known = authenticate(head, engine);
  if (!known) return refuse_stranger(known.error(), engine, out);
  out.request.caller = std::move(known->caller);
  const base::milliseconds now = engine.seams.clock.steady();
  out.verdict = known->standing;
  if (out.verdict) out.verdict = check_access(*out.route, out.request.caller, known->used);
  if (out.verdict) out.verdict = check_code(*out.route, out.request.caller, engine);
  RateLimit& rate = out.verdict ? engine.requests : engine.refusals;
  out.too_many = !rate.take(out.request.caller.name, now);
  if (out.too_many) out.verdict = base::Error{Code::kBusy, "too many requests", "wait a minute"};
}

}  // namespace

Admission admit(const Head& head, Engine& engine) {
  Admission out;
  const std::size_t question = head.target.find('?');
  auto match = find_route(head.method, std::string_view(head.target).substr(0, question));
  if (!match) {
    out.verdict = match.error();
    return out;
  }
  out.route = match->route;
  out.body_limit = match->route->body_limit;
  out.request.method = head.method;
  out.request.route = match->route->pattern;
  out.request.path = std::move(match->path);
  if (question != std::string::npos) out.request.query = head.target.substr(question + 1);
  out.request.range = head.range;
  out.request.address = address_of(head, engine.settings);
  if (out.route->access == Access::kAnyone) return out;
  if (out.route->access == Access::kLoopback) {
    if (!from_this_machine(head)) out.verdict = base::Error{Code::kDenied, "only from here", ""};
    return out;
  }
  admit_caller(head, engine, out);
  return out;
}

base::Error key_replaced() {
  return {Code::kKeyReplaced, "this device has another key now",
          "revoke the device, unless you have changed its key yourself"};
}

bool is_recorded_refusal(base::Code code) {
  return code == Code::kDenied || code == Code::kRevoked || code == Code::kKeyReplaced;
}

}  // namespace sealpost::relay
