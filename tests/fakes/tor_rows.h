// Every simulated switch there is: what the contract suite, the simulated site and benchmarks have
// to know of each NOS. Adding one is one row in tor_rows.cpp.
#pragma once

#include "core/clock.h"
#include "tests/fakes/ssh/server.h"
#include "tests/fakes/switch/tor.h"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace switchyard::fakes {

// `ssh` and `clock` outlive it. A switch that is not entered by SSH has no use for `ssh`.
using MakeTor = std::unique_ptr<FakeTor> (*)(SshServer& ssh, const Clock& clock, SwitchPlan plan);

struct TorRow {
  std::string_view nos{};  // as the registry has it
  MakeTor make{};
  // Server ports: "swp", then 1, 2, 3, … or whatever the first number and the step are.
  std::string_view port{};
  int first_port{1};
  int port_step{1};
  // Uplink and foreign port: names that no server port gets, however many there are.
  std::array<std::string_view, 2> other_ports{};
  std::string_view vrf{};  // what the switch puts before the name of a VRF
  // Round trips of an apply() of four ports that change their mode, at most.
  long long most_exchanges{3};
  // A change has at least this many command boundaries; one that is a single transaction has few.
  long long least_boundaries{10};

  [[nodiscard]] std::string port_name(int number) const;  // of the server port; from 1
  [[nodiscard]] std::string vrf_name(std::string_view name) const;
  // With the VRFs "vrf-prv" and "vrf-pub" of the intents and this many server ports.
  [[nodiscard]] SwitchPlan plan(std::string name, std::uint32_t asn, int ports,
                                std::string password) const;
};

[[nodiscard]] std::span<const TorRow> tor_rows();
// Throws std::runtime_error when there is none.
[[nodiscard]] const TorRow& tor_row(std::string_view nos);

}  // namespace switchyard::fakes
