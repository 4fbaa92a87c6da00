// What a running configuration of EOS does with frames and routes.
#pragma once

#include "tests/fakes/eos/eos_config.h"
#include "tests/fakes/switch/forwarding.h"

#include <functional>

namespace switchyard::fakes {

class EosModel final : public ForwardingModel {
 public:
  EosModel(const EosConfig& running, std::function<bool(const std::string& port)> carrier)
      : running_(running), carrier_(std::move(carrier)) {}

  [[nodiscard]] PortForwarding forwarding(const std::string& port) const override;
  void visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const override;
  [[nodiscard]] std::optional<NeighbourView> neighbour(const std::string& vrf,
                                                       const std::string& name) const override;
  [[nodiscard]] NeighbourGuards guards(const NeighbourView& of) const override;
  [[nodiscard]] bool accepts(const NeighbourView& from, const Prefix& prefix,
                             std::uint32_t origin_asn) const override;

 private:
  [[nodiscard]] NeighbourView view_of(const EosLine& instance, const std::string& line) const;
  [[nodiscard]] EosLine instance_of(const NeighbourView& of) const;
  [[nodiscard]] std::string group_of(const NeighbourView& of) const;
  // "neighbor GROUP SETTING … in", what is between; "" when there is none.
  [[nodiscard]] std::string policy(const NeighbourView& of, int family, const std::string& setting,
                                   const std::string& direction) const;
  [[nodiscard]] bool list_permits(const std::string& list, const Prefix& prefix) const;

  const EosConfig& running_;
  std::function<bool(const std::string&)> carrier_;
};

}  // namespace switchyard::fakes
