// The bytes of TFTP (RFC 1350) and its options (RFC 2347). Pure.
#pragma once

#include "core/result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace switchyard::pxe::tftp {

using Bytes = std::span<const std::uint8_t>;

enum class Opcode : std::uint16_t { Rrq = 1, Wrq = 2, Data = 3, Ack = 4, Error = 5, Oack = 6 };

// RFC 1350 appendix I, RFC 2347.
enum class ErrorCode : std::uint16_t {
  Undefined = 0,
  FileNotFound = 1,
  AccessViolation = 2,
  DiskFull = 3,
  IllegalOperation = 4,
  UnknownTransfer = 5,
  FileExists = 6,
  NoSuchUser = 7,
  OptionsRefused = 8,
};

using Option = std::pair<std::string, std::string>;  // name in lower case, value as sent

struct ReadRequest {
  std::string file{};             // as sent, at least one byte, no NUL
  std::string mode{};             // in lower case
  std::vector<Option> options{};  // in the order sent; of a name sent twice the first
  friend bool operator==(const ReadRequest&, const ReadRequest&) = default;
};

struct WriteRequest {
  friend bool operator==(const WriteRequest&, const WriteRequest&) = default;
};

struct Ack {
  std::uint16_t block{};
  friend bool operator==(const Ack&, const Ack&) = default;
};

struct PeerError {
  std::uint16_t code{};
  std::string message{};  // may be empty; control characters are replaced by '?'
  friend bool operator==(const PeerError&, const PeerError&) = default;
};

// What a client may send to us. DATA and OACK go the other way only.
using Packet = std::variant<ReadRequest, WriteRequest, Ack, PeerError>;

// Invalid: not one of these, cut short, or more than 16 options. A request may be up to 512 bytes
// by RFC 2347; we take what UDP brings, at most 2,048. Trailing bytes after an ACK are ignored,
// some boot ROMs pad.
[[nodiscard]] Result<Packet> parse_packet(Bytes packet);

// The four bytes before the data of a block.
[[nodiscard]] std::array<std::uint8_t, 4> data_header(std::uint16_t block);
[[nodiscard]] std::vector<std::uint8_t> oack_packet(const std::vector<Option>& options);
// `message` is cut to 500 bytes.
[[nodiscard]] std::vector<std::uint8_t> error_packet(ErrorCode code, std::string_view message);
// For clients of ours: the tests and the benchmark.
[[nodiscard]] std::vector<std::uint8_t> read_request_packet(const ReadRequest& request);
[[nodiscard]] std::array<std::uint8_t, 4> ack_packet(std::uint16_t block);

}  // namespace switchyard::pxe::tftp
