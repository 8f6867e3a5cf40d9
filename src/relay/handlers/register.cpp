// The register's streams, as those read them who may: how far they have come, and their entries.
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/register_rules.hpp"

namespace sealpost::relay {
namespace {

// The door knows the role; what else a reader needs is asked here.
base::Result<void> check_reader(const Request& request, const Engine& engine) {
  TRY(check_stream(request.path.front()));
  const auto policy = engine.directory.policy();
  return engine.directory.read([&](const trust::Chain& chain) {
    return check_register_reader(chain, *policy, request.caller.name, engine.seams.clock.now());
  });
}

}  // namespace

base::Result<Outcome> get_register(Request& request, Engine& engine) {
  TRY(check_reader(request, engine));
  const std::string& stream = request.path.front();
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const RegisterHead head, store->register_head(stream));
  TRY(auto granted, store->register_holders(stream));
  return Outcome(
      cbor(wire::to_cbor(wire::RegisterState{head.size, head.epoch, std::move(granted)})));
}

base::Result<Outcome> get_register_entries(Request& request, Engine& engine) {
  TRY(check_reader(request, engine));
  TRY(const Parameters parameters, Parameters::parse(request.query, {"after", "limit"}));
  TRY(const std::uint64_t after, parameters.number("after", 0, INT64_MAX));
  TRY(const std::uint64_t limit,
      parameters.number("limit", wire::kMaxRegisterPage, wire::kMaxRegisterPage));
  if (limit == 0) return base::Error{base::Code::kMalformed, "limit must be at least 1", ""};
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto entries,
      store->register_entries(request.path.front(), after, limit, wire::kMaxRegisterAnswer));
  if (entries.entries.empty()) return Outcome(cbor(wire::to_cbor(entries)));
  audit::Event event = event_of(request, "register.read", {});
  event.objects = {request.path.front()};
  event.details["number"] = std::to_string(after);
  event.details["count"] = std::to_string(entries.entries.size());
  return Outcome(told_first(request, std::move(event), [body = wire::to_cbor(entries)] {
    return base::Result<Reply>(cbor(body));
  }));
}

base::Result<Outcome> get_register_grant(Request& request, Engine& engine) {
  TRY(check_reader(request, engine));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto grant, store->register_grant(request.path.front(), request.caller.name));
  if (!grant) {
    return base::Error{base::Code::kNotFound, "nobody has granted this device the stream's key yet",
                       ""};
  }
  return Outcome(cbor(wire::to_cbor(*grant)));
}

}  // namespace sealpost::relay
