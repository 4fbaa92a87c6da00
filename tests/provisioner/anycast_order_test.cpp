// Orders for servers that may announce anycast addresses.
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

class AnycastOrder : public LifeFixture {
 protected:
  void SetUp() override {
    change("vrf: vrf-prv, advertise", "vrf: vrf-prv, anycast: true, maximum_prefix: 3, advertise");
    take("prv-a", "10.1.0.200");
    take("prv-a", "10.1.0.201");
    take("prv-a6", "fd10:1::200");
  }

  // The inventory of the site with this in place of that.
  void change(const std::string& from, const std::string& to) {
    const auto imported = site_.service->import_inventory(
        "site.yaml", SimulatedSite::inventory_with(from, to), Mode::Real);
    EXPECT_TRUE(imported) << imported.error().message;
  }

  void take(const std::string& subnet, const std::string& address, bool anycast = true) {
    const auto taken = site_.service->take_addresses(
        {.name = "eva"}, subnet, {{.address = address, .anycast = anycast}}, Mode::Real);
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken->front().anycast, anycast);
  }

  DeployRequest order(std::vector<std::string> anycast) const {
    DeployRequest order = site_.order();
    order.anycast["vrf-prv"] = std::move(anycast);
    return order;
  }

  DeploymentView deploy_sharing(std::vector<std::string> anycast) {
    const auto ordered = site_.service->deploy({}, order(std::move(anycast)));
    EXPECT_TRUE(ordered) << ordered.error().message;
    return ordered.value_or(DeploymentView{});
  }

  std::string refusal(const DeployRequest& order) {
    const auto refused = site_.service->plan_deploy({}, order);
    return refused ? "accepted" : refused.error().message;
  }

  std::vector<std::string> accepted_by_filter() {
    std::vector<std::string> texts;
    for (const Prefix& prefix : site_.switches["tor1"].ports["swp1"].attachments.at(0).accept)
      texts.push_back(to_string(prefix));
    return texts;
  }

  Status give_back(const std::string& address) {
    return site_.service->release_address({}, "prv-a", address, Mode::Real);
  }
};

TEST_P(AnycastOrder, OpensTheFilterForThemToo) {
  const DeploymentView ordered = deploy_sharing({"10.1.0.201", "10.1.0.200", "fd10:1::200"});
  ASSERT_EQ(ordered.anycast.size(), 3U);
  EXPECT_EQ(ordered.anycast[0].address, "10.1.0.200");
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_THAT(accepted_by_filter(), ElementsAre("10.1.0.1/32", "fd10:1::1/128", "10.1.0.200/32",
                                                "10.1.0.201/32", "fd10:1::200/128"));
}

TEST_P(AnycastOrder, IsActiveWhateverItsHealthChecksSay) {
  for (const char* name : {"tor1", "tor2"})
    site_.switches[name].accepted = {*parse_prefix("10.1.0.1/32"), *parse_prefix("fd10:1::1/128"),
                                     *parse_prefix("10.1.0.201/32")};
  EXPECT_TRUE(ends(deploy_sharing({"10.1.0.200", "10.1.0.201"}).operation, "succeeded"));
}

TEST_P(AnycastOrder, IsNotActiveWithoutItsOwnHostRoutes) {
  site_.switches["tor2"].accepted = {*parse_prefix("10.1.0.1/32"), *parse_prefix("10.1.0.200/32")};
  const DeploymentView ordered = deploy_sharing({"10.1.0.200"});
  EXPECT_TRUE(reaches(ordered.operation, "verifying"));
  site_.run_until([] { return false; }, 10s);
  EXPECT_THAT(site_.operation(ordered.operation).message,
              HasSubstr("tor2 swp1 vrf-prv: accepted 1 of 2 host routes"));
}

TEST_P(AnycastOrder, IsNotActiveWithAnAddressThatWasNotGranted) {
  site_.switches["tor1"].accepted = {*parse_prefix("10.1.0.1/32"), *parse_prefix("fd10:1::1/128"),
                                     *parse_prefix("10.1.0.201/32")};
  const DeploymentView ordered = deploy_sharing({"10.1.0.200"});
  EXPECT_TRUE(reaches(ordered.operation, "verifying"));
  site_.run_until([] { return false; }, 10s);
  EXPECT_THAT(site_.operation(ordered.operation).message,
              HasSubstr("accepted 10.1.0.201/32, which is not this server's"));
}

TEST_P(AnycastOrder, KeepsTheAddressTakenUntilItIsReleased) {
  const DeploymentView ordered = deploy_sharing({"10.1.0.200"});
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(give_back("10.1.0.200").error().code, Errc::Conflict);
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  EXPECT_TRUE(ends(released->id, "succeeded"));
  const Status given = give_back("10.1.0.200");
  EXPECT_TRUE(given) << given.error().message;
}

TEST_P(AnycastOrder, GrantsNothingInADryRun) {
  const auto plan = site_.service->plan_deploy({}, order({"10.1.0.200"}));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->anycast.size(), 1U);
  EXPECT_TRUE(give_back("10.1.0.200"));
}

TEST_P(AnycastOrder, IsRefusedForAnAddressNobodyTookForSharing) {
  EXPECT_THAT(refusal(order({"10.1.0.202"})),
              HasSubstr("project demo has not taken 10.1.0.202 in VRF vrf-prv: take it first "
                        "(switchyard subnet take SUBNET --address 10.1.0.202 --anycast)"));
  take("prv-a", "10.1.0.203", false);
  EXPECT_THAT(refusal(order({"10.1.0.203"})), HasSubstr("belongs to eva alone"));
  EXPECT_THAT(refusal(order({"10.1.0.200", "10.1.0.200"})), HasSubstr("is there twice"));
  EXPECT_THAT(refusal(order({"10.1.0.200/32"})), HasSubstr("anycast address"));
}

TEST_P(AnycastOrder, IsRefusedForAnAddressOfAnotherProject) {
  const auto made = site_.service->create_subnet(
      {}, {.name = "other", .vrf = "vrf-prv", .prefix = "10.9.0.0/24", .project = "other"},
      Mode::Real);
  ASSERT_TRUE(made) << made.error().message;
  take("other", "10.9.0.1");
  EXPECT_THAT(refusal(order({"10.9.0.1"})), HasSubstr("project demo has not taken 10.9.0.1"));
}

TEST_P(AnycastOrder, IsRefusedWhenTheSwitchesWouldEndItsSession) {
  take("prv-a", "10.1.0.202");
  EXPECT_EQ(refusal(order({"10.1.0.200", "10.1.0.201"})), "accepted") << "and its own is three";
  EXPECT_THAT(refusal(order({"10.1.0.200", "10.1.0.201", "10.1.0.202"})),
              HasSubstr("announce 3 routes a family in VRF vrf-prv (maximum_prefix), the order "
                        "names 3 anycast addresses of IPv4"));
}

TEST_P(AnycastOrder, IsRefusedForAFamilyTheServerDoesNotHave) {
  DeployRequest only4 = order({"fd10:1::200"});
  only4.subnets["vrf-prv"] = {"prv-a"};
  EXPECT_THAT(refusal(only4), HasSubstr("needs an IPv6 subnet of VRF vrf-prv in the order"));
}

TEST_P(AnycastOrder, IsRefusedByACatalogThatAllowsNone) {
  change("vrfs:", "vrfs:");  // as it was
  EXPECT_EQ(
      refusal(order({"10.1.0.200"})),
      "catalog l3-private allows no anycast addresses in VRF vrf-prv: order by one that does");
  DeployRequest elsewhere = site_.order();
  elsewhere.anycast["vrf-pub"] = {"203.0.113.1"};
  EXPECT_EQ(refusal(elsewhere), "catalog l3-private does not attach VRF vrf-pub");
}

TEST(PlanJson, KeepsAnycastAndReadsPlansOfBeforeThereWasAny) {
  const Plan plan{.vrfs = {{.vrf = {"vrf-prv"},
                            .tag = {101},
                            .subnets = {"prv-a"},
                            .addresses = {*parse_ip("10.1.0.1")},
                            .anycast = {*parse_ip("10.1.0.200"), *parse_ip("10.1.0.201")}}}};
  const std::string text = to_json_text(plan);
  const auto read = parse_plan(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->vrfs[0].anycast, plan.vrfs[0].anycast);
  EXPECT_EQ(read->vrfs[0].addresses, plan.vrfs[0].addresses);
  std::string before = text;
  const std::string part = R"("anycast":["10.1.0.200","10.1.0.201"],)";
  ASSERT_NE(before.find(part), std::string::npos) << before;
  before.erase(before.find(part), part.size());
  const auto old = parse_plan(before);
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_TRUE(old->vrfs[0].anycast.empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, AnycastOrder, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
