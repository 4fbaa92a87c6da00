// What FRR's filters let through. The traps are real: an undefined list or map denies, an emptied
// list permits (facts/switch-nos.md 0, finding 4).
#include "tests/fakes/switch/frr_config.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace switchyard::fakes {

std::string policy_name(const std::string& line) {
  std::istringstream words(line);
  std::string kind, name;
  words >> kind >> name;
  return name;
}

std::string BgpInstance::effective(const Neighbour& of, int family, const std::string& key) const {
  const auto lookup = [&](const Neighbour& one) -> std::string {
    const auto& said = family < 0 ? one.lines : one.families[family];
    const auto found = said.find(key);
    return found == said.end() ? "" : found->second;
  };
  std::string own = lookup(of);
  if (!own.empty() || of.group.empty()) return own;
  const auto group = groups.find(of.group);
  return group == groups.end() ? "" : lookup(group->second);
}

bool BgpInstance::active(const Neighbour& of, int family) const {
  if (!effective(of, family, "activate").empty()) return true;
  return family == 0 && !lines.contains("bgp default ipv4-unicast");
}

std::string BgpInstance::effective_remote_as(const Neighbour& of) const {
  if (!of.remote_as.empty() || of.group.empty()) return of.remote_as;
  const auto group = groups.find(of.group);
  return group == groups.end() ? "" : group->second.remote_as;
}

bool BgpInstance::shut_down(const Neighbour& of) const {
  return !effective(of, -1, "shutdown").empty();
}

bool FrrConfig::requires_policy(const BgpInstance& instance) const {
  const auto said = instance.lines.find("bgp ebgp-requires-policy");
  if (said == instance.lines.end()) return !datacenter_;
  return !said->second.starts_with("no ");
}

bool FrrConfig::list_exists(const std::string& name, Family family) const {
  return lists_[family == Family::V4 ? 0 : 1].contains(name);
}

const PrefixList* FrrConfig::find_list(const std::string& name, Family family) const {
  const auto& lists = lists_[family == Family::V4 ? 0 : 1];
  const auto found = lists.find(name);
  return found == lists.end() ? nullptr : &found->second;
}

int FrrConfig::deciding_rule(const std::string& name, const Prefix& prefix) const {
  const PrefixList* list = find_list(name, prefix.network.family);
  if (list == nullptr) return 0;
  for (const auto& [sequence, rule] : list->rules) {
    if (rule.any) return sequence;
    if (!contains(rule.prefix, prefix)) continue;
    const bool exact = rule.ge == 0 && rule.le == 0;
    if (exact ? prefix.length == rule.prefix.length
              : prefix.length >= rule.ge && (rule.le == 0 || prefix.length <= rule.le))
      return sequence;
  }
  return 0;
}

bool FrrConfig::list_permits(const std::string& name, const Prefix& prefix) const {
  const PrefixList* list = find_list(name, prefix.network.family);
  if (list == nullptr) return false;
  if (list->rules.empty()) return true;
  const int rule = deciding_rule(name, prefix);
  return rule != 0 && list->rules.at(rule).permit;
}

bool FrrConfig::map_permits(const std::string& name, const Prefix& prefix,
                            std::uint32_t origin_asn) const {
  const auto found = maps_.find(name);
  if (found == maps_.end()) return false;
  const auto path_matches = [&](const std::string& list) {
    const auto rules = paths_.find(list);
    if (rules == paths_.end()) return false;
    for (const auto& [sequence, rule] : rules->second) {
      std::string expression;
      for (const char c : rule.expression)
        expression += c == '_' ? std::string("(^|[ ,{}()]|$)") : std::string(1, c);
      if (std::regex_search(std::to_string(origin_asn),
                            std::regex(expression, std::regex::extended)))
        return rule.permit;
    }
    return false;
  };
  const bool v4 = prefix.network.family == Family::V4;
  for (const auto& [sequence, entry] : found->second.entries) {
    const bool all = std::all_of(entry.lines.begin(), entry.lines.end(), [&](const auto& line) {
      if (!line.first.starts_with("match ")) return true;
      const std::string value = line.second.substr(line.second.rfind(' ') + 1);
      if (line.first == "match ip address prefix-list") return v4 && list_permits(value, prefix);
      if (line.first == "match ipv6 address prefix-list") return !v4 && list_permits(value, prefix);
      if (line.first == "match as-path") return path_matches(value);
      return false;
    });
    if (all) return entry.permit;
  }
  return false;
}

bool FrrConfig::has_policy(const BgpInstance& instance, const Neighbour& of, int family,
                           Direction direction) const {
  const std::string way = direction == Direction::In ? " in" : " out";
  return !instance.effective(of, family, "prefix-list" + way).empty() ||
         !instance.effective(of, family, "route-map" + way).empty() ||
         !instance.effective(of, family, "filter-list" + way).empty();
}

bool FrrConfig::permits(const BgpInstance& instance, const Neighbour& of, Direction direction,
                        const Prefix& prefix, std::uint32_t origin_asn) const {
  const int family = prefix.network.family == Family::V4 ? 0 : 1;
  if (!has_policy(instance, of, family, direction)) return !requires_policy(instance);
  const std::string way = direction == Direction::In ? " in" : " out";
  const std::string list = instance.effective(of, family, "prefix-list" + way);
  if (!list.empty() && !list_permits(policy_name(list), prefix)) return false;
  const std::string map = instance.effective(of, family, "route-map" + way);
  return map.empty() || map_permits(policy_name(map), prefix, origin_asn);
}

}  // namespace switchyard::fakes
