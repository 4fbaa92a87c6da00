#include "tests/ipam/ipam_fixture.h"

#include <set>
#include <thread>

namespace switchyard::ipam {
namespace {

using testing::HasSubstr;

class TakingAsns : public IpamTest {
 protected:
  Result<AsnRecord> take_asn(const std::string& owner) {
    return in_unit([&](db::Session& session) { return allocator_.take_asn(session, owner); });
  }

  bool release_asn(const std::string& owner) {
    return in_unit([&](db::Session& session) -> Result<bool> {
             return allocator_.release_asn(session, owner);
           })
        .value();
  }
};

TEST_P(TakingAsns, GivesAnOwnerOneNumberHoweverOftenItAsks) {
  EXPECT_EQ(take_asn("dep-1").value().asn, Asn{65'000});
  EXPECT_EQ(take_asn("dep-1").value().asn, Asn{65'000});
  EXPECT_EQ(take_asn("dep-2").value().asn, Asn{65'001});
}

TEST_P(TakingAsns, LetsReleasedNumbersRest) {
  ASSERT_TRUE(take_asn("dep-1"));
  EXPECT_TRUE(release_asn("dep-1"));
  EXPECT_FALSE(release_asn("dep-1"));
  EXPECT_EQ(take_asn("dep-1").value().asn, Asn{65'001});
}

TEST_P(TakingAsns, SaysWhenTheRangeIsFullAndUsesItUpOtherwise) {
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(take_asn("dep-" + std::to_string(i)));
  ASSERT_TRUE(release_asn("dep-4"));
  const auto refused = take_asn("dep-x");
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  EXPECT_EQ(refused.error().message,
            "ASN range 65000-65009 is full: 1 in hold-down, the next leaves it at "
            "2027-01-15T08:01:00Z; release deployments or widen the range");
  clock_.advance(std::chrono::seconds{60});
  EXPECT_EQ(take_asn("dep-x").value().asn, Asn{65'004});
}

TEST_P(TakingAsns, ReturnsTheNumberOfARolledBackUnit) {
  const auto failed = in_unit([&](db::Session& session) -> Result<AsnRecord> {
    EXPECT_TRUE(allocator_.take_asn(session, "dep-1"));
    return failure(Errc::Rejected, "no");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(take_asn("dep-2").value().asn, Asn{65'000});
}

TEST_P(TakingAsns, LeavesOutNumbersThatMayNotBeUsed) {
  Allocator across{clock_, AsnRange{{23'455}, {23'457}}};
  const auto next = [&](const std::string& owner) {
    return db::write(*pool_, "asn", [&](db::Session& s) { return across.take_asn(s, owner); });
  };
  EXPECT_EQ(next("a").value().asn, Asn{23'455});
  EXPECT_EQ(next("b").value().asn, Asn{23'457});
  EXPECT_FALSE(next("c"));
}

TEST_P(TakingAsns, GivesNoNumberTwiceToManyThreadsOfTwoProcesses) {
  Allocator other{clock_, AsnRange{{64'600}, {64'900}}};
  Allocator mine{clock_, AsnRange{{64'600}, {64'900}}};
  std::mutex mutex;
  std::set<Asn> seen;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string owner = std::to_string(t) + "-" + std::to_string(i);
        const auto asn = db::write(*pool_, "asn", [&](db::Session& session) {
          return (t % 2 == 0 ? mine : other).take_asn(session, owner);
        });
        ASSERT_TRUE(asn) << asn.error().message;
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(seen.insert(asn->asn).second) << asn->asn.value;
      }
    });
  threads.clear();
  EXPECT_EQ(seen.size(), 160U);
}

INSTANTIATE_TEST_SUITE_P(Databases, TakingAsns, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::ipam
