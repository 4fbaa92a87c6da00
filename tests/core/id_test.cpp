#include "core/id.h"

#include <gmock/gmock.h>

#include <set>

namespace switchyard {
namespace {

using std::chrono::milliseconds;

TEST(NewId, IsAKindAndSixteenCharacters) {
  EXPECT_THAT(new_id("dep", SystemClock{}.now()),
              testing::MatchesRegex("dep-[0-9a-hjkmnp-tv-z]{16}"));
}

TEST(NewId, SortsByAge) {
  const Timestamp now{milliseconds{1'800'000'000'000}};
  EXPECT_LT(new_id("op", now), new_id("op", now + milliseconds{1}));
  EXPECT_LT(new_id("op", now), new_id("op", now + std::chrono::years{300}));
}

TEST(NewId, DiffersWithinOneMillisecond) {
  std::set<std::string> ids;
  for (int i = 0; i < 2000; ++i)
    ids.insert(new_id("op", Timestamp{}));
  EXPECT_EQ(ids.size(), 2000U);
}

TEST(RandomHex, HasTwoDigitsForEachByte) {
  EXPECT_THAT(random_hex(16), testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(random_hex(16), random_hex(16));
  EXPECT_EQ(random_hex(0), "");
}

}  // namespace
}  // namespace switchyard
