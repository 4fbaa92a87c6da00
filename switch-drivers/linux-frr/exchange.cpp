#include "switch-drivers/linux-frr/exchange.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr std::string_view kSnippets = "/etc/network/interfaces.d";
constexpr std::string_view kStaging = "/etc/network/switchyard";

// `cd` first: every name below is relative. `fire` renames the directory before it undoes anything,
// so that a settle that comes too late finds nothing instead of racing with it.
constexpr std::string_view kDeadman =
    R"(# Switchyard: takes a change back when nobody keeps it. See exchange.h.
d=${0%/*}
cd "$d" || exit 98
case $1 in
arm)
  if [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --unit="switchyard-${d##*/}" --on-active="$2" \
      --timer-property=AccuracySec=1s sh "$0" fire || exit 95
  else
    setsid sh -c 'sleep "$1"; exec sh "$2" fire' - "$2" "$0" </dev/null >/dev/null 2>&1 &
  fi
  : >armed ;;
run)
  [ -e armed ] || exit 97
  shift
  "$@" || { s=$?; : >failed; exit $s; } ;;
open)
  [ -e armed ] && [ ! -e failed ] || exit 96
  shift
  "$@" ;;
keep)
  mv "$2.undo" "$2.kept" 2>/dev/null || [ -e "$2.kept" ] ;;
undo)
  mv "$2.undo" "$2.undone" 2>/dev/null
  [ -e "$2.undone" ] && { sh "./$2.undone"; exit 0; } ;;
saved)
  [ -e "$2.kept" ] && cp "$2.conf" "/etc/network/switchyard/$2.conf" &&
    mv -f "/etc/network/switchyard/$2.conf" "/etc/network/interfaces.d/switchyard-$2.conf" ;;
sweep)
  for c in /run/switchyard/*; do
    [ -e "$c/armed" ] || mv "$c" "$c.stale"
    [ ! -e "$c.stale/armed" ] || mv "$c.stale" "$c"
    rm -rf "$c.stale"
  done ;;
done)
  for f in *.undo; do [ -e "$f" ] && exit 0; done
  [ -d /run/systemd/system ] && systemctl stop "switchyard-${d##*/}.timer" 2>/dev/null
  cd / && rm -rf "$d" ;;
fire)
  mv "$d" "$d.fired" && cd "$d.fired" || exit 98
  for f in *.undo; do [ -e "$f" ] && sh "./$f" >>log 2>&1; done
  vtysh -c 'write memory' >>log 2>&1
  cd / && rm -rf "$d.fired" ;;
esac
)";

std::string change_path(std::string_view change, std::string_view name) {
  return fmt::format("/run/switchyard/{}/{}", change, name);
}

Command deadman(std::string_view change, std::string_view verb_and_rest, std::string input = {}) {
  return {fmt::format("sh {} {}", change_path(change, "deadman"), verb_and_rest), std::move(input)};
}

Command store(const std::string& path, std::string text) {
  return {"cat >" + path, std::move(text)};
}

}  // namespace

std::string port_file(std::string_view port) {
  std::string name{port};
  std::replace(name.begin(), name.end(), '/', '@');
  return name;
}

std::string snippet_path(std::string_view port) {
  return fmt::format("{}/switchyard-{}.conf", kSnippets, port_file(port));
}

std::string_view deadman_script() { return kDeadman; }

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

Command read_armed() { return {"grep -sH '^# ' /run/switchyard/*/*.undo"}; }

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

Command read_bgp_summary() { return {"vtysh -c 'show bgp vrf all summary json'"}; }

Command read_bgp_routes(std::span<const BgpPeer> peers) {
  std::string line = "vtysh";
  for (const BgpPeer& peer : peers) {
    for (const auto& [family, word] : {std::pair{"ipv4", "ip"}, std::pair{"ipv6", "ipv6"}}) {
      line += fmt::format(
          " -c 'show bgp vrf {} {} unicast neighbors {} routes json'"
          " -c 'show {} prefix-list detail {} json'",
          peer.vrf.value, family, peer.interface, word, frr::inbound_list(peer.interface));
    }
  }
  return {std::move(line)};
}

Command make_directories(std::string_view change) {
  return {fmt::format("mkdir -p /run/switchyard/{} {} {}", change, kStaging, kSnippets)};
}

Command store_deadman(std::string_view change) {
  return store(change_path(change, "deadman"), std::string{kDeadman});
}

Command store_undo(std::string_view change, std::string_view port, std::string text) {
  return store(change_path(change, port_file(port) + ".undo"), std::move(text));
}

Command inherit_undo(std::string_view change, std::string_view older, std::string_view port) {
  const std::string name = port_file(port) + ".undo";
  return {fmt::format("cp {} {}", change_path(older, name), change_path(change, name))};
}

Command store_final_snippet(std::string_view change, std::string_view port, std::string text) {
  return store(change_path(change, port_file(port) + ".conf"), std::move(text));
}

Command arm(std::string_view change, std::chrono::seconds undo_after) {
  return deadman(change, fmt::format("arm {}", undo_after.count()));
}

Command guarded(std::string_view change, Command command) {
  return deadman(change, "run " + command.line, std::move(command.input));
}

Command opening(std::string_view change, Command command) {
  return deadman(change, "open " + command.line, std::move(command.input));
}

Command keep(std::string_view change, std::string_view port) {
  return deadman(change, "keep " + port_file(port));
}

Command undo(std::string_view change, std::string_view port) {
  return deadman(change, "undo " + port_file(port));
}

Command save_snippet(std::string_view change, std::string_view port) {
  return deadman(change, "saved " + port_file(port));
}

Command sweep(std::string_view change) { return deadman(change, "sweep"); }

Command finish(std::string_view change) { return deadman(change, "done"); }

Command read_kept(std::string_view change, std::string_view port) {
  return {"cat " + change_path(change, port_file(port) + ".kept")};
}

Command read_undone(std::string_view change, std::string_view port) {
  return {"cat " + change_path(change, port_file(port) + ".undone")};
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
  return store(fmt::format("{}/{}.conf", kStaging, port_file(port)), std::move(text));
}

Command publish_snippet(std::string_view port) {
  return {fmt::format("mv -f {}/{}.conf {}", kStaging, port_file(port), snippet_path(port))};
}

Command remove_snippet(std::string_view port) { return {"rm -f " + snippet_path(port)}; }

Command write_base(std::string text) {
  return store(fmt::format("{}/base", kStaging), std::move(text));
}

Command publish_base() {
  return {fmt::format("mv -f {}/base {}/switchyard.conf", kStaging, kSnippets)};
}

Command write_memory() { return {"vtysh -c 'write memory'"}; }

Command flush_disk() { return {fmt::format("sync /etc/frr/frr.conf {}", kSnippets)}; }

std::string as_script(const Command& command) {
  if (command.input.empty()) return command.line + "\n";
  std::string text = command.line + " <<'SWY-IN'\n" + command.input;
  if (text.back() != '\n') text += '\n';
  return text + "SWY-IN\n";
}

}  // namespace switchyard::switch_drivers::linux_frr
