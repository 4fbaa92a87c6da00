// The facade's lists, page by page, on both databases.
#include "tests/provisioner/simulated_site.h"

#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

// Every key of a list in the order shown, by pages of one.
template <class List, class Key> std::vector<std::string> keys_of(List list, Key key) {
  std::vector<std::string> keys;
  std::string after;
  do {
    const auto page = list(PageRequest{.size = 1, .after = after});
    EXPECT_TRUE(page) << page.error().message;
    EXPECT_LE(page->items.size(), 1U);
    for (const auto& item : page->items)
      keys.push_back(key(item));
    after = page->next;
  } while (!after.empty() && keys.size() < 10);
  return keys;
}

class Lists : public testing::TestWithParam<db::Backend> {
 protected:
  SimulatedSite site_{GetParam()};
  Service& service_{*site_.service};
};

using Names = std::vector<std::string>;

TEST_P(Lists, AreCutIntoPagesWithoutGapsOrRepeats) {
  EXPECT_EQ(keys_of([&](const PageRequest& page) { return service_.list_switches(page); },
                    [](const SwitchView& view) { return view.name; }),
            (Names{"tor1", "tor2"}));
  EXPECT_EQ(keys_of([&](const PageRequest& page) { return service_.list_subnets({}, "", page); },
                    [](const SubnetView& view) { return view.name; }),
            (Names{"prv-a", "prv-a6"}));
  EXPECT_EQ(keys_of([&](const PageRequest& page) { return service_.list_vrfs(page); },
                    [](const VrfView& view) { return view.name; }),
            Names{"vrf-prv"});
  EXPECT_EQ(keys_of([&](const PageRequest& page) { return service_.list_images(page); },
                    [](const ImageView& view) { return view.name; }),
            Names{"debian-12"});
  EXPECT_EQ(keys_of([&](const PageRequest& page) { return service_.list_catalogs(page); },
                    [](const CatalogView& view) { return view.name; }),
            Names{"l3-private"});
}

TEST_P(Lists, ShowAServerWithItsNicsAndOnlyToItsProject) {
  const auto pool = service_.list_servers({.project = "other"}, "", {});
  ASSERT_EQ(pool->items.size(), 1U);
  ASSERT_EQ(pool->items[0].nics.size(), 2U);
  EXPECT_EQ(pool->items[0].nics[1].switch_name, "tor2");
  ASSERT_TRUE(service_.deploy({}, site_.order()));
  EXPECT_TRUE(service_.list_servers({.project = "other"}, "", {})->items.empty());
  const auto own = service_.list_servers({.project = "demo"}, "deploying", {});
  ASSERT_EQ(own->items.size(), 1U);
  EXPECT_EQ(own->items[0].project, "demo");
  EXPECT_TRUE(service_.list_servers({}, "failed", {})->items.empty());
}

TEST_P(Lists, ShowAPortAsItIsFoundAlone) {
  ASSERT_TRUE(
      site_.run_until([&] { return service_.find_port("tor1", "swp1")->sync == "in-sync"; }));
  const auto listed = service_.list_ports("tor1", {});
  const auto found = service_.find_port("tor1", "swp1");
  ASSERT_EQ(listed->items.size(), 1U);
  EXPECT_EQ(listed->items[0].server, "srv1");
  EXPECT_EQ(listed->items[0].wished_mode, "provisioning");
  EXPECT_EQ(listed->items[0].wish, found->wish);
  EXPECT_EQ(listed->items[0].sync, "in-sync");
  EXPECT_EQ(service_.find_port("tor1", "swp9").error().code, Errc::NotFound);
}

TEST_P(Lists, ShowASwitchWithItsVrfs) {
  const auto listed = service_.list_switches({});
  ASSERT_EQ(listed->items.size(), 2U);
  EXPECT_EQ(listed->items[0].vrfs, Names{"vrf-prv"});
  EXPECT_EQ(listed->items[1].asn, 65002U);
  EXPECT_EQ(service_.find_switch("tor9").error().code, Errc::NotFound);
}

TEST_P(Lists, ShowWorkOfTheProjectOnly) {
  const auto ordered = service_.deploy({}, site_.order());
  ASSERT_TRUE(ordered);
  EXPECT_EQ(service_.list_deployments({.project = "demo"}, "deploying", {})->items.size(), 1U);
  EXPECT_TRUE(service_.list_deployments({.project = "other"}, "", {})->items.empty());
  EXPECT_EQ(service_.list_operations({}, "running", {})->items.at(0).id, ordered->operation);
  EXPECT_TRUE(service_.list_operations({}, "failed", {})->items.empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, Lists, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
