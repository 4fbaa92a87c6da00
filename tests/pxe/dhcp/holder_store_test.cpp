#include "pxe/dhcp/v6/holder_store.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "pxe/dhcp/lease_store.h"
#include "tests/core/database.h"
#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp::v6 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Given sample(std::string_view address, const MacAddress& mac) {
  return {.address = good(parse_ip(address)).key, .holder = {.port = {"tor1", "swp1"}, .mac = mac}};
}

class DhcpHolderStore : public db::DatabaseTest {
 protected:
  DhcpHolderStore() { EXPECT_TRUE(db::migrate(*pool_, migrations())); }

  DatabaseHolderStore store_{*pool_};
};

TEST_P(DhcpHolderStore, KeepsWhoWasGivenWhat) {
  EXPECT_THAT(good(store_.load()), IsEmpty());
  Given by_mac = sample("fd00::1", kWeb2);
  by_mac.holder.port = {};
  ASSERT_TRUE(store_.commit(std::vector{by_mac, sample("fd00::2", kWeb1)}));
  EXPECT_THAT(good(store_.load()), ElementsAre(by_mac, sample("fd00::2", kWeb1)));
}

TEST_P(DhcpHolderStore, PutsAHolderInThePlaceOfTheOneBefore) {
  ASSERT_TRUE(store_.commit(std::vector{sample("fd00::2", kWeb1)}));
  ASSERT_TRUE(store_.commit(std::vector{sample("fd00::2", kWeb2)}));
  EXPECT_THAT(good(store_.load()), ElementsAre(sample("fd00::2", kWeb2)));
}

TEST_P(DhcpHolderStore, NamesARowThatIsNoHolder) {
  ASSERT_TRUE(store_.commit(std::vector{sample("fd00::2", kWeb1)}));
  ASSERT_TRUE(db::write(*pool_, "spoil a row", [](db::Session& session) -> Status {
    db::execute(session, "UPDATE dhcp6_holders SET mac = 'zz'");
    return {};
  }));
  EXPECT_THAT(store_.load().error().message, HasSubstr("stored holder of fd00::2"));
}

INSTANTIATE_TEST_SUITE_P(Databases, DhcpHolderStore, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::pxe::dhcp::v6
