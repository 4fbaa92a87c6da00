#include "pxe/tftp/server.h"

#include "tests/pxe/temporary_folder.h"
#include "tests/pxe/tftp/wire_client.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace switchyard::pxe::tftp {
namespace {

using namespace std::string_literals;

class TftpServer : public ::testing::Test {
 protected:
  void start(Options options = {}) {
    options.address = "127.0.0.1";
    options.port = 0;
    options.ended = [this](const Report& report) {
      const std::lock_guard lock(mutex);
      reports.push_back(report);
      news.notify_all();
    };
    const auto root = BootRoot::open(folder.path());
    ASSERT_TRUE(root);
    auto opened = Server::open(std::move(options), *root);
    ASSERT_TRUE(opened) << opened.error().message;
    server = std::move(*opened);
  }

  // The next transfer that ended.
  Report ended() {
    std::unique_lock lock(mutex);
    if (!news.wait_for(lock, std::chrono::seconds(20), [this] { return !reports.empty(); }))
      return {.file = "nothing ended"};
    const Report first = reports.front();
    reports.erase(reports.begin());
    return first;
  }

  TemporaryFolder folder{};
  std::mutex mutex{};
  std::condition_variable news{};
  std::vector<Report> reports{};
  std::unique_ptr<Server> server{};
};

TEST_F(TftpServer, ServesAFileWithoutOptions) {
  folder.write("sub/kernel", noise(100'000));
  start();
  WireClient client(server->port());
  EXPECT_EQ(client.fetch("/sub/kernel"), noise(100'000));
  const Report report = ended();
  EXPECT_EQ(report.outcome, Outcome::Complete);
  EXPECT_EQ(report.file, "/sub/kernel");
  EXPECT_EQ(report.client, "127.0.0.1");
  EXPECT_EQ(report.bytes, 100'000U);
}

TEST_F(TftpServer, ServesEverySizeAroundABlockAndAWindow) {
  start();
  for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 2047U, 2048U, 2049U, 300'000U}) {
    folder.write("file", noise(size));
    WireClient plain(server->port());
    EXPECT_EQ(plain.fetch("file"), noise(size)) << size;
    WireClient window(server->port());
    EXPECT_EQ(window.fetch("file", {{"windowsize", "4"}}, 4), noise(size)) << size;
  }
}

TEST_F(TftpServer, SendsWindowsOfTheLargestBlocks) {
  folder.write("file", noise(3'000'000));
  start();
  WireClient client(server->port());
  EXPECT_EQ(client.fetch("file", {{"blksize", "65464"}, {"windowsize", "2"}}, 2, 65464),
            noise(3'000'000));
}

TEST_F(TftpServer, CountsOnPastBlock65535) {
  folder.write("file", noise(8 * 70'000 + 3));
  start();
  WireClient client(server->port());
  EXPECT_EQ(client.fetch("file", {{"blksize", "8"}, {"windowsize", "64"}}, 64, 8),
            noise(8 * 70'000 + 3));
}

TEST_F(TftpServer, SaysAtOnceThatAFileIsNotThere) {
  start();
  WireClient client(server->port());
  client.ask("shim_certificate_0.efi");
  EXPECT_EQ(client.receive(), "\0\5\0\1no file shim_certificate_0.efi\0"s);
}

TEST_F(TftpServer, NamesWhyItRefuses) {
  folder.write("file", "x");
  start();
  WireClient client(server->port());
  client.ask("file", {}, "netascii");
  EXPECT_EQ(client.receive(), "\0\5\0\4only mode octet is served, use binary\0"s);
  client.ask("../file");
  EXPECT_EQ(client.receive(), "\0\5\0\2a file name has a part that begins with a dot\0"s);
  client.send_to_server("\0\2file\0octet\0"s);
  EXPECT_EQ(client.receive(), "\0\5\0\2this server is read only\0"s);
}

TEST_F(TftpServer, TakesTheRefusalOfASizeProbeForNoFailure) {
  folder.write("file", noise(1000));
  start();
  WireClient client(server->port());
  client.ask("file", {{"tsize", "0"}, {"blksize", "1428"}});
  EXPECT_EQ(client.receive(), "\0\6blksize\0001428\0tsize\0001000\0"s);
  client.refuse(ErrorCode::OptionsRefused);
  EXPECT_EQ(ended().outcome, Outcome::Probed);
  EXPECT_EQ(client.fetch("file"), noise(1000));
}

TEST_F(TftpServer, AnswersARepeatedRequestOnce) {
  folder.write("file", noise(100));
  start();
  WireClient client(server->port());
  for (int i = 0; i < 5; ++i)
    client.ask("file");
  ASSERT_TRUE(client.receive());
  client.acknowledge(1);
  EXPECT_EQ(ended().outcome, Outcome::Complete);
  EXPECT_EQ(server->counts().started, 1U);
}

TEST_F(TftpServer, TakesANewRequestFromTheSamePortForTheEndOfTheOldOne) {
  folder.write("one", noise(5000, 1));
  folder.write("two", noise(5000, 2));
  start();
  WireClient client(server->port());
  client.ask("one");
  ASSERT_TRUE(client.receive());
  EXPECT_EQ(client.fetch("two"), noise(5000, 2));
  // Each ends on a strand of its own: who is told first is nobody's promise.
  EXPECT_THAT((std::vector{ended().outcome, ended().outcome}),
              testing::UnorderedElementsAre(Outcome::Abandoned, Outcome::Complete));
}

TEST_F(TftpServer, LimitsTheTransfersOfOneClient) {
  folder.write("file", noise(5000));
  start({.limits = {.client_transfers = 1}});
  WireClient first(server->port()), second(server->port());
  first.ask("file");
  ASSERT_TRUE(first.receive());
  second.ask("file");
  EXPECT_EQ(second.receive(), "\0\5\0\0too many transfers of this client\0"s);
  first.refuse(ErrorCode::Undefined);
  EXPECT_EQ(ended().outcome, Outcome::Abandoned);
  EXPECT_EQ(second.fetch("file"), noise(5000));
}

TEST_F(TftpServer, LimitsAllTransfers) {
  folder.write("file", noise(5000));
  start({.limits = {.transfers = 1}});
  WireClient first(server->port()), second(server->port());
  first.ask("file");
  ASSERT_TRUE(first.receive());
  second.ask("file");
  EXPECT_EQ(second.receive(), "\0\5\0\0too many transfers, try again later\0"s);
}

TEST_F(TftpServer, RepeatsWhatIsNotAcknowledged) {
  folder.write("file", noise(100));
  start();
  WireClient client(server->port());
  client.ask("file");
  const auto first = client.receive();
  const auto again = client.receive();
  ASSERT_TRUE(first && again);
  EXPECT_EQ(*first, *again);
  client.acknowledge(1);
  EXPECT_EQ(ended().outcome, Outcome::Complete);
}

TEST_F(TftpServer, KnowsThatAClientIsGone) {
  folder.write("file", noise(5000));
  start();
  {
    WireClient client(server->port());
    client.ask("file");
    ASSERT_TRUE(client.receive());
  }
  EXPECT_EQ(ended().outcome, Outcome::Lost);
}

TEST_F(TftpServer, TellsAClientThatTheFileBecameShorter) {
  folder.write("file", noise(2'000'000));
  start();
  WireClient client(server->port());
  client.ask("file", {{"blksize", "65464"}});
  ASSERT_TRUE(client.receive());
  client.acknowledge(0);
  ASSERT_TRUE(client.receive());
  folder.write("file", "short");
  for (std::uint16_t block = 1; block < 40; ++block) {
    client.acknowledge(block);
    const auto packet = client.receive();
    ASSERT_TRUE(packet);
    if ((*packet)[1] != 5) continue;
    EXPECT_EQ(*packet, "\0\5\0\0the file changed while it was read\0"s);
    return;
  }
  FAIL() << "it went on";
}

TEST_F(TftpServer, ServesPagesMadeForAClientBeforeFiles) {
  folder.write("grub/grub.cfg", "from the folder");
  Options options;
  options.pages.has = [](const std::string& name) { return name.starts_with("grub/"); };
  options.pages.make = [](const std::string& name,
                          const std::string& client) -> std::optional<std::string> {
    if (name != "grub/grub.cfg") return std::nullopt;
    return "for " + client;
  };
  start(std::move(options));
  WireClient client(server->port());
  EXPECT_EQ(client.fetch("grub/grub.cfg"), "for 127.0.0.1");
  client.ask("grub/none");
  EXPECT_EQ(client.receive(), "\0\5\0\1there is nothing for this address by that name\0"s);
  client.ask("other");
  EXPECT_EQ(client.receive(), "\0\5\0\1no file other\0"s);
}

TEST_F(TftpServer, ServesManyAtOnce) {
  folder.write("file", noise(200'000));
  start({.limits = {.client_transfers = 100}});
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 40; ++i)
    clients.emplace_back([&] {
      WireClient client(server->port());
      if (client.fetch("file", {{"windowsize", "8"}}, 8) == noise(200'000)) ++right;
    });
  for (auto& client : clients)
    client.join();
  EXPECT_EQ(right, 40);
}

TEST_F(TftpServer, StopsInTheMiddleOfTransfers) {
  folder.write("file", noise(5000));
  start();
  WireClient client(server->port());
  client.ask("file");
  ASSERT_TRUE(client.receive());
  server->stop();
  EXPECT_EQ(ended().outcome, Outcome::Abandoned);
}

TEST_F(TftpServer, NamesAPortThatIsTaken) {
  start();
  const auto second = Server::open({.address = "127.0.0.1", .port = server->port()}, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Unavailable);
  EXPECT_NE(second.error().message.find(std::to_string(server->port())), std::string::npos);
  EXPECT_EQ(Server::open({.address = "here"}, nullptr).error().code, Errc::Invalid);
}

}  // namespace
}  // namespace switchyard::pxe::tftp
