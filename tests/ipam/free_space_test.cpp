#include "ipam/free_space.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace switchyard::ipam {
namespace {

constexpr Offset kHuge = Offset{1} << 64;

// Every size around the edges of the 64-way levels, and one that is kept as runs.
class FreeSpaceOfSize : public testing::TestWithParam<Offset> {};

TEST_P(FreeSpaceOfSize, HandsOutEveryPlaceOnceFromTheLowestOn) {
  FreeSpace space(GetParam());
  const Offset count = std::min<Offset>(GetParam(), 5'000);
  for (Offset place = 0; place < count; ++place) {
    ASSERT_TRUE(space.next_free(0) == place);
    ASSERT_TRUE(space.take(place));
    ASSERT_FALSE(space.take(place));
  }
  EXPECT_EQ(space.next_free(0).has_value(), count < GetParam());
  EXPECT_TRUE(space.free() == GetParam() - count);
}

TEST_P(FreeSpaceOfSize, AgreesWithASetUnderRandomOperations) {
  FreeSpace space(GetParam());
  std::set<Offset> taken;
  std::mt19937 random(7);
  const auto bound = static_cast<unsigned>(std::min<Offset>(GetParam(), 700));
  // The upper end of the space, where a mistake would run over.
  const Offset base = GetParam() - bound;
  for (int step = 0; step < 6'000; ++step) {
    const Offset place = base + random() % bound;
    switch (random() % 4) {
      case 0:
      case 1: ASSERT_EQ(space.take(place), taken.insert(place).second); break;
      case 2: ASSERT_EQ(space.put(place), taken.erase(place) != 0); break;
      default: {
        const Offset last = std::min(place + random() % 9, GetParam() - 1);
        space.take_run(place, last);
        for (Offset one = place; one <= last; ++one)
          taken.insert(one);
      }
    }
    ASSERT_TRUE(space.free() == GetParam() - taken.size());
    Offset expected = place;
    while (taken.contains(expected))
      ++expected;
    const auto found = space.next_free(place);
    ASSERT_EQ(found.has_value(), expected < GetParam());
    if (!found) continue;
    ASSERT_TRUE(*found == expected);
    Offset last = expected;
    while (last + 1 < GetParam() && !taken.contains(last + 1))
      ++last;
    ASSERT_TRUE((space.next_run(place) == FreeRun{expected, last}));
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FreeSpaceOfSize,
                         testing::Values(Offset{1}, Offset{2}, Offset{63}, Offset{64}, Offset{65},
                                         Offset{4'095}, Offset{4'096}, Offset{4'097},
                                         Offset{300'000}, FreeSpace::kLargestBitmap, kHuge),
                         [](const auto& size) {
                           return size.param == kHuge
                                      ? std::string{"TwoTo64"}
                                      : std::to_string(static_cast<unsigned long>(size.param));
                         });

TEST(FreeSpace, KeepsAnEmptyIpv6SubnetInNoMemoryAndItsEndInReach) {
  FreeSpace space(kHuge);
  EXPECT_TRUE(space.take(kHuge - 1));
  EXPECT_FALSE(space.next_free(kHuge - 1).has_value());
  EXPECT_FALSE(space.take(kHuge));
}

}  // namespace
}  // namespace switchyard::ipam
