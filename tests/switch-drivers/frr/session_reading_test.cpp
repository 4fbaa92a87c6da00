#include "switch-drivers/frr/session_reading.h"

#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/linux-frr/replay.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers::frr {
namespace {

using linux_frr::transcript;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;

TEST(ParseBgpSummary, ReadsEveryVrf) {
  const auto sessions = parse_bgp_summary(transcript("routed", "bgp_summary"));
  ASSERT_TRUE(sessions) << sessions.error().message;
  EXPECT_EQ(sessions->at({"vrf-prv", "swp1.101"}).state, "Established");
  EXPECT_GT(sessions->at({"vrf-pub", "up1.3002"}).established_for.count(), 0);
}

TEST(ParseBgpSummary, AServersHostNameCannotHideOtherSessions) {
  const auto sessions = parse_bgp_summary(
      "{\"v\":{\"ipv4Unicast\":{\"peers\":{\"a.1\":{\"hostname\":\"\xff\xfe\",\"state\":\"Idle\","
      "\"remoteAs\":7}}}}}");
  ASSERT_TRUE(sessions) << sessions.error().message;
  EXPECT_EQ(sessions->at({"v", "a.1"}).remote_asn, 7U);
}

TEST(ParseBgpSummary, OddShapesAreNoSessions) {
  for (const char* text :
       {"{}", "{\"v\":1}", "{\"v\":{\"ipv4Unicast\":[]}}", "{\"v\":{\"x\":{\"peers\":[1]}}}"}) {
    const auto sessions = parse_bgp_summary(text);
    ASSERT_TRUE(sessions) << text;
    EXPECT_TRUE(sessions->empty());
  }
  EXPECT_FALSE(parse_bgp_summary(""));
  EXPECT_FALSE(parse_bgp_summary("% BGP instance not found"));
}

TEST(ParseBgpRoutes, TellsAcceptedFromRefused) {
  const auto routes = parse_bgp_routes(transcript("routed", "bgp_routes"), 2);
  ASSERT_TRUE(routes) << routes.error().message;
  EXPECT_THAT(routes->at(0).accepted, ElementsAre(prefix("10.1.0.5/32"), prefix("fd10:1::5/128")));
  EXPECT_THAT(routes->at(0).refused, Contains(Field(&RefusedCount::kind, RefusedKind::HostRoute)));
}

TEST(ParseBgpRoutes, CountsWhatBgpdRefusedByKind) {
  const auto list = [](const char* daemon, int hits) {
    return fmt::format(
        R"({{"{}":{{"L":{{"entries":[{{"type":"permit","prefix":"10.1.0.5/32","hitCount":{}}},)"
        R"({{"type":"deny","prefix":"0.0.0.0/0","hitCount":{}}},)"
        R"({{"type":"deny","prefix":"0.0.0.0/0","minimumPrefixLength":32,"hitCount":{}}},)"
        R"({{"type":"deny","prefix":"0.0.0.0/0","maximumPrefixLength":32,"hitCount":{}}}]}}}}}})",
        daemon, hits, hits, 2 * hits, 3 * hits);
  };
  const auto routes = parse_bgp_routes(
      "{\"routes\":{}}" + list("ZEBRA", 9) + list("BGP", 1) + "{\"routes\":{}}% no such list", 1);
  ASSERT_TRUE(routes) << routes.error().message;
  EXPECT_THAT(routes->at(0).refused,
              ElementsAre(RefusedCount{Family::V4, RefusedKind::Default, 1},
                          RefusedCount{Family::V4, RefusedKind::HostRoute, 2},
                          RefusedCount{Family::V4, RefusedKind::Network, 3}));
}

TEST(ParseBgpRoutes, ASessionWithoutItsListCountsNothing) {
  const auto routes = parse_bgp_routes("{\"bgpNoSuchNeighbor\":true}{\"warning\":\"x\"}", 1);
  ASSERT_TRUE(routes) << routes.error().message;
  EXPECT_TRUE(routes->at(0).refused.empty());
}

TEST(ParseBgpRoutes, RefusesAnAnswerThatIsCutOff) {
  const std::string whole = transcript("routed", "bgp_routes");
  EXPECT_FALSE(parse_bgp_routes(whole.substr(0, whole.size() / 2), 2));
  EXPECT_FALSE(parse_bgp_routes(whole, 1));
  EXPECT_FALSE(parse_bgp_routes("{\"a\":\"", 1));
  EXPECT_FALSE(parse_bgp_routes("{x}{}", 1));
  EXPECT_FALSE(parse_bgp_routes("{\"BGP\":{}}{}", 1));
}

}  // namespace
}  // namespace switchyard::switch_drivers::frr
