#include "switch-drivers/linux-frr/exchange.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr std::string_view kSnippets = "/etc/network/interfaces.d";
constexpr std::string_view kStaging = "/etc/network/switchyard";

constexpr handle::DeadmanNos kDeadman{.saved = R"(cp "$2.conf" "/etc/network/switchyard/$2.conf" &&
    mv -f "/etc/network/switchyard/$2.conf" "/etc/network/interfaces.d/switchyard-$2.conf")",
                                      .fired = "vtysh -c 'write memory'"};

}  // namespace

const handle::DeadmanNos& deadman_nos() { return kDeadman; }

std::string snippet_path(std::string_view port) {
  return fmt::format("{}/switchyard-{}.conf", kSnippets, port_file(port));
}

Command read_boot_id() { return {"cat /proc/sys/kernel/random/boot_id"}; }

Command read_hostname() { return {"cat /proc/sys/kernel/hostname"}; }

Command read_frr_version() { return {"vtysh -c 'show version'"}; }

Command read_links() { return {"ip -j -d address show"}; }

Command read_vlans() { return {"bridge -j vlan show"}; }

Command read_bridge_ports() { return {"bridge -j -d link show"}; }

Command read_unreachable(Family family) {
  return {fmt::format("ip -j -{} route show table all type unreachable", static_cast<int>(family))};
}

Command read_running_config() { return {"vtysh -c 'show running-config'"}; }

Command read_saved_config() { return {"cat /etc/frr/frr.conf"}; }

Command read_snippets() { return {fmt::format("grep -sH '' {}/switchyard*.conf", kSnippets)}; }

Command read_sources() { return {"grep -s '^source' /etc/network/interfaces"}; }

Command read_filters(std::span<const std::string> devices) {
  std::string lines;
  for (const std::string& device : devices)
    lines += "filter show dev " + device + " ingress\n";
  for (const std::string& device : devices)
    if (is_port(device)) lines += "filter show dev " + device + " egress\n";
  return {"tc -j -force -batch -", std::move(lines)};
}

Command read_settings(std::span<const std::string> keys) {
  return {fmt::format("sysctl -e {}", fmt::join(keys, " "))};
}

Command make_directories(std::string_view change) {
  return {fmt::format("mkdir -p /run/switchyard/{} {} {}", change, kStaging, kSnippets)};
}

Command ip_batch(std::string lines) { return {"ip -force -batch -", std::move(lines)}; }

Command bridge_batch(std::string lines) { return {"bridge -force -batch -", std::move(lines)}; }

Command tc_batch(std::string lines) { return {"tc -force -batch -", std::move(lines)}; }

Command write_settings(std::span<const std::string> assignments) {
  return {fmt::format("sysctl -q -w {}", fmt::join(assignments, " "))};
}

Command frr_batch(std::string lines) { return {"vtysh -f /dev/stdin", std::move(lines)}; }

Command soft_clear(const BgpPeer& peer) {
  return {fmt::format("vtysh -c 'clear bgp vrf {} {} soft in'", peer.vrf.value, peer.interface)};
}

Command reset(const BgpPeer& peer) {
  return {fmt::format("vtysh -c 'clear bgp vrf {} {}'", peer.vrf.value, peer.interface)};
}

Command write_snippet(std::string_view port, std::string text) {
  return handle::store(fmt::format("{}/{}.conf", kStaging, port_file(port)), std::move(text));
}

Command publish_snippet(std::string_view port) {
  return {fmt::format("mv -f {}/{}.conf {}", kStaging, port_file(port), snippet_path(port))};
}

Command remove_snippet(std::string_view port) { return {"rm -f " + snippet_path(port)}; }

Command write_base(std::string text) {
  return handle::store(fmt::format("{}/base", kStaging), std::move(text));
}

Command publish_base() {
  return {fmt::format("mv -f {}/base {}/switchyard.conf", kStaging, kSnippets)};
}

Command write_memory() { return {"vtysh -c 'write memory'"}; }

Command flush_disk() { return {fmt::format("sync /etc/frr/frr.conf {}", kSnippets)}; }

}  // namespace switchyard::switch_drivers::linux_frr
