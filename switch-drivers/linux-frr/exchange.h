// Every command this driver ever sends to a switch. Nothing else reaches the wire, so a simulated
// switch has to understand this file and no more.
//
// Paths; the dead man's handle has more (handle/deadman.h).
//   /etc/network/interfaces.d/switchyard.conf            quarantine VRF, once a switch
//   /etc/network/interfaces.d/switchyard-PORT-FILE.conf  one port, for ifupdown2 at boot
//   /etc/network/switchyard/                 where files are written before their rename
// `deadman saved P` copies P.conf to interfaces.d/switchyard-P.conf by rename; `fire` ends with
// FRR's `write memory`.
#pragma once

#include "core/net.h"
#include "switch-drivers/frr/frr_plan.h"
#include "switch-drivers/handle/deadman.h"
#include "switch-drivers/transport/shell.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

// --- Reading. All of it is harmless at any time.
// ---------------------------------------------------

[[nodiscard]] Command read_boot_id();       // cat /proc/sys/kernel/random/boot_id
[[nodiscard]] Command read_hostname();      // cat /proc/sys/kernel/hostname
[[nodiscard]] Command read_frr_version();   // vtysh -c 'show version'
[[nodiscard]] Command read_links();         // ip -j -d address show
[[nodiscard]] Command read_vlans();         // bridge -j vlan show
[[nodiscard]] Command read_bridge_ports();  // bridge -j -d link show
[[nodiscard]] Command read_unreachable(
    Family family);                           // ip -j -4 route show table all type unreachable
[[nodiscard]] Command read_running_config();  // vtysh -c 'show running-config'
[[nodiscard]] Command read_saved_config();    // cat /etc/frr/frr.conf
// Every line of every file of ours, as "path:line": grep -sH ''
// /etc/network/interfaces.d/switchyard*.conf
[[nodiscard]] Command read_snippets();
// Whether our files are read at boot: grep -s '^source' /etc/network/interfaces
[[nodiscard]] Command read_sources();

// Egress is looked at on ports; a subinterface (a name with a dot) has filters at its ingress only.
[[nodiscard]] inline bool is_port(std::string_view device) {
  return device.find('.') == std::string_view::npos;
}

// tc -j -force -batch -   with one "filter show dev DEVICE ingress" a line, then one "… egress" a
// port among them. Answers one JSON array a line, in order, for the devices that exist; for the
// others an error line.
[[nodiscard]] Command read_filters(std::span<const std::string> devices);
// sysctl -e KEY…   answers "key = value" lines; unknown keys are left out. Keys as
// net/ipv6/conf/swp1.101/accept_ra, answered as net.ipv6.conf.swp1/101.accept_ra.
[[nodiscard]] Command read_settings(std::span<const std::string> keys);

using frr::BgpPeer;

// Sessions: frr/sessions.h.

// --- Writing without the handle: files only, nothing in force changes.
// ------------------------------
[[nodiscard]] Command make_directories(std::string_view change);  // mkdir -p … (both of ours)
// What of the dead man's script is ours.
[[nodiscard]] const handle::DeadmanNos& deadman_nos();

using handle::as_script;
using handle::finish;
using handle::guarded;
using handle::keep;
using handle::opening;
using handle::port_file;
using handle::read_armed;
using handle::read_kept;
using handle::read_undone;
using handle::sweep;
using handle::undo;

// --- Changing. Sent only inside guarded() or opening(), or written into an undo script.
// ------------
[[nodiscard]] Command ip_batch(std::string lines);      // ip -force -batch -
[[nodiscard]] Command bridge_batch(std::string lines);  // bridge -force -batch -
[[nodiscard]] Command tc_batch(std::string lines);      // tc -force -batch -
[[nodiscard]] Command write_settings(
    std::span<const std::string> assignments);          // sysctl -q -w KEY=VALUE…
[[nodiscard]] Command frr_batch(std::string lines);     // vtysh -f /dev/stdin
[[nodiscard]] Command soft_clear(const BgpPeer& peer);  // vtysh -c 'clear bgp vrf V I soft in'
[[nodiscard]] Command reset(const BgpPeer& peer);       // vtysh -c 'clear bgp vrf V I'
[[nodiscard]] Command write_snippet(std::string_view port,
                                    std::string text);  // cat >/etc/network/switchyard/P.conf
[[nodiscard]] Command publish_snippet(
    std::string_view port);  // mv -f …/switchyard/P.conf …/interfaces.d/switchyard-P.conf
[[nodiscard]] Command remove_snippet(std::string_view port);  // rm -f …
[[nodiscard]] Command write_base(std::string text);           // cat >/etc/network/switchyard/base
[[nodiscard]] Command publish_base();                         // mv -f … …/switchyard.conf

// --- Saving. ------------------------------------------------------------------------------------
[[nodiscard]] Command write_memory();  // vtysh -c 'write memory'
[[nodiscard]] Command flush_disk();    // sync /etc/frr/frr.conf /etc/network/interfaces.d

// --- Names. -------------------------------------------------------------------------------------
[[nodiscard]] std::string snippet_path(std::string_view port);

}  // namespace switchyard::switch_drivers::linux_frr
