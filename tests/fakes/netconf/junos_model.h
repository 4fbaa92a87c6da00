// What a Junos switch with this configuration does with frames and routes, and which configuration
// it would not commit.
#pragma once

#include "tests/fakes/netconf/tree.h"
#include "tests/fakes/switch/forwarding.h"

#include <functional>
#include <optional>
#include <string>

namespace switchyard::fakes {

class JunosModel final : public ForwardingModel {
 public:
  // Whether there is light at a port.
  using HasCarrier = std::function<bool(const std::string& port)>;
  using HasPort = std::function<bool(const std::string& port)>;

  JunosModel(HasPort has_port, HasCarrier has_carrier)
      : has_port_(std::move(has_port)), has_carrier_(std::move(has_carrier)) {}

  // What is in force: without deactivated parts.
  void set(ConfigNode active) { config_ = std::move(active); }

  [[nodiscard]] const ConfigNode& config() const { return config_; }

  PortForwarding forwarding(const std::string& port) const override;
  void visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const override;
  std::optional<NeighbourView> neighbour(const std::string& vrf,
                                         const std::string& name) const override;
  NeighbourGuards guards(const NeighbourView& of) const override;
  bool accepts(const NeighbourView& from, const Prefix& prefix,
               std::uint32_t origin_asn) const override;

 private:
  [[nodiscard]] std::string vrf_of(const std::string& unit) const;
  [[nodiscard]] NeighbourView view_of(const ConfigNode& instance, const ConfigNode& group,
                                      const std::string& unit) const;
  [[nodiscard]] const ConfigNode* group_of(const NeighbourView& of) const;
  [[nodiscard]] bool matches(const ConfigNode& term, const Prefix& prefix,
                             std::uint32_t origin_asn) const;

  ConfigNode config_{};
  HasPort has_port_;
  HasCarrier has_carrier_;
};

// The first thing `commit check` stumbles over, as "[edit protocols bgp]: why"; "" when it is well.
[[nodiscard]] std::string commit_fault(const ConfigNode& active);

}  // namespace switchyard::fakes
