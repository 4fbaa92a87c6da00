#include "provisioner/boot/machine_identity.h"

#include <algorithm>

namespace switchyard::provisioner {

std::optional<std::string> another_machine(const std::string& server, KnownBy known_by,
                                           const std::vector<OwnedNic>& nics,
                                           const pxe::installer::Inspection& inspection) {
  if (std::ranges::find(nics, server, &OwnedNic::server) == nics.end()) return std::nullopt;
  for (const OwnedNic& nic : nics) {
    const bool is_there = std::ranges::find(inspection.nics, nic.mac, &pxe::installer::Nic::mac) !=
                          inspection.nics.end();
    if (is_there && nic.server != server)
      return "the machine that booted as " + server + " has NIC " + nic.name + " (" +
             to_string(nic.mac) + ") of server " + nic.server;
    if (!is_there && nic.server == server && known_by == KnownBy::Mac)
      return "the machine that booted as " + server + " does not have its NIC " + nic.name + " (" +
             to_string(nic.mac) +
             "): another machine has a MAC address of it, or the NIC is broken or was replaced "
             "and the inventory must say so";
  }
  return std::nullopt;
}

}  // namespace switchyard::provisioner
