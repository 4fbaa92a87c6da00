#include "ipam/allocator.h"

#include "ipam/addresses.h"
#include "tests/ipam/ipam_fixture.h"

namespace switchyard::ipam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TakingAddresses : public IpamTest {
 protected:
  TakingAddresses() { add_subnet(subnet("a", "10.1.0.0/29")); }  // .1 to .6

  Result<std::vector<AddressRecord>> take_many(const AddressRequest& request, std::size_t count) {
    return in_unit(
        [&](db::Session& session) { return allocator_.take_many(session, request, count); });
  }

  std::vector<std::string> available(const std::string& name, std::size_t limit) {
    return texts(db::read(*pool_, "available", [&](db::Session& session) {
                   return allocator_.available(session, name, limit);
                 }).value());
  }
};

TEST_P(TakingAddresses, StartsAtTheLowestAndSkipsTheEnds) {
  std::vector<std::string> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(taken({.subnet = "a", .owner = "x"}));
  EXPECT_THAT(all,
              ElementsAre("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6"));
  expect_true_counters("a");
}

TEST_P(TakingAddresses, EndsWithAMessageThatSaysWhatToDo) {
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(take({.subnet = "a", .owner = "x"}));
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(take({.subnet = "a", .owner = "y"}));
  release("y");
  const auto refused = take({.subnet = "a", .owner = "z"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  EXPECT_EQ(refused.error().message,
            "subnet a (10.1.0.0/29 in VRF prv) is full: 6 of 6 addresses are taken, 2 of them in "
            "hold-down, the next leaves it at 2027-01-15T09:00:00Z; release addresses or add a "
            "subnet");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, FindsTheOneThatIsWanted) {
  EXPECT_EQ(taken({.subnet = "a", .owner = "x", .wanted = ip("10.1.0.4")}), "10.1.0.4");
  EXPECT_EQ(taken({.subnet = "a", .owner = "y", .wanted = ip("10.1.0.4")}),
            "address 10.1.0.4 of subnet a (10.1.0.0/29 in VRF prv) is taken by x; choose another, "
            "or none to get the next free one");
  EXPECT_THAT(taken({.subnet = "a", .owner = "x", .wanted = ip("10.1.0.7")}),
              HasSubstr("it is the broadcast address"));
  EXPECT_THAT(taken({.subnet = "a", .owner = "x", .wanted = ip("10.2.0.1")}),
              HasSubstr("is not in subnet a"));
  expect_true_counters("a");
}

TEST_P(TakingAddresses, RefusesUnknownSubnetsAndBadWords) {
  EXPECT_EQ(take({.subnet = "zz", .owner = "x"}).error().code, Errc::NotFound);
  EXPECT_EQ(take({.subnet = "a", .owner = ""}).error().code, Errc::Invalid);
  EXPECT_EQ(take({.subnet = "a", .owner = "x", .name = "Not_A_Label"}).error().code, Errc::Invalid);
  EXPECT_EQ(take({.subnet = "a", .owner = "x", .state = AddressState::HoldDown}).error().code,
            Errc::Invalid);
}

TEST_P(TakingAddresses, GivesANameToOneAddressOfASubnet) {
  EXPECT_EQ(taken({.subnet = "a", .owner = "x", .name = "web-1"}), "10.1.0.1");
  EXPECT_THAT(taken({.subnet = "a", .owner = "y", .name = "web-1"}),
              HasSubstr("the name web-1 is taken in subnet a"));
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.2");  // the refused pick came back
  release("x");
  EXPECT_EQ(taken({.subnet = "a", .owner = "y", .name = "web-1"}), "10.1.0.3");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, LeavesReleasedOnesAloneUntilTheirHoldDownEnds) {
  ASSERT_EQ(taken({.subnet = "a", .owner = "x"}), "10.1.0.1");
  release("x");
  release("x");  // again changes nothing
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.2");
  EXPECT_THAT(taken({.subnet = "a", .owner = "y", .wanted = ip("10.1.0.1")}),
              HasSubstr("is in hold-down until 2027-01-15T09:00:00Z"));
  expect_true_counters("a");
  clock_.advance(std::chrono::seconds{3600});
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.1");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, TakesAWantedOneAsSoonAsItsHoldDownIsOver) {
  ASSERT_EQ(taken({.subnet = "a", .owner = "x"}), "10.1.0.1");
  ASSERT_EQ(taken({.subnet = "a", .owner = "z"}), "10.1.0.2");
  clock_.advance(std::chrono::seconds{3});
  release("x");
  clock_.advance(std::chrono::seconds{3599});
  ASSERT_EQ(taken({.subnet = "a", .owner = "z"}), "10.1.0.3");  // looked for old ones just now
  clock_.advance(std::chrono::seconds{1});
  EXPECT_EQ(taken({.subnet = "a", .owner = "y", .wanted = ip("10.1.0.1")}), "10.1.0.1");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, CanEndAHoldDownByHand) {
  ASSERT_EQ(taken({.subnet = "a", .owner = "x"}), "10.1.0.1");
  const auto end = [&] {
    return in_unit([&](db::Session& session) {
      return allocator_.end_hold_down(session, {"prv"}, ip("10.1.0.1"));
    });
  };
  EXPECT_EQ(end().error().code, Errc::NotFound);
  release("x");
  EXPECT_TRUE(end());
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.1");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, ReusesAtOnceWhereThereIsNoHoldDown) {
  Subnet quick = subnet("quick", "10.2.0.0/30");
  quick.hold_down = std::chrono::seconds{0};
  add_subnet(quick);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(taken({.subnet = "quick", .owner = "x"}), "10.2.0.1");
    release("x");
  }
  expect_true_counters("quick");
}

TEST_P(TakingAddresses, PutsThePickOfARolledBackUnitBack) {
  const auto failed = in_unit([&](db::Session& session) -> Result<AddressRecord> {
    const auto one = allocator_.take(session, {.subnet = "a", .owner = "x"});
    EXPECT_TRUE(one);
    const auto two = allocator_.take(session, {.subnet = "a", .owner = "x"});
    EXPECT_EQ(to_string(two.value().address), "10.1.0.2");
    return failure(Errc::Rejected, "the deployment row was refused");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.1");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, LeavesTheUnitUsableAfterAFailure) {
  add_subnet(subnet("one", "10.2.0.0/32"));
  ASSERT_TRUE(take({.subnet = "one", .owner = "x"}));
  const auto second_choice = in_unit([&](db::Session& session) {
    const auto first = allocator_.take(session, {.subnet = "one", .owner = "y"});
    EXPECT_FALSE(first);
    return allocator_.take(session, {.subnet = "a", .owner = "y"});
  });
  EXPECT_TRUE(second_choice);
  expect_true_counters("one");
  expect_true_counters("a");
}

TEST_P(TakingAddresses, ServesADeploymentAllOrNothing) {
  add_subnet(subnet("b", "2001:db8::/64", "pub"));
  add_subnet(subnet("one", "10.2.0.0/32"));
  const std::vector<AddressRequest> order{{.subnet = "b", .owner = "dep-1"},
                                          {.subnet = "a", .owner = "dep-1"},
                                          {.subnet = "one", .owner = "dep-1"}};
  const auto deploy = [&] {
    return in_unit([&](db::Session& session) { return allocator_.take_all(session, order); });
  };
  EXPECT_THAT(texts(deploy().value()), ElementsAre("2001:db8::1", "10.1.0.1", "10.2.0.0"));
  const auto again = in_unit([&](db::Session& session) -> Result<std::string> {
    const auto refused = allocator_.take_all(session, order);
    return refused ? std::string{"taken"} : refused.error().message;  // and the unit commits
  });
  EXPECT_THAT(again.value(), HasSubstr("subnet one (10.2.0.0/32 in VRF prv) is full"));
  for (const char* name : {"a", "b", "one"})
    expect_true_counters(name);
  EXPECT_EQ(recount(*pool_, "a").kept.used, 1);
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.2");
}

TEST_P(TakingAddresses, TakesManyAtOnceOrNone) {
  EXPECT_THAT(texts(take_many({.subnet = "a", .owner = "x"}, 4).value()),
              ElementsAre("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4"));
  const auto refused = take_many({.subnet = "a", .owner = "y"}, 3);
  EXPECT_THAT(refused.error().message, HasSubstr("3 addresses wanted, 2 free: subnet a"));
  EXPECT_THAT(refused.error().message, HasSubstr("4 of 6 addresses are taken"));
  EXPECT_EQ(take_many({.subnet = "a", .owner = "y"}, 0).error().code, Errc::Invalid);
  EXPECT_EQ(take_many({.subnet = "a", .owner = "y"}, 1025).error().code, Errc::Invalid);
  EXPECT_TRUE(take_many({.subnet = "a", .owner = "y"}, 2));
  expect_true_counters("a");
}

TEST_P(TakingAddresses, TakesAThousandInOneCall) {
  add_subnet(subnet("big", "10.8.0.0/16"));
  const auto many = take_many({.subnet = "big", .owner = "x"}, 1000);
  ASSERT_TRUE(many) << many.error().message;
  EXPECT_EQ(to_string(many->back().address), "10.8.3.232");
  expect_true_counters("big");
}

TEST_P(TakingAddresses, SpreadsRandomPicksOverAnIpv6Subnet) {
  add_subnet(subnet("six", "2001:db8::/64"));
  std::set<IpAddress> seen;
  for (int i = 0; i < 50; ++i) {
    const auto one = take({.subnet = "six", .owner = "x", .choice = Choice::Random});
    ASSERT_TRUE(one);
    EXPECT_TRUE(seen.insert(one->address).second);
  }
  EXPECT_GT(offset_of(ip("2001:db8::"), *seen.rbegin()), Offset{1} << 32);
  EXPECT_EQ(taken({.subnet = "six", .owner = "x"}), "2001:db8::1");
  expect_true_counters("six");
}

TEST_P(TakingAddresses, KeepsReservedOnesApart) {
  EXPECT_EQ(taken({.subnet = "a", .owner = "ops", .state = AddressState::Reserved}), "10.1.0.1");
  EXPECT_EQ(taken({.subnet = "a", .owner = "x"}), "10.1.0.2");
  EXPECT_EQ(recount(*pool_, "a").kept, (Utilisation{1, 0, 1, 6}));
  release("ops");
  EXPECT_EQ(recount(*pool_, "a").kept, (Utilisation{1, 1, 0, 6}));
}

TEST_P(TakingAddresses, AnswersTheRecordAsItIsStored) {
  const auto record = take({.subnet = "a", .owner = "x", .name = "web"});
  const auto find = [&] {
    return in_unit([&](db::Session& session) -> Result<AddressRecord> {
             return find_address(session, {"prv"}, ip("10.1.0.1")).value();
           })
        .value();
  };
  EXPECT_EQ(find(), record.value());
  clock_.advance(std::chrono::seconds{10});
  const auto released = in_unit([&](db::Session& session) {
    return allocator_.release_address(session, {"prv"}, ip("10.1.0.1"));
  });
  EXPECT_EQ(find(), released.value());
  EXPECT_EQ(find().released, clock_.now());
  EXPECT_EQ(find().free_at, clock_.now() + std::chrono::hours{1});
  EXPECT_EQ(find().name, "");
}

TEST_P(TakingAddresses, ListsWhatIsFree) {
  ASSERT_TRUE(take({.subnet = "a", .owner = "x", .wanted = ip("10.1.0.2")}));
  EXPECT_THAT(available("a", 3), ElementsAre("10.1.0.1", "10.1.0.3", "10.1.0.4"));
  EXPECT_THAT(available("a", 100), testing::SizeIs(5));
  add_subnet(subnet("six", "2001:db8::/64"));
  EXPECT_THAT(available("six", 2), ElementsAre("2001:db8::1", "2001:db8::2"));
}

TEST_P(TakingAddresses, ListsWhatAnotherProcessLeftFree) {
  Allocator other{clock_};
  const auto elsewhere = [&](auto work) { ASSERT_TRUE(db::write(*pool_, "other", work)); };
  EXPECT_THAT(available("a", 1), ElementsAre("10.1.0.1"));
  elsewhere([&](db::Session& s) { return other.take_many(s, {.subnet = "a", .owner = "x"}, 6); });
  EXPECT_THAT(available("a", 9), ElementsAre());
  elsewhere([&](db::Session& s) { return other.release(s, "x"); });
  EXPECT_THAT(available("a", 9), ElementsAre());
  elsewhere([&](db::Session& s) { return other.end_hold_down(s, {"prv"}, ip("10.1.0.5")); });
  EXPECT_THAT(available("a", 9), ElementsAre("10.1.0.5"));
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.5");
}

TEST_P(TakingAddresses, ListsFreeBlocksBySize) {
  add_subnet(subnet("b", "10.2.0.0/24"));
  ASSERT_TRUE(take({.subnet = "b", .owner = "x", .wanted = ip("10.2.0.70")}));
  const auto blocks = [&](int smallest) {
    const auto found = db::read(*pool_, "blocks", [&](db::Session& session) {
      return allocator_.free_blocks(session, "b", smallest, 100);
    });
    std::vector<std::string> all;
    for (const Prefix& prefix : found.value())
      all.push_back(to_string(prefix));
    return all;
  };
  EXPECT_THAT(blocks(26), ElementsAre("10.2.0.128/26"));
  EXPECT_THAT(blocks(27),
              ElementsAre("10.2.0.32/27", "10.2.0.96/27", "10.2.0.128/26", "10.2.0.192/27"));
  EXPECT_THAT(blocks(24), ElementsAre());
}

TEST_P(TakingAddresses, MakesOldHoldDownsFreeInSmallBatches) {
  ASSERT_TRUE(take_many({.subnet = "a", .owner = "x"}, 5));
  release("x");
  clock_.advance(std::chrono::hours{1});
  const auto reclaimed =
      in_unit([&](db::Session& session) { return allocator_.reclaim(session, "a", 2); });
  EXPECT_EQ(reclaimed.value(), 2U);
  EXPECT_EQ(recount(*pool_, "a").kept, (Utilisation{0, 3, 0, 6}));
  expect_true_counters("a");
}

TEST_P(TakingAddresses, SeesWhatAnotherProcessGaveBackBeforeItSaysFull) {
  Allocator other{clock_};
  ASSERT_TRUE(take_many({.subnet = "a", .owner = "x"}, 6));
  ASSERT_FALSE(take({.subnet = "a", .owner = "y"}));
  ASSERT_TRUE(db::write(*pool_, "other", [&](db::Session& s) { return other.release(s, "x"); }));
  clock_.advance(std::chrono::hours{1});
  ASSERT_TRUE(
      db::write(*pool_, "other", [&](db::Session& s) { return other.reclaim(s, "a", 100); }));
  EXPECT_EQ(taken({.subnet = "a", .owner = "y"}), "10.1.0.1");
}

INSTANTIATE_TEST_SUITE_P(Databases, TakingAddresses, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::ipam
