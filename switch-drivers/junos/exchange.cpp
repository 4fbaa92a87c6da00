#include "switch-drivers/junos/exchange.h"

#include "switch-drivers/transport/netconf_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers::junos {

namespace {

std::string filter() {
  return fmt::format(
      "<configuration xmlns=\"{}\"><system><host-name/></system><interfaces/>"
      "<routing-options><autonomous-system/></routing-options><protocols>"
      "<router-advertisement/></protocols><policy-options/><routing-instances/>"
      "<vlans/></configuration>",
      kNamespace);
}

template <class T> T number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

tl::unexpected<Error> strange(std::string_view what) {
  return failure(Errc::Rejected, fmt::format("the switch answered no {}", what));
}

// Looks through the <multi-routing-engine-results> of a chassis or a virtual chassis.
const XmlElement* content(const NetconfReply& reply, std::string_view name) {
  const XmlElement* at = &reply.content;
  if (const XmlElement* many = at->child("multi-routing-engine-results"); many != nullptr) {
    at = many->child("multi-routing-engine-item");
    if (at == nullptr) return nullptr;
  }
  return at->child(name);
}

RefusedKind kind_of(const Prefix& prefix) {
  if (prefix.length == 0) return RefusedKind::Default;
  return is_host(prefix) ? RefusedKind::HostRoute : RefusedKind::Network;
}

}  // namespace

std::string read_running() { return netconf::get_config(netconf::Datastore::Running, filter()); }

std::string read_candidate() {
  return netconf::get_config(netconf::Datastore::Candidate, filter());
}

std::string read_interfaces() {
  return "<get-interface-information><terse/></get-interface-information>";
}

std::string read_software() { return "<get-software-information/>"; }

std::string read_uptime() { return "<get-system-uptime-information/>"; }

std::string read_neighbours() { return "<get-bgp-neighbor-information/>"; }

std::string read_routes(const VrfName& vrf) {
  return fmt::format(
      "<get-route-information><protocol>bgp</protocol><table>{}</table><detail/>"
      "</get-route-information>",
      vrf.value);
}

std::string read_hidden_routes(const VrfName& vrf) {
  return fmt::format(
      "<get-route-information><protocol>bgp</protocol><table>{}</table><hidden/>"
      "<detail/></get-route-information>",
      vrf.value);
}

std::string load_former(int back) {
  return fmt::format("<load-configuration rollback=\"{}\"/>", back);
}

std::string edit(const Edits& edits) {
  return netconf::edit_config({.on_error = netconf::ErrorOption::Stop, .config = render(edits)});
}

std::string commit_for(std::chrono::seconds undo_after) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(undo_after);
  return netconf::commit({.confirmed = true, .timeout = minutes});
}

std::string commit_for_good() { return netconf::commit(); }

Result<Config> parse_config(const NetconfReply& reply) {
  const XmlElement* data = reply.content.child("data");
  const XmlElement* configuration = data == nullptr ? nullptr : data->child("configuration");
  if (configuration == nullptr) return strange("configuration");
  return sort_config(flatten(*configuration));
}

Result<std::map<std::string, bool>> parse_interfaces(const NetconfReply& reply) {
  const XmlElement* information = content(reply, "interface-information");
  if (information == nullptr) return strange("interface information");
  std::map<std::string, bool> up;
  for (const XmlElement& one : information->children) {
    if (one.name != "physical-interface") continue;
    up[one.child_text("name")] = one.child_text("admin-status") == "up";
    for (const XmlElement& unit : one.children)
      if (unit.name == "logical-interface")
        up[unit.child_text("name")] = unit.child_text("admin-status") == "up";
  }
  return up;
}

Result<Software> parse_software(const NetconfReply& reply) {
  const XmlElement* information = content(reply, "software-information");
  if (information == nullptr) return strange("software information");
  return Software{.hostname = information->child_text("host-name"),
                  .version = information->child_text("junos-version")};
}

Result<std::string> parse_boot_time(const NetconfReply& reply) {
  const XmlElement* information = content(reply, "system-uptime-information");
  const XmlElement* booted =
      information == nullptr ? nullptr : information->child("system-booted-time");
  const XmlElement* when = booted == nullptr ? nullptr : booted->child("date-time");
  if (when == nullptr) return strange("time of its last boot");
  const std::string seconds = when->attribute("seconds");
  return seconds.empty() ? std::string{trimmed(when->text)} : seconds;
}

// A neighbour's address has its interface behind '%' or beside it, and a port behind '+'.
Result<std::vector<Neighbour>> parse_neighbours(const NetconfReply& reply) {
  const XmlElement* information = content(reply, "bgp-information");
  if (information == nullptr) return strange("BGP information");
  std::vector<Neighbour> neighbours;
  for (const XmlElement& peer : information->children) {
    if (peer.name != "bgp-peer") continue;
    Neighbour one{.address = peer.child_text("peer-address"),
                  .unit = peer.child_text("local-interface-name"),
                  .vrf = peer.child_text("peer-cfg-rti"),
                  .state = peer.child_text("peer-state"),
                  .asn = number<std::uint32_t>(peer.child_text("peer-as"))};
    one.address = one.address.substr(0, one.address.find('+'));
    if (const std::size_t percent = one.address.find('%');
        one.unit.empty() && percent != std::string::npos)
      one.unit = one.address.substr(percent + 1);
    if (const XmlElement* time = peer.child("elapsed-time"); time != nullptr)
      one.established_for = std::chrono::seconds{number<long long>(time->attribute("seconds"))};
    neighbours.push_back(std::move(one));
  }
  return neighbours;
}

Result<std::map<std::string, std::vector<Prefix>>> parse_routes(const NetconfReply& reply) {
  const XmlElement* information = content(reply, "route-information");
  if (information == nullptr) return strange("route information");
  std::map<std::string, std::vector<Prefix>> routes;
  for (const XmlElement& table : information->children) {
    if (table.name != "route-table") continue;
    for (const XmlElement& route : table.children) {
      const XmlElement* entry = route.child("rt-entry");
      if (route.name != "rt" || entry == nullptr) continue;
      std::string text = route.child_text("rt-destination");
      if (text.find('/') == std::string::npos) text += "/" + route.child_text("rt-prefix-length");
      const auto prefix = parse_prefix(text);
      if (!prefix) return tl::unexpected(prefix.error().in("a route of the switch"));
      routes[entry->child_text("learned-from")].push_back(*prefix);
    }
  }
  for (auto& [from, prefixes] : routes)
    std::sort(prefixes.begin(), prefixes.end());
  return routes;
}

std::vector<RefusedCount> count_refused(const std::vector<Prefix>& prefixes) {
  std::map<std::pair<Family, RefusedKind>, std::uint64_t> counts;
  for (const Prefix& prefix : prefixes)
    ++counts[{prefix.network.family, kind_of(prefix)}];
  std::vector<RefusedCount> refused;
  for (const auto& [key, count] : counts)
    refused.push_back({key.first, key.second, count});
  return refused;
}

}  // namespace switchyard::switch_drivers::junos
