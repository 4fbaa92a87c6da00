// Dynamic routes: what the Site is told, and answers that wait.
#include "pxe/http/server.h"
#include "tests/pxe/http/raw_connection.h"
#include "tests/pxe/temporary_folder.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>

namespace switchyard::pxe::http {
namespace {

using namespace std::chrono_literals;

class FakeSite : public Site {
 public:
  Answer answer(const Request& request) override {
    std::unique_lock lock(mutex_);
    ++asked_;
    news_.notify_all();
    last_ = request;
    const auto behaviour = behaviour_;
    lock.unlock();
    return behaviour(request);
  }

  void behave(std::function<Answer(const Request&)> behaviour) {
    const std::lock_guard lock(mutex_);
    behaviour_ = std::move(behaviour);
  }

  Request last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  bool may_fetch(const Request& request) override { return request.path != "/files/image"; }

  // Waits until it was asked so often.
  bool was_asked(int times) {
    std::unique_lock lock(mutex_);
    return news_.wait_for(lock, 20s, [&] { return asked_ >= times; });
  }

  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_{};
  std::condition_variable news_{};
  int asked_{0};
  Request last_{};
  std::function<Answer(const Request&)> behaviour_{[](const Request&) { return Answer{}; }};
};

class BootSite : public ::testing::Test {
 protected:
  void start(Limits limits = {}, const std::string& address = "127.0.0.1") {
    Options options{.address = address, .port = 0, .site_threads = 2};
    options.limits = limits;
    const auto root = BootRoot::open(folder.path());
    ASSERT_TRUE(root);
    auto opened = Server::open(std::move(options), *root, &site);
    ASSERT_TRUE(opened) << opened.error().message;
    server = std::move(*opened);
  }

  TemporaryFolder folder{};
  FakeSite site{};
  std::unique_ptr<Server> server{};
};

Answer held(std::chrono::milliseconds hold, const std::string& topic = "s1") {
  return {.status = 204, .hold = hold, .topic = topic};
}

TEST_F(BootSite, IsToldTheWholeRequest) {
  start();
  site.behave([](const Request&) { return Answer{.status = 201, .body = "{}"}; });
  RawConnection connection(server->port());
  connection.send(
      "POST /installer/v1/sessions?a=%20b HTTP/1.1\r\nAuthorization: Bearer x\r\n"
      "Content-Length: 5\r\n\r\nhello");
  const RawAnswer answer = connection.read();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "{}");
  const Request request = site.last();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/installer/v1/sessions");
  EXPECT_EQ(request.query, "a=%20b");
  EXPECT_EQ(value_of(request.headers, "authorization"), "Bearer x");
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(request.client, "127.0.0.1");
  EXPECT_EQ(request.local, "127.0.0.1");
  EXPECT_FALSE(request.tls);
}

TEST_F(BootSite, IsToldIpv4AddressesWhereBothFamiliesAreHeard) {
  start({}, "::");
  EXPECT_EQ(RawConnection(server->port()).get("/boot/ipxe").status, 200);
  EXPECT_EQ(site.last().client, "127.0.0.1");
  EXPECT_EQ(site.last().local, "127.0.0.1");
}

TEST_F(BootSite, GetsABodyInChunksAndAfterContinue) {
  start();
  site.behave([](const Request& request) { return Answer{.body = request.body}; });
  RawConnection chunks(server->port());
  chunks.send("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  chunks.send("2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(chunks.read().body, "abcde");
  RawConnection waiting(server->port());
  waiting.send("POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(waiting.read().status, 100);
  waiting.send("ok");
  EXPECT_EQ(waiting.read().body, "ok");
}

TEST_F(BootSite, MayAnswerWithAFileAndItsRanges) {
  folder.write("images/debian", noise(100'000));
  start();
  site.behave([](const Request&) {
    return Answer{.headers = {{"X-Server", "web1"}}, .file = "images/debian"};
  });
  RawConnection connection(server->port());
  const RawAnswer answer = connection.get("/image", "Range: bytes=50000-\r\n");
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.body, noise(100'000).substr(50'000));
  EXPECT_NE(answer.head.find("X-Server: web1\r\n"), std::string::npos);
}

TEST_F(BootSite, DecidesWhoMayFetchAFile) {
  folder.write("image", "x");
  folder.write("kernel", "x");
  start();
  RawConnection connection(server->port());
  EXPECT_EQ(connection.get("/files/image").status, 403);
  EXPECT_EQ(connection.get("/files/kernel").status, 200);
}

TEST_F(BootSite, ThatThrowsIsAnErrorOfTheServiceOnly) {
  start();
  site.behave([](const Request&) -> Answer { throw std::runtime_error("secret"); });
  RawConnection connection(server->port());
  const RawAnswer answer = connection.get("/boot");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(connection.get("/boot").status, 500);
}

TEST_F(BootSite, IsAskedAgainWhenItsTopicIsWoken) {
  start({.ask_again = 20s});
  site.behave([](const Request&) { return held(20s); });
  RawConnection connection(server->port());
  connection.send("GET /task HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(site.was_asked(2));
  server->wake("another");
  site.behave([](const Request&) { return Answer{.body = "task"}; });
  server->wake("s1");
  EXPECT_EQ(connection.read().body, "task");
}

TEST_F(BootSite, IsAskedAgainNowAndThenWithoutBeingWoken) {
  start({.ask_again = 10ms});
  site.behave([](const Request&) { return held(20s); });
  RawConnection connection(server->port());
  connection.send("GET /task HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(site.was_asked(5));
  site.behave([](const Request&) { return Answer{.body = "task"}; });
  EXPECT_EQ(connection.read().body, "task");
}

TEST_F(BootSite, HasItsLastAnswerSentWhenNothingComes) {
  start();
  site.behave([](const Request&) { return held(50ms); });
  RawConnection connection(server->port());
  EXPECT_EQ(connection.get("/task").status, 204);
  EXPECT_EQ(connection.get("/task").status, 204);
}

TEST_F(BootSite, HoldsManyAnswersWithoutAThreadForEach) {
  start({.client_connections = 200, .ask_again = 20s});
  site.behave([](const Request& request) {
    return request.path == "/task" ? held(20s) : Answer{.body = "at once"};
  });
  std::vector<std::unique_ptr<RawConnection>> waiting;
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(std::make_unique<RawConnection>(server->port()));
    waiting.back()->send("GET /task HTTP/1.1\r\n\r\n");
  }
  ASSERT_TRUE(site.was_asked(200));
  EXPECT_EQ(RawConnection(server->port()).get("/boot").body, "at once");
  site.behave([](const Request&) { return Answer{.body = "task"}; });
  server->wake("s1");
  for (const auto& connection : waiting)
    EXPECT_EQ(connection->read().body, "task");
}

TEST_F(BootSite, EndsHeldAnswersWhenTheServerStops) {
  start({.ask_again = 20s});
  site.behave([](const Request&) { return held(20s); });
  RawConnection connection(server->port());
  connection.send("GET /task HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(site.was_asked(2));
  server->stop();
  EXPECT_TRUE(connection.is_closed() || server->counts().connections == 0);
}

TEST_F(BootSite, IsGivenADeadline) {
  std::promise<void> gate;
  start({.answer = 50ms});
  site.behave([opened = gate.get_future().share()](const Request&) {
    opened.wait();
    return Answer{};
  });
  RawConnection connection(server->port());
  EXPECT_EQ(connection.get("/boot").status, 504);
  gate.set_value();
}

}  // namespace
}  // namespace switchyard::pxe::http
