// The boot server over real sockets: files, limits and slow clients.
#include "pxe/http/server.h"

#include "tests/pxe/http/raw_connection.h"
#include "tests/pxe/temporary_folder.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace switchyard::pxe::http {
namespace {

using namespace std::chrono_literals;

class BootServer : public ::testing::Test {
 protected:
  void start(Limits limits = {}) {
    Options options{.address = "127.0.0.1", .port = 0};
    options.limits = limits;
    options.fetched = [this](const Fetch& fetch) {
      const std::lock_guard lock(mutex);
      fetches.push_back(fetch);
      news.notify_all();
    };
    const auto root = BootRoot::open(folder.path());
    ASSERT_TRUE(root);
    auto opened = Server::open(std::move(options), *root, nullptr);
    ASSERT_TRUE(opened) << opened.error().message;
    server = std::move(*opened);
  }

  // The next file that was fetched.
  Fetch fetched() {
    std::unique_lock lock(mutex);
    if (!news.wait_for(lock, 20s, [this] { return !fetches.empty(); })) return {};
    const Fetch first = fetches.front();
    fetches.erase(fetches.begin());
    return first;
  }

  TemporaryFolder folder{};
  std::mutex mutex{};
  std::condition_variable news{};
  std::vector<Fetch> fetches{};
  std::unique_ptr<Server> server{};
};

TEST_F(BootServer, ServesFilesOfAnySizeOnOneConnection) {
  start();
  RawConnection connection(server->port());
  for (const std::size_t size : {0U, 1U, 32'768U, 32'769U, 5'000'000U}) {
    folder.write("file", noise(size));
    const RawAnswer answer = connection.get("/files/file");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body == noise(size)) << size;
  }
}

TEST_F(BootServer, AnswersHeadWithTheSizeAndNoBody) {
  folder.write("snponly.efi", noise(700'000));
  start();
  RawConnection connection(server->port());
  connection.send("HEAD /files/snponly.efi HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer head = connection.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(head.head.find("Content-Length: 700000\r\n"), std::string::npos);
  EXPECT_EQ(connection.get("/files/snponly.efi").body, noise(700'000));
}

TEST_F(BootServer, GivesRangesOfBigFiles) {
  folder.write("image", noise(3'000'000));
  start();
  RawConnection connection(server->port());
  const RawAnswer part = connection.get("/files/image", "Range: bytes=100000-2099999\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(part.body == noise(3'000'000).substr(100'000, 2'000'000));
  EXPECT_EQ(connection.get("/files/image", "Range: bytes=3000000-\r\n").status, 416);
  EXPECT_EQ(connection.get("/files/image", "Range: bytes=0-1,5-6\r\n").body.size(), 3'000'000U);
  EXPECT_EQ(fetched().bytes, 2'000'000U);
}

TEST_F(BootServer, KeepsToItsFolder) {
  folder.write("file", "x");
  start();
  for (const char* target :
       {"/files/../file", "/files/%2e%2e/etc/passwd", "/files//../x", "/files/..%2fx"})
    EXPECT_EQ(RawConnection(server->port()).get(target).status, 400) << target;
  RawConnection connection(server->port());
  EXPECT_EQ(connection.get("/files/..%5cfile").status, 404);
  EXPECT_EQ(connection.get("/files/.hidden").status, 404);
  EXPECT_EQ(connection.get("/files/").status, 404);
  EXPECT_EQ(connection.get("/file").status, 404);
  EXPECT_EQ(connection.get("/files//etc/passwd").status, 404);
}

TEST_F(BootServer, AnswersPipelinedRequestsInOrder) {
  folder.write("a", "first");
  folder.write("b", "second");
  start();
  RawConnection connection(server->port());
  connection.send("GET /files/a HTTP/1.1\r\n\r\nGET /files/b HTTP/1.1\r\n\r\n");
  EXPECT_EQ(connection.read().body, "first");
  EXPECT_EQ(connection.read().body, "second");
}

TEST_F(BootServer, ClosesAfterAnOldClientAndKeepsOneThatAsksTo) {
  folder.write("a", "x");
  start();
  RawConnection old(server->port());
  old.send("GET /files/a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read().body, "x");
  EXPECT_TRUE(old.is_closed());
  RawConnection keeping(server->port());
  keeping.send("GET /files/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(keeping.read().body, "x");
  EXPECT_EQ(keeping.get("/files/a").body, "x");
}

TEST_F(BootServer, RefusesWhatIsNoRequest) {
  start({.head_bytes = 4096});
  const auto status_of = [this](const std::string& bytes) {
    RawConnection connection(server->port());
    connection.send(bytes);
    return connection.read().status;
  };
  EXPECT_EQ(status_of("\x16\x03\x01\x02 TLS on the wrong port\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET /a HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status_of("POST /a HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n"), 413);
  EXPECT_EQ(status_of("PATCH /a HTTP/1.1\r\n\r\n"), 405);
  EXPECT_EQ(status_of("POST /files/a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"), 405);
}

TEST_F(BootServer, GivesUpOnAClientThatDoesNotFinishItsRequest) {
  start({.header = 100ms});
  RawConnection connection(server->port());
  connection.send("GET /files/a HT");
  EXPECT_EQ(connection.read().status, 408);
  EXPECT_TRUE(connection.is_closed());
}

TEST_F(BootServer, ClosesAConnectionNobodyUses) {
  start({.idle = 100ms});
  RawConnection connection(server->port());
  EXPECT_TRUE(connection.is_closed());
}

TEST_F(BootServer, DropsAClientThatTakesNothing) {
  folder.write("image", noise(20'000'000));
  start({.stall = 200ms});
  RawConnection connection(server->port(), 4096);
  connection.send("GET /files/image HTTP/1.1\r\n\r\n");
  const Fetch fetch = fetched();
  EXPECT_FALSE(fetch.complete);
  EXPECT_LT(fetch.bytes, 20'000'000U);
}

TEST_F(BootServer, ServesOthersWhileOneTakesNothing) {
  folder.write("image", noise(20'000'000));
  start();
  std::vector<std::unique_ptr<RawConnection>> stuck;
  for (int i = 0; i < 8; ++i) {
    stuck.push_back(std::make_unique<RawConnection>(server->port(), 4096));
    stuck.back()->send("GET /files/image HTTP/1.1\r\n\r\n");
  }
  RawConnection connection(server->port());
  EXPECT_EQ(connection.get("/files/image").body.size(), 20'000'000U);
}

TEST_F(BootServer, LimitsTheConnectionsOfAClient) {
  folder.write("a", "x");
  start({.client_connections = 2});
  RawConnection first(server->port());
  EXPECT_EQ(first.get("/files/a").status, 200);
  {
    RawConnection second(server->port());
    EXPECT_EQ(second.get("/files/a").status, 200);
    RawConnection third(server->port());
    EXPECT_EQ(third.read().status, 503);
  }
  EXPECT_EQ(first.get("/files/a").status, 200);
  EXPECT_EQ(server->counts().turned_away, 1U);
}

TEST_F(BootServer, LetsTheClientSeeThatAFileBecameShorter) {
  folder.write("image", noise(20'000'000));
  start();
  RawConnection connection(server->port(), 4096);
  connection.send("GET /files/image HTTP/1.1\r\n\r\n");
  RawConnection other(server->port());  // answered after the first has begun, on any thread
  EXPECT_EQ(other.get("/files/none").status, 404);
  std::filesystem::resize_file(folder.path("image"), 10);
  const RawAnswer answer = connection.read();
  EXPECT_TRUE(answer.status == 0 || answer.body == noise(20'000'000).substr(0, 10));
}

TEST_F(BootServer, StopsInTheMiddleOfEverything) {
  folder.write("image", noise(20'000'000));
  start();
  RawConnection reading(server->port(), 4096), idle(server->port());
  reading.send("GET /files/image HTTP/1.1\r\n\r\n");
  EXPECT_EQ(idle.get("/files/none").status, 404);
  server->stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_EQ(server->counts().connections, 0U);
}

TEST_F(BootServer, NamesAPortThatIsTakenAndAnAddressThatIsNone) {
  start();
  const auto root = BootRoot::open(folder.path());
  const auto open = [&](const std::string& address, std::uint16_t port) {
    return Server::open({.address = address, .port = port}, *root, nullptr).error();
  };
  EXPECT_EQ(open("127.0.0.1", server->port()).code, Errc::Unavailable);
  EXPECT_EQ(open("here", 0).code, Errc::Invalid);
}

}  // namespace
}  // namespace switchyard::pxe::http
