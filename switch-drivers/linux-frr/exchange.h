// Every command this driver ever sends to a switch. Nothing else reaches the wire, so a simulated
// switch has to understand this file and no more.
//
// Paths. PORT-FILE is the port name with '/' written as '@'. CHANGE is ApplyOptions::change_id.
//   /etc/network/interfaces.d/switchyard.conf            quarantine VRF, once a switch
//   /etc/network/interfaces.d/switchyard-PORT-FILE.conf  one port, for ifupdown2 at boot
//   /etc/network/switchyard/                             where files are written before their
//   rename /run/switchyard/CHANGE/                              the dead man's handle of one change
//   (tmpfs)
//
// The handle is a constant shell script, deadman_script(), stored as /run/switchyard/CHANGE/deadman
// and called as `sh /run/switchyard/CHANGE/deadman VERB …`. A missing file is status 2 or 127.
//   arm SECONDS    start the timer that will `fire`; creates the file `armed`
//   run COMMAND…   97 when not armed, else runs COMMAND (its standard input and status); a status
//                  that is not 0 creates the file `failed`
//   open COMMAND…  96 when not armed or `failed` exists, else runs COMMAND
//   keep PORT-FILE   P.undo becomes P.kept; 0 also when it was kept before; else 1
//   undo PORT-FILE   P.undo becomes P.undone and is run; 0 also when run again; 1 when there is
//   none saved PORT-FILE  if P.kept exists: P.conf is copied to interfaces.d/switchyard-P.conf by
//   rename done           when no P.undo is left: stops the timer, removes the directory fire
//   (timer only) renames the directory away, runs every P.undo, writes memory
// P.undo is a shell script of the commands of this file, inputs as here-documents that end at a
// line SWY-IN, and of comment lines.
#pragma once

#include "core/net.h"
#include "switch-drivers/frr/frr_plan.h"
#include "switch-drivers/transport/shell.h"

#include <chrono>
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
// Which ports have a change under way: the '#' lines of every P.undo, as "path:line".
// grep -sH '^# ' /run/switchyard/*/*.undo
[[nodiscard]] Command read_armed();
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

[[nodiscard]] Command read_bgp_summary();  // vtysh -c 'show bgp vrf all summary json'
// One vtysh with four -c a peer, answers JSON objects in this order: show bgp vrf V ipv4 unicast
// neighbors I routes json, show ip prefix-list detail L json (an object a daemon, named after it;
// none when the list does not exist), the same two for ipv6.
[[nodiscard]] Command read_bgp_routes(std::span<const BgpPeer> peers);

// --- Writing without the handle: files only, nothing in force changes.
// ------------------------------
[[nodiscard]] Command make_directories(std::string_view change);  // mkdir -p … (both of ours)
[[nodiscard]] Command store_deadman(std::string_view change);     // cat >…/deadman
[[nodiscard]] Command store_undo(std::string_view change, std::string_view port, std::string text);
// cp …/OLDER/P.undo …/CHANGE/P.undo: what OLDER would have put back, CHANGE will.
[[nodiscard]] Command inherit_undo(std::string_view change, std::string_view older,
                                   std::string_view port);
[[nodiscard]] Command store_final_snippet(std::string_view change, std::string_view port,
                                          std::string text);  // cat >…/P.conf

// --- The handle.
// ----------------------------------------------------------------------------------
[[nodiscard]] Command arm(std::string_view change, std::chrono::seconds undo_after);
[[nodiscard]] Command guarded(std::string_view change, Command command);  // deadman run …
[[nodiscard]] Command opening(std::string_view change, Command command);  // deadman open …
[[nodiscard]] Command keep(std::string_view change, std::string_view port);
[[nodiscard]] Command undo(std::string_view change, std::string_view port);
[[nodiscard]] Command save_snippet(std::string_view change, std::string_view port);
// deadman sweep: removes what is left of other changes that were cut off before they were armed,
// and so have changed nothing and would stay for ever.
[[nodiscard]] Command sweep(std::string_view change);
[[nodiscard]] Command finish(std::string_view change);                            // deadman done
[[nodiscard]] Command read_kept(std::string_view change, std::string_view port);  // cat …/P.kept
[[nodiscard]] Command read_undone(std::string_view change,
                                  std::string_view port);  // cat …/P.undone

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
[[nodiscard]] std::string port_file(std::string_view port);
[[nodiscard]] std::string snippet_path(std::string_view port);
[[nodiscard]] std::string_view deadman_script();

// One command as a line of a P.undo script, with its input as a here-document.
[[nodiscard]] std::string as_script(const Command& command);

}  // namespace switchyard::switch_drivers::linux_frr
