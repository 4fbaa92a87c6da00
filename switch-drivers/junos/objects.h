// What of a configuration belongs to a port, and what our objects are called. Names:
//   SWY-P-PORT.TAG-4, -6   prefix list of one session and family: its host routes
//   SWY-I-PORT.TAG         policy-statement: what is taken from that session
//   SWY-PORT.TAG           the BGP group of that session
//   SWY-A-ASN              as-path and as-list of a server
//   SWY-C-COMMUNITY        a community that a catalog adds
//   SWY-O-HASH, SWY-L-HASH what sessions are told, named after its content: policy, prefix lists
// The last three kinds are shared between ports.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "switch-drivers/junos/statements.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::junos {

// "et-0/0/5": media, and where it is. Invalid for others.
[[nodiscard]] Status check_port(std::string_view port);
[[nodiscard]] std::string unit_name(std::string_view port, VlanId tag);  // "et-0/0/5.101"
[[nodiscard]] std::string inbound_list(std::string_view unit, Family family);
[[nodiscard]] std::string inbound_policy(std::string_view unit);
[[nodiscard]] std::string group_name(std::string_view unit);

// --- Ways to objects.
[[nodiscard]] Path port_path(std::string_view port);
[[nodiscard]] Path vrf_path(std::string_view vrf);
[[nodiscard]] Path policy_path(std::string_view kind, std::string_view name);  // in policy-options
// Where it is written which change of a port is not settled yet, with the change's id.
[[nodiscard]] Path mark_path(std::string_view port);

// The object a statement belongs to, and the port of that. Empty path: it is none of ours, as all
// of an interface is that nobody wishes (its speed, its optics).
struct Owned {
  Path root{};
  std::string port{};  // "" for an object that ports share
};

[[nodiscard]] Owned owner_of(const Path& path);

// A configuration cut by its ports.
struct Config {
  Statements all{};
  std::map<std::string, Statements> by_port{};
  std::map<Path, Statements> shared{};         // by object
  std::map<std::string, std::string> marks{};  // port -> id of the change that is not settled
};

[[nodiscard]] Config sort_config(Statements all);

// Of the shared objects those that nothing outside of them needs, one after the other.
[[nodiscard]] std::set<Path> unused_shared(const Config& config);
// The shared objects that these statements need, directly or through others.
[[nodiscard]] std::map<Path, Statements> needed_shared(const Config& config,
                                                       const Statements& users);

}  // namespace switchyard::switch_drivers::junos
