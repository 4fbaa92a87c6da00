// What the contract suite has to know of each NOS. Adding one is one row in bench_rows.cpp.
#pragma once

#include "core/clock.h"
#include "switch-drivers/registry.h"
#include "tests/fakes/switch/tor.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::contract {

// Makes the simulator. `clock` outlives it.
using MakeTor = std::unique_ptr<fakes::FakeTor> (*)(const Clock& clock, fakes::SwitchPlan plan);
// What of the access to it is not address, port, password and host key.
using AddAccess = void (*)(switch_drivers::SwitchAccess& access, fakes::FakeTor& tor);

struct BenchRow {
  std::string_view nos{};  // as the registry has it
  MakeTor make{};
  // The port under test, its neighbour that must never be touched, two more; uplink and foreign
  // port. None may be the beginning of another's name.
  std::array<std::string_view, 4> ports{};
  std::array<std::string_view, 2> other_ports{};
  // What the switch calls the VRFs "vrf-prv" and "vrf-pub" of the intents.
  std::array<std::string_view, 2> vrfs{};
  // Round trips of an apply() of four ports, at most.
  long long most_exchanges{3};
  // A change has at least this many command boundaries; one that is a single transaction has few.
  long long least_boundaries{10};
  AddAccess add_access{};  // null: nothing to add
};

// Fails the test run when a registered NOS has no row.
[[nodiscard]] const BenchRow& bench_row(std::string_view nos);

}  // namespace switchyard::contract
