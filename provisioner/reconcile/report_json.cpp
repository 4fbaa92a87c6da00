#include "provisioner/reconcile/report_json.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using nlohmann::json;
using switch_drivers::Difference;

namespace {

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void add(json& list, const char* where, const std::vector<Difference>& differences) {
  for (const Difference& difference : differences)
    list.push_back({{"where", where},
                    {"subject", difference.subject},
                    {"wished", difference.wished},
                    {"observed", difference.observed}});
}

json texts(const std::vector<Prefix>& prefixes) {
  json list = json::array();
  for (const Prefix& prefix : prefixes)
    list.push_back(to_string(prefix));
  return list;
}

std::vector<RefusedView> parse_counts(const json& list) {
  std::vector<RefusedView> views;
  for (const json& item : list) {
    // Rows of before counts were kept have texts here.
    if (!item.is_object()) continue;
    views.push_back({item.value("kind", ""), item.value("family", ""),
                     item.value("announcements", std::uint64_t{})});
  }
  return views;
}

json counts(const std::vector<switch_drivers::RefusedCount>& refused) {
  json list = json::array();
  for (const switch_drivers::RefusedCount& count : refused)
    list.push_back({{"kind", to_string(count.kind)},
                    {"family", count.family == Family::V4 ? "ipv4" : "ipv6"},
                    {"announcements", count.announcements}});
  return list;
}

}  // namespace

std::string differences_json(const switch_drivers::PortReport& report) {
  json list = json::array();
  add(list, "running", report.running);
  add(list, "saved", report.saved);
  return dump(list);
}

std::string differences_json(const std::vector<Difference>& running) {
  json list = json::array();
  add(list, "running", running);
  return dump(list);
}

std::string sessions_json(const std::vector<switch_drivers::SessionReport>& sessions) {
  json list = json::array();
  for (const switch_drivers::SessionReport& session : sessions)
    list.push_back({{"vrf", session.vrf.value},
                    {"tag", session.tag.value},
                    {"state", session.state},
                    {"remote_asn", session.remote_asn},
                    {"accepted", texts(session.accepted)},
                    {"refused", counts(session.refused)}});
  return dump(list);
}

json refused_json(const std::vector<switch_drivers::SessionReport>& sessions) {
  json list = json::array();
  for (const switch_drivers::SessionReport& session : sessions)
    if (!session.refused.empty())
      list.push_back({{"vrf", session.vrf.value}, {"counts", counts(session.refused)}});
  return list;
}

std::string facts_json(const switch_drivers::SwitchFacts& facts,
                       const std::vector<switch_drivers::Capability>& capabilities) {
  json list = json::array();
  for (const switch_drivers::Capability& capability : capabilities)
    list.push_back({{"name", capability.name},
                    {"supported", capability.supported},
                    {"limitation", capability.limitation}});
  json vrfs = json::array();
  for (const VrfName& vrf : facts.vrfs)
    vrfs.push_back(vrf.value);
  return dump({{"nos_version", facts.nos_version},
               {"hostname", facts.hostname},
               {"asn", facts.asn.value},
               {"vrfs", vrfs},
               {"ports", facts.ports},
               {"problems", facts.problems},
               {"capabilities", list}});
}

std::vector<DifferenceView> parse_differences(const std::string& text) {
  std::vector<DifferenceView> views;
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return views;
  for (const json& item : list)
    views.push_back({item.value("where", ""), item.value("subject", ""), item.value("wished", ""),
                     item.value("observed", "")});
  return views;
}

std::vector<SessionView> parse_sessions(const std::string& text) {
  std::vector<SessionView> views;
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return views;
  for (const json& item : list)
    views.push_back({.vrf = item.value("vrf", ""),
                     .tag = item.value("tag", std::uint16_t{}),
                     .state = item.value("state", ""),
                     .remote_asn = item.value("remote_asn", 0U),
                     .accepted = item.value("accepted", std::vector<std::string>{}),
                     .refused = parse_counts(item.value("refused", json::array()))});
  return views;
}

}  // namespace switchyard::provisioner
