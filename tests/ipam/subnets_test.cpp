#include "ipam/subnets.h"

#include "tests/ipam/ipam_fixture.h"

#include <latch>
#include <thread>

namespace switchyard::ipam {
namespace {

using testing::HasSubstr;

class Subnets : public IpamTest {
 protected:
  Result<Subnet> insert(const Subnet& wanted) {
    return in_unit(
        [&](db::Session& session) { return insert_subnet(session, wanted, clock_.now()); });
  }

  Status remove(const std::string& name) {
    return in_unit([&](db::Session& session) {
      return remove_subnet(session, name, std::nullopt, clock_.now());
    });
  }

  Result<std::optional<Subnet>> find(const std::string& name) {
    return in_unit([&](db::Session& session) -> Result<std::optional<Subnet>> {
      return find_subnet(session, name);
    });
  }

  Result<Subnet> update(const Subnet& wanted) {
    return in_unit([&](db::Session& session) { return update_subnet(session, wanted); });
  }
};

TEST_P(Subnets, AreReadBackAsTheyWereStored) {
  Subnet wanted = subnet("prv-a", "10.1.0.0/24");
  wanted.project = "demo";
  wanted.gateway = ip("10.1.0.1");
  wanted.reserved = {{ip("10.1.0.100"), ip("10.1.0.199"), "dhcp of the old site"}};
  wanted.hold_down = std::chrono::seconds{90};
  const auto inserted = insert(wanted);
  ASSERT_TRUE(inserted) << inserted.error().message;
  EXPECT_EQ(find("prv-a").value(), inserted.value());
  wanted.version = inserted->version;
  EXPECT_EQ(*inserted, wanted);
  const auto v6 = insert(subnet("prv-6", "2001:db8::/64"));
  EXPECT_EQ(find("prv-6").value(), v6.value());
}

TEST_P(Subnets, MayNotOverlapInsideOneVrf) {
  add_subnet(subnet("outer", "10.1.0.0/16"));
  for (const char* prefix : {"10.1.0.0/16", "10.1.255.0/24", "10.0.0.0/8"}) {
    const auto refused = insert(subnet("inner", prefix));
    ASSERT_FALSE(refused) << prefix;
    EXPECT_EQ(refused.error().code, Errc::Conflict);
    EXPECT_THAT(refused.error().message,
                HasSubstr("overlaps subnet outer (10.1.0.0/16 in VRF prv)"));
  }
  EXPECT_TRUE(insert(subnet("beside", "10.2.0.0/16")));
  EXPECT_TRUE(insert(subnet("elsewhere", "10.1.0.0/16", "pub")));
}

TEST_P(Subnets, NeedAFreeNameAndAVrf) {
  add_subnet(subnet("a", "10.1.0.0/24"));
  EXPECT_THAT(insert(subnet("a", "10.2.0.0/24")).error().message, HasSubstr("a exists already"));
  const auto lost = insert(subnet("b", "10.3.0.0/24", "nowhere"));
  EXPECT_EQ(lost.error().code, Errc::NotFound);
  EXPECT_THAT(lost.error().message, HasSubstr("VRF nowhere does not exist"));
}

TEST_P(Subnets, OfConcurrentOverlappingCreatorsOnlyOneIsMade) {
  constexpr int kThreads = 12;
  for (int round = 0; round < 4; ++round) {
    std::latch start{kThreads};
    std::atomic<int> made{0};
    std::atomic<int> refused{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        // Nested prefixes of different lengths: no unique key would notice.
        const std::string prefix = "10." + std::to_string(round) + ".0.0/" + std::to_string(16 + i);
        const std::string name = "r" + std::to_string(round) + "-" + std::to_string(i);
        start.arrive_and_wait();
        const auto inserted = insert(subnet(name, prefix));
        ++(inserted ? made : refused);
        if (!inserted) {
          EXPECT_EQ(inserted.error().code, Errc::Conflict) << inserted.error().message;
        }
      });
    threads.clear();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(refused, kThreads - 1);
  }
}

TEST_P(Subnets, AreListedInPagesWithTheirUse) {
  for (const char* name : {"a", "b", "c"})
    add_subnet(subnet(name, std::string{"10."} + std::to_string(name[0]) + ".0.0/24"));
  add_subnet(subnet("d", "10.0.0.0/24", "pub"));
  ASSERT_TRUE(take({.subnet = "b", .owner = "x"}));
  const auto page = in_unit([&](db::Session& session) -> Result<std::vector<SubnetUsage>> {
    return list_subnets(session, {.vrf = "prv"}, "a", 10);
  });
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ((*page)[0].subnet.name, "b");
  EXPECT_EQ((*page)[0].usage, (Utilisation{1, 0, 0, 254}));
  EXPECT_EQ((*page)[1].usage, (Utilisation{0, 0, 0, 254}));
}

TEST_P(Subnets, AreChangedByWhoeverReadThemLast) {
  Subnet first = insert(subnet("a", "10.1.0.0/24")).value();
  first.project = "demo";
  const auto changed = update(first);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(find("a").value(), *changed);
  EXPECT_EQ(update(first).error().code, Errc::Conflict);
  first.name = "b";
  EXPECT_EQ(update(first).error().code, Errc::NotFound);
}

TEST_P(Subnets, CannotReserveWhatIsTaken) {
  Subnet changed = insert(subnet("a", "10.1.0.0/24")).value();
  ASSERT_TRUE(take({.subnet = "a", .owner = "dep-1"}));
  changed.reserved = {{ip("10.1.0.0"), ip("10.1.0.9"), "old"}};
  const auto refused = update(changed);
  EXPECT_THAT(refused.error().message, HasSubstr("10.1.0.1 (in_use, dep-1) would become"));
  release("dep-1");
  clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(taken({.subnet = "a", .owner = "dep-2", .wanted = ip("10.1.0.77")}), "10.1.0.77");
  EXPECT_TRUE(update(changed));
  EXPECT_EQ(taken({.subnet = "a", .owner = "dep-3"}), "10.1.0.10");
}

TEST_P(Subnets, AreRemovedOnlyWhenNobodyHasAnAddress) {
  add_subnet(subnet("a", "10.1.0.0/24"));
  ASSERT_TRUE(take({.subnet = "a", .owner = "dep-1"}));
  EXPECT_THAT(remove("a").error().message, HasSubstr("still has address 10.1.0.1 (in_use, dep-1)"));
  release("dep-1");
  EXPECT_THAT(remove("a").error().message, HasSubstr("10.1.0.1 (hold_down, dep-1)"));
  clock_.advance(std::chrono::hours{2});
  EXPECT_TRUE(remove("a"));
  EXPECT_EQ(remove("a").error().code, Errc::NotFound);
  EXPECT_EQ(take({.subnet = "a", .owner = "dep-1"}).error().code, Errc::NotFound);
}

TEST_P(Subnets, MadeAgainUnderTheSameNameAreANewSubnetForEveryAllocator) {
  add_subnet(subnet("a", "10.1.0.0/24"));
  ASSERT_TRUE(take({.subnet = "a", .owner = "dep-1"}));
  release("dep-1");
  clock_.advance(std::chrono::hours{2});
  ASSERT_TRUE(remove("a"));
  add_subnet(subnet("a", "10.9.0.0/24", "pub"));
  EXPECT_EQ(taken({.subnet = "a", .owner = "dep-2"}), "10.9.0.1");
  expect_true_counters("a");
}

TEST_P(Subnets, FindTheOneAnAddressIsIn) {
  add_subnet(subnet("a", "10.1.0.0/24"));
  add_subnet(subnet("b", "10.3.0.0/24"));
  const auto where = [&](const char* address) {
    return in_unit([&](db::Session& session) -> Result<std::string> {
             return find_subnet_of(session, {"prv"}, ip(address)).value_or("none");
           })
        .value();
  };
  EXPECT_EQ(where("10.1.0.0"), "a");
  EXPECT_EQ(where("10.2.0.1"), "none");
  EXPECT_EQ(where("10.3.0.255"), "b");
}

TEST_P(Subnets, KeepTheirVrfAlive) {
  add_subnet(subnet("a", "10.1.0.0/24"));
  const auto drop = [&] {
    return in_unit([](db::Session& session) { return remove_vrf(session, {"prv"}); });
  };
  EXPECT_THAT(drop().error().message, HasSubstr("VRF prv still has subnet a"));
  ASSERT_TRUE(remove("a"));
  EXPECT_TRUE(drop());
  EXPECT_EQ(drop().error().code, Errc::NotFound);
}

INSTANTIATE_TEST_SUITE_P(Databases, Subnets, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::ipam
