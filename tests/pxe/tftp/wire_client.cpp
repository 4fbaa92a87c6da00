#include "tests/pxe/tftp/wire_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace switchyard::pxe::tftp {
namespace {

template <class T> std::string text_of(const T& bytes) { return {bytes.begin(), bytes.end()}; }

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

WireClient::WireClient(std::uint16_t server_port)
    : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), server_port_(server_port) {
  const auto any = loopback(0);
  (void)::bind(socket_, reinterpret_cast<const sockaddr*>(&any), sizeof any);
}

WireClient::~WireClient() { ::close(socket_); }

void WireClient::send_to(std::uint16_t port, const std::string& bytes) const {
  const auto to = loopback(port);
  (void)::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                 sizeof to);
}

void WireClient::send_to_server(const std::string& bytes) const { send_to(server_port_, bytes); }

void WireClient::ask(const std::string& file, const std::vector<Option>& options,
                     const std::string& mode) const {
  send_to_server(text_of(read_request_packet({.file = file, .mode = mode, .options = options})));
}

void WireClient::acknowledge(std::uint16_t block) const {
  send_to(peer_port_, text_of(ack_packet(block)));
}

void WireClient::refuse(ErrorCode code) const {
  send_to(peer_port_, text_of(error_packet(code, "no, thank you")));
}

std::optional<std::string> WireClient::receive(int longest) {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, longest) != 1) return std::nullopt;
  std::string packet(70'000, 0);
  sockaddr_in from{};
  socklen_t length = sizeof from;
  const auto size = ::recvfrom(socket_, packet.data(), packet.size(), 0,
                               reinterpret_cast<sockaddr*>(&from), &length);
  if (size < 0) return std::nullopt;
  peer_port_ = ntohs(from.sin_port);
  packet.resize(static_cast<std::size_t>(size));
  return packet;
}

std::string WireClient::fetch(const std::string& file, const std::vector<Option>& options,
                              std::uint16_t window, std::size_t block_size) {
  ask(file, options);
  std::string content;
  std::uint16_t expected = 1;
  int in_window = 0;
  while (true) {
    const auto packet = receive();
    if (!packet || packet->size() < 4 || (*packet)[1] == 5) return "failed: " + packet.value_or("");
    if ((*packet)[1] == 6) {
      acknowledge(0);
      continue;
    }
    const auto block = static_cast<std::uint16_t>(static_cast<std::uint8_t>((*packet)[2]) << 8 |
                                                  static_cast<std::uint8_t>((*packet)[3]));
    if (block != expected) continue;
    content += packet->substr(4);
    const bool is_last = packet->size() < block_size + 4;
    if (is_last || ++in_window == window) {
      acknowledge(block);
      in_window = 0;
    }
    if (is_last) return content;
    ++expected;
  }
}

}  // namespace switchyard::pxe::tftp
