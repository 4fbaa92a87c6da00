#include "pxe/dhcp/lease_store.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/core/database.h"
#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Lease sample(std::string_view address, LeaseState state = LeaseState::Bound) {
  return {.address = v4(address),
          .state = state,
          .port = {"tor1", "swp1"},
          .mac = kWeb1,
          .client_id = {255, 0, 39},
          .expires = from_micros(1'800'000'000'123'456)};
}

class DhcpLeaseStore : public db::DatabaseTest {
 protected:
  DhcpLeaseStore() { EXPECT_TRUE(db::migrate(*pool_, migrations())); }

  DatabaseLeaseStore store_{*pool_};
};

TEST_P(DhcpLeaseStore, IsEmptyAtFirst) { EXPECT_THAT(good(store_.load()), IsEmpty()); }

TEST_P(DhcpLeaseStore, KeepsEverythingOfALease) {
  Lease without_port = sample("10.0.0.9", LeaseState::Declined);
  without_port.port = {};
  without_port.client_id.clear();
  ASSERT_TRUE(store_.commit(std::vector{sample("255.255.255.255"), without_port}));
  EXPECT_THAT(good(store_.load()), ElementsAre(without_port, sample("255.255.255.255")));
}

TEST_P(DhcpLeaseStore, PutsALeaseInThePlaceOfTheOneBefore) {
  Lease later = sample("10.0.0.1");
  later.mac = kWeb2;
  ASSERT_TRUE(store_.commit(std::vector{sample("10.0.0.1", LeaseState::Free)}));
  ASSERT_TRUE(store_.commit(std::vector{sample("10.0.0.1"), later}));
  EXPECT_THAT(good(store_.load()), ElementsAre(later));
}

TEST_P(DhcpLeaseStore, TakesABatchOfThousands) {
  std::vector<Lease> batch;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    batch.push_back(sample("10.0.0.0"));
    batch.back().address.value += i;
  }
  ASSERT_TRUE(store_.commit(batch));
  EXPECT_EQ(good(store_.load()), batch);
}

TEST_P(DhcpLeaseStore, NamesARowThatIsNoLease) {
  ASSERT_TRUE(store_.commit(std::vector{sample("10.0.0.1")}));
  ASSERT_TRUE(db::write(*pool_, "spoil a row", [](db::Session& session) -> Status {
    db::execute(session, "UPDATE dhcp_leases SET mac = 'zz'");
    return {};
  }));
  EXPECT_THAT(store_.load().error().message, HasSubstr("stored DHCP lease of 10.0.0.1"));
}

INSTANTIATE_TEST_SUITE_P(Databases, DhcpLeaseStore, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::pxe::dhcp
