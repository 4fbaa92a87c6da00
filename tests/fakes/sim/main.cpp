// switchyard-sim: a simulated site in the foreground until SIGTERM or SIGINT.
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/sim/control.h"
#include "tests/fakes/sim/site.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

using switchyard::fakes::SitePlan;

constexpr const char* kUsage =
    "usage: switchyard-sim --servers N --switches M --write-inventory FILE\n"
    "  [--install-seconds S] [--wipe-seconds S] [--boot-seconds S] [--commit-ms C] [--bgp-ms B]\n"
    "  [--control-port P] [--bmc-port P] [--speed FACTOR] [--seed K] [--nos NOS[,NOS…]]\n"
    "switchyard-sim --list-nos\n";

struct Options {
  SitePlan site{};
  std::string inventory{};
  std::uint16_t control_port{};
  double speed{1};
};

std::chrono::milliseconds seconds(const std::string& text) {
  return std::chrono::milliseconds{static_cast<long long>(std::stod(text) * 1000)};
}

bool parse(int count, char** words, Options& options) {
  const std::map<std::string, std::function<void(const std::string&)>> known{
      {"--servers", [&](const std::string& v) { options.site.servers = std::stoi(v); }},
      {"--switches", [&](const std::string& v) { options.site.switches = std::stoi(v); }},
      {"--write-inventory", [&](const std::string& v) { options.inventory = v; }},
      {"--install-seconds",
       [&](const std::string& v) {
         options.site.install_time = options.site.wipe_time = seconds(v);
       }},
      {"--wipe-seconds", [&](const std::string& v) { options.site.wipe_time = seconds(v); }},
      {"--boot-seconds", [&](const std::string& v) { options.site.boot_time = seconds(v); }},
      {"--commit-ms",
       [&](const std::string& v) {
         options.site.commit_delay = std::chrono::milliseconds{std::stoll(v)};
       }},
      {"--bgp-ms",
       [&](const std::string& v) {
         options.site.bgp_delay = std::chrono::milliseconds{std::stoll(v)};
       }},
      {"--control-port",
       [&](const std::string& v) {
         options.control_port = static_cast<std::uint16_t>(std::stoi(v));
       }},
      {"--bmc-port",
       [&](const std::string& v) {
         options.site.bmc_port = static_cast<std::uint16_t>(std::stoi(v));
       }},
      {"--speed", [&](const std::string& v) { options.speed = std::stod(v); }},
      {"--nos",
       [&](const std::string& v) {
         options.site.nos.clear();
         std::istringstream list(v);
         for (std::string nos; std::getline(list, nos, ',');)
           options.site.nos.push_back(nos);
         if (options.site.nos.empty()) throw std::invalid_argument("--nos");
       }},
      {"--seed", [](const std::string&) {}},  // nothing here is random yet but host keys
  };
  for (int i = 1; i < count; i += 2) {
    const auto option = known.find(words[i]);
    if (option == known.end() || i + 1 >= count) return false;
    try {
      option->second(words[i + 1]);
    } catch (const std::exception&) {
      return false;
    }
  }
  const SitePlan& site = options.site;
  return site.servers >= 0 && site.servers <= 20000 && site.switches >= 1 &&
         site.switches <= 1000 && options.speed > 0;
}

// By rename, so that whoever waits for the file never reads half of it.
bool write_file(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::ofstream stream(part, std::ios::trunc);
  stream << text;
  stream.close();
  return stream.good() && std::rename(part.c_str(), path.c_str()) == 0;
}

int run(const Options& options) {
  const switchyard::fakes::ScaledClock clock(options.speed);
  switchyard::fakes::SimulatedSite site(clock, options.site);
  const switchyard::fakes::SiteControl control(site, options.control_port);
  site.start();
  if (!options.inventory.empty() && !write_file(options.inventory, site.inventory())) {
    fmt::print(stderr, "switchyard-sim: cannot write {}\n", options.inventory);
    return 1;
  }
  fmt::print("switchyard-sim: {} switches, {} servers, control http://127.0.0.1:{}\n",
             site.switches().size(), site.servers().size(), control.port());
  std::fflush(stdout);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::string(words[1]) == "--list-nos") {
    for (const switchyard::fakes::TorRow& row : switchyard::fakes::tor_rows())
      fmt::print("{}\n", row.nos);
    return 0;
  }
  Options options;
  if (!parse(count, words, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  // Blocked before any thread exists, so that only sigwait() sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  try {
    return run(options);
  } catch (const std::exception& thrown) {
    fmt::print(stderr, "switchyard-sim: {}\n", thrown.what());
    return 1;
  }
}
