// A thousand simulated servers power on at once: each fetches its script, kernel and initrd in
// clear text, as firmware and iPXE do.
#include "pxe/http/server.h"
#include "tests/pxe/http/raw_connection.h"
#include "tests/pxe/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

namespace switchyard::pxe::http {
namespace {

constexpr int kServers = 1000;

class Scripts : public Site {
 public:
  Answer answer(const Request& request) override {
    return {.body = "#!ipxe\nkernel " + request.query};
  }
};

// Everything one server fetches; how long it took, or nothing when it did not get it.
std::optional<std::chrono::milliseconds> boot(std::uint16_t port, int number,
                                              const std::string& kernel) {
  const auto began = std::chrono::steady_clock::now();
  RawConnection connection(port);
  const std::string name = "s" + std::to_string(number);
  if (connection.get("/boot/ipxe?" + name).body != "#!ipxe\nkernel " + name) return std::nullopt;
  if (connection.get("/files/kernel").body != kernel) return std::nullopt;
  if (connection.get("/files/initrd").body.size() != 20'000) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               began);
}

TEST(BootStorm, ServesAThousandServersAtOnceAndStarvesNone) {
  const TemporaryFolder folder;
  const std::string kernel = noise(200'000);
  folder.write("kernel", kernel);
  folder.write("initrd", noise(20'000));
  const auto root = BootRoot::open(folder.path());
  ASSERT_TRUE(root);
  Options options{.address = "127.0.0.1", .port = 0};
  options.limits.client_connections = kServers;  // here they all have one address
  Scripts scripts;
  const auto server = Server::open(options, *root, &scripts);
  ASSERT_TRUE(server) << server.error().message;

  std::latch power_on(kServers);
  std::vector<std::optional<std::chrono::milliseconds>> times(kServers);
  std::vector<std::thread> threads;
  threads.reserve(kServers);
  for (int i = 0; i < kServers; ++i)
    threads.emplace_back([&, i] {
      power_on.arrive_and_wait();
      times[static_cast<std::size_t>(i)] = boot((*server)->port(), i, kernel);
    });
  for (auto& thread : threads)
    thread.join();

  const auto lost = std::ranges::count_if(times, [](const auto& time) { return !time; });
  EXPECT_EQ(lost, 0);
  std::ranges::sort(times);
  std::printf(
      "%d servers: median %lld ms, slowest %lld ms\n", kServers,
      static_cast<long long>(times[kServers / 2].value_or(std::chrono::milliseconds{}).count()),
      static_cast<long long>(times.back().value_or(std::chrono::milliseconds{}).count()));
  EXPECT_EQ((*server)->counts().turned_away, 0U);
}

}  // namespace
}  // namespace switchyard::pxe::http
