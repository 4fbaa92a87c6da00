// What of a configuration belongs to a port, and what our objects are called. Names:
//   SWY-P-PORT.TAG-4, -6   prefix list of one session and family: its host routes
//   SWY-I-PORT.TAG-4, -6   route map: what is taken from that session
//   SWY-A-ASN              as-path list of a server
//   SWY-O-HASH-4, -6       route map: what sessions are told, named after its content
//   SWY-L-HASH-4, -6       its prefix lists
// The last three kinds are shared between ports.
#pragma once

#include "core/net.h"
#include "switch-drivers/cumulus-nvue/leaves.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::cumulus_nvue {

// "swp5", "swp5s0". Invalid for others.
[[nodiscard]] Status check_port(std::string_view port);
[[nodiscard]] std::string unit_name(std::string_view port, VlanId tag);  // "swp5.101"
[[nodiscard]] std::string list_name(std::string_view unit, Family family);
[[nodiscard]] std::string map_name(std::string_view unit, Family family);
[[nodiscard]] std::string as_name(Asn asn);

// --- Ways to objects.
[[nodiscard]] Path interface_path(std::string_view name);
[[nodiscard]] Path neighbour_path(std::string_view vrf, std::string_view unit);
[[nodiscard]] Path policy_path(std::string_view kind, std::string_view name);
inline const std::string kPrefixList = "prefix-list";
inline const std::string kRouteMap = "route-map";
inline const std::string kAsPathList = "as-path-list";

// The object a leaf belongs to, and the port of that. Empty path: it is none of ours, as all of an
// interface is that nobody wishes (its speed, its optics).
struct Owned {
  Path root{};
  std::string port{};  // "" for an object that ports share
};

[[nodiscard]] Owned owner_of(const Path& path);

// A configuration cut by its ports.
struct Config {
  Leaves all{};
  std::map<std::string, Leaves> by_port{};
  std::map<Path, Leaves> shared{};  // by object
};

[[nodiscard]] Config sort_config(Leaves all);
// Of the shared objects those that nothing outside of them needs, one after the other.
[[nodiscard]] std::set<Path> unused_shared(const Config& config);
// The shared objects that these leaves need, directly or through others.
[[nodiscard]] std::map<Path, Leaves> needed_shared(const Config& config, const Leaves& users);

}  // namespace switchyard::switch_drivers::cumulus_nvue
