// Parsers of what ip, bridge, tc and sysctl print. The bytes come from a switch: nothing is
// believed that has not the expected shape, and a name or text from there is only ever compared, or
// used again when it passes is_plain().
#pragma once

#include "core/result.h"
#include "switch-drivers/handle/undo_record.h"
#include "switch-drivers/linux-frr/memo.h"
#include "switch-drivers/linux-frr/state.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::linux_frr {

// Nothing: no device, or one whose name is none. An error: not even JSON.
using LinkMemo = Memo<Result<std::optional<Link>>>;
using BridgePortMemo = Memo<Result<std::pair<std::string, BridgePort>>>;

// Lists and their items apart: most filters are the same on every port.
struct FilterMemo {
  Memo<std::shared_ptr<const Filters>> lists{};    // null: not a JSON list
  Memo<std::shared_ptr<const Filters>> leaving{};  // the same at the egress
  Memo<Result<std::optional<Filter>>> items{};     // nothing: a heading

  void next_reading() {
    lists.next_reading();
    leaving.next_reading();
    items.next_reading();
  }
};

// `ip -j -d address show`
[[nodiscard]] Result<std::map<std::string, Link>> parse_links(std::string_view json_text,
                                                              LinkMemo& memo);
[[nodiscard]] Result<std::map<std::string, Link>> parse_links(std::string_view json_text);
// `bridge -j vlan show` and `bridge -j -d link show`
[[nodiscard]] Result<std::map<std::string, BridgePort>> parse_bridge_ports(
    std::string_view vlans_json, std::string_view links_json, BridgePortMemo& memo);
[[nodiscard]] Result<std::map<std::string, BridgePort>> parse_bridge_ports(
    std::string_view vlans_json, std::string_view links_json);
// `ip -j -4 route show table all type unreachable`: "VRF v4" for each default route. The table is
// printed as the VRF's name or its number; `links` says which number is which VRF.
[[nodiscard]] Result<std::set<std::string>> parse_dead_ends(
    std::string_view json_text, Family family, const std::map<std::string, Link>& links);
// The answer to a batch of `filter show`: one JSON array for the ingress of each of `devices`, in
// order, then one for the egress of each port among them (is_port()). Unavailable when there are
// more or fewer, so that it is not known whose they are.
[[nodiscard]] Result<FiltersOf> parse_filters(std::string_view output,
                                              std::span<const std::string> devices,
                                              FilterMemo& memo);
[[nodiscard]] Result<FiltersOf> parse_filters(std::string_view output,
                                              std::span<const std::string> devices);
// `sysctl -e KEY…`: "net.ipv6.conf.swp1/101.accept_ra = 0" -> net/ipv6/conf/swp1.101/accept_ra
[[nodiscard]] std::map<std::string, std::string> parse_settings(std::string_view output);

using handle::is_plain;
using handle::parse_files;

}  // namespace switchyard::switch_drivers::linux_frr
