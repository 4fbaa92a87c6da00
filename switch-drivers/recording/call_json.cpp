#include "switch-drivers/recording/call_json.h"

#include <nlohmann/json.hpp>

namespace switchyard::switch_drivers {

using nlohmann::json;

namespace {

json to_json(const Error& error) {
  return {{"code", to_string(error.code)}, {"message", error.message}};
}

json to_json(const std::vector<Difference>& differences) {
  json list = json::array();
  for (const Difference& one : differences)
    list.push_back({{"subject", one.subject}, {"wished", one.wished}, {"observed", one.observed}});
  return list;
}

json to_json(const std::vector<Prefix>& prefixes) {
  json list = json::array();
  for (const Prefix& prefix : prefixes)
    list.push_back(to_string(prefix));
  return list;
}

json to_json(const PortReport& report) {
  return {{"port", report.port},
          {"running", to_json(report.running)},
          {"saved", to_json(report.saved)}};
}

json to_json(const PortOutcome& outcome) {
  return {{"port", outcome.port},
          {"status", outcome.status ? json("ok") : to_json(outcome.status.error())},
          {"remaining", to_json(outcome.remaining)},
          {"changed", outcome.changed}};
}

json to_json(const SessionReport& session) {
  json refused = json::array();
  for (const RefusedCount& count : session.refused)
    refused.push_back({{"family", count.family == Family::V4 ? "ipv4" : "ipv6"},
                       {"kind", to_string(count.kind)},
                       {"announcements", count.announcements}});
  return {{"port", session.port},
          {"vrf", session.vrf.value},
          {"tag", session.tag.value},
          {"state", session.state},
          {"remote_asn", session.remote_asn},
          {"accepted", to_json(session.accepted)},
          {"refused", std::move(refused)}};
}

template <class T> json list_of(const Result<std::vector<T>>& result) {
  if (!result) return {{"error", to_json(result.error())}};
  json list = json::array();
  for (const T& one : *result)
    list.push_back(to_json(one));
  return {{"ok", std::move(list)}};
}

}  // namespace

json to_json(std::span<const PortIntent> intents) {
  json list = json::array();
  for (const PortIntent& intent : intents)
    list.push_back(json::parse(to_json_text(intent)));
  return list;
}

json to_json(std::span<const Settlement> ports) {
  json list = json::array();
  for (const Settlement& one : ports)
    list.push_back({{"port", one.port}, {"keep", one.verdict == Verdict::Keep}});
  return list;
}

Result<std::vector<PortIntent>> read_intents(const json& list) {
  std::vector<PortIntent> intents;
  for (const json& one : list) {
    auto intent = parse_port_intent(one.dump());
    if (!intent) return tl::unexpected(intent.error());
    intents.push_back(std::move(*intent));
  }
  return intents;
}

std::vector<Settlement> read_settlements(const json& list) {
  std::vector<Settlement> ports;
  for (const json& one : list)
    ports.push_back(
        {one.value("port", ""), one.value("keep", false) ? Verdict::Keep : Verdict::Undo});
  return ports;
}

json to_json(const Result<SwitchFacts>& facts) {
  if (!facts) return {{"error", to_json(facts.error())}};
  json vrfs = json::array();
  for (const VrfName& vrf : facts->vrfs)
    vrfs.push_back(vrf.value);
  return {{"ok",
           {{"nos_version", facts->nos_version},
            {"hostname", facts->hostname},
            {"boot_id", facts->boot_id},
            {"vrfs", std::move(vrfs)},
            {"ports", facts->ports},
            {"asn", facts->asn.value},
            {"problems", facts->problems}}}};
}

json to_json(const Result<std::vector<PortReport>>& reports) { return list_of(reports); }

json to_json(const Result<std::vector<PortOutcome>>& outcomes) { return list_of(outcomes); }

json to_json(const Result<std::vector<SessionReport>>& sessions) { return list_of(sessions); }

}  // namespace switchyard::switch_drivers
