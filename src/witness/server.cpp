#include "witness/server.hpp"

#include <microhttpd.h>

#include <cstring>

namespace sealpost::witness {
namespace {

constexpr unsigned kConnections = 64;
constexpr unsigned kIdleSeconds = 30;

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
struct Destroy {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};

// A body as it arrives.
struct Exchange {
  std::string body;
};

MHD_Result answer(MHD_Connection* connection, const Answer& said) {
  // libmicrohttpd copies the body; its signature lacks the const.
  const std::unique_ptr<MHD_Response, Destroy> response(MHD_create_response_from_buffer(
      said.body.size(), const_cast<char*>(said.body.data()), MHD_RESPMEM_MUST_COPY));
  if (!response) return MHD_NO;
  MHD_add_response_header(response.get(), "Content-Type", said.type.c_str());
  return MHD_queue_response(connection, static_cast<unsigned>(said.status), response.get());
}

Answer plain(int status, const char* text) {
  return {status, "text/plain; charset=utf-8", std::string(text) + "\n"};
}

bool is_ours(std::string_view path) {
  constexpr std::string_view kPath = "/add-checkpoint";
  return path.ends_with(kPath);
}

// Called again and again: head first, then pieces of the body, then once with no data.
MHD_Result on_request(void* witness, MHD_Connection* connection, const char* path,
                      const char* method, const char*, const char* data, std::size_t* size,
                      void** state) {
  if (*state == nullptr) {
    *state = std::make_unique<Exchange>().release();  // given back in on_completed
    return MHD_YES;
  }
  auto& exchange = *static_cast<Exchange*>(*state);
  if (*size > 0) {
    // One byte too many is enough to know.
    const std::size_t room = merkle::kMaxAddCheckpoint + 1 - exchange.body.size();
    exchange.body.append(data, std::min(room, *size));
    *size = 0;
    return MHD_YES;
  }
  if (!is_ours(path)) return answer(connection, plain(404, "only add-checkpoint is here"));
  if (std::strcmp(method, "POST") != 0) return answer(connection, plain(405, "POST it"));
  return answer(connection, static_cast<Witness*>(witness)->add_checkpoint(exchange.body));
}

void on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  const std::unique_ptr<Exchange> ended(static_cast<Exchange*>(*state));
  *state = nullptr;
}

void on_log(void*, const char*, va_list) {}

class HttpServer final : public Server {
 public:
  explicit HttpServer(MHD_Daemon* daemon) : daemon_(daemon) {}

 private:
  std::unique_ptr<MHD_Daemon, StopDaemon> daemon_;
};

}  // namespace

base::Result<std::unique_ptr<Server>> Server::start(Witness& witness, base::Fd socket) {
  MHD_Daemon* daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, nullptr, nullptr, &on_request, &witness,
      MHD_OPTION_EXTERNAL_LOGGER, &on_log, nullptr, MHD_OPTION_LISTEN_SOCKET, socket.get(),
      MHD_OPTION_CONNECTION_LIMIT, kConnections, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,
      MHD_OPTION_NOTIFY_COMPLETED, &on_completed, nullptr, MHD_OPTION_END);
  if (daemon == nullptr) {
    return base::Error{base::Code::kInternal, "the HTTP server does not start", ""};
  }
  socket.release();  // closed with the daemon
  return std::unique_ptr<Server>(std::make_unique<HttpServer>(daemon));
}

}  // namespace sealpost::witness
