// FRR configuration as a set of lines, each with the block it stands in, so that two configurations
// can be compared whatever their order. Names of our objects in it:
//   SWY-P-PORT.TAG   prefix lists (IPv4 and IPv6) of one port and VRF: the inbound filter
//   SWY-…            everything else is shared policy, named after a hash of its content, so that
//   it
//                    is never edited while somebody uses it
#pragma once

#include "core/result.h"
#include "switch-drivers/frr/text.h"

#include <compare>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::frr {

struct FrrLine {
  Text block{};   // "router bgp 65001 vrf vrf-prv", or the line itself at top level
  Text family{};  // "address-family ipv4 unicast" inside `router bgp`
  Text text{};    // empty: the top-level line or block itself
  friend auto operator<=>(const FrrLine&, const FrrLine&) = default;
};

using FrrLines = std::set<FrrLine>;

// One shared object with what it needs itself. A key is its name, or "router bgp … NAME" for a
// peer-group, which belongs to one BGP instance.
struct SharedObject {
  FrrLines lines{};
  std::set<std::string> needs{};  // keys
};

using SharedObjects = std::map<std::string, SharedObject>;  // by key

struct FrrConfig {
  FrrLines lines{};
  std::map<std::string, FrrLines> by_port{};  // the lines about each port and its subinterfaces
  std::map<std::string, std::set<std::string>> needs_by_port{};  // the objects those use, by key
  // The lines of the shared objects that the lines of each port need, directly or through others.
  // Never null; ports with the same needs share it.
  std::map<std::string, std::shared_ptr<const FrrLines>> closure_by_port{};
  FrrLines shared{};           // the lines of shared objects
  SharedObjects objects{};     // the same lines by object
  bool datacenter_defaults{};  // "frr defaults datacenter"
  int version{};               // of "frr version 8.4.4": 804; 0 when not said
};

// `show running-config` or frr.conf. Lines FRR leaves out because they are its default are put in
// for SWY peer-groups ("activate"). Invalid: not an FRR configuration at all.
[[nodiscard]] Result<FrrConfig> parse_frr_config(std::string_view text);

// The interface or peer-group a line of `router bgp` or an `interface` block is about; "" for
// others.
[[nodiscard]] std::string_view subject_of(const FrrLine& line);
// The port a line is about, directly or by a subinterface; "" for others.
[[nodiscard]] std::string port_of(const FrrLine& line);

// The shared object a line is part of ("route-map SWY-I4-…", "router bgp … vrf … SWY-G-…"); "" when
// it is part of none.
[[nodiscard]] std::string shared_object(const FrrLine& line);
// Every SWY name a line mentions, its own included.
[[nodiscard]] std::vector<std::string> names_in(const FrrLine& line);
// The lines of shared objects, by object.
[[nodiscard]] SharedObjects objects_of(const FrrLines& shared);
// The keys of the shared objects that these lines use themselves.
[[nodiscard]] std::set<std::string> needs_of(const FrrLines& users);
// The objects nobody needs who needs only `wanted` (keys), as shared_object() names them.
[[nodiscard]] std::set<std::string> unused_objects(const SharedObjects& objects,
                                                   const std::set<std::string>& wanted);

// The prefix list of one session, the same name in both families: SWY-P-swp1.101
[[nodiscard]] std::string inbound_list(std::string_view interface);

[[nodiscard]] std::vector<std::string_view> words(std::string_view text);
// The word at `index`, "" when there are fewer. Takes no memory, unlike words().
[[nodiscard]] std::string_view word(std::string_view text, std::size_t index);

}  // namespace switchyard::switch_drivers::frr
