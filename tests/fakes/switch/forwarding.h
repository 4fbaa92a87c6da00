// What a port of a simulated switch does with frames and routes, whatever its NOS: the one thing
// that BGP sessions and the monitor look at. A simulated NOS shows itself as a ForwardingModel.
#pragma once

#include "core/net.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// What a server does on one tag of one cable.
struct BgpSpeaker {
  std::uint32_t asn{};
  std::uint32_t expects_asn{};  // of the switch; 0: any
  std::vector<Prefix> announced{};
};

struct PortForwarding {
  struct Subinterface {
    std::string name{};
    bool up{};              // by itself; the port may still be closed
    std::string vrf{};      // empty: the default one
    bool dead_end{};        // its VRF has an unreachable default in both families
    bool source_checked{};  // passes only packets with the server's own addresses
  };

  bool exists{};
  bool up{};  // administratively
  // Bridged: VLANs it is a member of, tagged or not.
  bool bridged{};
  std::set<int> vlans{};
  bool isolated{};  // from the other ports of its VLANs
  // Not bridged.
  std::string vrf{};  // of untagged frames; empty: the default one
  bool dead_end{};    // that VRF has an unreachable default in both families
  bool tags_checked{};
  std::vector<Subinterface> subinterfaces{};
};

// A BGP neighbour of the configuration, with what it has from its group.
struct NeighbourView {
  std::string vrf{};   // "default" for none
  std::string name{};  // as the NOS shows it: an interface or an address
  std::string port{};
  int tag{};  // of the subinterface; 0: none
  std::uint32_t local_asn{};
  std::string remote_as{};  // "65001", "external", "internal", ""
  bool shut_down{};
  bool passes_frames{};  // its interface is up and has carrier
  bool in_its_vrf{};     // and lies in the neighbour's VRF

  struct Limit {
    std::size_t prefixes{};
    bool counts_all{};  // those that the filter refused, too
  };

  struct Family {
    bool active{};
    std::optional<Limit> limit{};
  };

  std::array<Family, 2> families{};  // IPv4, IPv6
};

// What keeps a neighbour within its bounds.
struct NeighbourGuards {
  struct Family {
    bool inbound_filter{};
    bool accepts_default{};  // as good as no filter
    bool outbound_filter{};
  };

  bool gtsm{};
  std::array<Family, 2> families{};  // IPv4, IPv6
};

// Called with the switch's mutex held.
class ForwardingModel {
 public:
  virtual ~ForwardingModel() = default;
  [[nodiscard]] virtual PortForwarding forwarding(const std::string& port) const = 0;
  virtual void visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const = 0;
  [[nodiscard]] virtual std::optional<NeighbourView> neighbour(const std::string& vrf,
                                                               const std::string& name) const = 0;
  // These two are asked about neighbours that exist.
  [[nodiscard]] virtual NeighbourGuards guards(const NeighbourView& of) const = 0;
  [[nodiscard]] virtual bool accepts(const NeighbourView& from, const Prefix& prefix,
                                     std::uint32_t origin_asn) const = 0;
};

}  // namespace switchyard::fakes
