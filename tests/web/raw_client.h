// A blocking client that sends exactly the bytes it is told to, well-formed or not. Every wait has
// a deadline; a test that would hang fails instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::web::test {

struct RawAnswer {
  int status{};
  std::map<std::string, std::string> headers{};  // names in lower case
  std::string body{};
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port,
                     std::chrono::milliseconds deadline = std::chrono::seconds(10));
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();

  [[nodiscard]] bool connected() const { return socket_ >= 0; }

  bool send(std::string_view bytes);
  // The next answer; a 1xx is one too. `head_only` for answers to HEAD. Nothing when the server
  // closes first or the deadline passes.
  [[nodiscard]] std::optional<RawAnswer> read_answer(bool head_only = false);
  // Bytes as they come; "" at the end or at the deadline.
  [[nodiscard]] std::string read_some();
  // Reads until `text` has come; false at the end or at the deadline.
  [[nodiscard]] bool read_until(std::string_view text);
  // True when the server ends the connection within the deadline.
  [[nodiscard]] bool is_closed_by_server();

  [[nodiscard]] const std::string& received() const { return buffer_; }

  [[nodiscard]] int handle() const { return socket_; }  // for poll(2)

  void close();                          // FIN
  void reset();                          // RST
  void shrink_window(int bytes = 2048);  // a small receive buffer, for clients that read slowly

 private:
  bool fill();
  int socket_{-1};
  std::chrono::milliseconds deadline_;
  std::string buffer_{};
};

// GET with Host and bearer token.
[[nodiscard]] std::string get_text(std::string_view path, std::string_view token,
                                   std::string_view more_headers = {});

}  // namespace switchyard::web::test
