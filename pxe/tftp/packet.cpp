#include "pxe/tftp/packet.h"

#include <algorithm>

namespace switchyard::pxe::tftp {
namespace {

constexpr std::size_t kLongestRequest = 2048;
constexpr std::size_t kMostOptions = 16;
constexpr std::size_t kLongestMessage = 500;

std::uint16_t number_at(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void append(std::vector<std::uint8_t>& packet, std::uint16_t number) {
  packet.push_back(static_cast<std::uint8_t>(number >> 8));
  packet.push_back(static_cast<std::uint8_t>(number));
}

void append(std::vector<std::uint8_t>& packet, Opcode opcode) {
  append(packet, static_cast<std::uint16_t>(opcode));
}

void append(std::vector<std::uint8_t>& packet, std::string_view text) {
  packet.insert(packet.end(), text.begin(), text.end());
  packet.push_back(0);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Takes the text up to the next NUL off the front. Nothing when there is no NUL.
bool take_text(Bytes& bytes, std::string& text) {
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  if (end == bytes.end()) return false;
  text.assign(bytes.begin(), end);
  bytes = bytes.subspan(text.size() + 1);
  return true;
}

Result<Packet> parse_read_request(Bytes bytes) {
  ReadRequest request;
  if (bytes.size() > kLongestRequest)
    return failure(Errc::Invalid, "TFTP request is longer than 2048 bytes");
  if (!take_text(bytes, request.file) || !take_text(bytes, request.mode))
    return failure(Errc::Invalid, "TFTP request is cut short");
  if (request.file.empty()) return failure(Errc::Invalid, "TFTP request names no file");
  request.mode = lower(std::move(request.mode));
  // Boot ROMs pad requests: an option with an empty name ends them, an unfinished one is not there.
  std::string name, value;
  while (take_text(bytes, name) && !name.empty() && take_text(bytes, value)) {
    name = lower(std::move(name));
    const bool is_known = std::ranges::any_of(
        request.options, [&name](const Option& option) { return option.first == name; });
    if (is_known) continue;
    if (request.options.size() == kMostOptions)
      return failure(Errc::Invalid, "TFTP request has more than 16 options");
    request.options.emplace_back(name, value);
  }
  return request;
}

PeerError parse_error(Bytes bytes) {
  PeerError error{.code = number_at(bytes, 2)};
  for (const std::uint8_t byte : bytes.subspan(4, std::min(bytes.size() - 4, kLongestMessage))) {
    if (byte == 0) break;
    error.message += byte < 0x20 || byte >= 0x7f ? '?' : static_cast<char>(byte);
  }
  return error;
}

}  // namespace

Result<Packet> parse_packet(Bytes packet) {
  if (packet.size() < 4) return failure(Errc::Invalid, "TFTP packet is shorter than 4 bytes");
  switch (Opcode{number_at(packet, 0)}) {
    case Opcode::Rrq: return parse_read_request(packet.subspan(2));
    case Opcode::Wrq: return WriteRequest{};
    case Opcode::Ack: return Ack{.block = number_at(packet, 2)};
    case Opcode::Error: return parse_error(packet);
    case Opcode::Data:
    case Opcode::Oack: break;
  }
  return failure(Errc::Invalid, "TFTP packet has opcode " + std::to_string(number_at(packet, 0)));
}

std::array<std::uint8_t, 4> data_header(std::uint16_t block) {
  return {0, static_cast<std::uint8_t>(Opcode::Data), static_cast<std::uint8_t>(block >> 8),
          static_cast<std::uint8_t>(block)};
}

std::vector<std::uint8_t> oack_packet(const std::vector<Option>& options) {
  std::vector<std::uint8_t> packet;
  append(packet, Opcode::Oack);
  for (const auto& [name, value] : options) {
    append(packet, name);
    append(packet, value);
  }
  return packet;
}

std::vector<std::uint8_t> error_packet(ErrorCode code, std::string_view message) {
  std::vector<std::uint8_t> packet;
  append(packet, Opcode::Error);
  append(packet, static_cast<std::uint16_t>(code));
  append(packet, message.substr(0, kLongestMessage));
  return packet;
}

std::vector<std::uint8_t> read_request_packet(const ReadRequest& request) {
  std::vector<std::uint8_t> packet;
  append(packet, Opcode::Rrq);
  append(packet, request.file);
  append(packet, request.mode);
  for (const auto& [name, value] : request.options) {
    append(packet, name);
    append(packet, value);
  }
  return packet;
}

std::array<std::uint8_t, 4> ack_packet(std::uint16_t block) {
  return {0, static_cast<std::uint8_t>(Opcode::Ack), static_cast<std::uint8_t>(block >> 8),
          static_cast<std::uint8_t>(block)};
}

}  // namespace switchyard::pxe::tftp
