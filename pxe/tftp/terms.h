// What a transfer agrees on: the options of RFC 2348 (blksize), 2349 (tsize, timeout) and 7440
// (windowsize). Pure.
#pragma once

#include "pxe/tftp/packet.h"

#include <chrono>
#include <optional>

namespace switchyard::pxe::tftp {

struct Terms {
  std::uint16_t block_size{512};                  // bytes, 8..65464
  std::uint16_t window{1};                        // blocks, at least 1
  std::optional<std::chrono::seconds> timeout{};  // between retransmissions, if agreed
  std::vector<Option> accepted{};                 // for the OACK; empty: no OACK
  friend bool operator==(const Terms&, const Terms&) = default;
};

// What we are able to grant.
struct Offer {
  std::uint64_t file_size{};              // bytes
  std::uint16_t largest_block{65464};     // what fits into one packet of the path
  std::uint16_t largest_window{64};       // blocks
  std::size_t largest_flight{128 << 10};  // bytes of blocks under way; makes the window smaller
};

// An option that is unknown, or whose value is not a number in its range, is left out of the OACK,
// as RFC 2347 wants; nothing a client asks for makes the request fail.
[[nodiscard]] Terms agree(const std::vector<Option>& wanted, const Offer& offer);

}  // namespace switchyard::pxe::tftp
