// A small site for the tests of the DHCP server: two servers on two switches, one segment, and
// messages as clients send them.
#pragma once

#include "pxe/dhcp/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace switchyard::pxe::dhcp {

template <class T> T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

inline Ipv4 v4(std::string_view text) { return good(parse_ipv4(text)); }

inline MacAddress mac(std::string_view text) { return good(parse_mac(text)); }

inline std::string text_of(const std::optional<Ipv4>& address) {
  return address ? to_string(*address) : "none";
}

const MacAddress kWeb1 = mac("52:54:00:00:00:01");   // cabled to tor1/swp1
const MacAddress kWeb2 = mac("52:54:00:00:00:02");   // cabled to tor1/swp2
const MacAddress kLoose = mac("52:54:00:00:00:03");  // of a server nobody cabled yet
const MacAddress kStranger = mac("52:54:00:00:00:99");
const Ipv4 kServer = v4("172.16.100.1");
const Ipv4 kTor1 = v4("172.16.100.2");  // a registered relay that says "swp1"
const Ipv4 kRogueRelay = v4("172.16.100.66");

Buffer sub_option(std::uint8_t code, std::string_view value);
Buffer circuit(std::string_view text);  // option 82 with a circuit-id

// A message of a client; what is not set is left out.
struct Message {
  MessageType type{MessageType::Discover};
  MacAddress from{kWeb1};
  std::string requested{};
  std::string server{};
  std::string ciaddr{};
  std::string vendor_class{};
  std::string user_class{};
  std::optional<std::uint16_t> arch{};
  Buffer client_id{};
  std::optional<Ipv4> relay{};
  Buffer relay_info{};
  bool broadcast{};
};

Packet packet_of(const Message& message);

class DhcpSite : public testing::Test {
 protected:
  DhcpSite();

  // What the server says; its lease is put in the table, as the server does it.
  Answer say(const Message& message);
  // DISCOVER and REQUEST; the acknowledged address, or what went wrong.
  std::string lease(Message message);

  void advance(std::chrono::seconds by) { now_ += by; }

  Settings settings_{};
  std::shared_ptr<const Cabling> cabling_{};
  LeaseTable leases_;
  Timestamp now_{std::chrono::seconds{1'800'000'000}};
};

std::string kind_of(const Answer& answer);  // "offer", "ack", "nak", "silence"
std::vector<SightingKind> kinds(const Answer& answer);

}  // namespace switchyard::pxe::dhcp
