// The other side of a boot storm: a simulated site (switches, BMCs, power) and the machines of it,
// who boot from the network all at once. Driven by boot_storm.py, which runs the service.
//
//   boot_storm SERVERS SWITCHES NAMESPACE SERVICE-ADDRESS INSTALL-MS INVENTORY BOOT-FILES
//
// Switches and BMCs listen on 127.0.0.1 of where it was started; the machines are in NAMESPACE (a
// file of /run/netns), which must deliver all of 172.20.0.0/16 to itself. Writes the inventory,
// prints one line of JSON with the relays, then answers one line of JSON to each of these:
//   status   how many machines wait to be played, and how far the others are
//   go       the storm: machines are played from now on, those that wait within one second
//   report   each machine's course, and counts
#include "core/digest.h"
#include "tests/bench/boot_storm/machine.h"
#include "tests/fakes/sim/site.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace switchyard::bench {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kLook{50};
constexpr std::array<const char*, kMarks> kMarkNames{"lent",    "loader", "script", "kernel",
                                                     "session", "task",   "image",  "result"};

struct Orders {
  int servers{};
  int switches{};
  std::string name_space{};
  Ipv4 service{};
  milliseconds install_time{};
  std::string inventory{};
  std::string files{};
};

Ipv4 relay_of(int number) { return {0xAC14'0001U + (static_cast<std::uint32_t>(number) << 8U)}; }

void enter(const std::string& name_space) {
  const int fd = ::open(("/run/netns/" + name_space).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0)
    throw std::runtime_error("cannot enter the network namespace " + name_space);
  ::close(fd);
}

std::map<std::string, Fetched> read_files(const std::string& folder) {
  std::map<std::string, Fetched> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    files[std::filesystem::relative(entry.path(), folder)] = {.bytes = text.str().size(),
                                                              .sha256 = sha256_hex(text.str())};
  }
  return files;
}

class Storm {
 public:
  Storm(const Orders& orders, fakes::SimulatedSite& site)
      : relays_(context_, orders.service),
        world_{.context = context_,
               .relays = relays_,
               .service = orders.service,
               .tls = tls_,
               .files = read_files(orders.files),
               .install_time = orders.install_time} {
    tls_.set_verify_mode(net::ssl::verify_none);  // the key is pinned
    std::map<const fakes::FakeTor*, Ipv4> relays;
    for (const auto& one : site.switches()) {
      const Ipv4 address = relay_of(static_cast<int>(relays.size()) + 1);
      if (const Status open = relays_.open(address); !open)
        throw std::runtime_error(open.error().message);
      relays[one.get()] = address;
    }
    for (const auto& server : site.servers()) {
      const std::size_t nic = machines_.size() % server->plan().nics.size();
      machines_.push_back(std::make_unique<Machine>(
          world_, *server, nic, relays.at(server->plan().nics.at(nic).cabled_to)));
    }
    net::co_spawn(context_, watch(), net::detached);
  }

  // Until the end of the standard input.
  void run() {
    const auto work = net::make_work_guard(context_);
    std::thread reader([this] {
      for (std::string line; std::getline(std::cin, line);)
        net::post(context_, [this, line] {
          fmt::print("{}\n", answer(line).dump());
          std::fflush(stdout);
        });
      context_.stop();
    });
    context_.run();
    reader.join();
  }

 private:
  // Plays who has power, once the storm is on: those that wait then within its first second.
  net::awaitable<void> watch() {
    net::steady_timer timer(context_);
    bool is_first = true;
    while (true) {
      timer.expires_after(kLook);
      co_await timer.async_wait(net::use_awaitable);
      if (!is_on_) continue;
      for (std::size_t i = 0; i < machines_.size(); ++i) {
        Machine& machine = *machines_[i];
        if (machine.course().running != 0 || machine.course().is_done || !machine.wants_boot())
          continue;
        const milliseconds after(is_first ? i * 7919 % machines_.size() * 1000 / machines_.size()
                                          : 0);
        net::co_spawn(context_, machine.boot(after), net::detached);
      }
      is_first = false;
    }
  }

  json answer(const std::string& order) {
    if (order == "go") {
      world_.began = std::chrono::steady_clock::now();
      is_on_ = true;
      return json::object();
    }
    return order == "report" ? report() : status();
  }

  json status() {
    int waiting = 0, done = 0, failed = 0, sessions = 0;
    for (const auto& machine : machines_) {
      const Course& course = machine->course();
      if (course.running == 0 && !course.is_done && machine->wants_boot()) ++waiting;
      done += course.is_done ? 1 : 0;
      failed += course.problem.empty() ? 0 : 1;
      sessions += course.at[static_cast<std::size_t>(Mark::Session)] > 0 ? 1 : 0;
    }
    return {{"waiting", waiting}, {"done", done}, {"failed", failed}, {"sessions", sessions}};
  }

  json report() {
    json machines = json::array();
    for (const auto& machine : machines_) {
      const Course& course = machine->course();
      json at = json::object();
      for (std::size_t i = 0; i < kMarks; ++i)
        if (course.at[i] > 0) at[kMarkNames[i]] = course.at[i];
      machines.push_back({{"name", machine->name()},
                          {"done", course.is_done},
                          {"cut", course.was_cut},
                          {"problem", course.problem},
                          {"at", at}});
    }
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    const DhcpCounts& dhcp = relays_.counts();
    const Counts& counts = world_.counts;
    return {{"machines", machines},
            {"cpu", seconds(used.ru_utime) + seconds(used.ru_stime)},
            {"dhcp_sent", dhcp.sent},
            {"dhcp_repeats", dhcp.repeats},
            {"dhcp_wrong", dhcp.wrong},
            {"dhcp_unasked", dhcp.unasked},
            {"dhcp_unsent", dhcp.unsent},
            {"tftp_repeats", counts.tftp_repeats},
            {"http_repeats", counts.http_repeats},
            {"holds", counts.holds},
            {"late_tasks", counts.late_tasks}};
  }

  net::io_context context_{1};
  net::ssl::context tls_{net::ssl::context::tls_client};
  Relays relays_;
  World world_;
  std::vector<std::unique_ptr<Machine>> machines_{};
  bool is_on_{};
};

int run(const Orders& orders) {
  const rlimit descriptors{.rlim_cur = 16'384, .rlim_max = 16'384};
  (void)::setrlimit(RLIMIT_NOFILE, &descriptors);
  const SystemClock clock;
  fakes::SimulatedSite site(clock, {.servers = orders.servers,
                                    .switches = orders.switches,
                                    .install_time = milliseconds(1),
                                    .bmc_addresses = fakes::RedfishServer::Addresses::Own,
                                    .log_limit = 16U << 10U});
  site.start();
  std::ofstream(orders.inventory) << site.inventory();
  enter(orders.name_space);  // this thread; the site's own stay outside
  Storm storm(orders, site);
  json relays = json::array();
  for (const auto& one : site.switches())
    relays.push_back(
        {{"switch", one->plan().name},
         {"address", pxe::dhcp::to_string(relay_of(static_cast<int>(relays.size()) + 1))}});
  fmt::print("{}\n", relays.dump());
  std::fflush(stdout);
  storm.run();
  return 0;
}

}  // namespace
}  // namespace switchyard::bench

int main(int count, char** words) {
  using namespace switchyard;
  if (count != 8) {
    std::fputs(
        "usage: boot_storm SERVERS SWITCHES NAMESPACE SERVICE-ADDRESS INSTALL-MS INVENTORY "
        "BOOT-FILES\n",
        stderr);
    return 2;
  }
  try {
    return bench::run({.servers = std::stoi(words[1]),
                       .switches = std::stoi(words[2]),
                       .name_space = words[3],
                       .service = pxe::dhcp::parse_ipv4(words[4]).value(),
                       .install_time = std::chrono::milliseconds(std::stoll(words[5])),
                       .inventory = words[6],
                       .files = words[7]});
  } catch (const std::exception& thrown) {
    fmt::print(stderr, "boot_storm: {}\n", thrown.what());
    return 1;
  }
}
