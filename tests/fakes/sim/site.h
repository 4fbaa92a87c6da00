// A whole simulated site in one process: pairs of switches, servers cabled to both of a pair, their
// BMCs, and the inventory file that describes them to Switchyard.
#pragma once

#include "core/clock.h"
#include "tests/fakes/server/fake_server.h"
#include "tests/fakes/server/redfish_server.h"
#include "tests/fakes/tor_rows.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::fakes {

struct SitePlan {
  // Of the switches, in turn: {"linux-frr", "sonic"} makes pairs of one and one.
  std::vector<std::string> nos{"linux-frr"};
  int servers{4};
  int switches{2};
  std::chrono::milliseconds boot_time{200};
  std::chrono::milliseconds install_time{2000};
  std::chrono::milliseconds wipe_time{2000};
  std::chrono::milliseconds commit_delay{0};
  std::chrono::milliseconds bgp_delay{0};
  std::uint16_t bmc_port{0};
  RedfishServer::Addresses bmc_addresses{RedfishServer::Addresses::Shared};
  std::size_t log_limit{256U << 10U};  // of each switch
};

// Thread-safe. Everything listens on 127.0.0.1, but for BMCs with addresses of their own.
class SimulatedSite {
 public:
  SimulatedSite(const Clock& clock, const SitePlan& plan);  // throws std::runtime_error
  ~SimulatedSite();
  SimulatedSite(const SimulatedSite&) = delete;
  SimulatedSite& operator=(const SimulatedSite&) = delete;

  [[nodiscard]] const std::vector<std::unique_ptr<FakeTor>>& switches() const { return switches_; }

  [[nodiscard]] const std::vector<std::unique_ptr<FakeServer>>& servers() const { return servers_; }

  [[nodiscard]] FakeTor* find_switch(const std::string& name);
  // What it is made of; it must be there.
  [[nodiscard]] const TorRow& row_of(const FakeTor& one) const;
  [[nodiscard]] FakeServer* find_server(const std::string& name);
  [[nodiscard]] std::string inventory() const;  // provisioner/inventory.h
  // Lets everything happen that is due. A site with its own thread (start()) does it by itself.
  void run_due();
  void start();

 private:
  void build_switches(const SitePlan& plan, int ports);
  void build_servers(const SitePlan& plan);

  const Clock& clock_;
  SshServer ssh_{};
  std::vector<std::unique_ptr<FakeTor>> switches_{};
  std::vector<std::unique_ptr<FakeServer>> servers_{};
  std::map<std::string, FakeTor*> switch_by_name_{};
  std::vector<const TorRow*> rows_{};  // of the switches
  std::map<std::string, FakeServer*> server_by_name_{};
  std::unique_ptr<RedfishServer> bmcs_{};
  std::jthread ticker_{};
};

}  // namespace switchyard::fakes
