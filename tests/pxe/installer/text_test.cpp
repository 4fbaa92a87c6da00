#include "pxe/installer/text.h"

#include "pxe/installer/messages.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::installer {
namespace {

TEST(Printable, IsNeverLongerThanWhatItIsMadeOf) {
  EXPECT_EQ(printable("  a\tb\xc3\xa4  ", 100), "a b??");
  EXPECT_EQ(printable("abc", 2), "ab");
  EXPECT_EQ(printable("\n\n", 2), "");
}

TEST(TaskResult, OfAnInspectCarriesWhatWasFound) {
  TaskResult result{.operation = "op-1", .inspection = Inspection{.cpus = 3}};
  const auto read = parse_result(to_json_text(result));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->inspection, result.inspection);
}

}  // namespace
}  // namespace switchyard::pxe::installer
