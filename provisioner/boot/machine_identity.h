// Whether the machine that booted is the server it is taken for. Pure.
#pragma once

#include "core/net.h"
#include "pxe/installer/inspection.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// What a machine that asks is known by.
enum class KnownBy {
  Mac,   // which another machine may have, too
  Port,  // it is cabled to, as a relay says
};

// A NIC of the inventory.
struct OwnedNic {
  std::string server{};
  std::string name{};
  MacAddress mac{};
};

// Why the machine is not `server`, naming the NIC. Nobody may have a NIC of another server; who is
// known by a MAC alone must have all NICs of his. `nics`: those of the server, and those whose MACs
// the machine has. A server without NICs in the inventory is whoever says so.
[[nodiscard]] std::optional<std::string> another_machine(
    const std::string& server, KnownBy known_by, const std::vector<OwnedNic>& nics,
    const pxe::installer::Inspection& inspection);

}  // namespace switchyard::provisioner
