#include "switch-drivers/linux-frr/session_reading.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace switchyard::switch_drivers::linux_frr {

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

Result<std::vector<Prefix>> prefixes_under(std::string_view text, const char* key) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object())
    return failure(Errc::Rejected, "FRR's answer about routes is not JSON");
  std::vector<Prefix> found;
  const json* routes = member(document, key);
  if (routes == nullptr || !routes->is_object()) return found;
  for (const auto& [name, route] : routes->items()) {
    if (found.size() >= kPrefixes) break;
    if (const auto prefix = parse_prefix(name)) found.push_back(*prefix);
  }
  std::sort(found.begin(), found.end());
  return found;
}

Status add_family(SessionRoutes& routes, std::string_view accepted_text,
                  std::string_view received_text) {
  const auto accepted = prefixes_under(accepted_text, "routes");
  if (!accepted) return tl::unexpected(accepted.error());
  const auto received = prefixes_under(received_text, "receivedRoutes");
  if (!received) return tl::unexpected(received.error());
  routes.accepted.insert(routes.accepted.end(), accepted->begin(), accepted->end());
  std::set_difference(received->begin(), received->end(), accepted->begin(), accepted->end(),
                      std::back_inserter(routes.refused));
  return {};
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
  constexpr std::size_t kAnswers = 4;
  const std::string clean = as_ascii(output);
  const auto objects = split_objects(clean);
  if (!objects) return tl::unexpected(objects.error());
  if (objects->size() != peers * kAnswers) {
    return failure(Errc::Rejected, "FRR did not answer about the routes of every session");
  }
  std::vector<SessionRoutes> all(peers);
  for (std::size_t i = 0; i < peers; ++i) {
    const auto* part = objects->data() + i * kAnswers;
    if (auto status = add_family(all[i], part[0], part[1]); !status)
      return tl::unexpected(status.error());
    if (auto status = add_family(all[i], part[2], part[3]); !status)
      return tl::unexpected(status.error());
  }
  return all;
}

}  // namespace switchyard::switch_drivers::linux_frr
