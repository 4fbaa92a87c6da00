#include "catalogs/network_tool.h"

#include <algorithm>
#include <array>
#include <utility>

namespace switchyard::catalogs {
namespace {

constexpr std::array<std::pair<NetworkTool, std::string_view>, 4> kNames{
    {{NetworkTool::Ifupdown2, "ifupdown2"},
     {NetworkTool::Networkd, "systemd-networkd"},
     {NetworkTool::Netplan, "netplan"},
     {NetworkTool::NetworkManager, "networkmanager"}}};

}  // namespace

const std::vector<NetworkTool>& all_network_tools() {
  static const std::vector<NetworkTool> all = [] {
    std::vector<NetworkTool> tools;
    for (const auto& [tool, name] : kNames)
      tools.push_back(tool);
    return tools;
  }();
  return all;
}

std::string to_string(NetworkTool tool) {
  const auto* const found =
      std::ranges::find(kNames, tool, &std::pair<NetworkTool, std::string_view>::first);
  return found == kNames.end() ? "" : std::string(found->second);
}

std::string to_string(const std::vector<NetworkTool>& tools) {
  std::string text;
  for (const NetworkTool tool : tools)
    text += (text.empty() ? "" : ", ") + to_string(tool);
  return text;
}

Result<NetworkTool> parse_network_tool(std::string_view text) {
  for (const auto& [tool, name] : kNames)
    if (name == text) return tool;
  return failure(Errc::Invalid, "there is no network tool \"" + std::string(text.substr(0, 40)) +
                                    "\"; known are " + to_string(all_network_tools()));
}

}  // namespace switchyard::catalogs
