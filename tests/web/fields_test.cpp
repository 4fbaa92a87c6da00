#include "web/api/fields.h"

#include "web/api/call.h"

#include <gtest/gtest.h>

namespace switchyard::web::api {
namespace {

Call json_call(std::string body) {
  return {.method = "POST",
          .headers = {{"content-type", "application/json; charset=utf-8"}},
          .body = std::move(body)};
}

TEST(JsonBody, RefusesWhatTwoReadersCouldReadDifferently) {
  EXPECT_TRUE(json_body(json_call(R"({"a":1})")));
  EXPECT_EQ(json_body(json_call(R"({"a":1,"a":2})")).error().detail, "the key 'a' is there twice");
  EXPECT_EQ(json_body(json_call(R"({"b":{"a":1,"a":2}})")).error().code, "malformed_json");
  EXPECT_EQ(json_body(json_call(std::string(40, '[') + std::string(40, ']'))).error().code,
            "malformed_json");
  for (const auto* bad : {"", "{", "{}x", "{'a':1}", "\"\xff\"", "NaN", "{\"a\":01}"})
    EXPECT_EQ(json_body(json_call(bad)).error().status, 400) << bad;
}

TEST(JsonBody, WantsAMediaType) {
  Call call = json_call("{}");
  call.headers.clear();
  EXPECT_EQ(json_body(call).error().status, 415);
  call.headers = {{"content-type", "text/plain"}};
  EXPECT_EQ(json_body(call).error().status, 415);
}

TEST(Fields, NamesEverythingThatIsWrongAtOnce) {
  const json body =
      json::parse(R"({"name":7,"size":"big","list":["a",1],"sub":{"x/y":true},"odd":1})");
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  EXPECT_EQ(fields.text("name"), "");
  EXPECT_EQ(fields.text("title"), "");
  EXPECT_EQ(fields.integer_or("size", 0, 10, 5), 5);
  EXPECT_EQ(fields.texts("list"), std::vector<std::string>{"a"});
  fields.object("sub")->done();
  fields.done();
  const std::vector<FieldError> expected{
      {"/name", "wrong_type", "must be a string"},
      {"/title", "missing", "is required and must not be empty"},
      {"/size", "wrong_type", "must be a whole number"},
      {"/list/1", "wrong_type", "must be a string without control characters"},
      {"/sub/x~1y", "unknown_field", "this field is not known here"},
      {"/odd", "unknown_field", "this field is not known here"}};
  EXPECT_EQ(errors, expected);
  EXPECT_EQ(no_errors(errors).error().status, 400);
}

TEST(Fields, KnowsBoundsOfNumbersAndTexts) {
  const json body{{"n", 11},
                  {"big", 18446744073709551615ULL},
                  {"long", std::string(5000, 'a')},
                  {"ctl", "a\nb"}};
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  (void)fields.integer_or("n", 0, 10, 5);
  (void)fields.integer_or("big", 0, 10, 5);
  (void)fields.maybe_text("long");
  (void)fields.maybe_text("ctl");
  EXPECT_EQ(errors.size(), 4U);
}

TEST(Fields, RefusesABodyThatIsNoObject) {
  const json body = json::array({1});
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  (void)fields.text("name");
  fields.done();
  EXPECT_EQ(errors, (std::vector<FieldError>{{"", "wrong_type", "must be an object"}}));
}

TEST(RequireVersion, DemandsAndComparesTheTag) {
  Call call;
  EXPECT_EQ(require_version(call, 3).error().status, 428);
  call.headers = {{"if-match", "\"v2\""}};
  EXPECT_EQ(require_version(call, 3).error().status, 412);
  EXPECT_EQ(require_version(call, 3).error().etag, "v3");
  for (const auto* good : {"\"v3\"", "*", "\"v1\", \"v3\""}) {
    call.headers = {{"if-match", good}};
    EXPECT_TRUE(require_version(call, 3)) << good;
  }
  call.headers = {{"if-match", "W/\"v3\""}};
  EXPECT_EQ(require_version(call, 3).error().status, 412);
}

TEST(Times, AreRfc3339InUtc) {
  EXPECT_EQ(time_json(from_micros(1'800'000'000'000'001)), "2027-01-15T08:00:00.000001Z");
  EXPECT_EQ(time_json({}), nullptr);
  EXPECT_EQ(parse_time("2027-01-15T08:00:00.000001Z"), from_micros(1'800'000'000'000'001));
  EXPECT_EQ(parse_time("2027-01-15T08:00:00Z"), from_micros(1'800'000'000'000'000));
  for (const auto* bad :
       {"", "tomorrow", "2027-01-15", "2027-01-15T08:00:00", "2027-01-15T08:00:00+01:00"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST(StatusOf, MapsEveryCode) {
  EXPECT_EQ(status_of(Errc::Invalid), 400);
  EXPECT_EQ(status_of(Errc::NotFound), 404);
  EXPECT_EQ(status_of(Errc::Conflict), 409);
  EXPECT_EQ(status_of(Errc::Rejected), 422);
  EXPECT_EQ(status_of(Errc::Unavailable), 503);
  EXPECT_EQ(status_of(Errc::TimedOut), 504);
  EXPECT_TRUE(problem_of({Errc::Unavailable, "x"}).retry_after);
}

}  // namespace
}  // namespace switchyard::web::api
