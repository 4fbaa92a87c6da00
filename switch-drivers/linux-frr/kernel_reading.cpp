#include "switch-drivers/linux-frr/kernel_reading.h"

#include "switch-drivers/linux-frr/exchange.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>

namespace switchyard::switch_drivers::linux_frr {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestText = 256;

// A JSON array of objects; some versions of ip print nothing at all instead of [].
Result<json> parse_array(std::string_view text, std::string_view command) {
  if (text.find_first_not_of(" \n\r\t") == std::string_view::npos) return json::array();
  json document = json::parse(text, nullptr, false);
  if (!document.is_array()) {
    return failure(Errc::Rejected, fmt::format("{} did not answer with a JSON list", command));
  }
  return document;
}

// The items of a JSON array as pieces of its text. That each piece is a JSON value is not said.
Result<std::vector<std::string_view>> split_array(std::string_view text, std::string_view command) {
  constexpr std::string_view kBlank = " \n\r\t";
  std::vector<std::string_view> items;
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return items;
  text = text.substr(first, text.find_last_not_of(kBlank) + 1 - first);
  std::size_t begin = 1, depth = 0, i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ',' && depth == 1) {
      items.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      break;
    }
  }
  if (text.front() != '[' || i + 1 != text.size() || text.back() != ']')
    return failure(Errc::Rejected, fmt::format("{} did not answer with a JSON list", command));
  const std::string_view last = text.substr(begin, i - begin);
  if (!items.empty() || last.find_first_not_of(kBlank) != std::string_view::npos)
    items.push_back(last);
  return items;
}

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::string text_of(const json& object, const char* key) {
  const json* value = member(object, key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get_ref<const std::string&>().substr(0, kLongestText);
  if (value->is_number_unsigned()) return std::to_string(value->get<std::uint64_t>());
  return {};
}

template <class T> T number_of(const json& object, const char* key) {
  const json* value = member(object, key);
  if (value == nullptr || !value->is_number_unsigned()) return {};
  const auto number = value->get<std::uint64_t>();
  return number > std::numeric_limits<T>::max() ? T{} : static_cast<T>(number);
}

bool flag_of(const json& object, const char* key) {
  const json* value = member(object, key);
  if (value == nullptr) return false;
  return value->is_boolean() ? value->get<bool>() : value->is_number_unsigned() && *value == 1;
}

bool has_text(const json* list, std::string_view wanted) {
  return list != nullptr && list->is_array() &&
         std::any_of(list->begin(), list->end(), [&](const json& item) { return item == wanted; });
}

void read_kind(Link& link, const json& item) {
  const json* info = member(item, "linkinfo");
  if (info == nullptr) return;
  link.kind = text_of(*info, "info_kind");
  const json* data = member(*info, "info_data");
  if (data == nullptr) return;
  if (link.kind == "vlan") link.tag = number_of<std::uint16_t>(*data, "id");
  if (link.kind == "vrf") link.table = number_of<std::uint32_t>(*data, "table");
  if (link.kind == "bridge") {
    link.default_pvid = number_of<std::uint16_t>(*data, "vlan_default_pvid");
    link.vlan_filtering = flag_of(*data, "vlan_filtering");
  }
}

void read_addresses(Link& link, const json& item) {
  const json* list = member(item, "addr_info");
  if (list == nullptr || !list->is_array()) return;
  for (const json& address : *list) {
    const std::string local = text_of(address, "local");
    if (text_of(address, "scope") == "link" || !is_plain(local)) continue;
    link.addresses.push_back(
        fmt::format("{}/{}", local, number_of<std::uint8_t>(address, "prefixlen")));
  }
  std::sort(link.addresses.begin(), link.addresses.end());
}

VlanMembership membership_of(const json& item) {
  const json* flags = member(item, "flags");
  return {.pvid = has_text(flags, "PVID"), .untagged = has_text(flags, "Egress Untagged")};
}

// vlan_id and ip_proto come first, because tc wants them before what they make meaningful.
int rank(std::string_view key) { return key == "vlan_id" ? 0 : key == "ip_proto" ? 1 : 2; }

std::string match_of(const json& keys) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (const auto& [key, value] : keys.items()) {
    if (key == "eth_type") continue;
    const std::string name = key == "icmp_type" ? "type" : key;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    parts.emplace_back(name, is_plain(text) ? text : "?");
  }
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return std::pair{rank(a.first), a.first} < std::pair{rank(b.first), b.first};
  });
  std::string match;
  for (const auto& [name, text] : parts)
    match += (match.empty() ? "" : " ") + name + " " + text;
  return match;
}

std::string actions_of(const json& options) {
  const json* actions = member(options, "actions");
  std::string text;
  if (actions == nullptr || !actions->is_array()) return text;
  for (const json& action : *actions) {
    const json* control = member(action, "control_action");
    const std::string kind = text_of(action, "kind");
    const std::string type = control == nullptr ? "" : text_of(*control, "type");
    text += (text.empty() ? "" : "+") + (kind == "gact" ? type : kind);
  }
  return is_plain(text) || text.empty() ? text : "?";
}

Result<std::optional<Filter>> parse_filter(std::string_view text) {
  const json item = json::parse(text, nullptr, false);
  if (item.is_discarded()) return failure(Errc::Rejected, "tc showed a filter that is not JSON");
  const json* options = member(item, "options");
  if (options == nullptr || member(*options, "handle") == nullptr)
    return std::nullopt;  // a heading
  const json* keys = member(*options, "keys");
  return Filter{.preference = number_of<unsigned>(item, "pref"),
                .handle = number_of<unsigned>(*options, "handle"),
                .protocol = text_of(item, "protocol"),
                .kind = text_of(item, "kind"),
                .match = keys == nullptr || !keys->is_object() ? "" : match_of(*keys),
                .action = actions_of(*options)};
}

// The kernel numbers actions through, so that no two filters read the same; nobody asks for the
// number. Inside a string it would only be a string that reads differently, and none of those of a
// filter holds quotes.
std::string without_index(std::string_view item) {
  constexpr std::string_view kIndex = "\"index\":";
  std::string text;
  text.reserve(item.size());
  for (std::size_t at = item.find(kIndex); at != std::string_view::npos; at = item.find(kIndex)) {
    text.append(item.substr(0, at + kIndex.size()));
    item.remove_prefix(at + kIndex.size());
    const std::size_t digits = std::min(item.find_first_not_of("0123456789"), item.size());
    if (digits > 0) text.push_back('0');
    item.remove_prefix(digits);
  }
  return text.append(item);
}

std::shared_ptr<const Filters> parse_filter_list(std::string_view text, bool leaving,
                                                 FilterMemo& memo) {
  const auto items = split_array(text, "tc filter show");
  if (!items) return nullptr;
  auto filters = std::make_shared<Filters>();
  for (const std::string_view item : *items) {
    const auto& filter = memo.items.of(without_index(item), parse_filter);
    if (!filter) return nullptr;
    if (!*filter) continue;
    Filter placed = **filter;
    placed.leaving = leaving;
    filters->insert(std::move(placed));
  }
  return filters;
}

// The lists of the ingress are shared, so that one with more in it is another one.
void add_leaving(std::shared_ptr<const Filters>& filters, const Filters& leaving) {
  if (leaving.empty()) return;
  auto both = std::make_shared<Filters>(*filters);
  both->insert(leaving.begin(), leaving.end());
  filters = std::move(both);
}

Result<std::optional<Link>> parse_link(std::string_view text) {
  const json item = json::parse(text, nullptr, false);
  if (item.is_discarded())
    return failure(Errc::Rejected, "ip address show did not answer with a JSON list");
  Link link;
  link.name = text_of(item, "ifname");
  if (!is_plain(link.name)) return std::nullopt;
  link.parent = text_of(item, "link");
  link.master = text_of(item, "master");
  link.alias = text_of(item, "ifalias");
  link.mtu = number_of<std::uint32_t>(item, "mtu");
  link.max_mtu = number_of<std::uint32_t>(item, "max_mtu");
  link.up = has_text(member(item, "flags"), "UP");
  read_kind(link, item);
  read_addresses(link, item);
  return link;
}

// One item of either list: a port with its VLANs, or with its flags.
Result<std::pair<std::string, BridgePort>> parse_bridge_item(std::string_view text) {
  const json item = json::parse(text, nullptr, false);
  if (item.is_discarded())
    return failure(Errc::Rejected, "bridge show did not answer with a JSON list");
  BridgePort port{.isolated = flag_of(item, "isolated"), .guard = flag_of(item, "guard")};
  const json* list = member(item, "vlans");
  if (list != nullptr && list->is_array()) {
    for (const json& vlan : *list) {
      const auto first = number_of<std::uint16_t>(vlan, "vlan");
      const auto last = std::max(first, number_of<std::uint16_t>(vlan, "vlanEnd"));
      for (unsigned vid = first; vid <= std::min<unsigned>(last, 4094); ++vid)
        port.vlans[static_cast<std::uint16_t>(vid)] = membership_of(vlan);
    }
  }
  return std::pair{text_of(item, "ifname"), std::move(port)};
}

void each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    take(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
}

}  // namespace

Result<std::map<std::string, Link>> parse_links(std::string_view json_text, LinkMemo& memo) {
  const auto items = split_array(json_text, "ip address show");
  if (!items) return tl::unexpected(items.error());
  memo.next_reading();
  std::map<std::string, Link> links;
  for (const std::string_view item : *items) {
    const Result<std::optional<Link>>& link = memo.of(item, parse_link);
    if (!link) return tl::unexpected(link.error());
    if (*link) links.emplace((*link)->name, **link);
  }
  if (!links.contains("lo")) return failure(Errc::Rejected, "ip address show does not list lo");
  return links;
}

Result<std::map<std::string, Link>> parse_links(std::string_view json_text) {
  LinkMemo memo;
  return parse_links(json_text, memo);
}

Result<std::map<std::string, BridgePort>> parse_bridge_ports(std::string_view vlans_json,
                                                             std::string_view links_json,
                                                             BridgePortMemo& memo) {
  const auto vlans = split_array(vlans_json, "bridge vlan show");
  if (!vlans) return tl::unexpected(vlans.error());
  const auto links = split_array(links_json, "bridge link show");
  if (!links) return tl::unexpected(links.error());
  memo.next_reading();
  std::map<std::string, BridgePort> ports;
  for (const std::string_view item : *links) {
    const auto& port = memo.of(item, parse_bridge_item);
    if (!port) return tl::unexpected(port.error());
    ports[port->first] = port->second;
  }
  for (const std::string_view item : *vlans) {
    const auto& port = memo.of(item, parse_bridge_item);
    if (!port) return tl::unexpected(port.error());
    const auto found = ports.find(port->first);
    if (found != ports.end()) found->second.vlans = port->second.vlans;
  }
  return ports;
}

Result<std::map<std::string, BridgePort>> parse_bridge_ports(std::string_view vlans_json,
                                                             std::string_view links_json) {
  BridgePortMemo memo;
  return parse_bridge_ports(vlans_json, links_json, memo);
}

Result<std::set<std::string>> parse_dead_ends(std::string_view json_text, Family family,
                                              const std::map<std::string, Link>& links) {
  const auto list = parse_array(json_text, "ip route show");
  if (!list) return tl::unexpected(list.error());
  std::map<std::string, std::string> vrf_of_table;
  for (const auto& [name, link] : links) {
    if (link.kind == "vrf") vrf_of_table[std::to_string(link.table)] = name;
  }
  std::set<std::string> dead_ends;
  for (const json& route : *list) {
    if (text_of(route, "dst") != "default") continue;
    const std::string table = text_of(route, "table");
    const auto named = vrf_of_table.find(table);
    dead_ends.insert(fmt::format("{} v{}", named == vrf_of_table.end() ? table : named->second,
                                 static_cast<int>(family)));
  }
  return dead_ends;
}

Result<FiltersOf> parse_filters(std::string_view output, std::span<const std::string> devices,
                                FilterMemo& memo) {
  std::vector<const std::string*> ports;
  for (const std::string& device : devices)
    if (is_port(device)) ports.push_back(&device);
  FiltersOf found;
  std::size_t next = 0;
  bool malformed = false;
  each_line(output, [&](std::string_view line) {
    if (!line.starts_with('[')) return;  // complaints about devices that are not there
    const bool leaving = next >= devices.size();
    const std::shared_ptr<const Filters> filters =
        (leaving ? memo.leaving : memo.lists).of(line, [&](std::string_view text) {
          return parse_filter_list(text, leaving, memo);
        });
    if (filters == nullptr || next >= devices.size() + ports.size()) {
      malformed = true;
    } else if (!leaving) {
      found.emplace(devices[next++], filters);
    } else {
      add_leaving(found[*ports[next++ - devices.size()]], *filters);
    }
  });
  if (malformed || next != devices.size() + ports.size()) {
    return failure(Errc::Unavailable,
                   "tc filter show did not answer for every device; devices came or went");
  }
  return found;
}

Result<FiltersOf> parse_filters(std::string_view output, std::span<const std::string> devices) {
  FilterMemo memo;
  return parse_filters(output, devices, memo);
}

std::map<std::string, std::string> parse_settings(std::string_view output) {
  std::map<std::string, std::string> settings;
  each_line(output, [&](std::string_view line) {
    const std::size_t equals = line.find(" = ");
    if (equals == std::string_view::npos) return;
    std::string key{line.substr(0, equals)};
    // sysctl prints the separators swapped: a dot in a name as a slash.
    std::transform(key.begin(), key.end(), key.begin(), [](char c) {
      return c == '.' ? '/' : c == '/' ? '.' : c;
    });
    settings[key] = std::string{line.substr(equals + 3)};
  });
  return settings;
}

}  // namespace switchyard::switch_drivers::linux_frr
