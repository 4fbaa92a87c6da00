#include "pxe/dhcp/options.h"

#include <algorithm>
#include <array>

namespace switchyard::pxe::dhcp {
namespace {

// A packet of 64 KiB could name one long option thousands of times; joining moves it each time.
constexpr std::size_t kMostBytes = 65'536;

template <class Entries> auto entry_of(Entries& entries, std::uint8_t code) {
  return std::find_if(entries.begin(), entries.end(),
                      [code](const Options::Entry& entry) { return entry.code == code; });
}

}  // namespace

std::optional<Bytes> Options::find(std::uint8_t code) const {
  const auto found = entry_of(entries_, code);
  if (found == entries_.end()) return std::nullopt;
  return value(*found);
}

std::optional<std::uint8_t> Options::u8(std::uint8_t code) const {
  const auto found = find(code);
  if (!found || found->size() != 1) return std::nullopt;
  return found->front();
}

std::optional<std::uint16_t> Options::u16(std::uint8_t code) const {
  const auto found = find(code);
  if (!found || found->size() != 2) return std::nullopt;
  return read_u16(*found);
}

std::optional<std::uint32_t> Options::u32(std::uint8_t code) const {
  const auto found = find(code);
  if (!found || found->size() != 4) return std::nullopt;
  return read_u32(*found);
}

std::optional<Ipv4> Options::ip(std::uint8_t code) const {
  const auto number = u32(code);
  if (!number) return std::nullopt;
  return Ipv4{*number};
}

std::string_view Options::text(std::uint8_t code) const {
  return as_text(find(code).value_or(Bytes{}));
}

void Options::erase(std::uint8_t code) {
  const auto found = entry_of(entries_, code);
  if (found != entries_.end()) entries_.erase(found);
}

void Options::set(std::uint8_t code, Bytes value) {
  erase(code);
  append(code, value);
}

void Options::set_u32(std::uint8_t code, std::uint32_t value) {
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
      static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
  set(code, bytes);
}

void Options::set_ips(std::uint8_t code, std::span<const Ipv4> addresses) {
  Buffer bytes;
  for (const Ipv4 address : addresses)
    put_u32(bytes, address.value);
  set(code, bytes);
}

void Options::append(std::uint8_t code, Bytes part) {
  auto found = entry_of(entries_, code);
  if (found == entries_.end()) {
    entries_.push_back({.code = code, .offset = static_cast<std::uint32_t>(bytes_.size())});
    found = std::prev(entries_.end());
  } else if (found->offset + found->size != bytes_.size()) {
    const auto moved = static_cast<std::uint32_t>(bytes_.size());
    bytes_.resize(bytes_.size() + found->size);
    std::copy_n(bytes_.begin() + found->offset, found->size, bytes_.begin() + moved);
    found->offset = moved;
  }
  bytes_.insert(bytes_.end(), part.begin(), part.end());
  found->size += static_cast<std::uint32_t>(part.size());
}

void Options::clear() {
  entries_.clear();
  bytes_.clear();
}

bool operator==(const Options& a, const Options& b) {
  if (a.entries_.size() != b.entries_.size()) return false;
  return std::all_of(a.entries_.begin(), a.entries_.end(), [&](const Options::Entry& entry) {
    const auto other = b.find(entry.code);
    return other && std::ranges::equal(a.value(entry), *other);
  });
}

Status parse_options(Bytes field, Options& into) {
  std::size_t copied = 0;
  while (!field.empty() && field[0] != code::kEnd) {
    if (field[0] == code::kPad) {
      field = field.subspan(1);
      continue;
    }
    if (field.size() < 2 || field.size() - 2 < field[1])
      return failure(Errc::Invalid, "DHCP option " + std::to_string(field[0]) + " is cut short");
    const Bytes part = field.subspan(2, field[1]);
    if (const auto before = into.find(field[0])) copied += before->size();
    if (copied > kMostBytes)
      return failure(Errc::Invalid,
                     "DHCP option " + std::to_string(field[0]) + " comes in too many parts");
    into.append(field[0], part);
    field = field.subspan(2 + part.size());
  }
  return {};
}

}  // namespace switchyard::pxe::dhcp
