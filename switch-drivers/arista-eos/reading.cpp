#include "switch-drivers/arista-eos/reading.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

using Json = nlohmann::json;

const Json& member(const Json& of, std::string_view name) {
  static const Json none;
  if (!of.is_object()) return none;
  const auto found = of.find(std::string(name));
  return found == of.end() ? none : *found;
}

Result<Json> parsed(std::string_view text, const char* what) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object())
    return failure(Errc::Invalid, fmt::format("{} is no JSON object", what));
  return json;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string{};
}

// Numbers come as numbers or as text ("asn": "65001").
double number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string text = text_of(value);
  double number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || number > 1e15) return 0;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::uint32_t asn_of(const Json& value) {
  const double number = number_of(value);
  return number >= 0 && number <= 4294967295.0 ? static_cast<std::uint32_t>(number) : 0;
}

// "fe80::1%Et5.101" or "Ethernet5.101" -> "Ethernet5.101"; "" for an address.
std::string interface_of(const std::string& peer) {
  const std::size_t percent = peer.find('%');
  std::string name = percent == std::string::npos ? peer : peer.substr(percent + 1);
  if (name.starts_with("Ethernet")) return name;
  if (name.starts_with("Et")) return "Ethernet" + name.substr(2);
  return {};
}

RefusedKind kind_of(const Prefix& prefix) {
  if (prefix.length == 0) return RefusedKind::Default;
  return is_host(prefix) ? RefusedKind::HostRoute : RefusedKind::Network;
}

}  // namespace

Result<ConfigSessions> parse_sessions(std::string_view json) {
  const auto all = parsed(json, "the list of configuration sessions");
  if (!all) return tl::unexpected(all.error());
  const Json& sessions = member(*all, "sessions");
  if (!sessions.is_object())
    return failure(Errc::Invalid, "the list of configuration sessions has none");
  ConfigSessions found;
  for (const auto& [name, session] : sessions.items()) {
    const std::string state = text_of(member(session, "state"));
    if (state == "pendingCommitTimer")
      found.timer = name;
    else if (state == "pending" && name.starts_with("swy-"))
      found.ours.push_back(name);
  }
  return found;
}

Result<std::map<std::pair<std::string, std::string>, BgpPeer>> parse_bgp_summary(
    std::string_view json) {
  const auto all = parsed(json, "the summary of BGP");
  if (!all) return tl::unexpected(all.error());
  if (!member(*all, "vrfs").is_object())
    return failure(Errc::Invalid, "the summary of BGP has no VRFs");
  std::map<std::pair<std::string, std::string>, BgpPeer> peers;
  for (const auto& [vrf, instance] : member(*all, "vrfs").items()) {
    const Json& shown = member(instance, "peers");
    if (!shown.is_object()) continue;
    for (const auto& [name, peer] : shown.items()) {
      const std::string interface = interface_of(name);
      if (interface.empty()) continue;
      BgpPeer found{.peer = name,
                    .state = text_of(member(peer, "peerState")),
                    .remote_asn = asn_of(member(peer, "peerAsn"))};
      const double up = number_of(member(peer, "upDownSeconds"));
      if (found.state == "Established" && up < 1e9)
        found.established_for = std::chrono::milliseconds(static_cast<long long>(up * 1000));
      peers.insert_or_assign({vrf, interface}, std::move(found));
    }
  }
  return peers;
}

Result<std::vector<Prefix>> parse_routes(std::string_view json, std::string_view vrf) {
  const auto all = parsed(json, "the routes of a neighbour");
  if (!all) return tl::unexpected(all.error());
  const Json& entries = member(member(member(*all, "vrfs"), vrf), "bgpRouteEntries");
  std::vector<Prefix> routes;
  if (!entries.is_object()) return routes;  // there is no such neighbour, or it said nothing
  for (const auto& [text, entry] : entries.items()) {
    const auto prefix = parse_prefix(text);
    if (!prefix) return tl::unexpected(prefix.error().in("the routes of a neighbour"));
    routes.push_back(*prefix);
  }
  std::sort(routes.begin(), routes.end());
  return routes;
}

std::vector<RefusedCount> refused(const std::vector<Prefix>& received,
                                  const std::vector<Prefix>& accepted) {
  std::map<std::pair<Family, RefusedKind>, std::uint64_t> counts;
  for (const Prefix& prefix : received)
    if (!std::ranges::binary_search(accepted, prefix))
      ++counts[{prefix.network.family, kind_of(prefix)}];
  std::vector<RefusedCount> all;
  for (const auto& [key, count] : counts)
    all.push_back({key.first, key.second, count});
  return all;
}

Result<SwitchIdentity> parse_version(std::string_view json) {
  const auto all = parsed(json, "the version");
  if (!all) return tl::unexpected(all.error());
  const std::string version = text_of(member(*all, "version"));
  if (version.empty()) return failure(Errc::Invalid, "the version has none: is this EOS?");
  return SwitchIdentity{.version = version,
                        .boot = fmt::format("{}-{:.0f}", text_of(member(*all, "serialNumber")),
                                            number_of(member(*all, "bootupTimestamp")))};
}

Result<std::string> parse_hostname(std::string_view json) {
  const auto all = parsed(json, "the host name");
  if (!all) return tl::unexpected(all.error());
  return text_of(member(*all, "hostname"));
}

}  // namespace switchyard::switch_drivers::arista_eos
