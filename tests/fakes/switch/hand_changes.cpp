// What contract tests need to know of Linux and FRR: what faults are aimed at, what a person may
// type.
#include "tests/fakes/switch/fake_switch.h"

#include <fmt/format.h>

namespace switchyard::fakes {

std::string FakeSwitch::mark_before_arming(const std::string& change_id,
                                           const std::string& port) const {
  return fmt::format("{}/{}.undo", change_id, port);
}

std::set<std::string> FakeSwitch::changing_lines() {
  std::set<std::string> lines;
  for (const SwitchLogEntry& entry : log()) {
    if (entry.command.find(mark_of_change()) == std::string::npos &&
        entry.command.find("-batch") == std::string::npos)
      continue;
    for (std::size_t at = 0; at < entry.input.size();) {
      const std::size_t end = std::min(entry.input.find('\n', at), entry.input.size());
      const std::string line = entry.input.substr(at, end - at);
      at = end + 1;
      const bool closes = line.starts_with("link set dev ") && line.ends_with(" down") &&
                          line.find('.') == std::string::npos;
      if (!closes && line.find(" show ") == std::string::npos &&
          line.find_first_not_of(" !") != std::string::npos &&
          line.find("exit") == std::string::npos)
        lines.insert(line);
    }
  }
  return lines;
}

std::vector<HandChange> FakeSwitch::hand_changes(const RoutedPlace& place) {
  const auto typed = [this](std::string name, std::string line) {
    return HandChange{std::move(name), [this, line = std::move(line)] { (void)console(line); }};
  };
  const std::string& port = place.port;
  const std::string sub = fmt::format("{}.{}", port, place.tag);
  const std::string router =
      fmt::format("vtysh -c 'conf t' -c 'router bgp {} vrf {}' ", plan_.asn, place.vrf);
  return {
      typed("a filter line removed",
            fmt::format("vtysh -c 'conf t' -c 'no ip prefix-list SWY-P-{} seq 5'", sub)),
      typed(
          "a filter widened",
          fmt::format("vtysh -c 'conf t' -c 'ip prefix-list SWY-P-{} seq 7 permit 0.0.0.0/0 le 32'",
                      sub)),
      typed("the neighbour removed", router + fmt::format("-c 'no neighbor {}'", sub)),
      typed("session timers changed", router + fmt::format("-c 'neighbor {} timers 30 90'", sub)),
      typed("the port taken down", fmt::format("ip link set dev {} down", port)),
      typed("a tag added", fmt::format("ip link add link {0} name {0}.300 type vlan id 300", port)),
      typed("the source filter removed", fmt::format("tc qdisc del dev {} clsact", sub)),
      typed("unsaved and saved differ",
            fmt::format("sed -n 1p /etc/hostname; rm /etc/network/interfaces.d/switchyard-{}.conf",
                        port)),
  };
}

}  // namespace switchyard::fakes
