// The server: a daemon of libmicrohttpd around an Engine, and the order in which they start and
// stop.
#include <fmt/core.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "relay/handlers/handlers.hpp"
#include "relay/housekeeping.hpp"
#include "relay/http/crowd.hpp"
#include "relay/http/exchange.hpp"
#include "relay/outflow.hpp"
#include "relay/relay.hpp"
#include "relay/tls.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kConnectionMemory = 256 << 10;
constexpr std::size_t kMemoryStep = 32 << 10;
// Files that are no connections: the store with its readers, blobs on their way, sockets.
constexpr std::size_t kOtherFiles = 512;
// Connections beyond the limit that exist until those that make room for them are gone.
constexpr std::size_t kOverlap = 256;
constexpr std::chrono::seconds kDrain{10};
constexpr std::chrono::milliseconds kDrainStep{5};
constexpr const char* kTlsPriorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
using Daemon = std::unique_ptr<MHD_Daemon, StopDaemon>;

struct TlsFiles {
  base::Bytes certificate;  // PEM, ending with a zero byte
  crypto::SecretBytes key;  // the same
};

base::Result<TlsFiles> read_tls(const Engine& engine) {
  TlsFiles out;
  const Folder& folder = engine.folder;
  TRY(out.certificate, base::read_file(folder.in_folder(engine.settings.tls_certificate), 1 << 20));
  TRY(const crypto::SecretBytes key, read_secret_text(folder.in_folder(engine.settings.tls_key)));
  TRY(check_tls_identity(base::as_text(out.certificate), key));
  out.certificate.push_back(0);
  out.key = crypto::SecretBytes(key.size() + 1);
  std::copy(key.expose().begin(), key.expose().end(), out.key.expose_mutable().begin());
  return out;
}

// What the callbacks of libmicrohttpd share.
struct Service {
  Engine& engine;
  Crowd crowd;
  std::atomic<std::size_t> active{0};
};

void* on_target(void* service, const char* target, MHD_Connection* connection) {
  auto& shared = *static_cast<Service*>(service);
  // Given back in on_completed.
  const Exchange::Shared seen{shared.engine, shared.crowd, shared.active};
  return std::make_unique<Exchange>(seen, connection, target).release();
}

void on_connection(void* service, MHD_Connection* connection, void**,
                   MHD_ConnectionNotificationCode what) {
  Crowd& crowd = static_cast<Service*>(service)->crowd;
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) return crowd.left(connection);
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info != nullptr) crowd.arrived(connection, info->connect_fd);
}

MHD_Result on_request(void*, MHD_Connection*, const char*, const char* method, const char*,
                      const char* data, std::size_t* size, void** exchange) {
  if (*exchange == nullptr) return MHD_NO;
  return static_cast<Exchange*>(*exchange)->handle(method, data, size);
}

void on_completed(void* service, MHD_Connection* connection, void** exchange,
                  MHD_RequestTerminationCode) {
  const std::unique_ptr<Exchange> ended(static_cast<Exchange*>(std::exchange(*exchange, nullptr)));
  static_cast<Service*>(service)->crowd.rests(connection);
}

// libmicrohttpd's own complaints are about single connections; the metrics count requests.
void on_log(void*, const char*, va_list) {}

// "https://host:0" becomes "https://host:<port>".
std::string with_port(const std::string& url, std::uint16_t port) {
  if (!url.ends_with(":0")) return url;
  return url.substr(0, url.size() - 1) + std::to_string(port);
}

class HttpServer final : public Server {
 public:
  explicit HttpServer(std::unique_ptr<Engine> engine)
      : engine_(std::move(engine)),
        connections_(allow_connections(engine_->settings.limits.connections, kOtherFiles)),
        service_{*engine_, Crowd(connections_), {}} {}
  ~HttpServer() override { HttpServer::stop(); }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::string& url() const override { return engine_->settings.url; }
  base::Result<void> start();
  void stop() override;

 private:
  base::Result<void> start_daemon(base::Fd socket, TlsFiles& tls);
  void drain();
  std::unique_ptr<Engine> engine_;
  std::size_t connections_;
  Service service_;
  base::Result<void> start_forwarding();
  std::unique_ptr<Housekeeping> housekeeping_;
  std::unique_ptr<Outflow> outflow_;
  Daemon daemon_;
  bool stopped_ = false;
};

base::Result<void> HttpServer::start() {
  TlsFiles tls;
  if (!engine_->settings.plain) {
    TRY(tls, read_tls(*engine_));
  }
  TRY(const Address address, parse_address(engine_->settings.listen));
  TRY(base::Fd socket, listen_on(address));
  TRY(const std::uint16_t port, bound_port(socket));
  engine_->settings.url = with_port(engine_->settings.url, port);
  TRY(start_forwarding());
  TRY(engine_->record_own("service.start"));
  engine_->events.start();  // not before: on a full disk its index must not take the log's room
  sweep(*engine_);          // queued before any request, so that what expired meanwhile goes first
  TRY(start_daemon(std::move(socket), tls));
  housekeeping_ = std::make_unique<Housekeeping>(*engine_);
  engine_->witnesses.start();
  engine_->log.info("service.start", {{"url", engine_->settings.url},
                                      {"connections", std::to_string(connections_)}});
  return {};
}

base::Result<void> HttpServer::start_forwarding() {
  const ForwardSettings& wanted = engine_->settings.forward;
  if (wanted.to.empty()) return {};
  if (!engine_->assets.event_lines) {
    return base::Error{base::Code::kUsage, "relay.toml: [forward] is not for this program", ""};
  }
  TRY(EventLine line,
      engine_->assets.event_lines(wanted.format, engine_->settings.organisation.name(),
                                  engine_->log_key.name()));
  const std::filesystem::path ca =
      wanted.ca.empty() ? wanted.ca : engine_->folder.in_folder(wanted.ca);
  outflow_ = std::make_unique<Outflow>(Outflow::Parts{engine_->folder.forward(), wanted.to, ca,
                                                      std::move(line), *engine_->store,
                                                      engine_->checkpoints, engine_->log});
  return outflow_->start();
}

base::Result<void> HttpServer::start_daemon(base::Fd socket, TlsFiles& tls) {
  const Limits& limits = engine_->settings.limits;
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (!engine_->settings.plain) flags |= MHD_USE_TLS;
  const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 2U, 4U);
  const std::size_t connections = std::min<std::size_t>(connections_, 65536);
  std::vector<MHD_OptionItem> options{
      {MHD_OPTION_EXTERNAL_LOGGER, reinterpret_cast<intptr_t>(&on_log), nullptr},
      {MHD_OPTION_LISTEN_SOCKET, socket.get(), nullptr},
      {MHD_OPTION_THREAD_POOL_SIZE, threads, nullptr},
      {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(connections + kOverlap), nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(limits.idle_seconds), nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_INCREMENT, kMemoryStep, nullptr},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<intptr_t>(&on_target), &service_},
      {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<intptr_t>(&on_connection), &service_},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<intptr_t>(&on_completed), &service_},
  };
  if (!engine_->settings.plain) {
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, tls.certificate.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, tls.key.expose_mutable().data()});
    options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kTlsPriorities)});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  daemon_.reset(MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, nullptr, MHD_OPTION_ARRAY,
                                 options.data(), MHD_OPTION_END));
  if (!daemon_) {
    return base::Error{base::Code::kInternal, "the HTTP server does not start",
                       "are certificate and key of the relay in form?"};
  }
  socket.release();  // closed with the daemon
  return {};
}

// Lets requests that were begun come to their end.
void HttpServer::drain() {
  const auto deadline = std::chrono::steady_clock::now() + kDrain;
  while (service_.active > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kDrainStep);
  }
}

void HttpServer::stop() {
  if (std::exchange(stopped_, true)) return;
  if (daemon_) {
    const base::Fd listening(MHD_quiesce_daemon(daemon_.get()));
    engine_->waiters.close();
    drain();
  }
  if (housekeeping_) housekeeping_->stop();
  if (outflow_) outflow_->stop();
  if (daemon_) {
    if (auto recorded = engine_->record_own("service.stop"); !recorded) {
      engine_->log.error("service.stop", recorded.error());
    }
  }
  // Whatever still waits gets its answer now, so that no connection is suspended when the daemon
  // stops.
  engine_->close();
  daemon_.reset();
  engine_->log.info("service.stop");
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::start(const std::filesystem::path& dir, Seams seams,
                                                    LogSink log, Assets assets) {
  TRY(auto engine, Engine::open(dir, seams, std::move(log)));
  engine->assets = std::move(assets);
  auto server = std::make_unique<HttpServer>(std::move(engine));
  TRY(server->start());
  return std::unique_ptr<Server>(std::move(server));
}

base::Result<void> bootstrap(const std::filesystem::path& dir, std::span<const std::string> entries,
                             Seams seams) {
  TRY(const auto engine, Engine::open(dir, seams, {}));
  return engine->run(bootstrap_change({entries.begin(), entries.end()}));
}

}  // namespace sealpost::relay
