#include "tests/fakes/switch/sonic/fake_sonic.h"

#include "tests/fakes/switch/boot.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::fakes {

namespace {

using nlohmann::json;

constexpr const char* kConfigFile = "/etc/sonic/config_db.json";
constexpr const char* kModel = "/usr/local/yang-models/sonic-vlan-sub-interface.yang";

SwitchPlan as_sonic(SwitchPlan plan) {
  plan.bridge = "Bridge";
  return plan;
}

json base_rows(const SwitchPlan& plan) {
  const std::string vlan = std::to_string(plan.provisioning_vlan);
  json rows;
  rows["DEVICE_METADATA"]["localhost"] = {{"hostname", plan.name},
                                          {"docker_routing_config_mode", "split-unified"},
                                          {"type", "LeafRouter"}};
  rows["VLAN"]["Vlan" + vlan] = {{"vlanid", vlan}};
  for (const auto& [vrf, table] : plan.vrfs)
    rows["VRF"][vrf] = json::object();
  int lane = 0;
  for (const auto* ports : {&plan.server_ports, &plan.other_ports})
    for (const std::string& port : *ports)
      rows["PORT"][port] = {{"admin_status", ports == &plan.other_ports ? "up" : "down"},
                            {"lanes", std::to_string(++lane)},
                            {"mtu", "9100"},
                            {"speed", "25000"}};
  return rows;
}

}  // namespace

FakeSonic::FakeSonic(SshServer& server, const Clock& clock, SwitchPlan plan)
    : FakeSwitch(clock, as_sonic(std::move(plan)),
                 {.cannot = {"port-isolation", "source-address-check", "unreachable-default",
                             "untagged-parent-isolation"},
                  .checks_tags = true,
                  .frr_file = "/etc/sonic/frr/frr.conf"}) {
  power_on(server);
}

FakeSonic::~FakeSonic() { hang_up(); }

void FakeSonic::erase_disk() { files_.remove_tree("/etc/sonic"); }

void FakeSonic::install() {
  (void)files_.make_directory("/etc/sonic/frr", true);
  (void)files_.make_directory("/usr/local/yang-models", true);
  files_.put(nature_.frr_file, SwitchBoot(*this).base_frr());
  files_.put(kConfigFile, base_rows(plan_).dump(4) + "\n");
  files_.put("/etc/sonic/sonic_version.yml", "build_version: 'SONiC.202605.0-simulated'\n");
  files_.put(kModel, "leaf ipv6_use_link_local_only {\n");
}

void FakeSonic::boot_system() {
  SwitchBoot(*this).run();
  (void)files_.make_directory("/run/systemd/system", true);
  units_.clear();
  events_.clear();
  bridged_.clear();
  routed_.clear();
  config_db_.clear();
  const json saved = json::parse(files_.read(kConfigFile).value_or(""), nullptr, false);
  if (!saved.is_object()) return;
  for (const auto& [table, rows] : saved.items()) {
    for (const auto& [key, row] : rows.items()) {
      Fields& fields = config_db_[table + "|" + key];
      for (const auto& [name, value] : row.items())
        fields[name] = value.get<std::string>();
    }
  }
  // Uplinks and foreign ports are the fabric's business, as in SwitchBoot.
  for (const char* table : {"PORT|", "VLAN_MEMBER|", "VLAN_SUB_INTERFACE|"}) {
    for (const auto& [key, fields] : config_db_) {
      const bool others =
          std::any_of(plan_.other_ports.begin(), plan_.other_ports.end(),
                      [&](const std::string& port) { return key == "PORT|" + port; });
      if (key.starts_with(table) && !others) apply(key);
    }
  }
}

std::string FakeSonic::everything() {
  std::string text = FakeSwitch::everything();
  for (const auto& [key, fields] : config_db_) {
    text += key;
    for (const auto& [name, value] : fields)
      text += " " + name + "=" + value;
    text += "\n";
  }
  return text;
}

std::set<std::string> FakeSonic::changing_lines() {
  std::set<std::string> lines = FakeSwitch::changing_lines();
  for (const SwitchLogEntry& entry : log()) {
    const std::size_t at = entry.command.find("sonic-db-cli CONFIG_DB ");
    if (at == std::string::npos) continue;
    std::string line = entry.command.substr(at);
    std::erase(line, '\'');
    if (!line.ends_with("admin_status down")) lines.insert(line);
  }
  return lines;
}

std::vector<HandChange> FakeSonic::hand_changes(const RoutedPlace& place) {
  const auto typed = [this](std::string name, std::string line) {
    return HandChange{std::move(name), [this, line = std::move(line)] { (void)console(line); }};
  };
  const std::string& port = place.port;
  const std::string sub = fmt::format("{}.{}", port, place.tag);
  const std::string frr = "docker exec bgp vtysh -c 'conf t' ";
  const std::string router = frr + fmt::format("-c 'router bgp {} vrf {}' ", plan_.asn, place.vrf);
  const std::string row = "sonic-db-cli CONFIG_DB HSET ";
  return {
      typed("a filter line removed",
            frr + fmt::format("-c 'no ip prefix-list SWY-P-{} seq 5'", sub)),
      typed("a filter widened",
            frr + fmt::format("-c 'ip prefix-list SWY-P-{} seq 7 permit 0.0.0.0/0 le 32'", sub)),
      typed("the neighbour removed", router + fmt::format("-c 'no neighbor {}'", sub)),
      typed("session timers changed", router + fmt::format("-c 'neighbor {} timers 30 90'", sub)),
      typed("the port taken down", row + fmt::format("'PORT|{}' admin_status down", port)),
      typed("a tag added",
            row + fmt::format("'VLAN_SUB_INTERFACE|{}.300' admin_status up vrf_name {}", port,
                              place.vrf)),
      typed("a member of the provisioning VLAN",
            row + fmt::format("'VLAN_MEMBER|Vlan{}|{}' tagging_mode untagged",
                              plan_.provisioning_vlan, port)),
      typed("another MTU", row + fmt::format("'PORT|{}' mtu 9100", port)),
      {"unsaved and saved differ",
       [this, sub] {
         json saved = json::parse(file(kConfigFile));
         saved["VLAN_SUB_INTERFACE"].erase(sub);
         files_.put(kConfigFile, saved.dump(4) + "\n");
       }},
  };
}

}  // namespace switchyard::fakes
