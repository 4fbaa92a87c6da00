#include "core/net.h"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

TEST(ParseIp, PrintsWhatItRead) { EXPECT_EQ(to_string(*parse_ip("2001:DB8:0::1")), "2001:db8::1"); }

}  // namespace
}  // namespace switchyard
