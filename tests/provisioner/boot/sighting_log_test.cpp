// What the DHCP server saw is there for people to ask for.
#include "provisioner/boot/sighting_log.h"

#include "core/log.h"
#include "tests/provisioner/simulated_site.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

using namespace pxe::dhcp;
using testing::HasSubstr;

class SightingLogTest : public testing::TestWithParam<db::Backend> {
 protected:
  SightingLogTest() { log::set_level(log::Level::Error); }

  std::vector<EventView> boot_events() {
    std::vector<EventView> found;
    const auto all = site_.service->events({}, 0, 500);
    for (const EventView& event : *all)
      if (event.type.starts_with("boot.")) found.push_back(event);
    return found;
  }

  SimulatedSite site_{GetParam()};
  SightingLog log_;
};

TEST_P(SightingLogTest, AContradictionBecomesAnEventOfTheServer) {
  log_.note({.kind = SightingKind::Contradiction,
             .server = "srv1",
             .mac = *parse_mac("02:00:00:00:00:01"),
             .port = {"tor1", "swp2"},
             .detail = "the MAC is of srv1"});
  ASSERT_TRUE(log_.keep(*site_.pool, site_.wakeup));
  ASSERT_TRUE(log_.keep(*site_.pool, site_.wakeup)) << "once only";
  const auto events = boot_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "boot.contradiction");
  EXPECT_EQ(events[0].subject, "servers/srv1");
  EXPECT_EQ(events[0].project, "") << "nothing for the developers of a project";
  const auto data = nlohmann::json::parse(events[0].data);
  EXPECT_EQ(data["mac"], "02:00:00:00:00:01");
  EXPECT_EQ(data["port"], "swp2");
  EXPECT_EQ(data["detail"], "the MAC is of srv1");
}

TEST_P(SightingLogTest, SaysWhereWhatNobodyKnowsWasSeen) {
  log_.note({.kind = SightingKind::UnknownClient,
             .mac = *parse_mac("02:00:00:00:00:99"),
             .port = {"tor1", "swp7"}});
  log_.note({.kind = SightingKind::ForeignServer, .address = *parse_ipv4("172.16.100.66")});
  log_.note({.kind = SightingKind::BootLoop, .server = "srv1"});
  ASSERT_TRUE(log_.keep(*site_.pool, site_.wakeup));
  const auto events = boot_events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].subject, "switches/tor1/ports/swp7");
  EXPECT_EQ(events[1].type, "boot.foreign_server");
  EXPECT_THAT(events[1].data, HasSubstr("172.16.100.66"));
  EXPECT_EQ(events[2].type, "boot.boot_loop");
}

TEST_P(SightingLogTest, TheEverydayIsNoEventAndAFloodIsCutOff) {
  for (int i = 0; i < 1000; ++i) {
    log_.note({.kind = SightingKind::AddressServed, .server = "srv1"});
    log_.note({.kind = SightingKind::PoolExhausted});
  }
  ASSERT_TRUE(log_.keep(*site_.pool, site_.wakeup));
  EXPECT_EQ(boot_events().size(), SightingLog::kMostWaiting);
}

INSTANTIATE_TEST_SUITE_P(Databases, SightingLogTest, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
