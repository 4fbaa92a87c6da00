// What the real programs say of wrong files: a good file, a change, and the place they name.
#include "catalogs/syntax_tools.h"

#include "tests/catalogs/tool_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>

namespace switchyard::catalogs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kNetplan = "/etc/netplan/10-switchyard.yaml";
const std::string kInterfaces = "/etc/network/interfaces";
const std::string kKeyfile = "/etc/NetworkManager/system-connections/eth1.nmconnection";

RenderedFile file(const std::string& path, const std::string& content) {
  return {.path = path, .mode = "0600", .content = content, .made_by = "t.j2"};
}

std::string good(const std::string& path) {
  if (path == kNetplan)
    return "network:\n  version: 2\n  ethernets:\n    eth1:\n      mtu: 1504\n"
           "      match: {macaddress: \"02:00:00:00:00:01\"}\n      set-name: eth1\n  vlans:\n"
           "    eth1.101:\n      id: 101\n      link: eth1\n";
  if (path == kInterfaces)
    return "auto vni0\niface vni0\n    link-type dummy\n    address 10.1.0.5/32\n"
           "    mtu 1500\n    post-up true\n";
  return "[connection]\nid=eth1\ntype=ethernet\ninterface-name=eth1\n\n[ethernet]\n"
         "mac-address=02:00:00:00:00:01\nmtu=1504\n\n[ipv4]\nmethod=manual\n"
         "address1=10.1.0.5/32\n\n[ipv6]\nmethod=disabled\n";
}

class SyntaxOfFiles : public testing::Test {
 protected:
  void SetUp() override { use_unpacked_tools(); }

  static std::vector<std::string> said(const std::vector<RenderedFile>& files) {
    SyntaxTools tools;
    const SyntaxCheck check = tools.check(files);
    std::vector<std::string> all = check.notes;
    for (const Fault& fault : check.faults)
      all.push_back(to_string(fault));
    return all;
  }
};

TEST_F(SyntaxOfFiles, IsGoodInGoodOnes) {
  for (const std::string& path : {kNetplan, kInterfaces, kKeyfile})
    EXPECT_THAT(said({file(path, good(path))}), IsEmpty()) << path;
}

struct Change {
  std::string name{};
  std::string path{};
  std::pair<std::string, std::string> change{};
  std::string said{};
};

void PrintTo(const Change& one, std::ostream* out) { *out << one.name; }

class WrongFiles : public SyntaxOfFiles, public testing::WithParamInterface<Change> {};

TEST_P(WrongFiles, AreRefusedAtTheirLine) {
  std::string text = good(GetParam().path);
  const auto& [there, instead] = GetParam().change;
  text.replace(text.find(there), there.size(), instead);
  EXPECT_THAT(said({file(GetParam().path, text)}),
              Contains(testing::StartsWith(GetParam().path + GetParam().said)));
}

INSTANTIATE_TEST_SUITE_P(
    Netplan, WrongFiles,
    testing::Values(
        Change{"UnknownKey", kNetplan, {"mtu", "mtuu"}, ":5: Error in network definition"},
        Change{"NoNumber", kNetplan, {"1504", "large"}, ":5: Error in network definition"},
        Change{"NoSuchLink", kNetplan, {"link: eth1", "link: eth9"}, ":11: Error in network"},
        Change{"NoMac", kNetplan, {"02:00", "zz:00"}, ":6: Error in network definition"},
        Change{"NoVlan", kNetplan, {"id: 101", "id: 4095"}, ":10: Error in network definition"},
        Change{"NoYaml", kNetplan, {"version: 2", "version: [2"}, ":3: Invalid YAML"}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Interfaces, WrongFiles,
    testing::Values(
        Change{"UnknownAttribute",
               kInterfaces,
               {"link-type", "link-tipe"},
               ":3: iface vni0: unknown attribute link-tipe"},
        Change{"UnknownWord", kInterfaces, {"iface vni0", "ifac vni0"}, ":2: error processing"},
        Change{"NoAddress", kInterfaces, {"/32", "-32"}, ":4: iface vni0: address cannot be"},
        Change{"NoNumber", kInterfaces, {"1500", "large"}, ":5: iface vni0: mtu cannot be large"},
        Change{"NoKind", kInterfaces, {"dummy", "dumy"}, ":3: iface vni0: link-type cannot be"},
        Change{"NoDevice", kInterfaces, {"auto vni0", "auto"}, ":1: invalid auto line"},
        Change{"CutShort", kInterfaces, {"iface vni0", "iface"}, ": ifupdown2 cannot read it"},
        Change{"OtherFiles",
               kInterfaces,
               {"auto vni0", "source /etc/shadow"},
               ":1: other files are not looked at"}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Keyfiles, WrongFiles,
    testing::Values(
        Change{"UnknownKey", kKeyfile, {"mtu=", "mtuu="}, ":8: invalid property 'mtuu'"},
        Change{"UnknownSection", kKeyfile, {"[ethernet]", "[ethernt]"}, ":7: invalid or not"},
        Change{"NoNumber", kKeyfile, {"1504", "large"}, ":8: failed to modify 802-3-ethernet.mtu"},
        Change{"NoMac", kKeyfile, {"02:00:00", "zz"}, ":7: failed to modify 802-3-ethernet.mac"},
        Change{"NoMethod", kKeyfile, {"manual", "manuel"}, ":11: ipv4.method: property is invalid"},
        Change{"NoAddress", kKeyfile, {"/32", "-32"}, ":10: ipv4.addresses: this property"},
        Change{"NoType", kKeyfile, {"type=ethernet", "type=ethernt"}, ":3: connection.type: "},
        Change{"LongName", kKeyfile, {"e-name=", "e-name=longer-than-it-can-be"}, ":4: connection"},
        Change{"NoKeyfile", kKeyfile, {"mtu=1504", "mtu"}, ":8: Key file contains line"}),
    [](const auto& one) { return one.param.name; });

TEST_F(SyntaxOfFiles, OfNetplanIsJudgedTogether) {
  const std::string more = "/etc/netplan/20-more.yaml";
  const std::string vlan = "network:\n  vlans:\n    more:\n      id: 5\n      link: eth1\n";
  EXPECT_THAT(said({file(kNetplan, good(kNetplan)), file(more, vlan)}), IsEmpty());
  EXPECT_THAT(said({file(more, vlan)}), ElementsAre(HasSubstr(more + ":5: ")));
}

// ifupdown2 would run it, if Mako is installed.
TEST_F(SyntaxOfFiles, OfInterfacesIsFoundWithoutRunningWhatStandsThere) {
  const std::string proof = testing::TempDir() + "switchyard-was-run";
  std::filesystem::remove(proof);
  const auto faults =
      said({file(kInterfaces, "<% open('" + proof + "', 'w') %>\n" + "% if open('" + proof +
                                  "', 'w'):\n% endif\n" + good(kInterfaces))});
  EXPECT_THAT(faults, Contains(HasSubstr(kInterfaces + ":1: ")));
  EXPECT_FALSE(std::filesystem::exists(proof));
}

TEST_F(SyntaxOfFiles, IsLookedAtOnce) {
  SyntaxTools tools;
  const std::vector<RenderedFile> files{file(kKeyfile, "[connection]\n")};
  EXPECT_EQ(tools.check(files).faults.size(), 1U);
  EXPECT_THAT(tools.check(files).faults, IsEmpty());
}

// The classic ifupdown's ifquery, and no nmcli and netplan at all.
TEST_F(SyntaxOfFiles, IsNotedWhereNobodyCanLook) {
  const std::string folder = testing::TempDir() + "switchyard-no-tools";
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder + "/ifquery");
  std::filesystem::create_symlink("/usr/bin/true", folder + "/ifquery");
  const std::string before = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  ::setenv("PATH", folder.c_str(), 1);             // NOLINT(concurrency-mt-unsafe)
  const auto all = said({file(kKeyfile, "nonsense"), file(kInterfaces, "nonsense")});
  ::setenv("PATH", before.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_THAT(all, ElementsAre("/etc/network/interfaces: not looked at, ifupdown2 is not installed",
                               "NetworkManager's keyfiles: not looked at, nmcli is not installed"));
}

}  // namespace
}  // namespace switchyard::catalogs
