// The site as people write it down: one YAML file, checked as a whole before anything is stored.
//
//   vrfs:
//     - {name: vrf-prv, tag: 101, description: private}
//   subnets:
//     - {name: prv-a, vrf: vrf-prv, prefix: 10.1.0.0/24, project: demo, whole: false, hold_down:
//     3600}
//   network_catalogs:
//     - name: l3-dual
//       description: private and public
//       mtu: 1500
//       keepalive: 3
//       hold: 9
//       attachments:
//         - {vrf: vrf-prv, ipv4: true, ipv6: true, advertise: [10.0.0.0/8, "fd10::/16"],
//         maximum_prefix: 8, anycast: false}
//     - {name: l2, segment: {untagged: 301, tagged: [302, 303]}}   # instead of attachments
//   images:
//     - {name: debian-12, description: Debian 12}
//   switches:
//     - name: tor1
//       nos: linux-frr
//       address: 192.0.2.11
//       port: 22
//       user: root
//       password: …            # or password_file, or key_file
//       host_key: "SHA256:…"
//       asn: 65001
//       bridge: br0
//       vrfs: [vrf-prv, vrf-pub]
//       ports:
//         - {name: swp1, role: server}    # server, uplink, peer, unmanaged
//   vantage_points:                   # Linux machines that probe host routes from inside the VRFs
//     - name: spine1
//       address: 192.0.2.21             # port, user, password…, host_key: as of switches
//       key_file: /etc/switchyard/spine1
//       host_key: "SHA256:…"
//       gate: false    # true: a deployment is active only when its host routes answer here
//       vrfs:          # device: of the VRF there; left out where there is one table only. An
//                      # empty list takes the vantage point out of service
//         - {vrf: vrf-prv, device: vrf-prv}
//   servers:
//     - name: srv1
//       profile: small
//       # redfish, ipmi (ipmi://HOST[:PORT][?cipher=3]), or simulated, the BMC of tests and demo
//       bmc: {type: redfish, url: "https://192.0.2.1", user: u, password_file: /etc/bmc-password,
//             certificate: "sha256:…"}    # of a system CA without it; insecure: true takes any
//       disks: [S3Z9NB0K, S3Z9NB0L]    # serial numbers; left out: those its inspections saw
//       clean: true    # its disks hold nobody's data, somebody vouches: a new server goes to the
//                      # pool as it is; without it to maintenance, and to the pool by a wipe
//       secure_boot: true              # boots by the signed loaders; left out: boot.secure_boot
//       nics:
//         - {name: eth1, mac: "02:00:00:00:00:01", switch: tor1, port: swp1}
//
// Importing twice changes nothing; what is missing from a later file is left alone and reported.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/net.h"
#include "core/result.h"
#include "core/secret.h"
#include "core/yaml.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// 1 to 63 of a-z, 0-9 and '-', as all names of the file.
[[nodiscard]] Result<std::string> parse_server_name(std::string_view text);

enum class PortRole { Server, Uplink, Peer, Unmanaged };
[[nodiscard]] std::string_view to_string(PortRole role);
[[nodiscard]] Result<PortRole> parse_port_role(std::string_view text);

struct InventoryVrf {
  VrfName name{};
  VlanId tag{};  // on server ports, unique among the VRFs
  std::string description{};
};

struct InventorySubnet {
  std::string name{};
  VrfName vrf{};
  Prefix prefix{};
  std::string project{};
  bool whole{};               // also the first and last address of an IPv4 subnet may be given out
  long long hold_down{3600};  // seconds a released address rests
};

struct InventoryPort {
  std::string name{};
  PortRole role{PortRole::Unmanaged};
};

struct InventorySwitch {
  std::string name{};
  std::string nos{};
  IpAddress address{};
  std::uint16_t port{22};
  std::string user{"root"};
  Secret password{};
  std::string key_file{};
  std::string host_key{};
  Asn asn{};
  std::string bridge{"br0"};
  std::vector<VrfName> vrfs{};
  std::vector<InventoryPort> ports{};
};

struct InventoryVantageVrf {
  VrfName vrf{};
  std::string device{};  // empty: the machine has one table only
};

struct InventoryVantagePoint {
  std::string name{};
  IpAddress address{};
  std::uint16_t port{22};
  std::string user{"root"};
  Secret password{};
  std::string key_file{};
  std::string host_key{};
  bool gate{};  // a deployment waits for what it sees
  std::vector<InventoryVantageVrf> vrfs{};
};

struct InventoryNic {
  std::string name{};
  MacAddress mac{};
  std::string switch_name{};
  std::string port{};
};

struct InventoryBmc {
  std::string type{};  // redfish, ipmi, simulated
  std::string url{};
  std::string user{};
  Secret password{};
  std::string certificate{};  // "sha256:…", empty: of a system CA
  bool insecure{};
};

struct InventoryServer {
  std::string name{};
  std::string profile{"default"};
  InventoryBmc bmc{};
  std::vector<std::string> disks{};   // serial numbers that a wipe must name; empty: not said
  bool clean{};                       // read when the server is new, and not again
  std::optional<bool> secure_boot{};  // nothing: as boot.secure_boot of the configuration
  std::vector<InventoryNic> nics{};
};

struct Inventory {
  std::vector<InventoryVrf> vrfs{};
  std::vector<InventorySubnet> subnets{};
  std::vector<catalogs::NetworkCatalog> catalogs{};
  std::vector<catalogs::OsImage> images{};
  std::vector<InventorySwitch> switches{};
  std::vector<InventoryVantagePoint> vantage_points{};
  std::vector<InventoryServer> servers{};
};

// Pure (but for password_file, which is read here). Every problem of the file is in `problems`,
// with its place; the value is only good when there is none.
[[nodiscard]] Inventory parse_inventory(std::string_view file, std::string_view text,
                                        yaml::Problems& problems);

}  // namespace switchyard::provisioner
