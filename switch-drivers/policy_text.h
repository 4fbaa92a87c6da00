// What comes of a network catalog's template for switches.
#pragma once

#include "switch-drivers/port_intent.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers {

struct PolicyFault {
  int line{};  // of the text, from 1
  std::string message{};
  friend bool operator==(const PolicyFault&, const PolicyFault&) = default;
};

struct JudgedPolicy {
  PolicyAddition addition{};          // in the form in which the switch shows it
  std::vector<PolicyFault> faults{};  // empty: `addition` may be used
};

}  // namespace switchyard::switch_drivers
