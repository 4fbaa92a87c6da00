// What a switch must have before a port of it is touched.
#include "switch-drivers/cumulus-nvue/requirements.h"

#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::cumulus_nvue {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const SwitchContext kContext{.asn = Asn{65001}, .bridge = "br_default", .quarantine = "quarantine"};

View fit_switch() {
  Leaves all{{{"router", "bgp", "autonomous-system"}, "65001"},
             {{"bridge", "domain", "br_default", "vlan", "100"}, "{}"},
             {{"bridge", "domain", "br_default", "vlan", "200-202,300"}, "{}"}};
  for (const char* vrf : {"vrf-prv", "vrf-pub", "quarantine"})
    for (const char* route : {"0.0.0.0/0", "::/0"})
      all[{"vrf", vrf, "router", "static", route, "distance", "250", "via", "blackhole", "type"}] =
          "blackhole";
  for (const char* vrf : {"vrf-prv", "vrf-pub"})
    all[{"vrf", vrf, "router", "bgp", "enable"}] = "on";
  View view{.system = {.hostname = "tor1", .version = "5.9.1"},
            .interfaces = {{"swp1", true}, {"eth0", true}}};
  view.config = view.startup = sort_config(all);
  return view;
}

View without(const Path& path) {
  View view = fit_switch();
  Leaves all = view.config.all;
  std::erase_if(all, [&](const auto& one) { return begins_with(one.first, path); });
  view.config = view.startup = sort_config(all);
  return view;
}

TEST(NvueRequirements, AFitSwitchTakesEveryMode) {
  EXPECT_THAT(problems_of(fit_switch(), kContext), IsEmpty());
  for (const PortIntent& intent :
       {shut_port(), provisioning_port(), segment_port(), routed_port()}) {
    const auto status = check_requirements(intent, fit_switch(), kContext);
    EXPECT_TRUE(status) << status.error().message;
  }
}

TEST(NvueRequirements, WhatIsMissingIsNamed) {
  const std::vector<std::tuple<Path, PortIntent, std::string>> cases{
      {{"router", "bgp"}, routed_port(), "AS 65001"},
      {{"vrf", "vrf-pub"}, routed_port(), "vrf-pub"},
      {{"vrf", "quarantine"}, routed_port(), "quarantine"},
      {{"bridge", "domain", "br_default", "vlan", "100"}, provisioning_port(), "VLAN 100"},
      {{"bridge", "domain", "br_default", "vlan", "200-202,300"}, segment_port(), "VLAN 20"}};
  for (const auto& [path, intent, what] : cases) {
    const auto status = check_requirements(intent, without(path), kContext);
    ASSERT_FALSE(status) << what;
    EXPECT_EQ(status.error().code, Errc::Rejected);
    EXPECT_THAT(status.error().message, HasSubstr(what));
    EXPECT_TRUE(check_requirements(shut_port(), without(path), kContext));
  }
  EXPECT_EQ(check_requirements(shut_port("swp9"), fit_switch(), kContext).error().code,
            Errc::NotFound);
}

TEST(NvueRequirements, AVrfThatIsNoDeadEndIsAProblem) {
  EXPECT_THAT(problems_of(without({"vrf", "vrf-prv", "router", "static", "::/0"}), kContext),
              testing::ElementsAre(HasSubstr("vrf-prv")));
}

TEST(NvueRequirements, WhatSomebodyDidNotSaveIsAProblem) {
  View view = fit_switch();
  view.config.all[{"system", "hostname"}] = "new";
  EXPECT_THAT(problems_of(view, kContext), testing::ElementsAre(HasSubstr("nobody saved")));
}

}  // namespace
}  // namespace switchyard::switch_drivers::cumulus_nvue
