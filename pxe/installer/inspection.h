// What the RAM system found in a server, as it tells the service when it opens a session.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::pxe::installer {

class Fields;

enum class Firmware { Bios, Uefi };

struct Product {
  std::string vendor{}, name{}, serial{}, uuid{};  // of SMBIOS; empty when the firmware has none
  friend bool operator==(const Product&, const Product&) = default;
};

struct Disk {
  std::string name{};  // "vda"; unique in an inspection
  std::string path{};  // "/dev/vda"
  std::uint64_t bytes{};
  std::string model{}, serial{};
  bool rotational{};
  std::string transport{};  // "virtio", "nvme", "sata", "" when unknown
  friend bool operator==(const Disk&, const Disk&) = default;
};

struct Neighbour {  // what LLDP said (IEEE 802.1AB)
  std::string chassis{}, port{}, system{};
  friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

struct Nic {
  std::string name{};
  MacAddress mac{};
  bool carrier{};
  std::uint64_t speed_mbps{};  // 0: unknown
  std::string driver{};
  std::vector<Neighbour> lldp{};
  friend bool operator==(const Nic&, const Nic&) = default;
};

struct BmcSeen {  // over the host's own interface; texts are empty when unknown
  std::string address{}, mac{}, firmware{};
  friend bool operator==(const BmcSeen&, const BmcSeen&) = default;
};

struct Inspection {
  Product product{};
  Firmware firmware{};
  std::uint64_t cpus{};
  std::string cpu_model{};
  std::uint64_t memory_bytes{};
  std::vector<Disk> disks{};
  std::vector<Nic> nics{};
  std::optional<BmcSeen> bmc{};
  friend bool operator==(const Inspection&, const Inspection&) = default;
};

// At most 256 disks and 256 NICs. The reader keeps the problem, if there is one.
[[nodiscard]] Inspection read_inspection(Fields fields);
[[nodiscard]] nlohmann::json to_json(const Inspection& inspection);

}  // namespace switchyard::pxe::installer
