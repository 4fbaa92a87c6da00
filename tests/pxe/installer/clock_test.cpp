#include "pxe/installer/clock.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::installer {
namespace {

constexpr std::time_t kNow = 1'796'000'000;
constexpr std::time_t kYear = 365L * 24 * 3600;

TEST(Clock, IsSetWhenItIsYearsOffEitherWay) {
  EXPECT_TRUE(is_astray(kNow - 25 * kYear, kNow));
  EXPECT_TRUE(is_astray(kNow + 73 * kYear, kNow));
  EXPECT_TRUE(is_astray(0, kNow));
}

TEST(Clock, IsLeftAloneForTheTimeAnAnswerTakes) {
  EXPECT_FALSE(is_astray(kNow, kNow));
  EXPECT_FALSE(is_astray(kNow + 5, kNow));
  EXPECT_FALSE(is_astray(kNow - 5, kNow));
  EXPECT_TRUE(is_astray(kNow + 6, kNow));
}

}  // namespace
}  // namespace switchyard::pxe::installer
