// Every command that reads or changes a SONiC switch, but for the dead man's handle
// (handle/deadman.h), saving (saved.h) and STATE_DB (live.h). Pure.
//
// Rows are written straight into CONFIG_DB, one `sonic-db-cli` a row, because one HSET is one event
// for SONiC's daemons, which then see the row as a whole, and it takes milliseconds. Not used:
//   config apply-patch   loads and sorts all of CONFIG_DB for each patch: ten seconds for an empty
//                        one, minutes for one port on a chassis (facts/switch-nos.md 5), and it is
//                        no transaction: it stops half-way and stays there;
//   config vlan, config interface   start Python, ask questions on a terminal in some versions, and
//                        write link-local settings of a subinterface into the wrong table.
// What apply-patch would check is checked here before anything is sent: every state on the way is a
// value (plan.h), and SONiC's own YANG models have judged each kind of them (tests).
#pragma once

#include "switch-drivers/frr/frr_plan.h"
#include "switch-drivers/sonic/config_db.h"
#include "switch-drivers/transport/shell.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::sonic {

// How FRR is reached: it lives in a container.
inline constexpr std::string_view kVtysh = "docker exec bgp vtysh";

// A word of a shell line, whatever is in it.
[[nodiscard]] std::string shell_word(std::string_view word);

// --- Reading. All of it is harmless at any time. ------------------------------------------------
[[nodiscard]] Command read_boot_id();          // cat /proc/sys/kernel/random/boot_id
[[nodiscard]] Command read_hostname();         // cat /proc/sys/kernel/hostname
[[nodiscard]] Command read_version();          // grep ^build_version /etc/sonic/sonic_version.yml
[[nodiscard]] Command read_config_db();        // sonic-cfggen -d --print-data
[[nodiscard]] Command read_saved_config_db();  // cat /etc/sonic/config_db.json
[[nodiscard]] Command read_running_config();   // docker exec bgp vtysh -c 'show running-config'
[[nodiscard]] Command read_saved_config();     // docker exec bgp cat /etc/frr/frr.conf
// Where the models name ipv6_use_link_local_only for subinterfaces: grep -s … in
// /usr/local/yang-models
[[nodiscard]] Command read_models();

// --- Changing. ----------------------------------------------------------------------------------
// sonic-db-cli CONFIG_DB HSET 'TABLE|KEY' FIELD VALUE…
[[nodiscard]] Command set_fields(const RowKey& row, const Fields& fields);
// sonic-db-cli CONFIG_DB HDEL 'TABLE|KEY' FIELD…
[[nodiscard]] Command remove_fields(const RowKey& row, const std::vector<std::string>& fields);
[[nodiscard]] Command remove_row(const RowKey& row);  // sonic-db-cli CONFIG_DB DEL 'TABLE|KEY'
[[nodiscard]] Command frr_batch(std::string lines);   // docker exec -i bgp vtysh -f /dev/stdin
[[nodiscard]] Command soft_clear(const frr::BgpPeer& peer);  // … 'clear bgp vrf V I soft in'
[[nodiscard]] Command reset(const frr::BgpPeer& peer);       // … 'clear bgp vrf V I'

// --- Saving FRR's half: docker exec bgp vtysh -c 'write memory'; and both to the disk.
[[nodiscard]] Command write_memory();
[[nodiscard]] Command flush_disk();

// --- Waiting. SONiC takes a row and acts on it later; what comes next must not overtake it. Each
// is one command that looks five times a second, for 20 s at most: then its status is 94. They are
// run in the folder of the change, where the program lies.
[[nodiscard]] std::string_view await_program();
[[nodiscard]] Command store_await_program(std::string_view change);  // cat >…/CHANGE/await

// Until a field of a row of STATE_DB, COUNTERS_DB, … has this value; "": until it is gone.
struct Awaited {
  std::string database{};
  std::string row{};
  std::string field{};
  std::string value{};
};

[[nodiscard]] Command await_field(const Awaited& awaited);
// Until the ASIC has no bridge port of it.
[[nodiscard]] Command await_unbridged(std::string_view port);

}  // namespace switchyard::switch_drivers::sonic
