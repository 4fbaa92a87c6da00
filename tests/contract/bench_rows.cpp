#include "tests/contract/bench_rows.h"

#include "tests/fakes/eos/fake_eos.h"
#include "tests/fakes/netconf/fake_junos.h"
#include "tests/fakes/nvue/fake_nvue.h"
#include "tests/fakes/switch/fake_switch.h"
#include "tests/fakes/switch/sonic/fake_sonic.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace switchyard::contract {

namespace {

// A simulator with the server it listens on.
template <class Tor> class WithSshServer final : private fakes::SshServer, public Tor {
 public:
  WithSshServer(const Clock& clock, fakes::SwitchPlan plan)
      : Tor(static_cast<fakes::SshServer&>(*this), clock, std::move(plan)) {}
};

template <class Tor>
std::unique_ptr<fakes::FakeTor> over_ssh(const Clock& clock, fakes::SwitchPlan plan) {
  return std::make_unique<WithSshServer<Tor>>(clock, std::move(plan));
}

std::unique_ptr<fakes::FakeTor> over_eapi(const Clock& clock, fakes::SwitchPlan plan) {
  return std::make_unique<fakes::FakeEos>(clock, std::move(plan));
}

std::unique_ptr<fakes::FakeTor> over_https(const Clock& clock, fakes::SwitchPlan plan) {
  return std::make_unique<fakes::FakeNvue>(clock, std::move(plan));
}

constexpr std::array kRows{
    BenchRow{.nos = "linux-frr",
             .make = over_ssh<fakes::FakeSwitch>,
             .ports = {"swp1", "swp2", "swp3", "swp4"},
             .other_ports = {"up1", "oob1"},
             .vrfs = {"vrf-prv", "vrf-pub"}},
    // Five to look, then a revision made, edited twice and applied for each of two steps.
    BenchRow{.nos = "cumulus-nvue",
             .make = over_https,
             .ports = {"swp1", "swp2", "swp3", "swp4"},
             .other_ports = {"swp51", "swp52"},
             .vrfs = {"vrf-prv", "vrf-pub"},
             .most_exchanges = 24,
             .least_boundaries = 4},
    // Three commits and their edits, for ports that go through shut.
    BenchRow{.nos = "junos",
             .make = over_ssh<fakes::FakeJunos>,
             .ports = {"et-0/0/1", "et-0/0/2", "et-0/0/3", "et-0/0/4"},
             .other_ports = {"et-0/0/50", "xe-0/0/60"},
             .vrfs = {"vrf-prv", "vrf-pub"},
             .most_exchanges = 7,
             .least_boundaries = 3},
    BenchRow{.nos = "sonic",
             .make = over_ssh<fakes::FakeSonic>,
             .ports = {"Ethernet0", "Ethernet4", "Ethernet8", "Ethernet12"},
             .other_ports = {"Ethernet60", "Ethernet56"},
             .vrfs = {"Vrf_vrf-prv", "Vrf_vrf-pub"}},
    BenchRow{.nos = "arista-eos",
             .make = over_eapi,
             .ports = {"Ethernet1", "Ethernet2", "Ethernet3", "Ethernet4"},
             .other_ports = {"Ethernet51", "Ethernet52"},
             .vrfs = {"vrf-prv", "vrf-pub"},
             .most_exchanges = 5,
             .least_boundaries = 3},
};

}  // namespace

const BenchRow& bench_row(std::string_view nos) {
  const auto* const row = std::ranges::find(kRows, nos, &BenchRow::nos);
  if (row == kRows.end())
    throw std::logic_error("bench_rows.cpp has no row for NOS " + std::string(nos));
  return *row;
}

}  // namespace switchyard::contract
