// A database with the tables of IPAM, an allocator on a clock that stands still, and short words
// for what the tests do. Runs on SQLite, and on MariaDB when there is one (tests/core/database.h).
#pragma once

#include "core/db/transaction.h"
#include "ipam/allocator.h"
#include "ipam/subnets.h"
#include "ipam/vrfs.h"
#include "tests/core/database.h"
#include "tests/fakes/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

IpAddress ip(std::string_view text);
Prefix net(std::string_view text);
Subnet subnet(std::string name, std::string_view prefix, std::string vrf = "prv");
std::vector<std::string> texts(const std::vector<AddressRecord>& records);
std::vector<std::string> texts(const std::vector<IpAddress>& addresses);

// The counters of a subnet and the same numbers counted from its rows.
struct Counted {
  Utilisation kept{};
  Utilisation found{};
};

Counted recount(db::Pool& pool, const std::string& subnet);

class IpamTest : public db::DatabaseTest {
 protected:
  IpamTest();

  // Runs `work(session)` in a unit of work of its own.
  template <class Work> auto in_unit(Work work) { return db::write(*pool_, "test", work); }

  void add_subnet(const Subnet& wanted);  // throws when refused
  Result<AddressRecord> take(const AddressRequest& request);
  std::string taken(const AddressRequest& request);  // the address, or the error
  void release(const std::string& owner);
  void expect_true_counters(const std::string& name);

  fakes::FakeClock clock_{};
  Allocator allocator_{clock_, AsnRange{{65'000}, {65'009}, std::chrono::seconds{60}}};
};

}  // namespace switchyard::ipam
