#include "house.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "relay/folder.hpp"
#include "text/json.hpp"
#include "wire/problem.hpp"

namespace sealpost::testing {
namespace {

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "sealpost-relay-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  return name;
}

}  // namespace

std::string code_of(const HttpAnswer& answer) {
  return std::string(base::code_name(wire::from_problem(answer.status, answer.text()).code));
}

House::House(const std::function<void(relay::Settings&)>& change)
    : chain(verifier(std::string(kOrganisation))), dir_(new_folder()) {
  relay::NewRelay wanted;
  wanted.dir = dir_ / "relay";
  wanted.organisation = verifier(std::string(kOrganisation));
  wanted.listen = "127.0.0.1:0";
  wanted.url = "http://127.0.0.1:0";
  wanted.plain = true;
  auto made = relay::initialise(wanted, seams());
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().text));
  facts_ = *made;
  dir_ = wanted.dir;
  if (change) edit_settings(change);
  trust::RelayStatement statement = testing::relay();
  statement.log = facts_.log;
  must(chain, signed_by(organisation(), {std::string(kOrganisation)}));
  must(chain, signed_by(statement, {std::string(kOrganisation)}));
  add_device(chain, "olivia/desk", trust::Role::kOwner);
  add_device(chain, "dr.lee/laptop", trust::Role::kMember);
  add_device(chain, "nurse.kim/phone", trust::Role::kMember);
  add_device(chain, "auditor/desk", trust::Role::kAuditor);
  add_device(chain, "lab/server", trust::Role::kService);
  auto begun = relay::bootstrap(dir_, chain.entries(), seams());
  REQUIRE_MESSAGE(begun.has_value(), (begun ? "" : begun.error().text));
  start();
}

House::~House() {
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(dir_.parent_path(), ignored);
}

void House::edit_settings(const std::function<void(relay::Settings&)>& change) {
  const relay::Folder folder{dir_};
  auto settings = relay::read_settings(folder);
  REQUIRE(settings.has_value());
  change(*settings);
  const std::string text = relay::format_settings(*settings);
  REQUIRE(base::replace_file(folder.settings(), base::as_bytes(text), 0600).has_value());
}

void House::start() {
  const relay::LogSink sink = [this](std::string_view line) {
    const std::lock_guard lock(mutex_);
    log_lines_ += std::string(line) + "\n";
  };
  auto server = relay::Server::start(dir_, seams(), sink);
  REQUIRE_MESSAGE(server.has_value(), (server ? "" : server.error().text));
  server_ = *std::move(server);
}

std::string House::logged() const {
  const std::lock_guard lock(mutex_);
  return log_lines_;
}

std::uint16_t House::port() const {
  const std::string address = url();
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

Headers House::sign(const std::string& label, const std::string& method, const std::string& target,
                    base::ByteView body, bool digest) {
  const auto covered = digest ? std::optional(wire::content_digest(body)) : std::nullopt;
  const auto& signer = key(label);
  const auto headers = wire::sign_request(method, url() + target, covered, signer.name(),
                                          signer.key(), clock.now(), random);
  Headers out{{"Signature-Input", headers.signature_input}, {"Signature", headers.signature}};
  if (digest) out.emplace_back("Content-Digest", headers.content_digest);
  return out;
}

HttpAnswer House::ask(const std::string& label, const std::string& method,
                      const std::string& target, base::ByteView body) {
  return HttpConnection(port()).ask(method, target, sign(label, method, target, body), body);
}

HttpAnswer House::ask_unsigned(const std::string& method, const std::string& target,
                               base::ByteView body) {
  return HttpConnection(port()).ask(method, target, {}, body);
}

HttpAnswer House::post_trust(const std::string& bearer, const std::string& entry) {
  const auto body = wire::to_cbor(wire::TrustEntries{chain.size() + 1, {entry}});
  HttpAnswer answer = ask(bearer, "POST", "/v1/trust", body);
  if (answer.status == 200) must(chain, entry);
  return answer;
}

HttpAnswer House::add_owner(const std::string& device) {
  const auto certificate = root_certificate(device, trust::Role::kOwner);
  return post_trust(kOlivia, signed_by(certificate, {std::string(kOrganisation), full(device)}));
}

std::string House::checkpoint() {
  const HttpAnswer answer = ask(kAuditor, "GET", "/v1/audit/checkpoint");
  REQUIRE(answer.status == 200);
  return answer.text();
}

std::vector<audit::Event> House::events(const std::string& name) {
  checkpoint();
  const std::string query = name.empty() ? "" : "?event=" + name;
  const HttpAnswer answer = ask(kAuditor, "GET", "/v1/audit/events" + query);
  REQUIRE(answer.status == 200);
  const auto entries = wire::parse_audit_entries(answer.body);
  REQUIRE(entries.has_value());
  std::vector<audit::Event> out;
  for (const auto& entry : entries->entries) {
    audit::Event event = audit::parse_leaf(entry.leaf).value();
    if (event.event == "audit.query" && name.empty()) continue;
    out.push_back(std::move(event));
  }
  return out;
}

wire::Submission House::message(int number, const std::vector<std::string>& to) const {
  wire::Submission out;
  out.id = fmt::format("0193aaaa-0000-7000-8000-{:012x}", number);
  out.tag = base::Bytes(32, static_cast<std::uint8_t>(number));
  out.purpose = "test-results";
  out.message_sha256 = crypto::sha256(base::as_bytes(out.id));
  out.expires = clock.now() + std::chrono::hours(24);
  for (const std::string& device : to) {
    out.envelopes.push_back({device, "00112233445566ff", base::Bytes(200, 1)});
  }
  out.payload = base::Bytes(700, 2);
  return out;
}

wire::SubmissionResult House::submit(const std::string& from, const wire::Submission& submission) {
  const auto body = wire::to_cbor(wire::Submissions{{submission}});
  const HttpAnswer answer = ask(from, "POST", "/v1/messages", body);
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  const auto results = wire::parse_submission_results(answer.body);
  REQUIRE(results.has_value());
  REQUIRE(results->results.size() == 1);
  return results->results.front();
}

wire::Inbox House::inbox(const std::string& device, const std::string& query) {
  const HttpAnswer answer = ask(device, "GET", "/v1/inbox" + query);
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_inbox(answer.body).value();
}

void House::await_polls(int count) {
  const std::string line = "\nsealpost_waiting_polls " + std::to_string(count) + "\n";
  REQUIRE(eventually(
      [&] { return ask_unsigned("GET", "/metrics").text().find(line) != std::string::npos; }));
}

std::string House::receipt(const wire::Submission& about, const std::string& from,
                           const std::string& by, receipt::State state,
                           const std::string& label) const {
  receipt::Receipt value;
  value.message = about.id;
  value.from = from;
  value.message_sha256 = about.message_sha256;
  value.state = state;
  value.by = by;
  value.at = clock.now();
  return signed_by(receipt::format(value).value(), {label.empty() ? by : label});
}

wire::EvidenceList House::evidence(const std::string& who, const std::string& id,
                                   const std::string& from) {
  const HttpAnswer answer =
      ask(who, "GET", "/v1/messages/" + id + "/evidence?from=" + base::percent_encode(from));
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_evidence_list(answer.body).value();
}

}  // namespace sealpost::testing
