#include "server.hpp"

#include <arpa/inet.h>
#include <microhttpd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace sealpost::testing {
namespace {

std::string data(const std::string& name) {
  std::ifstream file(SEALPOST_TEST_DATA "/client/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

MHD_Result add_header(void* user, MHD_ValueKind, const char* name, const char* value) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  (*static_cast<std::map<std::string, std::string>*>(user))[lower] = value ? value : "";
  return MHD_YES;
}

// A body that may end too early.
struct Body {
  std::string bytes;
  std::size_t cut_after;
};

ssize_t read_body(void* user, std::uint64_t at, char* out, std::size_t max) {
  const Body& body = *static_cast<Body*>(user);
  if (at >= body.cut_after) return MHD_CONTENT_READER_END_WITH_ERROR;
  const std::size_t end = std::min(body.bytes.size(), body.cut_after);
  const std::size_t count = std::min(max, end - static_cast<std::size_t>(at));
  std::memcpy(out, body.bytes.data() + at, count);
  return static_cast<ssize_t>(count);
}

void free_body(void* user) { delete static_cast<Body*>(user); }

MHD_Result queue(MHD_Connection* connection, const Answer& answer) {
  auto body = std::make_unique<Body>(Body{answer.body, answer.cut_after});
  MHD_Response* response = MHD_create_response_from_callback(answer.body.size(), 4096, &read_body,
                                                             body.release(), &free_body);
  for (const auto& header : answer.headers) {
    MHD_add_response_header(response, header.first.c_str(), header.second.c_str());
  }
  const MHD_Result result =
      MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return result;
}

}  // namespace

struct ServerCalls {
  static MHD_Result handle(void* user, MHD_Connection* connection, const char* url,
                           const char* method, const char*, const char* upload, std::size_t* size,
                           void** state) {
    if (*state == nullptr) {
      *state = new std::string();
      return MHD_YES;
    }
    auto& body = *static_cast<std::string*>(*state);
    if (*size > 0) {
      body.append(upload, *size);
      *size = 0;
      return MHD_YES;
    }
    Asked asked{method, url, "", {}, body};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &asked.headers);
    std::map<std::string, std::string> query;
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_header, &query);
    for (const auto& part : query) {
      asked.query += (asked.query.empty() ? "" : "&") + part.first + "=" + part.second;
    }
    return queue(connection, static_cast<Server*>(user)->handler_(asked));
  }

  static void completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<std::string*>(*state);
  }
};

Server::Server(Handler handler, bool tls) : handler_(std::move(handler)), tls_(tls) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string key = data("key.pem");
  const std::string certificate = data("certificate.pem");
  const MHD_OptionItem secure[] = {
      {MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(key.c_str())},
      {MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(certificate.c_str())},
      {MHD_OPTION_END, 0, nullptr}};
  const MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, nullptr}};
  daemon_ = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | (tls ? MHD_USE_TLS : MHD_NO_FLAG), 0,
                             nullptr, nullptr, &ServerCalls::handle, this, MHD_OPTION_SOCK_ADDR,
                             &address, MHD_OPTION_NOTIFY_COMPLETED, &ServerCalls::completed,
                             nullptr, MHD_OPTION_ARRAY, tls ? secure : plain, MHD_OPTION_END);
  if (daemon_ == nullptr) throw std::runtime_error("the test's web server does not start");
}

Server::~Server() { MHD_stop_daemon(daemon_); }

std::string Server::url() const {
  const auto* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(info->port);
}

std::string dead_url() {
  const Server server([](const Asked&) { return Answer{}; });
  return server.url();
}

std::string server_pin() { return "sha256//vyTUqvkIkJwat25fSpYOa01Xl6IysTHrzjiNq9EYu84="; }

}  // namespace sealpost::testing
