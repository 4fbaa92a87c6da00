// A TFTP client that costs as little as possible, to load servers with:
//
//   tftp_load PORT FILE BLKSIZE WINDOW CLIENTS
//
// Each client is a thread that fetches FILE from 127.0.0.1 once. Prints bytes and seconds; fails
// when a client does not get the whole file. WINDOW 0: the option is not sent.
#include "pxe/tftp/packet.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

namespace tftp = switchyard::pxe::tftp;

struct Order {
  std::uint16_t port{};
  std::string file{};
  std::size_t block{};
  unsigned window{};
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int open_socket() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return socket;
}

void send_request(int socket, const Order& order) {
  tftp::ReadRequest request{.file = order.file, .mode = "octet"};
  request.options.emplace_back("blksize", std::to_string(order.block));
  if (order.window > 0) request.options.emplace_back("windowsize", std::to_string(order.window));
  const auto packet = tftp::read_request_packet(request);
  const auto to = loopback(order.port);
  (void)::sendto(socket, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                 sizeof to);
}

// Bytes of the file, or 0.
std::size_t fetch(const Order& order) {
  const int socket = open_socket();
  send_request(socket, order);
  std::vector<std::uint8_t> packet(order.block + 4);
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  auto size = ::recvfrom(socket, packet.data(), packet.size(), 0,
                         reinterpret_cast<sockaddr*>(&peer), &length);
  (void)::connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
  const auto acknowledge = [socket](std::uint16_t block) {
    const auto ack = tftp::ack_packet(block);
    (void)::send(socket, ack.data(), ack.size(), 0);
  };
  std::size_t bytes = 0;
  std::uint16_t last = 0;
  unsigned window = 1;
  unsigned in_window = 0;
  int silences = 0;
  while (true) {
    if (size < 4) {
      if (++silences > 5) break;
      acknowledge(last);
    } else if (packet[1] == 6) {
      const std::string options(packet.begin(), packet.begin() + size);
      window = options.find("windowsize") == std::string::npos ? 1 : order.window;
      acknowledge(0);
    } else if (packet[1] != 3) {
      break;
    } else {
      const auto block = static_cast<std::uint16_t>(packet[2] << 8 | packet[3]);
      const bool is_next = block == static_cast<std::uint16_t>(last + 1);
      const auto got = static_cast<std::size_t>(size) - 4;
      if (is_next) {
        bytes += got;
        last = block;
        const bool is_end = got < order.block;
        if (is_end || ++in_window >= window) {
          acknowledge(last);
          in_window = 0;
        }
        if (is_end) {
          ::close(socket);
          return bytes;
        }
      } else if (in_window > 0) {
        acknowledge(last);
        in_window = 0;
      }
    }
    size = ::recv(socket, packet.data(), packet.size(), 0);
  }
  ::close(socket);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fprintf(stderr, "usage: %s PORT FILE BLKSIZE WINDOW CLIENTS\n", arguments[0]);
    return 2;
  }
  const Order order{.port = static_cast<std::uint16_t>(std::atoi(arguments[1])),
                    .file = arguments[2],
                    .block = static_cast<std::size_t>(std::atoi(arguments[3])),
                    .window = static_cast<unsigned>(std::atoi(arguments[4]))};
  std::atomic<std::size_t> bytes{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  const auto began = std::chrono::steady_clock::now();
  for (int i = std::atoi(arguments[5]); i > 0; --i)
    clients.emplace_back([&] {
      const std::size_t got = fetch(order);
      bytes += got;
      if (got == 0) ++failed;
    });
  for (auto& client : clients)
    client.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%zu %f\n", bytes.load(), took.count());
  return failed == 0 ? 0 : 1;
}
