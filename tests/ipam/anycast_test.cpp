#include "ipam/anycast.h"

#include "tests/ipam/ipam_fixture.h"

namespace switchyard::ipam {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Anycast : public IpamTest {
 protected:
  Anycast() {
    add_subnet(subnet("a", "10.1.0.0/24"));
    shared_ = take({.subnet = "a", .owner = "svc", .sharing = Sharing::Anycast}).value().address;
  }

  Status grant(const IpAddress& address, const std::string& owner) {
    return in_unit([&](db::Session& session) {
      return grant_anycast(session, {{"prv"}, address, owner}, clock_.now());
    });
  }

  std::vector<AnycastGrant> grants_of(const std::string& owner) {
    return in_unit([&](db::Session& session) -> Result<std::vector<AnycastGrant>> {
             return list_anycast_of(session, owner);
           })
        .value();
  }

  Status release_shared() {
    return in_unit([&](db::Session& session) -> Status {
      return allocator_.release_address(session, {"prv"}, shared_).map([](const auto&) {});
    });
  }

  IpAddress shared_{};
};

TEST_P(Anycast, IsGrantedToSeveralServersOnceEach) {
  EXPECT_TRUE(grant(shared_, "dep-1"));
  EXPECT_TRUE(grant(shared_, "dep-1"));
  EXPECT_TRUE(grant(shared_, "dep-2"));
  EXPECT_EQ(grants_of("dep-1"), (std::vector<AnycastGrant>{{{"prv"}, shared_, "dep-1"}}));
  EXPECT_THAT(grants_of("dep-2"), SizeIs(1));
}

TEST_P(Anycast, IsNeverAnExclusiveOrAFreeAddress) {
  const auto own = take({.subnet = "a", .owner = "dep-9"}).value().address;
  EXPECT_THAT(grant(own, "dep-1").error().message, HasSubstr("belongs to dep-9 alone"));
  EXPECT_EQ(grant(ip("10.1.0.99"), "dep-1").error().code, Errc::NotFound);
}

TEST_P(Anycast, EndsWithTheReleaseOfTheServerItWasGrantedTo) {
  ASSERT_TRUE(grant(shared_, "dep-1"));
  EXPECT_THAT(release_shared().error().message, HasSubstr("is granted to dep-1"));
  release("dep-1");
  EXPECT_THAT(grants_of("dep-1"), SizeIs(0));
  EXPECT_TRUE(release_shared());
  EXPECT_EQ(grant(shared_, "dep-1").error().code, Errc::NotFound);
  expect_true_counters("a");
}

INSTANTIATE_TEST_SUITE_P(Databases, Anycast, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::ipam
