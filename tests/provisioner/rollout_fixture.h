// Six active servers in two racks, of one pushed catalog, and how a version of it reaches them.
#pragma once

#include "catalogs/catalog_folder.h"
#include "tests/provisioner/life_fixture.h"

#include <map>
#include <string>
#include <vector>

namespace switchyard::provisioner {

inline constexpr int kServers = 6;  // srv1 … srv3 in one rack, srv4 … srv6 in the other

inline std::string server_name(int number) { return "srv" + std::to_string(number); }

inline std::string rollout_inventory() {
  std::string switches, servers;
  for (int tor = 1; tor <= 4; ++tor) {
    const std::string number = std::to_string(tor);
    switches +=
        "  - {name: tor" + number +
        ", nos: scripted, address: 127.0.0.1, password: x, host_key: \"SHA256:x\", asn: 6500" +
        number +
        ", vrfs: [vrf-prv], ports: [{name: swp1, role: server}, {name: swp2, role: server}, "
        "{name: swp3, role: server}]}\n";
  }
  for (int i = 1; i <= kServers; ++i) {
    const std::string number = std::to_string(i), before = std::to_string(i - 1);
    const std::string port = "swp" + std::to_string((i - 1) % 3 + 1);
    const int first = i <= 3 ? 1 : 3;
    servers += "  - name: srv" + number +
               "\n    bmc: {type: simulated, url: \"http://127.0.0.1:1/redfish/v1/Systems/srv" +
               number + "\"}\n    clean: true\n    nics:\n";
    for (int leg = 0; leg < 2; ++leg)
      servers += "      - {name: eth" + std::to_string(leg + 1) + ", mac: \"02:00:00:00:0" +
                 before + ":0" + std::to_string(leg + 1) + "\", switch: tor" +
                 std::to_string(first + leg) + ", port: " + port + "}\n";
  }
  return R"(vrfs:
  - {name: vrf-prv, tag: 101}
subnets:
  - {name: prv-a, vrf: vrf-prv, prefix: 10.1.0.0/24, project: demo}
  - {name: prv-a6, vrf: vrf-prv, prefix: "fd10:1::/64", project: demo}
images:
  - {name: debian-12}
switches:
)" + switches +
         "servers:\n" + servers;
}

class RolloutFixture : public LifeFixture {
 protected:
  RolloutFixture() {
    const auto imported =
        site_.service->import_inventory("site.yaml", rollout_inventory(), Mode::Real);
    EXPECT_TRUE(imported) << imported.error().message;
    for (const char* name : {"tor3", "tor4"})
      site_.add_worker(name);
    push("10.0.0.0/8");
    EXPECT_TRUE(site_.service->publish_catalog("eva", "l3-private", 1, Mode::Real));
    for (int i = 1; i <= kServers; ++i)
      deploy_one(i);
    former_ = ports();
  }

  void deploy_one(int number) {
    DeployRequest order = site_.order();
    order.name = "web" + std::to_string(number);
    order.server = server_name(number);
    const auto ordered = site_.service->deploy({}, order);
    ASSERT_TRUE(ordered) << ordered.error().message;
    ASSERT_TRUE(ends(ordered->operation, "succeeded"));
    deployments_.push_back(ordered->id);
  }

  // The shipped l3-private that tells servers of `advertise` only.
  int push(const std::string& advertise, const std::string& more = "") {
    const auto folder = catalogs::read_catalog_folder(std::string(SWITCHYARD_SOURCE_DIR) +
                                                      "/catalogs/shipped/l3-private");
    std::map<std::string, std::string> files = folder->files;
    std::string& yaml = files["catalog.yaml"];
    const auto at = yaml.find("10.0.0.0/8");
    yaml.replace(at, 10, advertise);
    if (!more.empty()) yaml.replace(yaml.find("mtu: 1500"), 9, more);
    const auto pushed = site_.service->push_catalog("eva", files, Mode::Real);
    EXPECT_TRUE(pushed) << pushed.error().message;
    return pushed ? pushed->version : 0;
  }

  std::map<std::string, std::map<std::string, switch_drivers::PortIntent>> ports() {
    std::map<std::string, std::map<std::string, switch_drivers::PortIntent>> all;
    for (const auto& [name, one] : site_.switches)
      all[name] = one.ports;
    return all;
  }

  RolloutView start(RolloutRequest request) {
    request.catalog = "l3-private";
    const auto started = site_.service->start_rollout({.name = "eva"}, request, Mode::Real);
    EXPECT_TRUE(started) << started.error().message;
    return started.value_or(RolloutView{});
  }

  RolloutView after(const RolloutView& rollout, const std::string& status) {
    EXPECT_TRUE(ends(rollout.id, status));
    return *site_.service->find_rollout(rollout.id);
  }

  std::vector<RolloutServerView> servers(const RolloutView& rollout,
                                         const std::string& state = "") {
    return site_.service->list_rollout_servers(rollout.id, state, {.size = 100})->items;
  }

  int version_of(int number) {
    return site_.service->find_deployment({}, deployments_.at(static_cast<std::size_t>(number - 1)))
        ->catalog_version;
  }

  const switch_drivers::PortIntent& port(const std::string& tor, const std::string& name) {
    return site_.switches[tor].ports[name];
  }

  static bool has_new(const switch_drivers::PortIntent& intent) {
    return !intent.attachments.empty() &&
           to_string(intent.attachments.front().advertise.front()) == "10.0.0.0/9";
  }

  std::vector<std::string> deployments_{};
  std::map<std::string, std::map<std::string, switch_drivers::PortIntent>> former_{};
};

}  // namespace switchyard::provisioner
