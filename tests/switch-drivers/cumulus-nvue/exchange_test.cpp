// Bytes of a switch, and bytes for it.
#include "switch-drivers/cumulus-nvue/exchange.h"

#include "switch-drivers/cumulus-nvue/session_reading.h"
#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::cumulus_nvue {
namespace {

using testing::HasSubstr;

HttpAnswer said(std::string body, unsigned status = 200) { return {status, std::move(body)}; }

TEST(NvueLeaves, AreTakenApartAndPutTogether) {
  const std::string text =
      R"({"interface":{"swp1":{"description":"7","link":{"mtu":1504,"state":{"up":{}}}}}})";
  const auto leaves = parse_leaves(text);
  ASSERT_TRUE(leaves);
  EXPECT_EQ(leaves->size(), 3U);
  EXPECT_EQ(value_at(*leaves, {"interface", "swp1", "link", "state", "up"}), kThere);
  EXPECT_EQ(to_json(*leaves), text);
  EXPECT_EQ(to_json(std::set<Path>{{"interface", "swp1", "bridge"}}),
            R"({"interface":{"swp1":{"bridge":null}}})");
}

TEST(NvueLeaves, RefuseWhatIsNoConfiguration) {
  std::string deep = "1";
  for (int i = 0; i < 100; ++i)
    deep = "{\"a\":" + deep + "}";
  for (const std::string& text :
       {std::string{}, std::string{"["}, std::string{"[]"}, std::string{"7"},
        std::string{R"({"a":[1]})"}, std::string{R"({"a":{"b":1})"}, deep})
    EXPECT_FALSE(parse_leaves(text)) << text;
  EXPECT_TRUE(parse_leaves("{}")->empty());
}

TEST(NvueExchange, ARevisionsIdIsEncoded) {
  EXPECT_EQ(read_revision("changeset/root/7").path, "/nvue_v1/revision/changeset%2Froot%2F7");
  EXPECT_EQ(edit("a/b", {.unset = {{"interface", "swp1"}}})[0].path, "/nvue_v1/?rev=a%2Fb");
}

TEST(NvueExchange, APatchSetsOrUnsets) {
  const auto requests =
      edit("7", {.set = {{{"a"}, "1"}}, .unset = {{"interface", "swp1", "bridge"}}});
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_THAT(requests[0].body, HasSubstr("null"));
  EXPECT_EQ(requests[1].body, R"({"a":1})");
  EXPECT_TRUE(edit("7", {}).empty());
}

TEST(NvueExchange, TheHandleIsInTheSameRequestAsTheApply) {
  const HttpRequest request = apply_for("7", std::chrono::seconds{90});
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("state":"apply")"));
  EXPECT_THAT(request.body, HasSubstr(R"("state-controls":{"confirm":90})"));
}

TEST(NvueExchange, ReadsHowFarARevisionIs) {
  const auto progress = [](const std::string& state) {
    return parse_revision(said(R"({"state":")" + state + R"("})")).value().progress;
  };
  EXPECT_EQ(progress("apply"), Progress::Runs);
  EXPECT_EQ(progress("applied"), Progress::Applied);
  EXPECT_EQ(progress("ays"), Progress::Waits);
  EXPECT_EQ(progress("confirm"), Progress::Waits);
  for (const char* state : {"invalid", "ays_fail", "ignore_fail", "confirm_fail", "new word"})
    EXPECT_EQ(progress(state), Progress::Failed) << state;
  const auto revision = parse_revision(said(
      R"({"state":"invalid","transition":{"issue":{"0":{"message":"a"},"1":{"message":"b"}}}})"));
  EXPECT_EQ(revision->issues, "a; b");
  for (const char* body : {"", "[]", "{}", "<html>", "null"})
    EXPECT_FALSE(parse_revision(said(body))) << body;
}

TEST(NvueExchange, FindsTheRevisionThatWaits) {
  const auto waiting = parse_waiting(said(
      R"({"1":{"state":"applied"},"2":{"state":"ays"},"applied":{"state":"applied"},"3":{"state":"pending"}})"));
  ASSERT_TRUE(waiting);
  EXPECT_EQ(*waiting, "2");
  EXPECT_EQ(*parse_waiting(said(R"({"applied":{"state":"applied"},"3":{"state":"pending"}})")),
            std::nullopt);
  EXPECT_FALSE(parse_waiting(said("[]")));
}

TEST(NvueExchange, SaysWhatAnErrorSays) {
  EXPECT_EQ(error_of(said("{}")), std::nullopt);
  const auto error = [](unsigned status, const std::string& body) {
    return error_of(said(body, status)).value();
  };
  EXPECT_EQ(error(400, R"({"title":"Bad Request","detail":"why"})").message, "HTTP 400: why");
  EXPECT_EQ(error(404, "").code, Errc::NotFound);
  EXPECT_EQ(error(503, "<html>").code, Errc::Unavailable);
  EXPECT_THAT(error(403, "").message, HasSubstr("password"));
}

TEST(NvueExchange, ReadsTheVersion) {
  const auto version = [](const char* body) {
    return version_of(parse_system(said(body)).value());
  };
  EXPECT_EQ(version(R"({"build":"Cumulus Linux 5.10.1"})"), (std::pair{5, 10}));
  EXPECT_EQ(version(R"({"product-release":"5.9.0"})"), (std::pair{5, 9}));
  EXPECT_EQ(version(R"({"build":"something"})"), std::nullopt);
  EXPECT_FALSE(parse_system(said("{}")));
}

TEST(NvueSessions, AreReadAndWhatWasRefusedIsCounted) {
  PortIntent port = routed_port();
  port.attachments.pop_back();
  const auto queries = session_queries(std::vector{port});
  ASSERT_EQ(queries.size(), 5U);
  const auto reports = session_reports(
      std::vector{port},
      std::vector{
          said(
              R"({"swp1.101":{"state":"established","remote-as":4200000005,"uptime":61000},"192.0.2.1":{"state":"idle"}})"),
          said(
              R"({"10.1.0.5/32":{"path":{"1":{"peer":{"id":"fe80::1","interface":"swp1.101"}}}},"10.2.0.0/16":{"path":{"1":{"peer":{"id":"192.0.2.1"}}}}})"),
          said("", 404),
          said(R"({"10.1.0.5/32":{},"0.0.0.0/0":{},"10.9.9.9/32":{},"10.8.0.0/16":{}})"),
          said("{}")});
  ASSERT_TRUE(reports) << reports.error().message;
  ASSERT_EQ(reports->size(), 1U);
  const SessionReport& one = reports->front();
  EXPECT_EQ(one.state, "Established");
  EXPECT_EQ(one.remote_asn, 4200000005U);
  EXPECT_EQ(one.established_for, std::chrono::seconds{61});
  EXPECT_EQ(one.accepted, (std::vector{prefix("10.1.0.5/32")}));
  EXPECT_EQ(one.refused, (std::vector<RefusedCount>{{Family::V4, RefusedKind::Default, 1},
                                                    {Family::V4, RefusedKind::HostRoute, 1},
                                                    {Family::V4, RefusedKind::Network, 1}}));
}

TEST(NvueSessions, BadAnswersAreRejected) {
  PortIntent port = routed_port();
  port.attachments.pop_back();
  const std::vector<PortIntent> ports{port};
  EXPECT_FALSE(session_reports(ports, {}));
  const HttpAnswer none = said("{}");
  for (const HttpAnswer& bad :
       {said("[]"), said(""), said("{}", 500), said(R"({"10.0.0.1/8":{}})")}) {
    EXPECT_FALSE(session_reports(ports, std::vector{none, none, none, bad, none}));
  }
  EXPECT_TRUE(session_reports(ports, std::vector{none, none, none, none, none}));
}

}  // namespace
}  // namespace switchyard::switch_drivers::cumulus_nvue
