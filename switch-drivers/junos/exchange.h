// Every operation this driver ever sends to a switch, beyond RFC 6241's own
// (transport/netconf_operations.h), and what it reads of each answer. A simulated switch has to
// understand these and no more.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "switch-drivers/driver.h"
#include "switch-drivers/junos/objects.h"
#include "switch-drivers/transport/netconf.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::junos {

// --- Reading. All of it is harmless at any time.
// The parts of the configuration we look at, of the running one or of the candidate.
[[nodiscard]] std::string read_running();
[[nodiscard]] std::string read_candidate();
[[nodiscard]] std::string read_interfaces();  // <get-interface-information><terse/>
[[nodiscard]] std::string read_software();    // <get-software-information/>
[[nodiscard]] std::string read_uptime();      // <get-system-uptime-information/>
[[nodiscard]] std::string read_neighbours();  // <get-bgp-neighbor-information/>
// <get-route-information> of BGP's routes in a VRF, those that a policy refused (hidden) by
// themselves.
[[nodiscard]] std::string read_routes(const VrfName& vrf);
[[nodiscard]] std::string read_hidden_routes(const VrfName& vrf);

// --- Changing the candidate of a session that holds its lock.
// What was committed `back` commits ago; 0 is the running one. Replaces the whole candidate: read,
// then discarded.
[[nodiscard]] std::string load_former(int back);
// One port's edits, or those of what ports share. Junos does not say :rollback-on-error, so one
// that is refused may be there by half.
[[nodiscard]] std::string edit(const Edits& edits);
// In force for `undo_after`, in whole minutes and not less: Junos takes a time below a minute for
// none at all, and takes the commit back at once. A later one gives all of them a new time.
[[nodiscard]] std::string commit_for(std::chrono::seconds undo_after);
[[nodiscard]] std::string commit_for_good();

// --- What the answers say. Rejected: they are no such answer.
[[nodiscard]] Result<Config> parse_config(const NetconfReply& reply);
// Physical interfaces and their units by name: administratively up.
[[nodiscard]] Result<std::map<std::string, bool>> parse_interfaces(const NetconfReply& reply);

struct Software {
  std::string hostname{};
  std::string version{};
};

[[nodiscard]] Result<Software> parse_software(const NetconfReply& reply);
[[nodiscard]] Result<std::string> parse_boot_time(const NetconfReply& reply);

struct Neighbour {
  std::string address{};  // "fe80::1%et-0/0/5.101"
  std::string unit{};
  std::string vrf{};
  std::string state{};
  std::uint32_t asn{};
  std::chrono::seconds established_for{};
};

[[nodiscard]] Result<std::vector<Neighbour>> parse_neighbours(const NetconfReply& reply);
// By the neighbour they came from, sorted.
[[nodiscard]] Result<std::map<std::string, std::vector<Prefix>>> parse_routes(
    const NetconfReply& reply);

// What was refused, by family and kind.
[[nodiscard]] std::vector<RefusedCount> count_refused(const std::vector<Prefix>& prefixes);

}  // namespace switchyard::switch_drivers::junos
