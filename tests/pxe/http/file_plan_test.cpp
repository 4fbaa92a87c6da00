#include "pxe/http/file_plan.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::http {
namespace {

const FileFacts kFile{
    .name = "snponly.efi", .entity_tag = "\"1-2-3\"", .modified = 784111777, .size = 1000};
const std::string kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(FilePlan, IsTheWholeFileWithItsValidators) {
  const FilePlan plan = plan_file({}, kFile);
  EXPECT_EQ(plan.status, 200);
  EXPECT_EQ(plan.length, 1000U);
  EXPECT_EQ(value_of(plan.headers, "etag"), kFile.entity_tag);
  EXPECT_EQ(value_of(plan.headers, "last-modified"), kDate);
  EXPECT_EQ(value_of(plan.headers, "content-type"), "application/efi");
}

TEST(FilePlan, IsOneRange) {
  const FilePlan plan = plan_file({{"range", "bytes=10-19"}}, kFile);
  EXPECT_EQ(plan.status, 206);
  EXPECT_EQ(plan.offset, 10U);
  EXPECT_EQ(plan.length, 10U);
  EXPECT_EQ(value_of(plan.headers, "content-range"), "bytes 10-19/1000");
}

TEST(FilePlan, SaysTheSizeWhenTheRangeIsBeyondIt) {
  const FilePlan plan = plan_file({{"range", "bytes=1000-"}}, kFile);
  EXPECT_EQ(plan.status, 416);
  EXPECT_EQ(plan.length, 0U);
  EXPECT_EQ(value_of(plan.headers, "content-range"), "bytes */1000");
}

TEST(FilePlan, GivesARangeOnlyOfTheFileTheClientHasAPartOf) {
  const auto status = [](const std::string& condition) {
    return plan_file({{"range", "bytes=10-"}, {"if-range", condition}}, kFile).status;
  };
  EXPECT_EQ(status(kFile.entity_tag), 206);
  EXPECT_EQ(status(kDate), 206);
  EXPECT_EQ(status("\"other\""), 200);
  EXPECT_EQ(status("Sun, 06 Nov 1994 08:49:38 GMT"), 200);
}

TEST(FilePlan, SendsNothingTheClientHas) {
  EXPECT_EQ(plan_file({{"if-none-match", "\"x\", \"1-2-3\""}}, kFile).status, 304);
  EXPECT_EQ(plan_file({{"if-none-match", "*"}}, kFile).status, 304);
  EXPECT_EQ(plan_file({{"if-none-match", "\"x\""}, {"if-modified-since", kDate}}, kFile).status,
            200);
  EXPECT_EQ(plan_file({{"if-modified-since", kDate}}, kFile).status, 304);
  EXPECT_EQ(plan_file({{"if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT"}}, kFile).status, 200);
}

}  // namespace
}  // namespace switchyard::pxe::http
