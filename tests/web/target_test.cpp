#include "web/edge/target.h"

#include <gtest/gtest.h>

namespace switchyard::web::edge {
namespace {

std::string path_of(std::string_view target) {
  const auto normal = normalise_target(target);
  return normal ? normal->path : "refused: " + normal.error().detail;
}

TEST(NormaliseTarget, GivesEveryPathOneSpelling) {
  EXPECT_EQ(path_of("/a/b"), "/a/b");
  EXPECT_EQ(path_of("//a///b/"), "/a/b/");
  EXPECT_EQ(path_of("/%61%2db"), "/a-b");
  EXPECT_EQ(path_of("/a%2fb"), "/a%2Fb");
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("http://host:80/x?y"), "/x");
  EXPECT_EQ(path_of("http://host"), "/");
}

TEST(NormaliseTarget, RefusesWhatALaterReaderCouldResolve) {
  for (const auto* target : {"/a/../b", "/..", "/./a", "/%2e%2e/a", "/.%2E/a", "/a%00b", "/a%0",
                             "/a%zz", "/a\\b", "/a{b}", "*", "a/b", "", "/caf\xc3\xa9"})
    EXPECT_FALSE(normalise_target(target)) << target;
}

TEST(NormaliseTarget, KeepsTheQueryEncoded) {
  const auto normal = normalise_target("/a?x=%26&y=%7e?");
  ASSERT_TRUE(normal);
  EXPECT_EQ(normal->query, "x=%26&y=~?");
}

TEST(ParseQuery, DecodesPairsInOrder) {
  EXPECT_EQ(parse_query("a=1&b=x%26y+z&c&a=2"),
            (Query{{"a", "1"}, {"b", "x&y z"}, {"c", ""}, {"a", "2"}}));
  EXPECT_EQ(parse_query("a=%"), std::nullopt);
}

TEST(PercentDecode, RefusesNul) {
  EXPECT_EQ(percent_decode("a%2Fb"), "a/b");
  EXPECT_EQ(percent_decode("a%00"), std::nullopt);
}

}  // namespace
}  // namespace switchyard::web::edge
