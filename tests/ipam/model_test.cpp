// Random operations on the allocator and on the simplest thing that could be right, side by side.
#include "ipam/addresses.h"
#include "tests/ipam/ipam_fixture.h"

#include <map>
#include <random>

namespace switchyard::ipam {
namespace {

constexpr std::chrono::seconds kHoldDown{100};

// What the rules say, without a database, memory of picks or a second process.
struct Model {
  struct Entry {
    std::string owner{};
    std::string name{};
    std::optional<Timestamp> free_at{};
  };

  std::map<IpAddress, Entry> entries{};

  [[nodiscard]] bool is_free(const IpAddress& address, Timestamp now) const {
    const auto entry = entries.find(address);
    return entry == entries.end() || (entry->second.free_at && *entry->second.free_at <= now);
  }

  [[nodiscard]] bool has_name(const std::string& name) const {
    for (const auto& [address, entry] : entries)
      if (!name.empty() && !entry.free_at && entry.name == name) return true;
    return false;
  }
};

class AllocatorAndModel : public IpamTest {
 protected:
  static constexpr unsigned kAddresses = 30;  // of a /27

  AllocatorAndModel() {
    Subnet small = subnet("a", "10.1.0.0/27");
    small.hold_down = kHoldDown;
    add_subnet(small);
  }

  Allocator& someone() { return random_() % 3 == 0 ? other_ : allocator_; }

  void take_one() {
    AddressRequest request{.subnet = "a", .owner = "o" + std::to_string(random_() % 12)};
    if (random_() % 4 == 0) request.wanted = address_at(ip("10.1.0.1"), random_() % kAddresses);
    if (random_() % 3 == 0) request.name = "n" + std::to_string(random_() % 8);
    if (random_() % 3 == 0) request.choice = Choice::Random;
    const bool roll_back = random_() % 5 == 0;
    const auto result = in_unit([&](db::Session& session) -> Result<AddressRecord> {
      auto record = someone().take(session, request);
      if (roll_back) return failure(Errc::Rejected, "rolled back");
      return record;
    });
    if (!roll_back) compare_take(request, result);
  }

  void compare_take(const AddressRequest& request, const Result<AddressRecord>& result) {
    const Timestamp now = clock_.now();
    unsigned free = 0;
    for (unsigned i = 0; i < kAddresses; ++i)
      free += model_.is_free(address_at(ip("10.1.0.1"), i), now) ? 1 : 0;
    const bool possible = !model_.has_name(request.name) &&
                          (request.wanted ? model_.is_free(*request.wanted, now) : free > 0);
    ASSERT_EQ(result.has_value(), possible) << (result ? "" : result.error().message);
    if (!result) return;
    ASSERT_TRUE(model_.is_free(result->address, now)) << to_string(result->address);
    model_.entries[result->address] = {request.owner, request.name, std::nullopt};
  }

  void release_owner() {
    const std::string owner = "o" + std::to_string(random_() % 12);
    const auto released =
        in_unit([&](db::Session& session) { return someone().release(session, owner); });
    std::size_t expected = 0;
    for (auto& [address, entry] : model_.entries)
      if (entry.owner == owner && !entry.free_at) {
        entry.free_at = clock_.now() + kHoldDown;
        ++expected;
      }
    ASSERT_EQ(released.value(), expected);
  }

  void compare_rows() {
    const auto rows = in_unit([&](db::Session& session) -> Result<std::vector<AddressRecord>> {
      return list_addresses(session, find_subnet(session, "a").value(), std::nullopt, 100);
    });
    std::map<IpAddress, std::string> live;
    for (const AddressRecord& row : rows.value())
      if (row.state == AddressState::InUse) live[row.address] = row.owner + row.name;
    std::map<IpAddress, std::string> expected;
    for (const auto& [address, entry] : model_.entries)
      if (!entry.free_at) expected[address] = entry.owner + entry.name;
    ASSERT_EQ(live, expected);
    expect_true_counters("a");
  }

  std::mt19937 random_{11};
  Model model_{};
  Allocator other_{clock_};
};

TEST_P(AllocatorAndModel, AgreeAfterEveryStep) {
  for (int step = 0; step < 600 && !HasFatalFailure(); ++step) {
    switch (random_() % 8) {
      case 0: release_owner(); break;
      case 1: clock_.advance(std::chrono::seconds{random_() % 60}); break;
      default: take_one();
    }
    if (step % 10 == 0) compare_rows();
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, AllocatorAndModel, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::ipam
