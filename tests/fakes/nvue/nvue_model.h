// What a switch with this NVUE configuration does with frames and routes, and which configuration
// NVUE would not apply.
#pragma once

#include "tests/fakes/switch/forwarding.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>

namespace switchyard::fakes {

// Down these keys; an empty object where there is nothing.
[[nodiscard]] const nlohmann::json& at(const nlohmann::json& node,
                                       std::initializer_list<std::string> keys);
[[nodiscard]] std::string text(const nlohmann::json& node);

class NvueModel final : public ForwardingModel {
 public:
  using HasCarrier = std::function<bool(const std::string& port)>;  // light at a port
  using HasPort = std::function<bool(const std::string& port)>;

  NvueModel(HasPort has_port, HasCarrier has_carrier)
      : has_port_(std::move(has_port)), has_carrier_(std::move(has_carrier)) {}

  // What is in force.
  void set(nlohmann::json config) { config_ = std::move(config); }

  PortForwarding forwarding(const std::string& port) const override;
  void visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const override;
  std::optional<NeighbourView> neighbour(const std::string& vrf,
                                         const std::string& name) const override;
  NeighbourGuards guards(const NeighbourView& of) const override;
  bool accepts(const NeighbourView& from, const Prefix& prefix,
               std::uint32_t origin_asn) const override;

 private:
  [[nodiscard]] bool is_dead_end(const std::string& vrf) const;
  [[nodiscard]] NeighbourView view_of(const std::string& vrf, const std::string& name) const;
  [[nodiscard]] bool list_permits(const std::string& name, const Prefix& prefix) const;
  [[nodiscard]] bool map_permits(const std::string& name, const Prefix& prefix,
                                 std::uint32_t origin_asn) const;

  nlohmann::json config_ = nlohmann::json::object();
  HasPort has_port_;
  HasCarrier has_carrier_;
};

// What NVUE says of a configuration that it does not apply; "" when it is well. `ports`: of the
// switch.
[[nodiscard]] std::string apply_fault(const nlohmann::json& config,
                                      const std::set<std::string>& ports);

}  // namespace switchyard::fakes
