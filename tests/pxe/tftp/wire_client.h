// A TFTP client of the tests that says exactly what it is told to.
#pragma once

#include "pxe/tftp/packet.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::pxe::tftp {

// A blocking UDP socket of its own on 127.0.0.1.
class WireClient {
 public:
  explicit WireClient(std::uint16_t server_port);
  ~WireClient();
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  void ask(const std::string& file, const std::vector<Option>& options = {},
           const std::string& mode = "octet") const;
  void send_to_server(const std::string& bytes) const;
  // To whom the last packet came from.
  void acknowledge(std::uint16_t block) const;
  void refuse(ErrorCode code) const;

  // The next packet, or nothing after `longest` milliseconds.
  [[nodiscard]] std::optional<std::string> receive(int longest = 5000);

  // The whole file, one ACK a window.
  [[nodiscard]] std::string fetch(const std::string& file, const std::vector<Option>& options = {},
                                  std::uint16_t window = 1, std::size_t block_size = 512);

 private:
  void send_to(std::uint16_t port, const std::string& bytes) const;

  int socket_;
  std::uint16_t server_port_;
  std::uint16_t peer_port_{0};
};

}  // namespace switchyard::pxe::tftp
