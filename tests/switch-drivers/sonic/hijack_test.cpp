// A tenant with root on its server announces what is not its own, to a real bgpd that was told what
// the driver tells it, batch by batch. The interface is open all the while, which is worse than on
// a switch.
#include "switch-drivers/frr/session_reading.h"
#include "switch-drivers/frr/sessions.h"
#include "switch-drivers/sonic/exchange.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr WishContext kContext{.asn = Asn{65001}, .frr_version = 804, .link_local_only = true};

// The fabric's routes; of these only what a catalog advertises may reach the tenant.
std::string base_config() {
  std::string text = "frr defaults traditional\n";
  for (const char* vrf : {"Vrf_vrf-prv", "Vrf_vrf-pub"}) {
    text += fmt::format(
        "router bgp 65001 vrf {}\n bgp router-id 10.255.0.1\n no bgp default ipv4-unicast\n"
        " no bgp network import-check\n address-family ipv4 unicast\n"
        "  network 10.0.0.0/8\n  network 192.168.7.0/24\n exit\n address-family ipv6 unicast\n"
        "  network fd10::/16\n  network fd77::/16\n exit\nexit\n",
        vrf);
  }
  return text;
}

// Everything on every session: its own of both VRFs, the default, a neighbour's address, a network.
std::string tenant_config() {
  std::string text =
      "router bgp 4200000005\n bgp router-id 10.255.0.5\n no bgp default ipv4-unicast\n"
      " no bgp ebgp-requires-policy\n no bgp network import-check\n";
  for (const char* nic : {"eth1.101", "eth1.201"})
    text += fmt::format(
        " neighbor {0} interface v6only remote-as 65001\n neighbor {0} ttl-security hops 1\n"
        " neighbor {0} timers 1 3\n neighbor {0} timers connect 1\n",
        nic);
  text +=
      " address-family ipv4 unicast\n  neighbor eth1.101 activate\n  neighbor eth1.201 activate\n"
      "  network 10.1.0.5/32\n  network 203.0.113.5/32\n  network 10.1.0.200/32\n"
      "  network 0.0.0.0/0\n  network 10.1.0.6/32\n  network 10.1.0.0/24\n exit\n"
      " address-family ipv6 unicast\n  neighbor eth1.101 activate\n  neighbor eth1.201 activate\n"
      "  network fd10:1::5/128\n  network ::/0\n  network fd10:1::6/128\n  network fd10:1::/64\n"
      " exit\nexit\n";
  return text;
}

class HostileTenant : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "namespaces need root";
    std::filesystem::create_directories(folder_);
    write("tenant.conf", tenant_config());
    (void)shell(fmt::format("unshare --net --mount sh {}/real_tenant.sh {} {} >{}/log 2>&1 &",
                            SWITCHYARD_SONIC_TESTS, folder_, kPort, folder_));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder_ + "/pid"); }))
        << read("log");
    apply("base", base_config());
  }

  void TearDown() override {
    write("stop", "");
    const std::string pid = read("pid");
    (void)eventually([&] {
      return pid.empty() || !std::filesystem::exists("/proc/" + pid.substr(0, pid.find('\n')));
    });
    std::filesystem::remove_all(folder_);
  }

  static int shell(const std::string& line) {
    return std::system(line.c_str());  // NOLINT(cert-env33-c)
  }

  template <class Done> static bool eventually(const Done& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return true;
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  // A command of the driver's on the ToR, without the container.
  std::string on_tor(Command command) const {
    constexpr std::string_view kContainer = "docker exec -i bgp ";
    if (command.line.starts_with(kContainer)) command.line.erase(0, kContainer.size());
    write("command", command.line + "\n");
    write("input", command.input);
    (void)shell(fmt::format(
        "nsenter -t $(cat {0}/pid) --net --mount sh {0}/command <{0}/input >{0}/said 2>&1",
        folder_));
    return read("said");
  }

  void apply(const std::string& name, const std::string& lines) const {
    const std::string said = on_tor(frr_batch(lines));
    EXPECT_THAT(said, Not(HasSubstr("%"))) << name << " " << said;
  }

  // The routing half of these steps, in their order, and subinterfaces that go: FRR forgets only
  // what the kernel has lost.
  void carry_out(const std::string& name, const std::vector<Step>& steps) const {
    constexpr std::string_view kGoes = "DEL 'VLAN_SUB_INTERFACE|";
    for (const Step& step : steps) {
      const std::string& line = step.command.line;
      if (const std::size_t at = line.find(kGoes); at != std::string::npos) {
        const std::string gone = line.substr(at + kGoes.size());
        for (const char* vrf : {"Vrf_vrf-prv", "Vrf_vrf-pub"})
          (void)on_tor(
              {fmt::format("ip -n {} link del {}", vrf, gone.substr(0, gone.size() - 1)), ""});
      }
      if (!step.command.line.starts_with("docker exec")) continue;
      const std::string said = on_tor(step.command);
      EXPECT_THAT(said, Not(HasSubstr("%"))) << name << "\n" << step.command.input << said;
    }
  }

  [[nodiscard]] std::vector<std::string> states() const {
    const auto summary = frr::parse_bgp_summary(on_tor(frr::read_bgp_summary("vtysh")));
    std::vector<std::string> found;
    if (summary)
      for (const auto& [key, session] : *summary)
        found.push_back(session.state);
    return found;
  }

  [[nodiscard]] frr::SessionRoutes routes(const char* vrf, const std::string& interface) const {
    const std::vector<frr::BgpPeer> peer{{VrfName{vrf}, interface}};
    auto found = frr::parse_bgp_routes(on_tor(frr::read_bgp_routes("vtysh", peer)), 1);
    return found ? found->front() : frr::SessionRoutes{};
  }

  void expect_accepted(const char* vrf, int tag, const std::vector<Prefix>& wished) const {
    const std::string interface = fmt::format("{}.{}", kPort, tag);
    EXPECT_TRUE(eventually([&] { return routes(vrf, interface).accepted == wished; }))
        << interface << "\n"
        << on_tor({"vtysh -c 'show bgp vrf all ipv4 unicast'", ""});
  }

  std::string folder_ = testing::TempDir() + "/switchyard-tenant-" + std::to_string(getpid());
};

PortState with_anycast(PortIntent intent) {
  intent.attachments[0].accept.push_back(prefix("10.1.0.200/32"));
  std::ranges::sort(intent.attachments[0].accept);
  return wish(intent, kContext);
}

TEST_F(HostileTenant, IsHeardWithItsOwnRoutesAndToldNoMoreThanItsCatalogSays) {
  const PortState closed = wish(shut_port(kPort), kContext);
  const PortState open = wish(routed(kPort), kContext);
  const PortState granted = with_anycast(routed(kPort));
  const std::vector<Prefix> own{prefix("10.1.0.5/32"), prefix("fd10:1::5/128")};
  const std::vector<Prefix> with_grant{prefix("10.1.0.5/32"), prefix("10.1.0.200/32"),
                                       prefix("fd10:1::5/128")};

  const PortPlan there = plan_port(closed, open, {});
  carry_out("closed", there.steps);
  EXPECT_THAT(states(), testing::AllOf(testing::SizeIs(2), testing::Each("Idle (Admin)")));

  carry_out("opened", there.last_steps);
  ASSERT_TRUE(eventually([&] {
    return states() == std::vector<std::string>{"Established", "Established"};
  })) << on_tor({"vtysh -c 'show bgp vrf all summary'", ""});
  expect_accepted("Vrf_vrf-prv", 101, own);
  expect_accepted("Vrf_vrf-pub", 201, {prefix("203.0.113.5/32")});
  // The attack was made, and by kind: the default, others' host routes, a network.
  const auto refused = routes("Vrf_vrf-prv", kPort + ".101").refused;
  EXPECT_EQ(refused.size(), 6U);

  const PortPlan grant = plan_port(open, granted, open.frr_shared);
  carry_out("grant", grant.steps);
  carry_out("grant", grant.last_steps);
  expect_accepted("Vrf_vrf-prv", 101, with_grant);
  const PortPlan revoke = plan_port(granted, open, granted.frr_shared);
  carry_out("revoke", revoke.steps);
  carry_out("revoke", revoke.last_steps);
  expect_accepted("Vrf_vrf-prv", 101, own);

  EXPECT_TRUE(eventually([&] { return read("told").find("10.0.0.0/8") != std::string::npos; }))
      << read("told");
  EXPECT_THAT(read("told"), Not(HasSubstr("192.168.7.0")));
  EXPECT_THAT(read("told"), Not(HasSubstr("fd77::")));

  carry_out("back", plan_port(open, closed, open.frr_shared).steps);
  EXPECT_THAT(states(), testing::IsEmpty());
  // Looked at ten times a second from the beginning to the end.
  EXPECT_THAT(read("seen"), HasSubstr("10.1.0.5/32"));
  EXPECT_THAT(read("seen"), HasSubstr("fd10:1::5/128"));
  for (const char* foreign :
       {"10.1.0.6/32", "10.1.0.0/24", "0.0.0.0/0", "fd10:1::6/128", "fd10:1::/64", " ::/0"})
    EXPECT_THAT(read("seen"), Not(HasSubstr(foreign))) << foreign;
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
