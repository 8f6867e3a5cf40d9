// How requests are signed, sent, judged and repeated. The routes are in routes.cpp.
#include "client/relay_client.hpp"

#include "client/curl_transport.hpp"
#include "client/limits.hpp"
#include "client/verdict.hpp"
#include "wire/signature.hpp"

namespace sealpost::client {

base::Result<RelayClient> RelayClient::make(const Endpoint& endpoint, const note::Signer* signer,
                                            Seams seams) {
  TRY(Endpoint checked, check_endpoint(endpoint));
  std::string url = checked.url;
  auto transport = make_curl_transport(std::move(checked), seams.interrupt);
  return RelayClient(std::move(transport), std::move(url), signer, seams);
}

RelayClient::RelayClient(std::unique_ptr<Transport> transport, std::string url,
                         const note::Signer* signer, Seams seams)
    : transport_(std::move(transport)), url_(std::move(url)), signer_(signer), seams_(seams) {}

RelayClient RelayClient::another(const base::Interrupt& interrupt) const {
  return {transport_->another(interrupt), url_, signer_, {seams_.clock, seams_.random, interrupt}};
}

Request RelayClient::request(std::string_view method, const std::string& path) const {
  Request request;
  request.method = method;
  request.url = url_ + "/v1/" + path;
  request.max_body = kMaxAnswer;
  request.patience = kPatience;
  return request;
}

base::Result<base::Bytes> RelayClient::get(const std::string& path, std::chrono::seconds wait,
                                           const RetryBudget& budget) {
  Request asked = request("GET", path);
  asked.patience += wait;
  TRY(Response response, exchange(asked, budget));
  return std::move(response.body);
}

base::Result<base::Bytes> RelayClient::post(const std::string& path, base::ByteView body,
                                            const RetryBudget& budget) {
  Request asked = request("POST", path);
  asked.headers.emplace_back("Content-Type", wire::kCborType);
  asked.body = body;
  TRY(Response response, exchange(asked, budget));
  return std::move(response.body);
}

base::Result<Response> RelayClient::exchange(const Request& request, const RetryBudget& budget,
                                             const std::function<bool()>& alive) {
  base::Retry retry(seams_.clock, seams_.interrupt, budget);
  for (bool signed_anew = false;;) {
    auto response = attempt(request);
    Verdict verdict = judge(response);
    if (verdict.fine) return response;
    // libcurl brings a request again by itself when a connection that it had kept was dead, and the
    // relay takes no signature twice: a new one shows whether anything else is wrong.
    if (verdict.error.code == base::Code::kLocked && request.method == "POST" && !signed_anew) {
      signed_anew = true;
      continue;
    }
    if (verdict.error.code == base::Code::kKeyReplaced && new_key_ && new_key_()) continue;
    if (alive && alive()) retry.reset();
    if (!verdict.repeatable || !retry.again(verdict.retry_after))
      return stopped_or(std::move(verdict.error));
  }
}

// Who stopped the process is told so, and not of the failure it no longer waits to see mended.
base::Error RelayClient::stopped_or(base::Error error) const {
  if (!seams_.interrupt.requested()) return error;
  return {base::Code::kInterrupted, "interrupted", ""};
}

base::Result<Response> RelayClient::attempt(Request request) {
  if (signer_ != nullptr) {
    std::optional<std::string> digest;
    if (request.method != "PUT") digest = wire::content_digest(request.body);
    auto signature = wire::sign_request(request.method, request.url, digest, signer_->name(),
                                        signer_->key(), seams_.clock.now(), seams_.random);
    if (digest) request.headers.emplace_back("Content-Digest", std::move(*digest));
    request.headers.emplace_back("Signature-Input", std::move(signature.signature_input));
    request.headers.emplace_back("Signature", std::move(signature.signature));
  }
  return transport_->perform(request);
}

}  // namespace sealpost::client
