#include "provisioner/bmc/http_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Takes one connection and does with it what it is told; ends when the client has gone.
class RawServer {
 public:
  using Act = std::function<void(int client)>;

  explicit RawServer(Act act) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 1);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, act = std::move(act)] {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client >= 0) act(client);
      ::close(client);
    });
  }

  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] HttpOrigin origin(bool tls = false) const { return {tls, "127.0.0.1", port_}; }

 private:
  int listener_;
  std::uint16_t port_{};
  std::thread thread_{};
};

bool write_all(int to, std::string_view text) {
  return ::send(to, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

void wait_for_end(int client) {
  char buffer[4096];
  while (::read(client, buffer, sizeof buffer) > 0) {
  }
}

// One piece after another, until the client has enough.
RawServer::Act drips(std::string first, std::string piece) {
  return [first = std::move(first), piece = std::move(piece)](int client) {
    bool goes_on = write_all(client, first);
    char buffer[4096];
    while (goes_on) {
      timeval patience{.tv_sec = 0, .tv_usec = 5'000};
      ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      goes_on = ::read(client, buffer, sizeof buffer) != 0 && write_all(client, piece);
    }
  };
}

Result<HttpAnswer> ask(const HttpOrigin& origin, std::chrono::milliseconds patience = 20s) {
  return http_exchange(origin, {.any = true}, {.method = "GET", .path = "/redfish/v1/"},
                       {.until = std::chrono::steady_clock::now() + patience});
}

TEST(HttpExchange, ReadsAnAnswer) {
  const RawServer server([](int client) {
    write_all(client, "HTTP/1.1 200 OK\r\nETag: \"7\"\r\nContent-Length: 2\r\n\r\n{}");
    wait_for_end(client);
  });
  const auto answer = ask(server.origin());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->etag, "\"7\"");
  EXPECT_EQ(answer->body, "{}");
}

TEST(HttpExchange, ADrippingBodyEndsAtTheDeadline) {
  const RawServer server(drips("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"));
  EXPECT_EQ(ask(server.origin(), 200ms).error().code, Errc::TimedOut);
}

TEST(HttpExchange, DrippingHeadersEndAtTheDeadline) {
  const RawServer server(drips("HTTP/1.1 200 OK\r\n", "a"));
  EXPECT_EQ(ask(server.origin(), 200ms).error().code, Errc::TimedOut);
}

TEST(HttpExchange, ADrippingHandshakeEndsAtTheDeadline) {
  // The head of a handshake record of 16 KiB, and then its bytes one by one.
  const RawServer server(drips(std::string("\x16\x03\x03\x40\x00", 5), "\x02"));
  EXPECT_EQ(ask(server.origin(true), 200ms).error().code, Errc::TimedOut);
}

TEST(HttpExchange, EndlessHeadersAreRefused) {
  const RawServer server(drips("HTTP/1.1 200 OK\r\n", "a: " + std::string(4000, 'b') + "\r\n"));
  const auto answer = ask(server.origin());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::Invalid);
  EXPECT_THAT(answer.error().message, HasSubstr("headers"));
}

TEST(HttpExchange, AnEndlessChunkedBodyIsRefused) {
  const RawServer server(drips("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                               "8000\r\n" + std::string(0x8000, 'x') + "\r\n"));
  const auto answer = ask(server.origin());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the answer is larger than 1 MiB");
}

TEST(HttpExchange, ABodyAnnouncedTooLargeIsRefusedAtOnce) {
  const RawServer server([](int client) {
    write_all(client, "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n");
    wait_for_end(client);
  });
  EXPECT_EQ(ask(server.origin()).error().message, "the answer is larger than 1 MiB");
}

TEST(HttpExchange, ABodyThatComesAlongWithItsHeadersIsLimitedToo) {
  const RawServer server([](int client) {
    write_all(client,
              "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + std::string(9'000'000, 'x'));
    wait_for_end(client);
  });
  const auto answer = ask(server.origin());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the answer is larger than 1 MiB");
}

TEST(HttpExchange, WhatIsNotHttpIsInvalid) {
  const RawServer server([](int client) {
    write_all(client, "SSH-2.0-OpenSSH_9.2\r\n");
    wait_for_end(client);
  });
  EXPECT_EQ(ask(server.origin()).error().code, Errc::Invalid);
}

TEST(HttpExchange, AConnectionCutInTheMiddleIsUnavailable) {
  const RawServer server(
      [](int client) { write_all(client, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"); });
  EXPECT_EQ(ask(server.origin()).error().code, Errc::Unavailable);
}

TEST(HttpExchange, NobodyThereIsUnavailable) {
  std::uint16_t port = 0;
  {
    port = RawServer([](int) {}).origin().port;
  }
  EXPECT_EQ(ask({false, "127.0.0.1", port}).error().code, Errc::Unavailable);
}

TEST(HttpUrl, IsTakenApart) {
  const auto url = parse_http_url("https://bmc-7.example:8443/redfish/v1/Systems/1/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin.text(), "https://bmc-7.example:8443");
  EXPECT_EQ(url->path, "/redfish/v1/Systems/1");
  EXPECT_EQ(parse_http_url("https://192.0.2.1")->origin.port, 443);
  EXPECT_EQ(parse_http_url("http://[2001:db8::7]")->origin.text(), "http://[2001:db8::7]:80");
}

TEST(HttpUrl, IsRefusedWhenItIsNone) {
  for (const char* bad :
       {"", "192.0.2.1", "ftp://x", "http://", "http://a:0", "http://a:99999", "http://a:b",
        "http://user:pass@host", "http://a/x?y", "http://a/x#y", "http://a/../x", "http://a\r\n",
        "http://[::1", "http://[x]", "http://a/b c"})
    EXPECT_FALSE(parse_http_url(bad)) << bad;
}

TEST(Fingerprint, IsReadInBothWritings) {
  const std::string digits(64, 'a');
  std::string pairs;
  for (int i = 0; i < 32; ++i)
    pairs += i > 0 ? ":AA" : "AA";
  EXPECT_EQ(parse_fingerprint("sha256:" + digits), parse_fingerprint("sha256:" + pairs));
  for (const std::string& bad :
       {std::string(), digits, "sha256:" + digits.substr(1), "sha256:" + digits + "a",
        "sha256:" + std::string(64, 'g'), "sha256:" + std::string(95, ':')})
    EXPECT_FALSE(parse_fingerprint(bad)) << bad;
}

}  // namespace
}  // namespace switchyard::provisioner
