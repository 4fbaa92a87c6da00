// The DHCP relays of the simulated switches (RFC 3046), and the clients behind them, who ask again
// when theirs do: firmware after 4, 8, 16 and 32 s, iPXE after 1 s doubled up to 10, udhcpc each
// second.
#pragma once

#include "pxe/dhcp/packet.h"
#include "tests/bench/boot_storm/wire.h"

#include <map>
#include <memory>
#include <span>
#include <unordered_map>

namespace switchyard::bench {

// Where a client is cabled.
struct Line {
  Ipv4 relay{};        // the switch's address, giaddr
  std::string port{};  // circuit-id
  MacAddress mac{};
};

enum class Voice { BiosFirmware, UefiFirmware, Ipxe, RamSystem };

struct Lent {
  Ipv4 address{};
  std::string boot_file{};
};

struct DhcpCounts {
  std::uint64_t sent{};
  std::uint64_t repeats{};  // of those: asked again
  std::uint64_t wrong{};    // answers for another client, port or relay
  std::uint64_t unasked{};  // answers nobody waited for any more
  std::uint64_t unsent{};   // the system took no packet
};

class Relays {
 public:
  // Of the service, whose DHCP port is 67.
  Relays(net::io_context& context, Ipv4 service) : context_(context), service_(service) {}

  // Unavailable: the port cannot be had.
  [[nodiscard]] Status open(Ipv4 address);
  // The four-way exchange. TimedOut: nobody answered as long as such a client asks; Rejected: NAK.
  [[nodiscard]] net::awaitable<Result<Lent>> lend(Line line, Voice voice);

  [[nodiscard]] const DhcpCounts& counts() const { return counts_; }

 private:
  struct Waiting {
    net::steady_timer timer;
    const Line& line;
    std::optional<pxe::dhcp::Packet> answer{};
  };

  net::awaitable<void> hear(udp::socket& socket);
  void take(std::span<const std::uint8_t> datagram);
  void send(const pxe::dhcp::Packet& packet);
  net::awaitable<std::optional<pxe::dhcp::Packet>> ask(const Line& line, pxe::dhcp::Packet packet,
                                                       std::span<const int> patience);

  net::io_context& context_;
  Ipv4 service_;
  std::map<std::uint32_t, std::unique_ptr<udp::socket>> sockets_{};  // by their address
  std::unordered_map<std::uint32_t, Waiting*> waiting_{};            // by xid
  std::uint32_t last_xid_{0x5700'0000};
  DhcpCounts counts_{};
};

}  // namespace switchyard::bench
