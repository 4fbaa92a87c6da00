// What DHCP must know of the site: which servers there are and where they are cabled. An immutable
// snapshot, made by whoever owns the inventory; a DHCP thread never waits for a database.
#pragma once

#include "pxe/dhcp/boot.h"
#include "pxe/dhcp/relay_info.h"

#include <compare>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::pxe::dhcp {

// A port of a top-of-rack switch.
struct PortName {
  std::string switch_name{};
  std::string port{};
  friend auto operator<=>(const PortName&, const PortName&) = default;
};

[[nodiscard]] std::string to_string(const PortName& port);  // "tor1/swp1"

struct Machine {
  std::string server{};
  std::vector<MacAddress> macs{};
  std::vector<PortName> ports{};
  SecureBoot secure_boot{};
};

// Of nobody: as the settings say.
[[nodiscard]] SecureBoot secure_boot_of(const Machine* machine, const BootSettings& settings);

// A relay whose option 82 is believed: packets whose giaddr is one of its addresses.
struct Relay {
  std::string switch_name{};
  std::vector<Ipv4> addresses{};
  std::vector<IpAddress> v6_addresses{};  // it sends from
  CircuitStyle style{};
};

// Thread-safe, because it does not change.
class Cabling {
 public:
  Cabling() = default;
  // Conflict when two servers claim one MAC or port, or two switches one relay address.
  [[nodiscard]] static Result<std::shared_ptr<const Cabling>> make(std::vector<Machine> machines,
                                                                   std::vector<Relay> relays);
  Cabling(const Cabling&) = delete;
  Cabling& operator=(const Cabling&) = delete;

  // Nothing when nobody is known there. Valid as long as the snapshot.
  [[nodiscard]] const Machine* at_port(const PortName& port) const;
  [[nodiscard]] const Machine* with_mac(const MacAddress& mac) const;

  [[nodiscard]] const Relay* relay_at(Ipv4 address) const { return relay_at(to_ip(address)); }

  [[nodiscard]] const Relay* relay_at(const IpAddress& address) const;

  [[nodiscard]] const std::vector<Machine>& machines() const { return machines_; }

 private:
  Status index();
  Status index(const Machine& machine);
  Status index(const Relay& relay);

  std::vector<Machine> machines_{};
  std::vector<Relay> relays_{};
  std::map<PortName, const Machine*> by_port_{};
  std::map<MacAddress, const Machine*> by_mac_{};
  std::map<IpAddress, const Relay*> by_address_{};
};

}  // namespace switchyard::pxe::dhcp
