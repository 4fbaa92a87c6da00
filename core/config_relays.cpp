#include "core/config_relays.h"

namespace switchyard {

namespace {

using Relay = Config::Boot::Relay;

Relay::Subnet read_subnet(const yaml::Node& node) {
  Relay::Subnet subnet{.prefix = node.parsed<Prefix>("prefix", &parse_prefix),
                       .first_address = node.parsed<IpAddress>("first_address", &parse_ipv4),
                       .last_address = node.parsed<IpAddress>("last_address", &parse_ipv4)};
  if (node.find("router")) subnet.router = node.parsed<IpAddress>("router", &parse_ipv4);
  for (const IpAddress& address : {subnet.first_address, subnet.last_address})
    if (!contains(subnet.prefix, address))
      node.report("prefix", to_string(address) + " is not in " + to_string(subnet.prefix));
  return subnet;
}

Prefix read_prefix6(const yaml::Node& node) {
  const auto prefix = node.parsed<Prefix>("prefix6", &parse_prefix);
  if (prefix.network.family != Family::V6 || prefix.length > 64)
    node.report("prefix6", "must be an IPv6 prefix of at most 64 bits");
  return prefix;
}

Relay read_relay(const yaml::Node& node) {
  Relay relay{.switch_name = node.text("switch"),
              .circuit_id = node.text_or("circuit_id", "plain")};
  for (const std::string& text : node.texts("addresses")) {
    const auto address = parse_ip(text);
    if (address)
      relay.addresses.push_back(*address);
    else
      node.report("addresses", address.error().message);
  }
  if (relay.addresses.empty()) node.report("addresses", "needs the address of the relay agent");
  if (relay.circuit_id != "plain" && relay.circuit_id != "sonic" && relay.circuit_id != "junos")
    node.report("circuit_id", "must be plain, sonic or junos");
  const bool has_subnet = node.find("prefix") || node.find("first_address") ||
                          node.find("last_address") || node.find("router");
  if (has_subnet) relay.subnet = read_subnet(node);
  if (node.find("prefix6")) relay.prefix6 = read_prefix6(node);
  node.done();
  return relay;
}

}  // namespace

Result<IpAddress> parse_ipv4(std::string_view text) {
  auto address = parse_ip(text);
  if (address && address->family != Family::V4)
    return failure(Errc::Invalid, "must be an IPv4 address");
  return address;
}

const std::string_view kRelaysReference =
    R"(
  # DHCP relay agents on the switches, whose option 82 names the port a server is cabled to (list).
  # Servers behind one boot in its subnet, or in boot.prefix without one:
  #   - switch: tor1                    # of the inventory
  #     addresses: [172.16.101.2]       # the relay sends from (giaddr); of DHCPv6, too
  #     circuit_id: plain               # how the port is written: plain (swp1), sonic (host:alias:vlan), junos (xe-0/0/1.0:vlan)
  #     prefix: 172.16.101.0/24
  #     first_address: 172.16.101.100
  #     last_address: 172.16.101.199
  #     router: 172.16.101.1            # may be left out
  #     prefix6: "fd00:101::/64"        # the same for IPv6; without it they boot in that of boot.address6
  relays: []
)";

std::vector<Relay> read_relays(const yaml::Node& boot) {
  std::vector<Relay> relays;
  for (const yaml::Node& item : boot.items("relays"))
    relays.push_back(read_relay(item));
  return relays;
}

}  // namespace switchyard
