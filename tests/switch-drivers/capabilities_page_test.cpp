// docs/switch-capabilities.md is printed from the drivers. SWITCHYARD_UPDATE=1 writes it anew.
#include "switch-drivers/registry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace switchyard::switch_drivers {
namespace {

constexpr const char* kHead =
    R"(# What each switch OS can be told

Printed from the drivers (`tests/switch-drivers/capabilities_page_test.cpp`); what they say before they have seen a switch. A running
service shows the same of each switch (`switchyard switch show NAME`), with what its image and its ASIC can. *no* is a limitation;
the contract suite excuses a driver from a rule of design.md 2 only when it is listed here. *-*: nothing of that kind is there.

)";

using ByNos = std::map<std::string, Capability>;

std::string page() {
  const std::vector<std::string> all_nos = known_nos();
  std::map<std::string, ByNos> by_name;
  std::string limits;
  for (const std::string& nos : all_nos) {
    const auto driver = make_driver(nos, {.name = "tor1"}, {.asn = Asn{65001}});
    limits += fmt::format("\n## {}\n\n| capability | | how far |\n|---|---|---|\n", nos);
    for (const Capability& one : (*driver)->capabilities()) {
      by_name[one.name][nos] = one;
      if (one.limitation.empty()) continue;
      limits +=
          fmt::format("| {} | {} | {} |\n", one.name, one.supported ? "yes" : "no", one.limitation);
    }
  }
  std::string text = kHead;
  text += "| capability |";
  for (const std::string& nos : all_nos)
    text += " " + nos + " |";
  text += "\n|---|";
  for (std::size_t i = 0; i < all_nos.size(); ++i)
    text += "---|";
  text += "\n";
  for (const auto& [name, by_nos] : by_name) {
    text += "| " + name + " |";
    for (const std::string& nos : all_nos) {
      const auto one = by_nos.find(nos);
      text += one == by_nos.end() ? " - |" : one->second.supported ? " yes |" : " no |";
    }
    text += "\n";
  }
  return text + limits;
}

TEST(CapabilitiesPage, SaysWhatTheDriversSay) {
  const std::string path = std::string(SWITCHYARD_SOURCE_DIR) + "/docs/switch-capabilities.md";
  const std::string wanted = page();
  std::ostringstream stored;
  stored << std::ifstream(path).rdbuf();
  if (std::getenv("SWITCHYARD_UPDATE") != nullptr) std::ofstream(path) << wanted;
  EXPECT_EQ(stored.str(), wanted)
      << "run it with SWITCHYARD_UPDATE=1 and commit docs/switch-capabilities.md";
}

}  // namespace
}  // namespace switchyard::switch_drivers
