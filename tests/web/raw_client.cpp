#include "tests/web/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace switchyard::web::test {

RawClient::RawClient(std::uint16_t port, std::chrono::milliseconds deadline) : deadline_(deadline) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) close();
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      deadline_(other.deadline_),
      buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() { close(); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd wait{socket_, POLLOUT, 0};
    if (::poll(&wait, 1, static_cast<int>(deadline_.count())) <= 0) return false;
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::fill() {
  pollfd wait{socket_, POLLIN, 0};
  if (socket_ < 0 || ::poll(&wait, 1, static_cast<int>(deadline_.count())) <= 0) return false;
  std::array<char, 16384> bytes{};
  const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<RawAnswer> RawClient::read_answer(bool head_only) {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return std::nullopt;
  RawAnswer answer;
  answer.status = std::atoi(buffer_.c_str() + 9);
  std::size_t at = buffer_.find("\r\n") + 2;
  while (at < end) {
    const auto line_end = buffer_.find("\r\n", at);
    const auto colon = buffer_.find(": ", at);
    std::string name = buffer_.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = buffer_.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  buffer_.erase(0, end + 4);
  const auto length = answer.headers.find("content-length");
  const bool has_body = !head_only && length != answer.headers.end();
  const std::size_t wanted = has_body ? std::strtoull(length->second.c_str(), nullptr, 10) : 0;
  while (buffer_.size() < wanted)
    if (!fill()) return std::nullopt;
  answer.body = buffer_.substr(0, wanted);
  buffer_.erase(0, wanted);
  return answer;
}

std::string RawClient::read_some() {
  if (buffer_.empty()) fill();
  return std::exchange(buffer_, {});
}

bool RawClient::read_until(std::string_view text) {
  while (buffer_.find(text) == std::string::npos)
    if (!fill()) return false;
  return true;
}

bool RawClient::is_closed_by_server() {
  pollfd wait{socket_, POLLIN, 0};
  while (::poll(&wait, 1, static_cast<int>(deadline_.count())) > 0) {
    std::array<char, 16384> bytes{};
    if (::recv(socket_, bytes.data(), bytes.size(), 0) <= 0) return true;
  }
  return false;
}

void RawClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void RawClient::shrink_window(int bytes) {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::string get_text(std::string_view path, std::string_view token, std::string_view more_headers) {
  std::string text = "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n";
  if (!token.empty()) text += "Authorization: Bearer " + std::string(token) + "\r\n";
  return text + std::string(more_headers) + "\r\n";
}

}  // namespace switchyard::web::test
