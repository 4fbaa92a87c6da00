#include "catalogs/server_view.h"

#include <nlohmann/json.hpp>

#include <span>

namespace switchyard::catalogs {
namespace {

using nlohmann::json;

// One name a template sees. The table is what renders and what the reference is printed from.
template <class Of> struct Variable {
  const char* name;
  const char* says;
  json (*value)(const Of&);
};

template <class Of> json object(const Of& of, std::span<const Variable<Of>> table) {
  json made = json::object();
  for (const Variable<Of>& variable : table)
    made[variable.name] = variable.value(of);
  return made;
}

template <class Of> json list(const std::vector<Of>& all, json (*made)(const Of&)) {
  json values = json::array();
  for (const Of& one : all)
    values.push_back(made(one));
  return values;
}

int number(Family family) { return family == Family::V4 ? 4 : 6; }

struct AddressInVrf {
  IpAddress address{};
  VlanId tag{};
};

constexpr Variable<AddressInVrf> kOfAddress[]{
    {"address", "the address alone: `10.1.0.5`",
     [](const AddressInVrf& of) { return json(to_string(of.address)); }},
    {"prefix", "the host route: `10.1.0.5/32`",
     [](const AddressInVrf& of) { return json(to_string(host_prefix(of.address))); }},
    {"family", "`4` or `6`",
     [](const AddressInVrf& of) { return json(number(of.address.family)); }},
    {"tag", "802.1Q tag of its VRF", [](const AddressInVrf& of) { return json(of.tag.value); }},
};

constexpr Variable<Prefix> kOfAdvertised[]{
    {"prefix", "`10.0.0.0/8`", [](const Prefix& of) { return json(to_string(of)); }},
    {"family", "`4` or `6`", [](const Prefix& of) { return json(number(of.network.family)); }},
};

json advertised(const Prefix& of) { return object<Prefix>(of, kOfAdvertised); }

json addresses_of(const VrfView& of, const std::vector<IpAddress>& addresses) {
  json all = json::array();
  for (const IpAddress& address : addresses)
    all.push_back(object<AddressInVrf>({address, of.tag}, kOfAddress));
  return all;
}

constexpr Variable<VrfView> kOfVrf[]{
    {"name", "of the VRF", [](const VrfView& of) { return json(of.vrf.value); }},
    {"tag", "802.1Q tag on the server's ports",
     [](const VrfView& of) { return json(of.tag.value); }},
    {"device", "the dummy that holds the addresses: `vni0`, in the order of the tags",
     [](const VrfView& of) { return json(of.device); }},
    {"addresses", "the server's own there, at most one a family; see *An address*",
     [](const VrfView& of) { return addresses_of(of, of.addresses); }},
    {"anycast", "those it may announce there like other servers; see *An address*",
     [](const VrfView& of) { return addresses_of(of, of.anycast); }},
    {"advertise", "what the switches tell the server; each has `prefix` and `family`",
     [](const VrfView& of) { return list<Prefix>(of.advertise, &advertised); }},
    {"maximum_prefix", "routes a family the switches accept before they end the session",
     [](const VrfView& of) { return json(of.maximum_prefix); }},
};

constexpr Variable<LegView> kOfLeg[]{
    {"name", "of the subinterface: `eth1.101`", [](const LegView& of) { return json(of.name); }},
    {"vrf", "name of the VRF it leads into", [](const LegView& of) { return json(of.vrf.value); }},
    {"tag", "its 802.1Q tag", [](const LegView& of) { return json(of.tag.value); }},
};

json leg(const LegView& of) { return object<LegView>(of, kOfLeg); }

constexpr Variable<LinkView> kOfLink[]{
    {"nic", "name of the NIC", [](const LinkView& of) { return json(of.nic); }},
    {"mac", "its address", [](const LinkView& of) { return json(of.mac); }},
    {"switch", "name of the ToR switch at its other end",
     [](const LinkView& of) { return json(of.switch_name); }},
    {"switch_asn", "AS number of that switch",
     [](const LinkView& of) { return json(of.switch_asn.value); }},
    {"legs", "one for each VRF; see *A leg*",
     [](const LinkView& of) { return list<LegView>(of.legs, &leg); }},
};

constexpr Variable<Segment> kOfSegment[]{
    {"untagged", "VLAN of its untagged frames, or none",
     [](const Segment& of) { return of.untagged ? json(of.untagged->value) : json(); }},
    {"tagged", "VLANs with 802.1Q tags, sorted; `vlan` where a file is made for each",
     [](const Segment& of) {
       json all = json::array();
       for (const VlanId& tag : of.tagged)
         all.push_back(tag.value);
       return all;
     }},
};

json tools(const std::vector<NetworkTool>& all) {
  json names = json::array();
  for (const NetworkTool tool : all)
    names.push_back(to_string(tool));
  return names;
}

json vrf(const VrfView& of) { return object<VrfView>(of, kOfVrf); }

json link(const LinkView& of) { return object<LinkView>(of, kOfLink); }

constexpr Variable<ServerView> kOfServer[]{
    {"server", "name of the server in the inventory",
     [](const ServerView& of) { return json(of.server); }},
    {"hostname", "name the order gave it", [](const ServerView& of) { return json(of.hostname); }},
    {"image", "OS image it is installed with", [](const ServerView& of) { return json(of.image); }},
    {"network_tools",
     "what that image sets up its network with: `ifupdown2`, `systemd-networkd`, `netplan`, "
     "`networkmanager`",
     [](const ServerView& of) { return tools(of.tools); }},
    {"asn", "the server's AS number", [](const ServerView& of) { return json(of.asn.value); }},
    {"router_id", "BGP identifier: its first IPv4 address, or one made of the AS number",
     [](const ServerView& of) { return json(of.router_id); }},
    {"mtu", "of the server's network; the wire carries 4 bytes more for the tag",
     [](const ServerView& of) { return json(of.mtu); }},
    {"keepalive", "seconds between keepalives of a session",
     [](const ServerView& of) { return json(of.keepalive.count()); }},
    {"hold", "seconds without one that end it",
     [](const ServerView& of) { return json(of.hold.count()); }},
    {"vrfs", "what it is attached to, by tag; see *A VRF*",
     [](const ServerView& of) { return list<VrfView>(of.vrfs, &vrf); }},
    {"segment", "its VLANs, where it is attached to no VRF, otherwise none; see *A segment*",
     [](const ServerView& of) {
       return of.segment ? object<Segment>(*of.segment, kOfSegment) : json();
     }},
    {"links", "its NICs; see *A link*",
     [](const ServerView& of) { return list<LinkView>(of.links, &link); }},
    {"vars", "the catalog's own variables, as its JSON Schema has them",
     [](const ServerView& of) { return json::parse(of.variables); }},
};

template <class Of>
std::string section(const std::string& title, std::span<const Variable<Of>> table) {
  std::string text = "\n## " + title + "\n\n| name | what it is |\n|---|---|\n";
  for (const Variable<Of>& variable : table)
    text += std::string("| `") + variable.name + "` | " + variable.says + " |\n";
  return text;
}

}  // namespace

std::string to_json_text(const ServerView& view) {
  return object<ServerView>(view, kOfServer).dump();
}

std::string variables_reference() {
  return section<ServerView>("Everywhere", kOfServer) +
         section<VrfView>("A VRF (`vrfs[]`; `vrf` where a file is made for each)", kOfVrf) +
         section<AddressInVrf>("An address (`vrf.addresses[]`, `vrf.anycast[]`)", kOfAddress) +
         section<Segment>("A segment (`segment`)", kOfSegment) +
         section<LinkView>("A link (`links[]`; `link` where a file is made for each)", kOfLink) +
         section<LegView>("A leg (`link.legs[]`; `leg` where a file is made for each)", kOfLeg);
}

}  // namespace switchyard::catalogs
