#include "relay/written.hpp"

#include "wire/problem.hpp"

namespace sealpost::relay {
namespace {

constexpr std::string_view kRetrySeconds = "1";

}  // namespace

Reply cbor(base::Bytes body) {
  return {200, std::string(wire::kCborType), std::move(body), {}, std::nullopt};
}

Reply plain_text(std::string text) {
  return {
      200, "text/plain; charset=utf-8", base::to_bytes(std::string_view(text)), {}, std::nullopt};
}

Reply json(std::string text) {
  return {200, "application/json", base::to_bytes(std::string_view(text)), {}, std::nullopt};
}

Reply octets(base::Bytes body) {
  return {200, "application/octet-stream", std::move(body), {}, std::nullopt};
}

Reply problem(const base::Error& error) {
  const std::string text = wire::to_problem(error);
  Reply out{wire::http_status(error.code),
            std::string(wire::kProblemType),
            base::to_bytes(std::string_view(text)),
            {},
            std::nullopt};
  if (error.code == base::Code::kBusy) out.headers.emplace_back("Retry-After", kRetrySeconds);
  return out;
}

Record Record::of(Fact fact) {
  std::vector<Fact> facts;
  facts.push_back(std::move(fact));
  return Record(std::move(facts));
}

Record Record::of(std::vector<Fact> facts) { return Record(std::move(facts)); }

}  // namespace sealpost::relay
