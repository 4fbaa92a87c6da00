#include "provisioner/steps/route_probes.h"

#include "provisioner/store/probes.h"
#include "provisioner/store/vantage_points.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {

using nlohmann::json;
using std::chrono::microseconds;

namespace {

constexpr long long kEnoughAnswers = 2;  // in a row, to say that it answers
constexpr long long kEnoughSilence = 4;  // probes, to say that it does not
// A stall between two rounds is no loss of the network.
constexpr long long kEnoughLost = 3;

std::string name_of(const ProbeTarget& target) {
  return to_string(target.address) + " in VRF " + target.vrf.value;
}

std::string seconds_text(microseconds time) {
  const long long tenths = time / microseconds(100'000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

microseconds silent_for(const ProbeTarget& now) {
  return microseconds(now.gap_since == 0 ? 0 : now.checked_at - now.gap_since);
}

ProbeVerdict judge_answers(const ProbeTarget& now) {
  std::string text = name_of(now) + " has not answered vantage point " + now.vantage + " for " +
                     seconds_text(silent_for(now));
  if (now.small_answers)
    text += ", but small packets are answered: the path does not carry " +
            std::to_string(now.bytes) + " bytes any more";
  if (silent_for(now) >= kLongestLoss && now.lost_in_row >= kEnoughLost)
    return {.failed = std::move(text)};
  return {.waits_for = std::move(text)};
}

ProbeVerdict judge_paths(const RouteProbe& before, const ProbeTarget& now,
                         long long all_legs_since) {
  if (all_legs_since == 0 || now.paths >= before.paths) return {};
  const microseconds since(now.checked_at - std::max(now.paths_since, all_legs_since));
  std::string text = "vantage point " + now.vantage + " has " + std::to_string(now.paths) + " of " +
                     std::to_string(before.paths) + " paths to " + name_of(now) +
                     ", though all legs carry";
  if (since >= kLongestDetour) return {.failed = std::move(text)};
  return {.waits_for = std::move(text)};
}

bool is_of(const RouteProbe& probe, const ProbeTarget& target) {
  return probe.vantage == target.vantage && probe.vrf == target.vrf.value &&
         probe.address == to_string(target.address);
}

long long all_legs_since(const RolloutServer& server) {
  const json legs = json::parse(server.legs, nullptr, false);
  if (!legs.is_array() || legs.empty()) return 0;
  const json& last = legs.back();
  return last.value("up", 0) == last.value("of", -1) ? last.value("at", 0LL) : 0;
}

void keep(db::Session& session, RolloutServer& server, const std::vector<RouteProbe>& probes) {
  std::string text = to_json_text(probes);
  if (text == server.probes) return;
  server.probes = std::move(text);
  set_rollout_probes(session, server);
}

RouteProbe not_judged(RouteProbe probe, const char* before, std::string why) {
  probe.before = before;
  probe.why = std::move(why);
  return probe;
}

std::string contact_error(db::Session& session, const std::string& vantage) {
  const auto record = find_vantage_record(session, vantage);
  return record && !record->error.empty() ? ": " + record->error : "";
}

// Whether only large probes are lost, and small ones are asked for from now on.
bool begins_small(db::Session& session, const ProbeTarget& seen) {
  if (seen.answered > 0 || seen.sent < kEnoughSilence || !seen.small_answers) return false;
  restart_probe(session, seen, kSmallProbe);
  return true;
}

}  // namespace

std::string to_json_text(const std::vector<RouteProbe>& probes) {
  json list = json::array();
  for (const RouteProbe& probe : probes)
    list.push_back({{"vantage", probe.vantage},
                    {"vrf", probe.vrf},
                    {"address", probe.address},
                    {"before", probe.before},
                    {"why", probe.why},
                    {"bytes", probe.bytes},
                    {"paths", probe.paths},
                    {"gaps", json::parse(gaps_json(probe.gaps))}});
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<RouteProbe> parse_route_probes(const std::string& text) {
  std::vector<RouteProbe> probes;
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return probes;
  for (const json& item : list)
    probes.push_back({.vantage = item.value("vantage", ""),
                      .vrf = item.value("vrf", ""),
                      .address = item.value("address", ""),
                      .before = item.value("before", ""),
                      .why = item.value("why", ""),
                      .bytes = item.value("bytes", 0),
                      .paths = item.value("paths", 0),
                      .gaps = parse_gaps(item.value("gaps", json::array()).dump())});
  return probes;
}

ProbeVerdict judge_route(const RouteProbe& before, const ProbeTarget& now,
                         long long all_legs_since) {
  if (before.before != "answered") return {};
  if (now.gap_since > 0) return judge_answers(now);
  if (now.checked_at <= all_legs_since)
    return {.waits_for = "vantage point " + now.vantage + " has not looked at " + name_of(now) +
                         " since" + (now.problem.empty() ? "" : ": " + now.problem)};
  return judge_paths(before, now, all_legs_since);
}

std::optional<RouteProbe> baseline_of(const ProbeTarget& seen, microseconds waiting) {
  RouteProbe probe{.vantage = seen.vantage,
                   .vrf = seen.vrf.value,
                   .address = to_string(seen.address),
                   .bytes = seen.bytes,
                   .paths = seen.paths};
  if (seen.answered >= kEnoughAnswers && seen.gap_since == 0) {
    probe.before = "answered";
    return probe;
  }
  if (seen.answered == 0 && seen.sent >= kEnoughSilence)
    return not_judged(std::move(probe), "silent", probe.address + " did not answer before");
  if (waiting < kLongestBaseline) return std::nullopt;
  if (seen.sent == 0)
    return not_judged(std::move(probe), "unseen",
                      probe.address + " was not looked at before" +
                          (seen.problem.empty() ? "" : ": " + seen.problem));
  return not_judged(std::move(probe), "unsteady", probe.address + " did not always answer before");
}

std::optional<std::string> take_baseline(db::Session& session, RolloutServer& server,
                                         const Plan& plan, microseconds waiting) {
  if (!server.probes.empty()) return std::nullopt;
  std::vector<RouteProbe> probes;
  for (const ProbeTarget& seen : list_probes(session, plan)) {
    std::optional<RouteProbe> one;
    if (!begins_small(session, seen)) one = baseline_of(seen, waiting);
    if (!one) return "looking whether " + name_of(seen) + " answers vantage point " + seen.vantage;
    if (one->before == "unseen") one->why += contact_error(session, seen.vantage);
    probes.push_back(std::move(*one));
  }
  keep(session, server, probes);
  return std::nullopt;
}

ProbeVerdict look_at_routes(db::Session& session, RolloutServer& server, const Plan& plan) {
  std::vector<RouteProbe> probes = parse_route_probes(server.probes);
  if (probes.empty()) return {};
  const long long since = all_legs_since(server);
  ProbeVerdict all;
  for (const ProbeTarget& now : list_probes(session, plan)) {
    const auto before =
        std::ranges::find_if(probes, [&](const RouteProbe& probe) { return is_of(probe, now); });
    if (before == probes.end()) continue;
    before->gaps = gaps_of(now);
    ProbeVerdict one = judge_route(*before, now, since);
    if (one.failed && !all.failed) all.failed = std::move(one.failed);
    if (one.waits_for && !all.waits_for) all.waits_for = std::move(one.waits_for);
  }
  keep(session, server, probes);
  return all;
}

}  // namespace switchyard::provisioner
