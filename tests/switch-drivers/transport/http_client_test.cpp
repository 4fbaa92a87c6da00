// Against a real TLS server on loopback.
#include "switch-drivers/transport/http_client.h"

#include "core/clock.h"
#include "tests/fakes/eos/https_server.h"
#include "tests/fakes/fake_clock.h"

#include <gmock/gmock.h>

#include <thread>

namespace switchyard::switch_drivers {
namespace {

using namespace std::chrono_literals;
using fakes::HttpsServer;
using fakes::WebAnswer;
using fakes::WebRequest;
using testing::HasSubstr;

class HttpClientTest : public testing::Test {
 protected:
  SwitchAccess access() {
    return {.name = "tor1",
            .address = "127.0.0.1",
            .port = server_.port(),
            .user = "admin",
            .password = Secret("secret"),
            .host_key = server_.fingerprint()};
  }

  void answer(const WebAnswer& answer) {
    handler_ = [answer](const WebRequest&) { return answer; };
  }

  void expect_error(Errc code, std::chrono::milliseconds deadline = 10s) {
    const auto begin = std::chrono::steady_clock::now();
    const auto got = make_https_client(access())->send({.body = "{}"}, deadline);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, code) << got.error().message;
    EXPECT_THAT(got.error().message, HasSubstr("tor1"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, deadline + 5s);
  }

  HttpsServer::Handler handler_{[](const WebRequest& request) -> std::optional<WebAnswer> {
    return WebAnswer{.body = request.method + " " + request.path + " " + request.authorization +
                             " " + request.body};
  }};
  HttpsServer server_{[this](const WebRequest& request) { return handler_(request); }};
};

TEST_F(HttpClientTest, AsksManyTimesOverOneConnectionWithItsLogin) {
  const auto client = make_https_client(access());
  for (int i = 0; i < 3; ++i) {
    const auto got = client->send({.method = "PATCH", .path = "/a?b=c", .body = "{}"}, 10s);
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->status, 200U);
    EXPECT_EQ(got->body, "PATCH /a?b=c Basic YWRtaW46c2VjcmV0 {}");
  }
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpClientTest, TakesAFingerprintAsOpensslPrintsIt) {
  std::string printed = "SHA256:";
  const std::string hex = server_.fingerprint().substr(7);
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i > 0 && i % 2 == 0) printed += ':';
    printed += static_cast<char>(std::toupper(hex[i]));
  }
  SwitchAccess printed_access = access();
  printed_access.host_key = printed;
  EXPECT_TRUE(make_https_client(printed_access)->send({}, 10s));
}

TEST_F(HttpClientTest, RefusesAnotherCertificateAndSendsNothing) {
  bool asked = false;
  handler_ = [&](const WebRequest&) {
    asked = true;
    return WebAnswer{};
  };
  for (const char* wrong : {"", "SHA256:abc", "sha256:00"}) {
    SwitchAccess other = access();
    other.host_key = wrong;
    const auto got = make_https_client(other)->send({}, 10s);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::Rejected);
  }
  const SwitchAccess before = access();
  server_.change_certificate();
  const auto got = make_https_client(before)->send({}, 10s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::Rejected);
  EXPECT_FALSE(asked);
}

TEST_F(HttpClientTest, AnyStatusIsAnAnswer) {
  answer({.status = 401, .body = "no"});
  const auto got = make_https_client(access())->send({}, 10s);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 401U);
}

TEST_F(HttpClientTest, ADrippingAnswerDoesNotHoldTheCall) {
  answer({.body = std::string(1000, 'x'), .drip = 20ms});
  expect_error(Errc::TimedOut, 300ms);
}

TEST_F(HttpClientTest, AHangInTheHandshakeDoesNotHoldTheCall) {
  server_.hang_in_handshake(true);
  expect_error(Errc::TimedOut, 300ms);
}

TEST_F(HttpClientTest, ASwitchThatNeverAnswersIsTimedOut) {
  answer({.body = "x", .drip = 60s});
  expect_error(Errc::TimedOut, 300ms);
}

TEST_F(HttpClientTest, ACutIsUnavailableWhereverItComes) {
  for (const long long bytes : {0, 1, 30, 70}) {
    server_.cut_after_bytes(bytes);
    expect_error(Errc::Unavailable);
  }
  server_.cut_after_bytes(-1);
  server_.refuse_connections(true);
  expect_error(Errc::Unavailable);
}

TEST_F(HttpClientTest, ReconnectsAfterALossWhileIdle) {
  const auto client = make_https_client(access());
  ASSERT_TRUE(client->send({}, 10s));
  server_.drop_connections();
  // The end may still be on its way: then this call has the loss, and the next one does not.
  if (const auto got = client->send({}, 10s); !got) {
    EXPECT_EQ(got.error().code, Errc::Unavailable);
    EXPECT_TRUE(client->send({}, 10s));
  }
}

TEST_F(HttpClientTest, RefusesWhatIsTooLargeOrNotHttp) {
  answer({.raw = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"});
  expect_error(Errc::Invalid);
  answer({.raw = "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"});
  expect_error(Errc::Invalid);
  answer({.raw = "220 mail.example.org ESMTP\r\n\r\n"});
  expect_error(Errc::Invalid);
}

TEST_F(HttpClientTest, ThePermitIsLookedAtBeforeAndInEveryWait) {
  fakes::FakeClock clock;
  auto permit = std::make_shared<Permit>(clock);
  SwitchAccess held = access();
  held.permit = permit;
  EXPECT_FALSE(make_https_client(held)->send({}, 10s));
  EXPECT_EQ(server_.connections(), 0);
  permit->extend(clock.steady() + 1h);
  handler_ = [&](const WebRequest&) {
    permit->stop();
    return WebAnswer{.body = "xx", .drip = 60s};
  };
  const auto got = make_https_client(held)->send({}, 60s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::Unavailable);
  EXPECT_THAT(got.error().message, HasSubstr("no longer holds"));
}

}  // namespace
}  // namespace switchyard::switch_drivers
