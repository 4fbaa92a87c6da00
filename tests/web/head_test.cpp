#include "web/edge/head.h"

#include <gtest/gtest.h>

namespace switchyard::web::edge {
namespace {

const Limits kLimits{.head_fields = 8, .target_bytes = 100};

std::string get(const std::string& fields) { return "GET /a HTTP/1.1\r\n" + fields + "\r\n"; }

TEST(ParseHead, ReadsAnOrdinaryRequest) {
  const auto head = parse_head(
      "POST /a?b=c HTTP/1.1\r\nHost: x:80\r\nContent-Length: 12 \r\nExpect: 100-Continue\r\n\r\n",
      kLimits);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->target, "/a?b=c");
  EXPECT_EQ(head->content_length, 12U);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_TRUE(head->expects_continue);
  EXPECT_EQ(*find_header(head->headers, "host"), "x:80");
}

struct Case {
  std::string name{};
  std::string text{};
  int status{};
};

class Refuses : public testing::TestWithParam<Case> {};

TEST_P(Refuses, WithAStatus) {
  const auto head = parse_head(GetParam().text, kLimits);
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().status, GetParam().status) << head.error().detail;
}

const std::string kHost = "Host: x\r\n";

INSTANTIATE_TEST_SUITE_P(
    ParseHead, Refuses,
    testing::Values(
        Case{"NoHost", get(""), 400}, Case{"TwoHosts", get(kHost + kHost), 400},
        Case{"HostWithSpace", get("Host: a b\r\n"), 400}, Case{"EmptyHost", get("Host: \r\n"), 400},
        Case{"NegativeLength", get(kHost + "Content-Length: -1\r\n"), 400},
        Case{"HugeLength", get(kHost + "Content-Length: 18446744073709551615\r\n"), 400},
        Case{"PlusLength", get(kHost + "Content-Length: +3\r\n"), 400},
        Case{"LengthWithLetters", get(kHost + "Content-Length: 3abc\r\n"), 400},
        Case{"HexLength", get(kHost + "Content-Length: 0x10\r\n"), 400},
        Case{"ScientificLength", get(kHost + "Content-Length: 1e3\r\n"), 400},
        Case{"ListLength", get(kHost + "Content-Length: 3, 3\r\n"), 400},
        Case{"EmptyLength", get(kHost + "Content-Length:\r\n"), 400},
        Case{"TwoLengths", get(kHost + "Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
        Case{"LengthAndChunked", get(kHost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
             400},
        Case{"TwoCodings",
             get(kHost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        Case{"UnknownCoding", get(kHost + "Transfer-Encoding: gzip\r\n"), 501},
        Case{"ChunkedTwice", get(kHost + "Transfer-Encoding: chunked, chunked\r\n"), 501},
        Case{"ChunkedInOldHttp", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Case{"NoColon", get(kHost + "Broken header\r\n"), 400},
        Case{"SpaceBeforeColon", get("Host : x\r\n"), 400},
        Case{"Folded", get(kHost + "A: b\r\n c\r\n"), 400},
        Case{"FirstLineFolded", get(" A: b\r\n" + kHost), 400},
        Case{"ControlInValue", get(kHost + "A: b\x01\r\n"), 400},
        Case{"BareReturnInValue", get(kHost + "A: b\rc\r\n"), 400},
        Case{"EmptyName", get(kHost + ": b\r\n"), 400},
        Case{"TwoAuthorizations", get(kHost + "Authorization: a\r\nAuthorization: b\r\n"), 400},
        Case{"TooManyFields",
             get(kHost + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\nG: 1\r\nH: 1\r\n"), 431},
        Case{"UnknownExpectation", get(kHost + "Expect: miracles\r\n"), 417},
        Case{"EmptyVersion", "GET / \r\n\r\n", 400}, Case{"VersionH", "GET / H\r\n\r\n", 400},
        Case{"Version2", "GET / HTTP/2.0\r\n\r\n", 505},
        Case{"LowerVersion", "GET / http/1.1\r\n\r\n", 400},
        Case{"NoTarget", "GET HTTP/1.1\r\n\r\n", 400},
        Case{"TargetWithSpace", "GET /a b HTTP/1.1\r\n\r\n", 400},
        Case{"UnknownMethod", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        Case{"Connect", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        Case{"MethodWithBracket", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Case{"LongTarget", "GET /" + std::string(200, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414}),
    [](const auto& each) { return each.param.name; });

TEST(ParseHead, ClosesWhenAskedToInAnySpelling) {
  EXPECT_FALSE(parse_head(get(kHost + "Connection: keep-alive, CLOSE\r\n"), kLimits)->keep_alive);
  EXPECT_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n", kLimits)->keep_alive);
}

TEST(RefuseEarly, SeesWhatCanNeverBecomeARequest) {
  EXPECT_TRUE(refuse_early("GET / HTTP/1.1\nHost: x\n\n", 0));
  EXPECT_TRUE(refuse_early("GET / HTTP/1.1\rX", 0));
  EXPECT_TRUE(refuse_early(std::string("GET /\0", 6), 0));
  EXPECT_TRUE(refuse_early("\x16\x03\x01", 0));
  EXPECT_FALSE(refuse_early("GET / HTTP/1.1\r", 0));
  EXPECT_FALSE(refuse_early("POST / HTTP/1.1\r\n\r\na: body\nof: lines\n", 0));
  EXPECT_FALSE(refuse_early("\r\nGET", 0));
}

}  // namespace
}  // namespace switchyard::web::edge
