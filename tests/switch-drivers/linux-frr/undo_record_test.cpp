#include "switch-drivers/linux-frr/undo_record.h"

#include "switch-drivers/linux-frr/wish.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/linux-frr/replay.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::linux_frr {
namespace {

using testing::HasSubstr;
using testing::Not;

const WishContext kContext{.asn = Asn{65001},
                           .bridge = "br0",
                           .quarantine = "vrf-quarantine",
                           .port_mtu = 1504,
                           .port_max_mtu = 9216};
const PlanContext kPlan{.default_pvid = 1, .quarantine = "vrf-quarantine"};

TEST(UndoRecord, KeepsTheWishAndTheFormerFacts) {
  const PortState before = wished_state(provisioning_port(), kContext);
  const PortState after = wished_state(routed_port(), kContext);
  const std::string text = render_undo(routed_port(), before, after, kPlan);
  const auto record = parse_undo(text);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->wish, routed_port());
  EXPECT_EQ(record->before, facts_to_restore(before));
  expect_golden("undo_of_deploy.sh", text);
}

TEST(UndoRecord, OfAReleaseBringsTheFiltersBackBeforeTheNeighbor) {
  const std::string text = render_undo(provisioning_port(), wished_state(routed_port(), kContext),
                                       wished_state(provisioning_port(), kContext), kPlan);
  EXPECT_LT(text.find("prefix-list SWY-P-swp1.101 seq 65000"),
            text.find("neighbor swp1.101 interface"));
  EXPECT_LT(text.find("neighbor swp1.101 interface"), text.rfind("link set dev swp1 up"));
  EXPECT_THAT(text, Not(HasSubstr("peer-group\nexit\nno ")));
}

TEST(UndoRecord, TextFromTheSwitchCannotBecomeACommand) {
  PortState before = wished_state(shut_port(), kContext);
  before.alias = "x\nSWY-IN\nreboot\n'\"$(reboot)";
  before.subinterfaces["swp1.5"] = {
      .name = "swp1.5", .tag = 5, .master = "a b; reboot", .settings = {{"net/x", "1; reboot"}}};
  before.filters.insert(
      {.preference = 5, .handle = 1, .protocol = "ip", .match = "src_ip ?", .action = "pass"});
  before.snippet.reset();
  const std::string text =
      render_undo(provisioning_port(), before, wished_state(provisioning_port(), kContext), kPlan);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (!line.starts_with("# ")) {
      EXPECT_THAT(line, Not(HasSubstr("reboot")));
    }
    begin = end + 1;
  }
}

TEST(UndoRecord, ForeignFilesAreNoRecords) {
  for (const char* text : {"", "rm -rf /", "# wish {}\n# before []\n",
                           "# wish {\"port\":\"swp1\",\"mode\":\"shut\"}\n"}) {
    EXPECT_FALSE(parse_undo(text)) << text;
  }
}

TEST(ParseArmed, FindsTheChangeOfEachPort) {
  const std::string wish = to_json_text(provisioning_port());
  const auto armed = parse_armed(
      "/run/switchyard/c-1/swp1.undo:# Switchyard: puts port swp1 back\n"
      "/run/switchyard/c-1/swp1.undo:# wish " +
      wish +
      "\n"
      "/run/switchyard/c-2/bad.undo:# wish {\n/elsewhere/x.undo:# wish " +
      wish + "\n");
  ASSERT_EQ(armed.size(), 1U);
  EXPECT_EQ(armed.at("swp1").change, "c-1");
  EXPECT_EQ(armed.at("swp1").wish, provisioning_port());
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
