// A SONiC switch as it was read, and a port of it as facts.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/frr/frr_config.h"
#include "switch-drivers/handle/facts.h"
#include "switch-drivers/sonic/config_db.h"
#include "switch-drivers/sonic/wish.h"

#include <memory>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::sonic {

struct SwitchState {
  ConfigDb db{};
  ConfigDb live{};   // live.h
  ConfigDb saved{};  // /etc/sonic/config_db.json
  std::shared_ptr<const frr::FrrConfig> running{std::make_shared<const frr::FrrConfig>()};
  std::shared_ptr<const frr::FrrConfig> saved_frr{std::make_shared<const frr::FrrConfig>()};
  bool link_local_only{};  // its models have the field
};

[[nodiscard]] WishContext wish_context(const SwitchState& observed, Asn asn);
[[nodiscard]] PortState port_state(const SwitchState& observed, const std::string& port);

// What the switch does now, and what it will do after a reboot.
[[nodiscard]] handle::Facts running_facts(const PortState& state);
[[nodiscard]] handle::Facts saved_facts(const PortState& state);
// Both, without FRR's saved lines: `write memory` saves what is there, whatever became of a change.
[[nodiscard]] handle::Facts facts_to_restore(const PortState& state);

[[nodiscard]] std::vector<Difference> running_differences(const PortState& wished,
                                                          const PortState& observed);
[[nodiscard]] PortReport compare_states(const PortState& wished, const PortState& observed);

// Nothing of the difference but what a plan does last: the port is still closed, its neighbours
// still shut down.
[[nodiscard]] bool only_lacks_opening(const std::vector<Difference>& differences);

}  // namespace switchyard::switch_drivers::sonic
