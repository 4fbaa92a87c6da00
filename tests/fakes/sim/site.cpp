#include "tests/fakes/sim/site.h"

#include "tests/fakes/switch/sonic/fake_sonic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace switchyard::fakes {

namespace {

constexpr const char* kPassword = "simulated";
constexpr const char* kBmcUser = "admin";
constexpr std::chrono::milliseconds kTick{20};

// What the switches of a site are made of.
struct Kind {
  std::string_view nos;
  std::string_view port;  // before its number
  int port_step;
  std::array<std::string_view, 2> other_ports;
  std::string_view vrf;  // before its name
  std::unique_ptr<FakeSwitch> (*make)(SshServer&, const Clock&, SwitchPlan);
};

template <class Switch>
std::unique_ptr<FakeSwitch> make(SshServer& ssh, const Clock& clock, SwitchPlan plan) {
  return std::make_unique<Switch>(ssh, clock, std::move(plan));
}

constexpr std::array kKinds{
    Kind{"linux-frr", "swp", 1, {"up1", "oob1"}, "", make<FakeSwitch>},
    Kind{"sonic", "Ethernet", 4, {"Ethernet996", "Ethernet992"}, "Vrf_", make<FakeSonic>},
};

const Kind& kind_of(const SitePlan& plan, std::size_t number) {
  const std::string& nos = plan.nos.at(number % plan.nos.size());
  const auto* const kind = std::ranges::find(kKinds, nos, &Kind::nos);
  if (kind == kKinds.end()) throw std::runtime_error("no simulated switch has NOS " + nos);
  return *kind;
}

std::string port_of(const Kind& kind, int number) {
  return fmt::format("{}{}", kind.port, number * kind.port_step);
}

std::string fabric_part(int servers) {
  // Documentation ranges (RFC 5737, RFC 3849) while they are large enough, else RFC 2544's.
  const char* public4 = servers < 200 ? "203.0.113.0/24" : "198.18.0.0/15";
  return fmt::format(R"(vrfs:
  - {{name: vrf-prv, tag: 101, description: private}}
  - {{name: vrf-pub, tag: 201, description: public}}
subnets:
  - {{name: prv-v4, vrf: vrf-prv, prefix: 10.1.0.0/16, project: demo}}
  - {{name: prv-v6, vrf: vrf-prv, prefix: "fd10:1::/64", project: demo}}
  - {{name: pub-v4, vrf: vrf-pub, prefix: {}, project: demo}}
  - {{name: pub-v6, vrf: vrf-pub, prefix: "2001:db8:113::/64", project: demo}}
network_catalogs:
  - name: l3-dual
    description: private and public, routed on the host
    mtu: 1500
    keepalive: 3
    hold: 9
    attachments:
      - {{vrf: vrf-prv, ipv4: true, ipv6: true, advertise: [10.0.0.0/8, "fd10::/16"], maximum_prefix: 8}}
      - {{vrf: vrf-pub, ipv4: true, ipv6: true, advertise: [0.0.0.0/0, "::/0"], maximum_prefix: 8}}
images:
  - {{name: debian-12, description: Debian 12}}
)",
                     public4);
}

}  // namespace

SimulatedSite::SimulatedSite(const Clock& clock, const SitePlan& plan) : clock_(clock) {
  const int pairs = std::max(1, plan.switches / 2);
  build_switches(plan, std::max(2, (plan.servers + pairs - 1) / pairs));
  build_servers(plan);
  bmcs_ =
      std::make_unique<RedfishServer>([this](const std::string& name) { return find_server(name); },
                                      plan.bmc_port, kBmcUser, kPassword, plan.bmc_addresses);
}

SimulatedSite::~SimulatedSite() {
  ticker_ = {};
  bmcs_.reset();
  servers_.clear();
}

void SimulatedSite::build_switches(const SitePlan& plan, int ports) {
  for (int i = 1; i <= plan.switches; ++i) {
    const Kind& kind = kind_of(plan, static_cast<std::size_t>(i - 1));
    SwitchPlan one{.name = fmt::format("tor{}", i),
                   .asn = 65000U + static_cast<std::uint32_t>(i),
                   .router_id = fmt::format("10.255.{}.{}", i / 250, i % 250 + 1),
                   .other_ports = {kind.other_ports.begin(), kind.other_ports.end()},
                   .vrfs = {{fmt::format("{}vrf-prv", kind.vrf), 1001},
                            {fmt::format("{}vrf-pub", kind.vrf), 1002}},
                   .password = kPassword};
    for (int port = 1; port <= ports; ++port)
      one.server_ports.push_back(port_of(kind, port));
    nos_of_[one.name] = kind.nos;
    switches_.push_back(kind.make(ssh_, clock_, std::move(one)));
    FakeSwitch& made = *switches_.back();
    made.set_commit_delay(plan.commit_delay);
    made.set_bgp_delay(plan.bgp_delay);
    made.set_log_limit(plan.log_limit);
    switch_by_name_[made.plan().name] = &made;
  }
}

void SimulatedSite::build_servers(const SitePlan& plan) {
  const int pairs = std::max(1, plan.switches / 2);
  for (int i = 0; i < plan.servers; ++i) {
    ServerPlan one{.name = fmt::format("srv{}", i + 1),
                   .boot_time = plan.boot_time,
                   .install_time = plan.install_time,
                   .wipe_time = plan.wipe_time};
    const int pair = i % pairs;
    for (int side = 0; side < std::min(2, plan.switches); ++side) {
      const auto number = static_cast<std::size_t>(pair * 2 + side);
      one.nics.push_back({.name = fmt::format("eth{}", side + 1),
                          .mac = fmt::format("02:00:{:02x}:{:02x}:00:{:02x}", (i + 1) >> 8,
                                             (i + 1) & 0xff, side + 1),
                          .cabled_to = switches_[number].get(),
                          .port = port_of(kind_of(plan, number), i / pairs + 1)});
    }
    servers_.push_back(std::make_unique<FakeServer>(clock_, std::move(one)));
    server_by_name_[servers_.back()->plan().name] = servers_.back().get();
  }
}

FakeSwitch* SimulatedSite::find_switch(const std::string& name) {
  const auto found = switch_by_name_.find(name);
  return found == switch_by_name_.end() ? nullptr : found->second;
}

FakeServer* SimulatedSite::find_server(const std::string& name) {
  const auto found = server_by_name_.find(name);
  return found == server_by_name_.end() ? nullptr : found->second;
}

std::string SimulatedSite::inventory() const {
  std::string text = "# Written by switchyard-sim: a simulated site on this machine.\n" +
                     fabric_part(static_cast<int>(servers_.size()));
  text += "switches:\n";
  for (const auto& one : switches_) {
    text += fmt::format(
        "  - name: {}\n    nos: {}\n    address: 127.0.0.1\n    port: {}\n    user: root\n  "
        "  password: {}\n    host_key: \"{}\"\n    asn: {}\n    bridge: {}\n    vrfs: [vrf-prv, "
        "vrf-pub]\n    ports:\n",
        one->plan().name, nos_of_.at(one->plan().name), one->port(), kPassword, one->host_key(),
        one->plan().asn, one->plan().bridge);
    for (const std::string& port : one->plan().server_ports)
      text += fmt::format("      - {{name: {}, role: server}}\n", port);
    for (const std::string& port : one->plan().other_ports)
      text += fmt::format("      - {{name: {}, role: {}}}\n", port,
                          port == one->plan().other_ports.front() ? "uplink" : "unmanaged");
  }
  text += "servers:\n";
  for (const auto& one : servers_) {
    text += fmt::format(
        "  - name: {}\n    profile: small\n    bmc: {{type: simulated, url: \"{}\", user: {}, "
        "password: {}}}\n    clean: true\n    nics:\n",
        one->plan().name, bmcs_->url_of(one->plan().name), kBmcUser, kPassword);
    for (const ServerNic& nic : one->plan().nics)
      text += fmt::format("      - {{name: {}, mac: \"{}\", switch: {}, port: {}}}\n", nic.name,
                          nic.mac, nic.cabled_to->plan().name, nic.port);
  }
  return text;
}

void SimulatedSite::run_due() {
  for (const auto& one : switches_)
    one->run_due();
  for (const auto& one : servers_)
    one->run_due();
}

void SimulatedSite::start() {
  ticker_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      run_due();
      std::this_thread::sleep_for(kTick);
    }
  });
}

}  // namespace switchyard::fakes
