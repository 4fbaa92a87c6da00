// A TCP connection of the tests to 127.0.0.1 that sends exactly what it is told to.
#pragma once

#include <cstdint>
#include <string>

namespace switchyard::pxe::http {

struct RawAnswer {
  int status{0};       // 0: the connection ended before a complete answer
  std::string head{};  // with the empty line
  std::string body{};
};

class RawConnection {
 public:
  // `receive_buffer` in bytes; 0: as the kernel likes.
  explicit RawConnection(std::uint16_t port, int receive_buffer = 0);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(const std::string& bytes) const;
  // One answer with a Content-Length or without a body. `head_only`: to a HEAD request.
  [[nodiscard]] RawAnswer read(bool head_only = false);
  [[nodiscard]] RawAnswer get(const std::string& target, const std::string& fields = "");
  // True when the server has closed, within ten seconds.
  [[nodiscard]] bool is_closed();

 private:
  [[nodiscard]] bool fill();

  int socket_;
  std::string buffer_{};
};

}  // namespace switchyard::pxe::http
