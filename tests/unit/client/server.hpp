// A web server of a few lines: each request goes to a function, which answers it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

struct MHD_Daemon;

namespace sealpost::testing {

struct Asked {
  std::string method;
  std::string path;  // without the query
  std::string query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct Answer {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  std::size_t cut_after = SIZE_MAX;  // drop the connection after this many bytes of the body
};

class Server {
 public:
  using Handler = std::function<Answer(const Asked&)>;
  explicit Server(Handler handler, bool tls = false);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();
  std::string url() const;

 private:
  friend struct ServerCalls;
  Handler handler_;
  bool tls_;
  MHD_Daemon* daemon_;
};

// A port on which nobody listens.
std::string dead_url();

// Of tests/unit/client/certificate.pem.
std::string server_pin();

}  // namespace sealpost::testing
