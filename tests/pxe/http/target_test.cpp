#include "pxe/http/target.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::http {
namespace {

TEST(BootTarget, IsAPathAndAQuery) {
  EXPECT_EQ(*parse_target("/boot/ipxe?mac=52%3A54"),
            (Target{.path = "/boot/ipxe", .query = "mac=52%3A54"}));
  EXPECT_EQ(*parse_target("/a%20b#part"), (Target{.path = "/a b"}));
  EXPECT_EQ(*parse_target("http://10.0.0.1:8080/files/k"), (Target{.path = "/files/k"}));
  EXPECT_EQ(*parse_target("http://10.0.0.1"), (Target{.path = "/"}));
}

TEST(BootTarget, IsNeverOneThatClimbsOrHidesBytes) {
  for (const char* bad : {"", "*", "files/k", "/../x", "/a/%2e%2e/x", "/a/./b", "/..", "/a%00b",
                          "/a%0d%0ab", "/a%2", "/a%zz", "/a?b%0a", "ftp://x/y", "http://x?y"})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

ByteRange part(std::uint64_t offset, std::uint64_t length) {
  return {.kind = ByteRange::Kind::Part, .offset = offset, .length = length};
}

const ByteRange kWhole{};
const ByteRange kUnsatisfiable{.kind = ByteRange::Kind::Unsatisfiable};

TEST(BootRange, ReadsOneRange) {
  EXPECT_EQ(parse_range("bytes=0-9", 100), part(0, 10));
  EXPECT_EQ(parse_range("bytes=90-", 100), part(90, 10));
  EXPECT_EQ(parse_range("bytes=-5", 100), part(95, 5));
  EXPECT_EQ(parse_range("bytes=-500", 100), part(0, 100));
  EXPECT_EQ(parse_range("bytes=50-18446744073709551615", 100), part(50, 50));
  EXPECT_EQ(parse_range("bytes=4294967296-4294967297", 5'000'000'000), part(4294967296, 2));
}

TEST(BootRange, SaysWhatCannotBeHad) {
  EXPECT_EQ(parse_range("bytes=100-", 100), kUnsatisfiable);
  EXPECT_EQ(parse_range("bytes=-0", 100), kUnsatisfiable);
  EXPECT_EQ(parse_range("bytes=0-", 0), kUnsatisfiable);
  EXPECT_EQ(parse_range("bytes=-1", 0), kUnsatisfiable);
}

TEST(BootRange, TakesEverythingElseForTheWholeFile) {
  for (const char* value : {"bytes=0-1,5-6", "bytes=", "bytes=-", "bytes=5-1", "lines=0-1",
                            "bytes=a-b", "bytes= 0-1", "bytes=0-99999999999999999999", "0-1"})
    EXPECT_EQ(parse_range(value, 100), kWhole) << value;
}

TEST(BootDate, IsReadBackAsWritten) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_FALSE(parse_http_date("yesterday"));
}

}  // namespace
}  // namespace switchyard::pxe::http
