#include "switch-drivers/sonic/config_db.h"

#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kShown = R"({
  "DEVICE_METADATA": {"localhost": {"docker_routing_config_mode": "split-unified", "mac": "52:54:00:00:00:01"}},
  "FEATURE": {"bgp": {"state": "enabled"}},
  "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.0.0.0/31": {}},
  "PORT": {
    "Ethernet0": {"admin_status": "up", "lanes": "1,2", "mtu": "9100"},
    "Ethernet4": {"admin_status": "up", "alias": "etp2", "description": "dep-1 7", "lanes": "3,4", "mtu": 1500},
    "Ethernet40": {"lanes": "41", "description": ""}
  },
  "PORTCHANNEL_MEMBER": {"PortChannel1|Ethernet40": {}},
  "PORT_STORM_CONTROL": {"Ethernet4|broadcast": {"kbps": "10000"}},
  "VLAN": {"Vlan100": {"dhcpv6_servers": ["fc00::1"], "vlanid": "100"}},
  "VLAN_MEMBER": {"Vlan100|Ethernet40": {"tagging_mode": "untagged"}},
  "VLAN_SUB_INTERFACE": {
    "Ethernet4.101": {"NULL": "NULL", "vrf_name": "Vrf_private"},
    "Ethernet4.101|10.1.0.1/31": {},
    "Eth40.1001": {"vlan": "1001", "vrf_name": "Vrf_private"}
  },
  "VRF": {"Vrf_private": {"vni": "5000"}}
})";

TEST(ParseConfigDb, KeepsWhatMakesAPort) {
  const auto db = parse_config_db(kShown);
  ASSERT_TRUE(db) << db.error().message;
  EXPECT_EQ(as_text(rows_of(*db, "Ethernet4")),
            "PORT|Ethernet4 admin_status=up description=dep-1 7 mtu=1500\n"
            "PORT_STORM_CONTROL|Ethernet4|broadcast kbps=10000\n"
            "VLAN_SUB_INTERFACE|Ethernet4.101 vrf_name=Vrf_private\n"
            "VLAN_SUB_INTERFACE|Ethernet4.101|10.1.0.1/31\n");
  EXPECT_EQ(as_text(rows_of(*db, "Ethernet40")),
            "PORT|Ethernet40\n"
            "VLAN_MEMBER|Vlan100|Ethernet40 tagging_mode=untagged\n"
            "VLAN_SUB_INTERFACE|Eth40.1001 vlan=1001 vrf_name=Vrf_private\n");
  EXPECT_EQ(as_text(rows_of(*db, "Ethernet0")),
            "INTERFACE|Ethernet0\nINTERFACE|Ethernet0|10.0.0.0/31\n"
            "PORT|Ethernet0 admin_status=up mtu=9100\n");
  EXPECT_TRUE(db->at({"VRF", "Vrf_private"}).empty());
  EXPECT_FALSE(has_table(*db, "FEATURE"));
}

// What was rendered, shown by a switch and read again is the same port.
TEST(ParseConfigDb, ReadsBackEveryWish) {
  for (const PortIntent& intent : all_intents(kLongPort)) {
    const ConfigDb wished = wish(intent).rows;
    std::map<std::string, std::string> tables;
    for (const auto& [key, fields] : wished) {
      std::string row;
      for (const auto& [name, value] : fields)
        row += fmt::format(R"({}"{}": "{}")", row.empty() ? "" : ", ", name, value);
      std::string& table = tables[key.table];
      table += fmt::format(R"({}"{}": {{{}}})", table.empty() ? "" : ", ", key.key, row);
    }
    std::string text;
    for (const auto& [name, rows] : tables)
      text += fmt::format(R"({}"{}": {{{}}})", text.empty() ? "" : ", ", name, rows);
    const auto read = parse_config_db("{" + text + "}");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(difference(wished, rows_of(*read, kLongPort)), IsEmpty());
  }
}

TEST(ParseConfigDb, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{", "[]", "{}", "null", "% Error", R"({"PORT": []})", R"({"PORT": {"Ethernet0": []}})",
        R"({"PORT": {"Ethernet0; reboot": {}}})", R"({"PORT": {"": {}}})",
        R"({"PORT": {"Ethernet0": {"mtu": ["1500"]}}})", R"({"PORT": {"Ethernet0": {"mtu": -1}}})",
        R"({"PORT": {}, "VLAN_MEMBER": {"Vlan100|Ethernet0": {"a b": "x"}}})",
        R"({"PORT": {}, "VLAN_MEMBER": 7})", "{\"PORT\": {\"\xff\": {}}}"})
    EXPECT_FALSE(parse_config_db(text)) << text;
}

TEST(ParseConfigDb, NamesTheRowItRefuses) {
  const auto refused = parse_config_db(R"({"PORT": {"Ethernet0": {"mtu": {}}}})");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("PORT|Ethernet0"));
}

TEST(ParseConfigDb, BoundsWhatASwitchMaySay) {
  const std::string long_value(2000, 'x');
  EXPECT_FALSE(
      parse_config_db(R"({"PORT": {"Ethernet0": {"description": ")" + long_value + R"("}}})"));
  EXPECT_TRUE(parse_config_db(R"({"PORT": {"Ethernet0": {"alias": ")" + long_value + R"("}}})"))
      << "not ours to read";
  std::string deep(100'000, '[');
  EXPECT_FALSE(parse_config_db(R"({"PORT": {}, "X": )" + deep));
}

TEST(ParseConfigDb, ShowsAForeignDescriptionOnOneLine) {
  const auto db = parse_config_db(R"({"PORT": {"Ethernet0": {"description": "a\nb"}}})");
  ASSERT_TRUE(db);
  EXPECT_EQ(db->at({"PORT", "Ethernet0"}).at("description"), "a?b");
}

TEST(Difference, NamesTableKeyAndField) {
  const ConfigDb wished = wish(routed(kPort)).rows;
  ConfigDb observed = wished;
  observed[{"PORT", kPort}]["mtu"] = "9100";
  observed[{"PORT", kPort}].erase("description");
  observed.erase({"VLAN_SUB_INTERFACE", "Ethernet4.101"});
  observed[{"VLAN_SUB_INTERFACE", "Ethernet4.201"}]["loopback_action"] = "drop";
  observed[{"VLAN_MEMBER", "Vlan100|Ethernet4"}] = {{"tagging_mode", "tagged"}};
  EXPECT_THAT(
      difference(wished, observed),
      ElementsAre(
          Difference{"config_db PORT|Ethernet4 description", "dep-1 7", ""},
          Difference{"config_db PORT|Ethernet4 mtu", "1500", "9100"},
          Difference{"config_db VLAN_MEMBER|Vlan100|Ethernet4", "", "tagging_mode tagged"},
          Difference{"config_db VLAN_SUB_INTERFACE|Ethernet4.101",
                     "admin_status up, ipv6_use_link_local_only enable, vrf_name Vrf_vrf-prv", ""},
          Difference{"config_db VLAN_SUB_INTERFACE|Ethernet4.201 loopback_action", "", "drop"}));
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
