#include "relay/http/exchange.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "relay/http/body.hpp"
#include "relay/http/respond.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kOverrun = 1 << 20;  // bytes drained past a limit so that the answer arrives

std::string header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string() : std::string(value);
}

// The header may come several times: a proxy that adds its own line adds it last.
std::string last_forwarded_for(MHD_Connection* connection) {
  std::string out;
  const auto take = [](void* into, MHD_ValueKind, const char* name, const char* value) {
    constexpr const char* kName = "X-Forwarded-For";
    if (::strcasecmp(name, kName) == 0 && value != nullptr) {
      *static_cast<std::string*>(into) = value;
    }
    return MHD_YES;
  };
  MHD_get_connection_values(connection, MHD_HEADER_KIND, take, &out);
  return out;
}

Address peer_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info == nullptr || info->client_addr == nullptr ? Address{}
                                                         : address_of(*info->client_addr);
}

// Scheme and authority (RFC 6454).
std::string origin_of(std::string_view address) {
  const std::size_t host = address.find("://") + 3;
  return std::string(address.substr(0, address.find('/', host)));
}

}  // namespace

Exchange::Exchange(const Shared& shared, MHD_Connection* connection, std::string target)
    : engine_(&shared.engine),
      crowd_(&shared.crowd),
      active_(&shared.active),
      connection_(connection),
      target_(std::move(target)),
      began_(std::chrono::steady_clock::now()) {
  ++*active_;
}

Exchange::~Exchange() {
  engine_->replies.give_back(admission_.request.caller.name, held_);
  --*active_;
}

MHD_Result Exchange::handle(const char* method, const char* data, std::size_t* size) {
  try {
    switch (phase_) {
      case Phase::kNew:
        return begin(method);
      case Phase::kBody: {
        if (*size == 0) return end_of_body();
        const std::size_t count = std::exchange(*size, 0);
        return receive({reinterpret_cast<const std::uint8_t*>(data), count});
      }
      case Phase::kWorking:
        return answer(std::move(reply_));
      case Phase::kPolling: {
        auto last = poll_.look(true);
        return last ? give(std::move(**last)) : refuse(last.error());
      }
      case Phase::kDone:
        return MHD_YES;
    }
  } catch (const std::exception&) {
    // A library's failure, or no memory: this request fails, the relay goes on.
    if (phase_ == Phase::kDone) return MHD_NO;
    return answer(base::Error{base::Code::kInternal, "the relay could not do this", ""});
  }
  return MHD_NO;
}

MHD_Result Exchange::begin(const char* method) {
  Head head;
  head.method = method;
  head.target = target_;
  head.signature = {header(connection_, "Content-Digest"), header(connection_, "Signature-Input"),
                    header(connection_, "Signature")};
  head.forwarded_for = last_forwarded_for(connection_);
  head.range = header(connection_, "Range");
  head.peer = peer_of(connection_);
  admission_ = admit(head, *engine_);
  if (admission_.request.caller.kind != Caller::Kind::kNobody) crowd_->works(connection_);
  phase_ = Phase::kBody;
  const auto length = base::parse_decimal(header(connection_, "Content-Length"));
  const std::uint64_t limit = admission_.body_limit;
  if (length && *length > limit) {
    // Said before the body comes; who sends it anyway finds the connection closed.
    refuse_size();
    return refuse(admission_.verdict.error());
  }
  open_body();
  return MHD_YES;
}

void Exchange::open_body() {
  if (!admission_.verdict) return;
  const Route& route = *admission_.route;
  if (route.open_sink == nullptr) {
    sink_ = std::make_unique<MemoryBody>(admission_.request, route, *engine_);
    return;
  }
  auto opened = route.open_sink(admission_.request, *engine_);
  if (opened) {
    sink_ = *std::move(opened);
  } else {
    admission_.verdict = opened.error();
  }
}

void Exchange::refuse_size() {
  if (!admission_.verdict) return;
  too_large_ = true;
  admission_.verdict = base::Error{base::Code::kMalformed, "the body is too large", ""};
}

bool Exchange::body_took_too_long() const {
  const bool part = admission_.route != nullptr && admission_.route->open_sink != nullptr;
  const std::uint64_t seconds = engine_->settings.limits.body_seconds * (part ? 4 : 1);
  return std::chrono::steady_clock::now() - began_ > std::chrono::seconds(seconds);
}

// After a refusal the rest of the body is still read, within bounds, so that the answer is heard.
MHD_Result Exchange::receive(base::ByteView bytes) {
  received_ += bytes.size();
  const std::uint64_t limit = admission_.body_limit;
  if (received_ > limit + kOverrun || body_took_too_long()) return MHD_NO;
  if (received_ > limit) refuse_size();
  if (!admission_.verdict) return MHD_YES;
  if (auto written = sink_->write(bytes); !written) admission_.verdict = written.error();
  return MHD_YES;
}

MHD_Result Exchange::end_of_body() {
  if (!admission_.verdict) return refuse(admission_.verdict.error());
  return carry_out(sink_->finish());
}

MHD_Result Exchange::refuse(const base::Error& error) {
  const bool device = admission_.request.caller.kind == Caller::Kind::kDevice;
  if (!device || !is_recorded_refusal(error.code)) return answer(error);
  Task task;
  task.nonce = admission_.request.caller.nonce;
  task.change = [error](Unit&) -> base::Result<Written> { return error; };
  return work(std::move(task));
}

MHD_Result Exchange::carry_out(base::Result<Outcome> outcome) {
  if (!outcome) return refuse(outcome.error());
  if (auto* reply = std::get_if<Reply>(&*outcome)) return answer(std::move(*reply));
  if (auto* pending = std::get_if<Pending>(&*outcome)) return wait_for_other(*pending);
  if (auto* waiting = std::get_if<Poll>(&*outcome)) return poll(std::move(*waiting));
  return change(std::get<Change>(*std::move(outcome)));
}

MHD_Result Exchange::change(Change what) {
  Task task;
  task.nonce = admission_.request.caller.nonce;
  task.change = std::move(what);
  return work(std::move(task));
}

MHD_Result Exchange::give(Found found) {
  if (auto* reply = std::get_if<Reply>(&found)) return answer(std::move(*reply));
  return change(std::get<Change>(std::move(found)));
}

MHD_Result Exchange::work(Task task) {
  if (admission_.request.caller.kind == Caller::Kind::kDevice) {
    task.refusal = [request = admission_.request,
                    clock = &engine_->seams.clock](const base::Error& error) {
      return refusal_of(request, error, clock->now());
    };
  }
  task.done = [this](base::Result<Reply> reply) {
    reply_ = std::move(reply);
    resume();
  };
  suspend(Phase::kWorking);
  engine_->writer.submit(std::move(task));
  return MHD_YES;
}

MHD_Result Exchange::wait_for_other(const Pending& pending) {
  suspend(Phase::kWorking);
  pending.start([this](base::Result<Reply> reply) {
    reply_ = std::move(reply);
    resume();
  });
  return MHD_YES;
}

MHD_Result Exchange::poll(Poll poll) {
  auto found = poll.look(poll.wait == base::milliseconds::zero());
  if (!found) return refuse(found.error());
  if (*found) return give(**std::move(found));
  poll_ = std::move(poll);
  const base::milliseconds until = engine_->seams.clock.steady() + poll_.wait;
  suspend(Phase::kPolling);
  engine_->waiters.add(poll_.device, until, poll_.receipts, [this] { resume(); });
  // Mail may have come between the first look and the waiting.
  const auto again = poll_.look(false);
  if (!again || again->has_value()) engine_->waiters.arrived({{poll_.device}, {}});
  return MHD_YES;
}

void Exchange::suspend(Phase phase) {
  phase_ = phase;
  MHD_suspend_connection(connection_);
}

// The last thing that another thread does with an exchange: its own may end it right after.
void Exchange::resume() { MHD_resume_connection(connection_); }

MHD_Result Exchange::answer(base::Result<Reply> reply) {
  phase_ = Phase::kDone;
  if (reply && !engine_->replies.take(admission_.request.caller.name, reply->body.size())) {
    reply = base::Error{base::Code::kBusy, "too many answers wait to be read", "read them first"};
  }
  if (reply) {
    sent_ = *std::move(reply);
    held_ = sent_.body.size();
  } else {
    const base::Error& error = reply.error();
    if (error.code == base::Code::kInternal) engine_->log.error("request.failed", error);
    sent_ = problem(error);
    if (admission_.too_many) sent_.status = MHD_HTTP_TOO_MANY_REQUESTS;
    if (too_large_) sent_.status = MHD_HTTP_CONTENT_TOO_LARGE;
  }
  open_to_page();
  log_answer();
  return send();
}

// The page of links may lie on another web host, which the policy names: its scripts may hear what
// is said to it, and nobody else's.
void Exchange::open_to_page() {
  if (!std::string_view(admission_.request.route).starts_with("/v1/links/")) return;
  const auto policy = engine_->directory.policy();
  if (!policy->link_page) return;
  sent_.headers.emplace_back("Access-Control-Allow-Origin", origin_of(*policy->link_page));
}

void Exchange::log_answer() const {
  const std::string& method = admission_.request.method;
  const std::string& route = admission_.request.route;
  engine_->metrics.request(method, route, sent_.status);
  if (sent_.status < 400 && !engine_->settings.log_requests) return;
  engine_->log.info("request", {{"method", method},
                                {"route", route},
                                {"status", std::to_string(sent_.status)},
                                {"key", admission_.request.caller.name},
                                {"address", admission_.request.address}});
}

MHD_Result Exchange::send() { return respond(connection_, sent_); }

}  // namespace sealpost::relay
