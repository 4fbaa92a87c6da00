// The options of a DHCP message (RFC 2132), as one table of codes and one compact container.
#pragma once

#include "pxe/dhcp/bytes.h"

#include <optional>
#include <string_view>
#include <vector>

namespace switchyard::pxe::dhcp {

// Codes this server reads or writes; option_kinds.cpp has their names and shapes.
namespace code {
constexpr std::uint8_t kPad = 0, kSubnetMask = 1, kRouter = 3, kDns = 6, kHostName = 12,
                       kDomain = 15, kBroadcast = 28, kNtp = 42, kVendorInfo = 43,
                       kRequestedAddress = 50, kLeaseTime = 51, kOverload = 52, kMessageType = 53,
                       kServerId = 54, kParameters = 55, kMessage = 56, kMaxSize = 57,
                       kRenewal = 58, kRebinding = 59, kVendorClass = 60, kClientId = 61,
                       kTftpName = 66, kBootFile = 67, kUserClass = 77, kRelayInfo = 82,
                       kClientArch = 93, kClientUuid = 97, kTftpAddress = 150, kIpxe = 175,
                       kEnd = 255;
}  // namespace code

enum class Shape : std::uint8_t { Opaque, U8, U16, U32, U16List, Ip, IpList, Text, Uuid };

struct OptionKind {
  std::uint8_t code{};
  std::string_view name{};
  Shape shape{};
};

// Nothing for a code outside the table, which is then opaque.
[[nodiscard]] const OptionKind* find_kind(std::uint8_t code);

// The value of an option for people: "10.0.0.1, 10.0.0.2", "HTTPClient:Arch:00016", hex otherwise.
[[nodiscard]] std::string value_text(std::uint8_t code, Bytes value);

// Values by code, in the order in which they first came. One buffer for all of them. Spans it hands
// out are valid until the next change. Not thread-safe.
class Options {
 public:
  struct Entry {
    std::uint8_t code{};
    std::uint32_t offset{};
    std::uint32_t size{};
  };

  [[nodiscard]] std::optional<Bytes> find(std::uint8_t code) const;

  [[nodiscard]] bool has(std::uint8_t code) const { return find(code).has_value(); }

  // Nothing when absent or of another length.
  [[nodiscard]] std::optional<std::uint8_t> u8(std::uint8_t code) const;
  [[nodiscard]] std::optional<std::uint16_t> u16(std::uint8_t code) const;
  [[nodiscard]] std::optional<std::uint32_t> u32(std::uint8_t code) const;
  [[nodiscard]] std::optional<Ipv4> ip(std::uint8_t code) const;
  [[nodiscard]] std::string_view text(std::uint8_t code) const;  // "" when absent

  // Replaces what was there. `value` must not be a span of this object.
  void set(std::uint8_t code, Bytes value);

  void set_u8(std::uint8_t code, std::uint8_t value) { set(code, {&value, 1}); }

  void set_u32(std::uint8_t code, std::uint32_t value);

  void set_ip(std::uint8_t code, Ipv4 address) { set_u32(code, address.value); }

  void set_ips(std::uint8_t code, std::span<const Ipv4> addresses);

  void set_text(std::uint8_t code, std::string_view text) { set(code, as_bytes(text)); }

  // Adds to the end of the value: a code met twice is one long option (RFC 3396 section 5).
  void append(std::uint8_t code, Bytes part);

  void erase(std::uint8_t code);

  void clear();

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  [[nodiscard]] Bytes value(const Entry& entry) const {
    return Bytes{bytes_}.subspan(entry.offset, entry.size);
  }

  // The same values under the same codes, in any order.
  friend bool operator==(const Options& a, const Options& b);

 private:
  std::vector<Entry> entries_{};
  Buffer bytes_{};
};

// Adds the options of one field (what follows the magic cookie, or file or sname when overloaded).
// A field may end without an end mark, as some old clients send it. Invalid when an option is cut
// short.
[[nodiscard]] Status parse_options(Bytes field, Options& into);

// Invalid when an option of the table has a length its shape does not allow.
[[nodiscard]] Status check_shapes(const Options& options);

}  // namespace switchyard::pxe::dhcp
