// A Linux kernel with FRR as a ForwardingModel.
#pragma once

#include "tests/fakes/switch/forwarding.h"
#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/kernel.h"

namespace switchyard::fakes {

// The port a device belongs to: itself, or what stands before the last dot.
[[nodiscard]] std::string port_of_device(const std::string& device);

// Guarded by the switch's mutex; both arguments must outlive it.
class LinuxModel : public ForwardingModel {
 public:
  // `checks_tags`: hardware that drops tags without a subinterface by itself.
  LinuxModel(const Kernel& kernel, const FrrConfig& frr, bool checks_tags = false)
      : kernel_(kernel), frr_(frr), checks_tags_(checks_tags) {}

  PortForwarding forwarding(const std::string& port) const override;
  void visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const override;
  std::optional<NeighbourView> neighbour(const std::string& vrf,
                                         const std::string& name) const override;
  NeighbourGuards guards(const NeighbourView& of) const override;
  bool accepts(const NeighbourView& from, const Prefix& prefix,
               std::uint32_t origin_asn) const override;

 private:
  [[nodiscard]] NeighbourView view_of(const BgpInstance& instance, const Neighbour& of) const;

  const Kernel& kernel_;
  const FrrConfig& frr_;
  bool checks_tags_;
};

}  // namespace switchyard::fakes
