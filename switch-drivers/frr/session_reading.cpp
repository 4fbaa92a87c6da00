#include "switch-drivers/frr/session_reading.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace switchyard::switch_drivers::frr {

namespace {

using nlohmann::json;

constexpr std::size_t kPrefixes = 10'000;  // a session; FRR has torn it down long before

// FRR prints a neighbour's host name byte by byte; one that is no UTF-8 must not hide the other
// sessions.
std::string as_ascii(std::string_view text) {
  std::string clean{text};
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
      '?');
  return clean;
}

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::uint64_t number(const json& object, const char* key) {
  const json* value = member(object, key);
  return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

SessionSummary summary_of(const json& peer) {
  SessionSummary summary;
  if (const json* state = member(peer, "state"); state != nullptr && state->is_string()) {
    summary.state = state->get<std::string>().substr(0, 40);
  }
  summary.remote_asn = static_cast<std::uint32_t>(number(peer, "remoteAs"));
  if (summary.state == "Established") {
    summary.established_for = std::chrono::milliseconds{number(peer, "peerUptimeMsec")};
  }
  return summary;
}

// The top-level JSON objects of a stream, as pieces of it.
Result<std::vector<std::string_view>> split_objects(std::string_view text) {
  std::vector<std::string_view> found;
  std::size_t begin = 0;
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{') {
      if (depth++ == 0) begin = i;
    } else if (c == '}' && depth > 0 && --depth == 0) {
      found.push_back(text.substr(begin, i - begin + 1));
    }
  }
  if (depth != 0 || in_text) return failure(Errc::Rejected, "FRR's answer about routes is cut off");
  return found;
}

std::vector<Prefix> prefixes_of(const json& answer) {
  std::vector<Prefix> found;
  const json* routes = member(answer, "routes");
  if (routes == nullptr || !routes->is_object()) return found;
  for (const auto& [name, route] : routes->items()) {
    if (found.size() >= kPrefixes) break;
    if (const auto prefix = parse_prefix(name)) found.push_back(*prefix);
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Each daemon with prefix lists answers about its own copy, under its name: "ZEBRA", "BGP".
bool is_about_list(const json& answer) {
  const auto is_capital = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  return answer.size() == 1 &&
         std::all_of(answer.begin().key().begin(), answer.begin().key().end(), is_capital);
}

// What a line of a list turns away; nothing for one that permits.
std::optional<RefusedKind> kind_of(const json& entry, Family family) {
  const json* type = member(entry, "type");
  if (type == nullptr || *type != "deny") return std::nullopt;
  const std::uint64_t shortest = number(entry, "minimumPrefixLength");
  const bool has_range = shortest != 0 || member(entry, "maximumPrefixLength") != nullptr;
  if (!has_range) return RefusedKind::Default;
  return shortest == static_cast<std::uint64_t>(max_length(family)) ? RefusedKind::HostRoute
                                                                    : RefusedKind::Network;
}

void count_refused(SessionRoutes& routes, const json& answer, Family family) {
  const json* lists = member(answer, "BGP");
  if (lists == nullptr || !lists->is_object()) return;
  std::array<std::uint64_t, 3> counts{};  // by RefusedKind
  for (const auto& [name, list] : lists->items()) {
    const json* entries = member(list, "entries");
    if (entries == nullptr || !entries->is_array()) continue;
    for (const json& entry : *entries) {
      if (const auto kind = kind_of(entry, family))
        counts[static_cast<std::size_t>(*kind)] += number(entry, "hitCount");
    }
  }
  for (const RefusedKind kind :
       {RefusedKind::Default, RefusedKind::HostRoute, RefusedKind::Network}) {
    const std::uint64_t announcements = counts[static_cast<std::size_t>(kind)];
    if (announcements != 0) routes.refused.push_back({family, kind, announcements});
  }
}

}  // namespace

Result<std::map<SessionKey, SessionSummary>> parse_bgp_summary(std::string_view json_text) {
  const json document = json::parse(as_ascii(json_text), nullptr, false);
  if (!document.is_object()) return failure(Errc::Rejected, "FRR's BGP summary is not JSON");
  std::map<SessionKey, SessionSummary> sessions;
  for (const auto& [vrf, families] : document.items()) {
    if (!families.is_object()) continue;
    for (const json& family : families) {
      const json* peers = member(family, "peers");
      if (peers == nullptr || !peers->is_object()) continue;
      for (const auto& [name, peer] : peers->items())
        sessions[{vrf, name}] = summary_of(peer);
    }
  }
  return sessions;
}

Result<std::vector<SessionRoutes>> parse_bgp_routes(std::string_view output, std::size_t peers) {
  const std::string clean = as_ascii(output);
  const auto objects = split_objects(clean);
  if (!objects) return tl::unexpected(objects.error());
  std::vector<SessionRoutes> all(peers);
  std::size_t tables = 0;  // two a peer: IPv4, IPv6
  for (const std::string_view object : *objects) {
    const json answer = json::parse(object, nullptr, false);
    if (!answer.is_object())
      return failure(Errc::Rejected, "FRR's answer about routes is not JSON");
    const bool is_list = is_about_list(answer);
    if (!is_list) ++tables;
    if (tables == 0 || tables > peers * 2) break;
    SessionRoutes& routes = all[(tables - 1) / 2];
    if (is_list) {
      count_refused(routes, answer, tables % 2 == 1 ? Family::V4 : Family::V6);
    } else {
      const auto accepted = prefixes_of(answer);
      routes.accepted.insert(routes.accepted.end(), accepted.begin(), accepted.end());
    }
  }
  if (tables != peers * 2)
    return failure(Errc::Rejected, "FRR did not answer about the routes of every session");
  return all;
}

}  // namespace switchyard::switch_drivers::frr
