#include "tests/fakes/fake_clock.h"
#include "tests/fakes/switch/fake_switch.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace switchyard::fakes {
namespace {

SwitchPlan small_plan() {
  return {.name = "tor1",
          .asn = 65001,
          .server_ports = {"swp1", "swp2"},
          .other_ports = {"up1"},
          .vrfs = {{"vrf-prv", 1001}, {"vrf-pub", 1002}}};
}

class SimulatedShell : public testing::Test {
 protected:
  std::string run(const std::string& script) { return switch_.console(script); }

  FakeClock clock_{};
  SshServer ssh_{};
  FakeSwitch switch_{ssh_, clock_, small_plan()};
};

TEST_F(SimulatedShell, ExpandsAsAShellDoes) {
  EXPECT_EQ(run("a='x  y'; echo $a; echo \"$a\"; echo '$a'"), "x y\nx  y\n$a\n");
  EXPECT_EQ(run("p=/run/x/deadman; echo ${p%/*} ${p##*/} ${q:-none} ${#p}"),
            "/run/x deadman none 14\n");
  EXPECT_EQ(run("echo $(echo a; echo b) $((2 + 3 * 4))"), "a b 14\n");
  EXPECT_EQ(run("false || { s=$?; echo $s; }; true; s=$?; echo $s"), "1\n0\n");
}

TEST_F(SimulatedShell, KnowsConditionsLoopsAndFunctions) {
  EXPECT_EQ(run("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done"), "1\n3\n");
  EXPECT_EQ(run("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i"), "3\n");
  EXPECT_EQ(run("f() { echo \"<$1>\"; return 3; }; f 'a b'; echo $?"), "<a b>\n3\n");
  EXPECT_EQ(run("case swp1 in up*) echo no ;; swp?|x) echo yes ;; esac"), "yes\n");
  EXPECT_EQ(run("set -e; false; echo never"), "");
}

TEST_F(SimulatedShell, RedirectsAndPipes) {
  EXPECT_EQ(run("cat >/tmp/f <<'E'\none $x\nE\necho two >>/tmp/f; grep -H '' /tmp/f"),
            "/tmp/f:one $x\n/tmp/f:two\n");
  EXPECT_EQ(run("cat /nope 2>/dev/null; echo $?"), "1\n");
  EXPECT_EQ(run("{ echo a; echo b; } | grep b"), "b\n");
  EXPECT_EQ(run("cd /tmp; echo x >one.undo; for f in *.undo; do echo $f; done"), "one.undo\n");
  EXPECT_EQ(run("cd /tmp; [ -e one.undo ] && [ ! -e two.undo ] && echo right"), "right\n");
}

TEST_F(SimulatedShell, LetsBackgroundJobsSleepUntilTheirTime) {
  (void)run("setsid sh -c 'sleep \"$1\"; echo done >/tmp/late' - 60 >/dev/null 2>&1 &");
  clock_.advance(std::chrono::seconds{59});
  EXPECT_EQ(switch_.file("/tmp/late"), "");
  clock_.advance(std::chrono::seconds{2});
  EXPECT_EQ(switch_.file("/tmp/late"), "done\n");
}

TEST_F(SimulatedShell, LosesMemoryButNotTheDiskWhenItReboots) {
  const std::string boot = switch_.boot_id();
  (void)run("mkdir -p /run/x; echo 1 >/run/x/a; echo 2 >/etc/b; (sleep 5; echo 3 >/etc/c) &");
  switch_.reboot();
  clock_.advance(std::chrono::seconds{60});
  EXPECT_EQ(switch_.file("/run/x/a"), "");
  EXPECT_EQ(switch_.file("/etc/b"), "2\n");
  EXPECT_EQ(switch_.file("/etc/c"), "");
  EXPECT_NE(switch_.boot_id(), boot);
}

TEST_F(SimulatedShell, SaysWhenTheDiskIsFull) {
  switch_.set_full_disk(true);
  EXPECT_NE(run("echo x >/etc/y || echo status $?").find("No space left on device"),
            std::string::npos);
  EXPECT_EQ(run("echo x >/run/y; cat /run/y"), "x\n");
}

TEST_F(SimulatedShell, KernelTakesVlanDevicesAlongWithTheirParent) {
  (void)run("ip link add link swp1 name swp1.101 type vlan id 101; ip link set dev swp1 up");
  EXPECT_EQ(switch_.port_view("swp1").tags, (std::vector{101}));
  (void)run("ip link set dev swp1 down");
  EXPECT_TRUE(switch_.port_view("swp1").tags.empty());
}

TEST_F(SimulatedShell, BridgeGivesItsDefaultVlanToANewPort) {
  (void)run("ip link set dev swp1 master br0");
  EXPECT_EQ(switch_.port_view("swp1").pvid, 1);
  (void)run("bridge vlan del dev swp1 vid 1; bridge vlan add dev swp1 vid 100 pvid untagged");
  EXPECT_EQ(switch_.port_view("swp1").pvid, 100);
  (void)run("ip link set dev swp1 nomaster");
  EXPECT_EQ(switch_.port_view("swp1").pvid, 0);
}

TEST_F(SimulatedShell, BatchGoesOnAfterAnErrorOnlyWithForce) {
  const std::string lines = "printf 'link set nope up\\nlink set swp1 up\\n' | ";
  EXPECT_EQ(run(lines + "ip -batch -; echo $?"),
            "Cannot find device \"nope\"\nCommand failed -:1\n1\n");
  EXPECT_FALSE(switch_.port_view("swp1").up);
  (void)run(lines + "ip -force -batch -");
  EXPECT_TRUE(switch_.port_view("swp1").up);
}

TEST_F(SimulatedShell, MonitorSeesAnOpenPortThatIsHalfBuilt) {
  (void)run(
      "ip link add link swp1 name swp1.101 type vlan id 101; ip link set swp1.101 master vrf-prv");
  EXPECT_TRUE(switch_.violations().empty());
  (void)run("ip link set dev swp1 up");
  EXPECT_FALSE(switch_.violations().empty());
}

std::string text_of(const std::string& name) {
  std::ifstream stream(std::string(SWITCHYARD_FAKES_GOLDEN) + "/" + name);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// golden/batch.txt was loaded into Debian's FRR 8.4.4 and golden/running-config.txt is what it
// showed.
TEST_F(SimulatedShell, FrrShowsWhatTheRealOneShowed) {
  (void)run(
      "vtysh -c 'conf t' -c 'no router bgp 65001 vrf vrf-prv' -c 'no router bgp 65001 vrf vrf-pub' "
      "-c 'no route-map FABRIC'");
  EXPECT_EQ(run("vtysh -f /dev/stdin <<'E'\n" + text_of("batch.txt") + "E\necho $?"), "0\n");
  std::string shown = switch_.running_config();
  const std::size_t host = shown.find("hostname");
  shown.erase(host, shown.find('\n', host) + 1 - host);
  EXPECT_EQ(shown, text_of("running-config.txt"));
}

TEST_F(SimulatedShell, FrrGoesOnAfterAnErrorAndSaysWhichKind) {
  EXPECT_NE(
      run("printf 'blah\\nip prefix-list A seq 5 deny any\\n' | vtysh -f /dev/stdin; echo rc $?")
          .find("rc 2"),
      std::string::npos);
  EXPECT_NE(switch_.running_config().find("ip prefix-list A seq 5 deny any"), std::string::npos);
  EXPECT_NE(run("printf 'no bgp as-path access-list NONE\\n' | vtysh -f /dev/stdin; echo rc $?")
                .find("rc 13"),
            std::string::npos);
}

}  // namespace
}  // namespace switchyard::fakes
