#include "tests/fakes/tor_rows.h"

#include "tests/fakes/eos/fake_eos.h"
#include "tests/fakes/netconf/fake_junos.h"
#include "tests/fakes/nvue/fake_nvue.h"
#include "tests/fakes/switch/fake_switch.h"
#include "tests/fakes/switch/sonic/fake_sonic.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace switchyard::fakes {

namespace {

template <class Tor>
std::unique_ptr<FakeTor> make(SshServer& ssh, const Clock& clock, SwitchPlan plan) {
  if constexpr (std::is_constructible_v<Tor, SshServer&, const Clock&, SwitchPlan>)
    return std::make_unique<Tor>(ssh, clock, std::move(plan));
  else
    return std::make_unique<Tor>(clock, std::move(plan));
}

constexpr std::array kRows{
    TorRow{.nos = "arista-eos",
           .make = make<FakeEos>,
           .port = "Ethernet",
           .other_ports = {"Port-Channel901", "Port-Channel902"},
           .most_exchanges = 5,
           .least_boundaries = 3},
    // Five to look, then a revision made, edited twice and applied for each of two steps.
    TorRow{.nos = "cumulus-nvue",
           .make = make<FakeNvue>,
           .port = "swp",
           .other_ports = {"bond51", "bond52"},
           .most_exchanges = 24,
           .least_boundaries = 4},
    // Three commits and their edits, for ports that go through shut.
    TorRow{.nos = "junos",
           .make = make<FakeJunos>,
           .port = "et-0/0/",
           .other_ports = {"et-0/1/0", "xe-0/1/1"},
           .most_exchanges = 7,
           .least_boundaries = 3},
    TorRow{.nos = "linux-frr",
           .make = make<FakeSwitch>,
           .port = "swp",
           .other_ports = {"up1", "oob1"}},
    TorRow{.nos = "sonic",
           .make = make<FakeSonic>,
           .port = "Ethernet",
           .first_port = 0,
           .port_step = 4,
           .other_ports = {"Ethernet9996", "Ethernet9992"},
           .vrf = "Vrf_"},
};

}  // namespace

std::string TorRow::port_name(int number) const {
  return fmt::format("{}{}", port, first_port + (number - 1) * port_step);
}

std::string TorRow::vrf_name(std::string_view name) const { return fmt::format("{}{}", vrf, name); }

SwitchPlan TorRow::plan(std::string name, std::uint32_t asn, int ports,
                        std::string password) const {
  SwitchPlan plan{.name = std::move(name),
                  .asn = asn,
                  .other_ports = {other_ports.begin(), other_ports.end()},
                  .vrfs = {{vrf_name("vrf-prv"), 1001}, {vrf_name("vrf-pub"), 1002}},
                  .password = std::move(password)};
  for (int number = 1; number <= ports; ++number)
    plan.server_ports.push_back(port_name(number));
  return plan;
}

std::span<const TorRow> tor_rows() { return kRows; }

const TorRow& tor_row(std::string_view nos) {
  const auto* const row = std::ranges::find(kRows, nos, &TorRow::nos);
  if (row == kRows.end())
    throw std::runtime_error(
        fmt::format("tests/fakes/tor_rows.cpp has no simulated switch of NOS {}", nos));
  return *row;
}

}  // namespace switchyard::fakes
