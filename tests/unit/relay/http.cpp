#include "http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cctype>
#include <chrono>
#include <thread>

namespace sealpost::testing {

HttpConnection::HttpConnection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    socket_.reset();
  }
}

void HttpConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool HttpConnection::read_more() {
  std::array<char, 65536> piece{};
  const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

void HttpConnection::await_answer() const {
  pollfd answer{socket_.get(), POLLIN, 0};
  ::poll(&answer, 1, -1);
}

HttpAnswer HttpConnection::receive() {
  HttpAnswer out;
  std::size_t end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!read_more()) return {};
    end = buffer_.find("\r\n\r\n");
  }
  const std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  out.status = std::stoi(head.substr(head.find(' ') + 1));
  if (out.status == 100) return receive();
  for (const std::string_view line : base::split(head, '\n')) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string value(line.substr(colon + 2));
    if (value.ends_with('\r')) value.pop_back();
    out.headers[name] = value;
  }
  const std::size_t length = std::stoul(out.headers["content-length"]);
  while (buffer_.size() < length) {
    if (!read_more()) return {};
  }
  out.body = base::to_bytes(std::string_view(buffer_).substr(0, length));
  buffer_.erase(0, length);
  return out;
}

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return true;
}

std::string head_of(const std::string& method, const std::string& target, const Headers& headers,
                    std::uint64_t length) {
  std::string out = method + " " + target + " HTTP/1.1\r\nHost: relay\r\n";
  for (const auto& header : headers) out += header.first + ": " + header.second + "\r\n";
  if (method != "GET") out += "Content-Length: " + std::to_string(length) + "\r\n";
  return out + "\r\n";
}

HttpAnswer HttpConnection::ask(const std::string& method, const std::string& target,
                               const Headers& headers, base::ByteView body) {
  send(head_of(method, target, headers, body.size()) + std::string(base::as_text(body)));
  return receive();
}

}  // namespace sealpost::testing
