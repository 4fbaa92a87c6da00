#include "tests/web/test_server.h"
#include "web/edge/client_table.h"
#include "web/edge/event_feed.h"
#include "web/edge/gateway_message.h"
#include "web/edge/gzip.h"
#include "web/edge/static_site.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <future>

namespace switchyard::web::edge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Admission = ClientTable::Admission;
const ClientTable::Time kStart{std::chrono::hours(1)};

TEST(ClientTable, CountsConnectionsOfEachClientAndOfAll) {
  ClientTable table({.connections = 3, .client_connections = 2});
  EXPECT_EQ(table.arrived("a", kStart), Admission::Admitted);
  EXPECT_EQ(table.arrived("a", kStart), Admission::Admitted);
  EXPECT_EQ(table.arrived("a", kStart), Admission::ClientFull);
  EXPECT_EQ(table.arrived("b", kStart), Admission::Admitted);
  EXPECT_EQ(table.arrived("c", kStart), Admission::EdgeFull);
  table.left("a", kStart);
  EXPECT_EQ(table.arrived("c", kStart), Admission::Admitted);
}

TEST(ClientTable, RefillsTheBucketWithTime) {
  ClientTable table({.client_requests_per_second = 10, .client_burst = 2});
  ASSERT_EQ(table.arrived("a", kStart), Admission::Admitted);
  EXPECT_FALSE(table.over_rate("a", kStart));
  EXPECT_FALSE(table.over_rate("a", kStart));
  EXPECT_EQ(table.over_rate("a", kStart), seconds(1));
  EXPECT_FALSE(table.over_rate("a", kStart + milliseconds(101)));
}

TEST(ClientTable, AReconnectDoesNotRefillTheBucket) {
  ClientTable table({.client_requests_per_second = 1, .client_burst = 1});
  ASSERT_EQ(table.arrived("a", kStart), Admission::Admitted);
  EXPECT_FALSE(table.over_rate("a", kStart));
  table.left("a", kStart);
  ASSERT_EQ(table.arrived("a", kStart), Admission::Admitted);
  EXPECT_TRUE(table.over_rate("a", kStart));
}

TEST(ClientKey, IsTheSlash64OfIpv6) {
  EXPECT_EQ(client_key("2001:db8::1:2:3:4"), client_key("2001:db8::9"));
  EXPECT_EQ(client_key("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(client_key("10.0.0.1"), "10.0.0.1");
}

std::string unpack(const std::string& packed) {
  std::string text(1 << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(Gzip, PacksLargeJsonAndMarksItsTag) {
  Response response{.headers = {{"Content-Type", "application/json"}, {"ETag", "\"v1\""}},
                    .body = std::string(5000, 'a')};
  compress(response);
  EXPECT_EQ(unpack(response.body), std::string(5000, 'a'));
  EXPECT_EQ(*find_header(response.headers, "etag"), "\"v1-gzip\"");
  EXPECT_EQ(without_gzip_suffix("\"v1-gzip\", \"v2\""), "\"v1\", \"v2\"");
}

TEST(Gzip, LeavesSmallBodiesAlone) {
  Response response{.headers = {{"Content-Type", "application/json"}}, .body = "{}"};
  compress(response);
  EXPECT_EQ(response.body, "{}");
}

TEST(Gzip, FollowsTheClientsWish) {
  EXPECT_TRUE(accepts_gzip({{"accept-encoding", "br, gzip;q=0.5"}}));
  EXPECT_TRUE(accepts_gzip({{"accept-encoding", "*"}}));
  EXPECT_FALSE(accepts_gzip({{"accept-encoding", "gzip;q=0"}}));
  EXPECT_FALSE(accepts_gzip({{"accept-encoding", "br"}}));
  EXPECT_FALSE(accepts_gzip({}));
}

TEST(ParseRange, KnowsTheThreeForms) {
  using Kind = ByteRange::Kind;
  EXPECT_EQ(parse_range("bytes=0-3", 10), (ByteRange{Kind::Part, 0, 4}));
  EXPECT_EQ(parse_range("bytes=4-", 10), (ByteRange{Kind::Part, 4, 6}));
  EXPECT_EQ(parse_range("bytes=-3", 10), (ByteRange{Kind::Part, 7, 3}));
  EXPECT_EQ(parse_range("bytes=5-99", 10), (ByteRange{Kind::Part, 5, 5}));
  EXPECT_EQ(parse_range("bytes=10-", 10).kind, Kind::Unsatisfiable);
  for (const auto* odd :
       {"bytes=3-1", "bytes=0-1,3-4", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b"})
    EXPECT_EQ(parse_range(odd, 10).kind, Kind::Whole) << odd;
}

TEST(HashedName, IsOneWithAHashBeforeTheExtension) {
  EXPECT_TRUE(has_hashed_name("assets/index-3f9c2b71.js"));
  EXPECT_FALSE(has_hashed_name("assets/index.js"));
  EXPECT_FALSE(has_hashed_name("assets/dark-background.css"));
}

class Site : public testing::Test {
 protected:
  Site() {
    directory.write("site/index.html", "<html>");
    directory.write("site/assets/app-3f9c2b71.js", "0123456789");
    directory.write("site/.secret", "no");
    directory.write("outside", "no");
    std::filesystem::create_symlink(directory.path("outside"), directory.path("site/link"));
    std::filesystem::create_directory_symlink(directory.path(""), directory.path("site/up"));
    site.root = directory.path("site");
  }

  Response get(const std::string& path, Headers headers = {}) {
    return serve_file(site, {.method = "GET", .path = path, .headers = std::move(headers)});
  }

  test::Directory directory{};
  StaticSite site{.fallback = "index.html", .content_policy = "default-src 'self'"};
};

TEST_F(Site, ServesFilesWithTypeAndCaching) {
  const auto script = get("/assets/app-3f9c2b71.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(*find_header(script.headers, "content-type"), "text/javascript; charset=utf-8");
  EXPECT_NE(find_header(script.headers, "cache-control")->find("immutable"), std::string::npos);
  EXPECT_EQ(*find_header(get("/").headers, "cache-control"), "no-cache");
  EXPECT_EQ(*find_header(get("/").headers, "content-security-policy"), "default-src 'self'");
}

TEST_F(Site, AnswersPagesOfThePortalWithItsIndex) {
  EXPECT_EQ(get("/servers/s1").status, 200);
  EXPECT_EQ(get("/missing.js").status, 404);
}

TEST_F(Site, KnowsWhatTheClientHasAlready) {
  const std::string tag = *find_header(get("/").headers, "etag");
  EXPECT_EQ(get("/", {{"if-none-match", tag}}).status, 304);
}

TEST_F(Site, ServesOneRange) {
  const auto part = get("/assets/app-3f9c2b71.js", {{"range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(*find_header(part.headers, "content-range"), "bytes 2-4/10");
  EXPECT_EQ(part.file->offset, 2U);
  EXPECT_EQ(part.file->length, 3U);
  EXPECT_EQ(get("/assets/app-3f9c2b71.js", {{"range", "bytes=20-"}}).status, 416);
  EXPECT_EQ(
      get("/assets/app-3f9c2b71.js", {{"range", "bytes=2-4"}, {"if-range", "\"old\""}}).status,
      200);
}

TEST_F(Site, NeverLeavesItsRoot) {
  site.fallback.clear();
  for (const auto* path :
       {"/../outside", "/%2e%2e/outside", "/link", "/up/outside", "/.secret",
        "/assets%2Fapp-3f9c2b71.js", "/assets", "/assets/", "//etc/passwd", "/index.html/"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(Site, RefusesOtherMethods) {
  EXPECT_EQ(serve_file(site, {.method = "POST", .path = "/"}).status, 405);
}

TEST(EventFeed, GivesOldEventsFromTheLogAndNewOnesFromMemory) {
  test::MemoryEvents source;
  source.add("old", "", "{}");
  EventFeed feed(source);
  std::promise<WireEvents> old;
  feed.fetch(0, 10, [&](WireEvents events) { old.set_value(std::move(events)); });
  const auto first = old.get_future().get();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0]->text, "id: 1\nevent: old\ndata: {}\n\n");

  std::promise<void> news;
  const auto ticket = feed.on_news([&, told = false]() mutable {
    if (!std::exchange(told, true)) news.set_value();
  });
  source.add("new", "p", "{\"a\":1}");
  ASSERT_EQ(news.get_future().wait_for(seconds(5)), std::future_status::ready);
  WireEvents second;
  feed.fetch(1, 10, [&](WireEvents events) { second = std::move(events); });
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0]->project, "p");
  EXPECT_EQ(feed.newest(), 2U);
}

TEST(ToApi, ForwardsOnlyWhatTheApiUsesAndUnderItsOwnNames) {
  const Request request{.method = "HEAD",
                        .path = "/api/v1/x",
                        .query = "a=b",
                        .headers = {{"authorization", "Bearer t"},
                                    {"cookie", "c"},
                                    {"x-switchyard-secret", "forged"},
                                    {"x-switchyard-h-authorization", "forged"}},
                        .client = "10.0.0.1",
                        .request_id = "r1"};
  const std::string text = to_api(request, "e1", "s3cret");
  EXPECT_TRUE(text.starts_with("GET /api/v1/x HTTP/1.1\r\n"));
  EXPECT_NE(text.find("X-Switchyard-H-authorization: Bearer t\r\n"), std::string::npos);
  EXPECT_NE(text.find("X-Switchyard-Query: a=b\r\n"), std::string::npos);
  EXPECT_EQ(text.find("cookie"), std::string::npos);
  EXPECT_EQ(text.find("forged"), std::string::npos);
}

TEST(FromApi, KeepsInternalFieldsInside) {
  const Response response = from_api(200,
                                     {{"Content-Type", "application/json"},
                                      {"Connection", "Keep-Alive"},
                                      {"X-Switchyard-Exchange", "e"},
                                      {"X-Switchyard-Unfinished", "1"},
                                      {"X-Switchyard-Events", R"({"after":7,"project":"p"})"}},
                                     "{}");
  EXPECT_EQ(response.headers, (Headers{{"Content-Type", "application/json"}}));
  EXPECT_TRUE(response.unfinished);
  EXPECT_EQ(response.events->after, 7U);
  EXPECT_EQ(response.events->project, "p");
}

}  // namespace
}  // namespace switchyard::web::edge
