// What Boost.Asio does not say about UDP: which of our addresses a packet came to, what the path
// takes, and many packets in one call.
#pragma once

// clang-format off
#include <utility>
#include <boost/asio/ip/udp.hpp>
// clang-format on

#include "core/result.h"

#include <cstdint>
#include <optional>
#include <span>

namespace switchyard::pxe::tftp {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::udp;

struct Received {
  std::size_t size{};
  udp::endpoint from{};
  net::ip::address to{};  // ours
};

// Makes receive_one() able to tell `to`.
[[nodiscard]] Status tell_destinations(udp::socket& socket);

// Nothing: there is no packet now. IPv4 in IPv6 is unmapped. Does not block.
[[nodiscard]] std::optional<Received> receive_one(udp::socket& socket,
                                                  std::span<std::uint8_t> buffer);

// A socket for one transfer: a port of its own at `from`, connected to `to`, not blocking.
[[nodiscard]] Result<udp::socket> connected_socket(net::io_context& context,
                                                   const net::ip::address& from,
                                                   const udp::endpoint& to);

// The largest TFTP block that fits into one packet to the peer of a connected socket, 8..65464.
[[nodiscard]] std::uint16_t largest_block(udp::socket& socket);

// Blocks of one file, each to be sent as a packet of its own.
struct Blocks {
  std::uint64_t first{};         // number of the first, not modulo 65536
  std::size_t size{};            // of each but the last
  std::span<const char> data{};  // of all of them
  std::size_t count{};           // (the last may be empty)
};

enum class Sent { All, Some, Gone, Failed };

// Sends blocks and takes those that were sent off the front. Some: the socket is full; Gone: nobody
// listens there any more. One call to the kernel for many of them if it can (UDP_SEGMENT,
// Linux 4.18): `segmenting` is set to false when the path cannot.
[[nodiscard]] Sent send_blocks(udp::socket& socket, Blocks& blocks, bool& segmenting);

}  // namespace switchyard::pxe::tftp
