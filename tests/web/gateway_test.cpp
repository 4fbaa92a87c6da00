// The edge in front of an API that lies, hangs, or is not there.
#include "web/edge/gateway.h"

#include "core/log.h"
#include "tests/web/raw_client.h"
#include "web/edge/edge.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace switchyard::web::edge {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

// Accepts one connection after the other and answers what `script` makes of each request text; ""
// closes the connection without an answer.
class FakeApi {
 public:
  using Script = std::function<std::string(const std::string&)>;

  explicit FakeApi(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    socklen_t length = sizeof here;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &length);
    port = ntohs(here.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { accept(stop); });
  }

  ~FakeApi() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }

  // The exchange id of a request.
  static std::string exchange_of(const std::string& request) {
    const std::string name = "X-Switchyard-Exchange: ";
    const auto at = request.find(name) + name.size();
    return request.substr(at, request.find("\r\n", at) - at);
  }

  static std::string answer(const std::string& exchange, const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Switchyard-Exchange: " +
           exchange + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::uint16_t port{};
  std::atomic<int> accepted{0};

 private:
  static bool is_readable(int descriptor) {
    pollfd wait{descriptor, POLLIN, 0};
    return ::poll(&wait, 1, 20) > 0;
  }

  void accept(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!is_readable(listener_)) continue;
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      ++accepted;
      serve(stop, connection);
      ::close(connection);
    }
  }

  void serve(const std::stop_token& stop, int connection) {
    std::string text;
    while (!stop.stop_requested()) {
      if (!is_readable(connection)) continue;
      std::array<char, 4096> bytes{};
      const ssize_t count = ::recv(connection, bytes.data(), bytes.size(), 0);
      if (count <= 0) return;
      text.append(bytes.data(), static_cast<std::size_t>(count));
      if (text.find("\r\n\r\n") == std::string::npos) continue;
      const std::string reply = script_(text);
      text.clear();
      if (reply.empty()) return;
      ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
    }
  }

  Script script_;
  int listener_{-1};
  std::jthread thread_{};
};

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() { log::set_level(log::Level::Error); }

  void start(std::uint16_t port, GatewayOptions options = {}) {
    edge = std::move(*Edge::open({.limits = {.answer = 300ms}, .drain = 100ms}, nullptr));
    options.ports = {port};
    gateway = std::make_unique<Gateway>(edge->context(), std::move(options));
    edge->run(*gateway);
  }

  ~GatewayTest() override {
    if (edge) edge->stop();
  }

  std::optional<test::RawAnswer> get(const std::string& path = "/a") {
    RawClient client(edge->port());
    client.send(test::get_text(path, ""));
    return client.read_answer();
  }

  std::unique_ptr<Edge> edge{};
  std::unique_ptr<Gateway> gateway{};
};

TEST_F(GatewayTest, KeepsOneConnectionForManyQuestions) {
  FakeApi api([](const std::string& request) {
    return FakeApi::answer(FakeApi::exchange_of(request), "{}");
  });
  start(api.port);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(get()->status, 200);
  EXPECT_EQ(api.accepted, 1);
}

TEST_F(GatewayTest, NeverPassesOnTheAnswerToAnotherQuestion) {
  std::atomic<int> asked{0};
  FakeApi api([&](const std::string& request) {
    return FakeApi::answer(++asked == 2 ? "somebody-else" : FakeApi::exchange_of(request),
                           "{\"secret\":1}");
  });
  start(api.port);
  EXPECT_EQ(get()->status, 200);
  const auto refused = get();
  EXPECT_EQ(refused->status, 502);
  EXPECT_EQ(refused->body.find("secret"), std::string::npos);
  EXPECT_EQ(get()->status, 200);
  EXPECT_EQ(api.accepted, 2) << "the connection must not be used again";
  EXPECT_EQ(gateway->counts().mismatched, 1U);
}

TEST_F(GatewayTest, DistrustsAConnectionThatSaysMoreThanItWasAsked) {
  FakeApi api([](const std::string& request) {
    return FakeApi::answer(FakeApi::exchange_of(request), "{}") + FakeApi::answer("x", "{}");
  });
  start(api.port);
  EXPECT_EQ(get()->status, 502);
}

TEST_F(GatewayTest, SaysWhenTheApiBreaksOff) {
  FakeApi api([](const std::string&) { return ""; });
  start(api.port);
  EXPECT_EQ(get()->status, 502);
}

TEST_F(GatewayTest, SaysWhenTheApiIsNotThere) {
  std::uint16_t port = 0;
  {
    port = FakeApi([](const std::string&) { return ""; }).port;
  }
  start(port);
  const auto refused = get();
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->headers.at("retry-after"), "1");
}

TEST_F(GatewayTest, AnswersItsClientInTimeThoughTheApiHangsAndNeverBreaksOffTheQuestion) {
  std::mutex gate;
  gate.lock();
  FakeApi api([&](const std::string& request) {
    const std::lock_guard wait(gate);
    return FakeApi::answer(FakeApi::exchange_of(request), "{}");
  });
  start(api.port);
  EXPECT_EQ(get()->status, 504);
  gate.unlock();
  EXPECT_EQ(get()->status, 200);
  EXPECT_EQ(api.accepted, 1) << "the late answer was read to its end on the same connection";
}

TEST_F(GatewayTest, RefusesWhatWouldWaitTooLong) {
  std::mutex gate;
  gate.lock();
  FakeApi api([&](const std::string& request) {
    const std::lock_guard wait(gate);
    return FakeApi::answer(FakeApi::exchange_of(request), "{}");
  });
  start(api.port, {.queue = 1});
  RawClient running(edge->port());
  running.send(test::get_text("/a", ""));
  while (api.accepted == 0)
    std::this_thread::yield();
  RawClient queued(edge->port());
  queued.send(test::get_text("/b", ""));
  std::optional<test::RawAnswer> refused;
  for (int i = 0; i < 50 && (!refused || refused->status != 503); ++i)
    refused = get("/c");  // the first of these may take the place in the queue itself
  EXPECT_EQ(refused->status, 503);
  gate.unlock();
}

}  // namespace
}  // namespace switchyard::web::edge
