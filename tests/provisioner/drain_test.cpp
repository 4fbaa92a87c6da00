// A switch that is drained: what its ports become, whatever happens to them meanwhile, and who
// would be cut off.
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using switch_drivers::Attachment;
using switch_drivers::PortIntent;
using testing::AllOf;
using testing::HasSubstr;

class Drain : public LifeFixture {
 protected:
  DeploymentView active() {
    const DeploymentView ordered = deploy();
    EXPECT_TRUE(ends(ordered.operation, "succeeded"));
    return ordered;
  }

  Result<SwitchView> drain(const std::string& name, bool lose_servers = false) {
    return site_.service->drain_switch(name, {.reason = "new fans", .lose_servers = lose_servers},
                                       {}, Mode::Real);
  }

  bool is_drained(const std::string& name) {
    const std::vector<Attachment>& attachments =
        site_.switches.at(name).ports.at("swp1").attachments;
    return !attachments.empty() && std::ranges::all_of(attachments, &Attachment::drained);
  }

  SwitchView shown(const std::string& name) { return *site_.service->find_switch(name); }

  bool settles(const std::string& name) {
    return site_.run_until([&] { return shown(name).changing_ports == 0; });
  }

  std::vector<SwitchServerView> servers(const std::string& name) {
    return site_.service->list_switch_servers(name, {.size = 10})->items;
  }
};

TEST_P(Drain, ReachesEveryRoutedPortOfThatSwitchAndBack) {
  active();
  site_.switches.at("tor1").history.clear();
  const auto begun = drain("tor1");
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_TRUE(begun->drained);
  EXPECT_EQ(begun->drain_reason, "new fans");
  EXPECT_EQ(begun->changing_ports, 1);
  ASSERT_TRUE(settles("tor1"));
  EXPECT_TRUE(is_drained("tor1"));
  EXPECT_FALSE(is_drained("tor2"));
  EXPECT_EQ(site_.switches.at("tor1").saved.at("swp1"), site_.switches.at("tor1").ports.at("swp1"));
  EXPECT_EQ(site_.service->find_port("tor1", "swp1")->sync, "in-sync");
  const int applied = site_.switches.at("tor1").applied;
  ASSERT_TRUE(site_.service->scan_switch("tor1"));
  site_.run_until([] { return false; }, std::chrono::seconds(120));
  EXPECT_EQ(site_.switches.at("tor1").applied, applied) << "it is no drift";
  ASSERT_TRUE(site_.service->undrain_switch("tor1", {}, Mode::Real));
  ASSERT_TRUE(settles("tor1"));
  EXPECT_FALSE(is_drained("tor1"));
  EXPECT_EQ(shown("tor1").drain_reason, "");
}

TEST_P(Drain, HoldsForServersThatComeWhileItLasts) {
  ASSERT_TRUE(drain("tor2"));
  const DeploymentView ordered = active();
  EXPECT_TRUE(is_drained("tor2"));
  EXPECT_FALSE(is_drained("tor1"));
  const auto released = site_.service->release({}, ordered.id, {}, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  EXPECT_TRUE(ends(released->id, "succeeded"));
  EXPECT_TRUE(settles("tor2"));
}

TEST_P(Drain, InTheMiddleOfAChangeIsMadeUpForAfterIt) {
  const DeploymentView ordered = deploy();
  site_.switches.at("tor1").during_apply = [&] {
    site_.switches.at("tor1").during_apply = [&] { ASSERT_TRUE(drain("tor1", true)); };
  };
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  ASSERT_TRUE(shown("tor1").drained);
  ASSERT_TRUE(settles("tor1"));
  EXPECT_TRUE(is_drained("tor1"));
}

TEST_P(Drain, IsRefusedWhereAServerHasNoOtherPath) {
  active();
  ASSERT_TRUE(settles("tor2"));
  ASSERT_EQ(servers("tor1").size(), 1U);
  EXPECT_EQ(servers("tor1").front().other_paths, "yes") << servers("tor1").front().why;
  ASSERT_TRUE(drain("tor2"));
  const auto refused = drain("tor1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("switch tor1"), HasSubstr("srv1"),
                                             HasSubstr("tor2 swp1"), HasSubstr("drained, too")));
  EXPECT_FALSE(shown("tor1").drained);
  EXPECT_TRUE(drain("tor1", true));
  EXPECT_EQ(servers("tor2").front().other_paths, "no");
}

TEST_P(Drain, ChangesNothingInADryRunAndIsForOneVersion) {
  active();
  const SwitchView before = shown("tor1");
  ASSERT_TRUE(site_.service->drain_switch("tor1", {.reason = "x"}, before.version, Mode::DryRun));
  EXPECT_FALSE(shown("tor1").drained);
  ASSERT_TRUE(drain("tor1"));
  const auto late = site_.service->undrain_switch("tor1", before.version, Mode::Real);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::Conflict);
  EXPECT_EQ(drain("tor9").error().code, Errc::NotFound);
}

TEST_P(Drain, IsSeenInTheEvents) {
  ASSERT_TRUE(drain("tor1"));
  const auto events = site_.service->events({}, 0, 100);
  ASSERT_TRUE(events);
  const auto found = std::ranges::find(*events, "switch.drain", &EventView::type);
  ASSERT_NE(found, events->end());
  EXPECT_EQ(found->subject, "switches/tor1");
}

INSTANTIATE_TEST_SUITE_P(Databases, Drain, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
