#include "tests/fakes/sim/site.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::fakes {

namespace {

constexpr const char* kPassword = "simulated";
constexpr const char* kBmcUser = "admin";
constexpr std::chrono::milliseconds kTick{20};

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
    const std::size_t turn = static_cast<std::size_t>(i - 1) % plan.nos.size();
    const TorRow& row = tor_row(plan.nos.at(turn));
    SwitchPlan one =
        row.plan(fmt::format("tor{}", i), 65000U + static_cast<std::uint32_t>(i), ports, kPassword);
    one.router_id = fmt::format("10.255.{}.{}", i / 250, i % 250 + 1);
    rows_.push_back(&row);
    switches_.push_back(row.make(ssh_, clock_, std::move(one)));
    FakeTor& made = *switches_.back();
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
                          .port = rows_[number]->port_name(i / pairs + 1)});
    }
    servers_.push_back(std::make_unique<FakeServer>(clock_, std::move(one)));
    server_by_name_[servers_.back()->plan().name] = servers_.back().get();
  }
}

FakeTor* SimulatedSite::find_switch(const std::string& name) {
  const auto found = switch_by_name_.find(name);
  return found == switch_by_name_.end() ? nullptr : found->second;
}

const TorRow& SimulatedSite::row_of(const FakeTor& one) const {
  const auto found = std::ranges::find(switches_, &one, &std::unique_ptr<FakeTor>::get);
  return *rows_.at(static_cast<std::size_t>(found - switches_.begin()));
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
        one->plan().name, row_of(*one).nos, one->port(), kPassword, one->host_key(),
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
