// A small HTTP/1.1 client over a plain socket, so that tests can also say what no library would.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"

namespace sealpost::testing {

struct HttpAnswer {
  int status = 0;                              // 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  // names in lower case
  base::Bytes body;
  std::string text() const { return std::string(base::as_text(body)); }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// A connection to a port on loopback, used for one request after another.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);
  void send(std::string_view bytes);  // as they are; a closed connection is no error
  HttpAnswer receive();
  void await_answer() const;  // until its first bytes are here, unread, or the connection ends
  HttpAnswer ask(const std::string& method, const std::string& target, const Headers& headers,
                 base::ByteView body);

 private:
  bool read_more();
  base::Fd socket_;
  std::string buffer_;
};

// Looks again and again, for as long as a slow machine may need.
bool eventually(const std::function<bool()>& holds);

std::string head_of(const std::string& method, const std::string& target, const Headers& headers,
                    std::uint64_t length);

}  // namespace sealpost::testing
