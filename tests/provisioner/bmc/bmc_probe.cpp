// A Bmc on the command line, for tests that drive a whole simulated BMC:
//
//   bmc_probe VERB… <ACCESS.json
//
// ACCESS: {"server","type","url","user","password","certificate","insecure","call_ms"}. Verbs:
// power, on, off, graceful, cycle, network, network-uefi, network-bios, disk, inventory, console,
// follow (what the console prints up to "login:", as it may be kept).
// Prints one JSON object a verb: {"verb", "answer"} or {"verb", "error", "message"}, and ends at
// the first error.
#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/console_follow.h"
#include "provisioner/bmc/console_text.h"
#include "provisioner/bmc/gate.h"
#include "provisioner/bmc/pause.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <iostream>
#include <map>
#include <stop_token>
#include <thread>

namespace {

using namespace switchyard;
using namespace switchyard::provisioner;
using nlohmann::json;

BmcAccess read_access(const json& given) {
  return {.server = given.value("server", "srv1"),
          .type = given.value("type", "redfish"),
          .url = given.at("url"),
          .user = given.value("user", ""),
          .password = Secret(given.value("password", "")),
          .certificate = given.value("certificate", ""),
          .insecure = given.value("insecure", false),
          .times = {.call = std::chrono::milliseconds(given.value("call_ms", 20'000)),
                    .look = std::chrono::milliseconds(given.value("look_ms", 100))},
          .gates = std::make_shared<BmcGates>()};
}

Result<json> done(const Status& status) {
  return status.map([] { return json("done"); });
}

Result<json> describe(const Result<BmcInventory>& found) {
  return found.map([](const BmcInventory& inventory) {
    json macs = json::array();
    for (const MacAddress& mac : inventory.macs)
      macs.push_back(to_string(mac));
    return json{{"manufacturer", inventory.manufacturer},
                {"model", inventory.model},
                {"serial", inventory.serial},
                {"uuid", inventory.uuid},
                {"bios_version", inventory.bios_version},
                {"memory_bytes", inventory.memory_bytes},
                {"cpus", inventory.cpus},
                {"macs", macs}};
  });
}

Result<json> describe(const Result<ConsoleAddress>& found) {
  return found.map([](const ConsoleAddress& console) {
    return json{{"protocol", console.protocol}, {"host", console.host}, {"port", console.port}};
  });
}

Result<json> run(Bmc& bmc, const std::string& verb) {
  const std::map<std::string, std::function<Result<json>()>> verbs{
      {"power", [&] { return bmc.power().map([](Power now) { return json(to_string(now)); }); }},
      {"on", [&] { return done(bmc.set_power(PowerAction::On)); }},
      {"off", [&] { return done(bmc.set_power(PowerAction::ForceOff)); }},
      {"graceful", [&] { return done(bmc.set_power(PowerAction::GracefulOff)); }},
      {"cycle", [&] { return done(bmc.set_power(PowerAction::Cycle)); }},
      {"network", [&] { return done(bmc.set_next_boot(BootDevice::Network, std::nullopt)); }},
      {"network-uefi",
       [&] { return done(bmc.set_next_boot(BootDevice::Network, BootMode::Uefi)); }},
      {"network-bios",
       [&] { return done(bmc.set_next_boot(BootDevice::Network, BootMode::Bios)); }},
      {"disk", [&] { return done(bmc.set_next_boot(BootDevice::Disk, std::nullopt)); }},
      {"inventory", [&] { return describe(bmc.inventory()); }},
      {"console", [&] { return describe(bmc.console()); }}};
  const auto found = verbs.find(verb);
  if (found == verbs.end()) return failure(Errc::Invalid, "unknown verb " + verb);
  return found->second();
}

// At most for a minute.
Result<json> follow(const BmcAccess& access, std::stop_source& enough) {
  std::string heard;
  const std::jthread watchdog([&](const std::stop_token& over) {
    if (pause(std::chrono::minutes(1), std::chrono::steady_clock::time_point::max(), over))
      enough.request_stop();
  });
  const Status ended = follow_console(access, enough.get_token(), [&](std::string_view bytes) {
    heard += bytes;
    if (heard.find("login:") != std::string::npos) enough.request_stop();
  });
  if (!ended) return tl::unexpected(ended.error());
  return json(console_text(heard, Beginning::Whole));
}

int report(const std::string& verb, const Result<json>& answer) {
  if (answer)
    std::cout << json{{"verb", verb}, {"answer", *answer}} << std::endl;
  else
    std::cout << json{{"verb", verb},
                      {"error", to_string(answer.error().code)},
                      {"message", answer.error().message}}
              << std::endl;
  return answer ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const BmcAccess access = read_access(json::parse(std::cin));
    const auto bmc = make_bmc(access);
    if (!bmc) return report("make", tl::unexpected(bmc.error()));
    std::stop_source enough;
    for (int i = 1; i < count; ++i) {
      const std::string verb = arguments[i];
      if (const int bad =
              report(verb, verb == "follow" ? follow(access, enough) : run(**bmc, verb));
          bad != 0)
        return bad;
    }
    return 0;
  } catch (const std::exception& thrown) {
    std::cerr << "bmc_probe: " << thrown.what() << "\n";
    return 2;
  }
}
