#include "tests/fakes/switch/bgp_sessions.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace switchyard::fakes {

namespace {

struct PortAndTag {
  std::string port{};
  int tag{};
};

PortAndTag split_interface(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {name, 0};
  return {name.substr(0, dot), std::atoi(name.substr(dot + 1).c_str())};
}

struct Limit {
  std::size_t prefixes{};
  bool counts_all{};
};

Limit limit_of(const std::string& line) {  // "maximum-prefix 64 restart 1 force"
  std::istringstream words(line);
  std::string word;
  Limit limit;
  words >> word >> limit.prefixes;
  while (words >> word)
    limit.counts_all = limit.counts_all || word == "force";
  return limit;
}

}  // namespace

std::vector<Prefix> Session::with_verdict(bool accepted) const {
  std::vector<Prefix> found;
  for (const auto& [prefix, verdict] : verdicts)
    if (verdict == accepted) found.push_back(prefix);
  return found;
}

const Session* BgpSessions::find(const std::string& vrf, const std::string& interface) const {
  const auto found = sessions_.find({vrf, interface});
  return found == sessions_.end() ? nullptr : &found->second;
}

std::optional<BgpSpeaker> BgpSessions::reachable_speaker(const BgpInstance& instance,
                                                         const Neighbour& of) const {
  if (instance.shut_down(of)) return std::nullopt;
  const Link* link = kernel_.find(of.name);
  if (link == nullptr || !kernel_.running(*link)) return std::nullopt;
  if (instance.vrf != "default" && link->master != instance.vrf) return std::nullopt;
  const auto [port, tag] = split_interface(of.name);
  std::optional<BgpSpeaker> speaker = speaker_(port, tag);
  if (!speaker) return std::nullopt;
  const std::string wanted = instance.effective_remote_as(of);
  const bool right_as = wanted == "external"   ? speaker->asn != instance.asn
                        : wanted == "internal" ? speaker->asn == instance.asn
                                               : wanted == std::to_string(speaker->asn);
  if (!right_as || (speaker->expects_asn != 0 && speaker->expects_asn != instance.asn))
    return std::nullopt;
  if (!instance.active(of, 0) && !instance.active(of, 1)) return std::nullopt;
  return speaker;
}

void BgpSessions::exchange_routes(const BgpInstance& instance, const Neighbour& of,
                                  const BgpSpeaker& speaker, Session& session) {
  std::erase_if(session.verdicts, [&](const auto& verdict) {
    return std::find(speaker.announced.begin(), speaker.announced.end(), verdict.first) ==
           speaker.announced.end();
  });
  for (const Prefix& prefix : speaker.announced) {
    const int family = prefix.network.family == Family::V4 ? 0 : 1;
    if (!instance.active(of, family) || session.verdicts.contains(prefix)) continue;
    session.verdicts[prefix] = frr_.permits(instance, of, Direction::In, prefix, speaker.asn);
  }
  for (const int family : {0, 1}) {
    const std::string line = instance.effective(of, family, "maximum-prefix");
    if (line.empty()) continue;
    const Limit limit = limit_of(line);
    const auto counted = static_cast<std::size_t>(
        std::count_if(session.verdicts.begin(), session.verdicts.end(), [&](const auto& verdict) {
          return (verdict.first.network.family == Family::V4) == (family == 0) &&
                 (limit.counts_all || verdict.second);
        }));
    if (counted <= limit.prefixes) continue;
    session.over_limit = true;
    session.established = false;
    ++session.drops;
    session.verdicts.clear();
    return;
  }
}

void BgpSessions::refresh(SteadyTime now) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const auto instance = frr_.instances().find(entry.first.first);
    return instance == frr_.instances().end() ||
           !instance->second.neighbours.contains(entry.first.second);
  });
  for (const auto& [vrf, instance] : frr_.instances()) {
    for (const auto& [name, of] : instance.neighbours) {
      Session& session = sessions_[{vrf, name}];
      const std::optional<BgpSpeaker> speaker = reachable_speaker(instance, of);
      if (!speaker) {
        if (session.established) ++session.drops;
        session.established = session.over_limit = false;
        session.possible_since.reset();
        session.verdicts.clear();
        continue;
      }
      if (session.over_limit) continue;
      if (!session.possible_since) session.possible_since = now;
      if (!session.established && now - *session.possible_since >= delay_) {
        session.established = true;
        session.established_since = now;
        ++session.connections;
      }
      if (session.established) exchange_routes(instance, of, *speaker, session);
    }
  }
}

void BgpSessions::device_changed(const std::string& device) {
  for (auto& [key, session] : sessions_) {
    if (!session.established && !session.over_limit) continue;
    const std::string& name = key.second;
    if (name != device &&
        !(name.starts_with(device) && name.size() > device.size() && name[device.size()] == '.'))
      continue;
    const Link* link = kernel_.find(name);
    if (link != nullptr && kernel_.running(*link) &&
        (key.first == "default" || link->master == key.first))
      continue;
    if (session.established) ++session.drops;
    session.established = session.over_limit = false;
    session.possible_since.reset();
    session.verdicts.clear();
  }
}

void BgpSessions::soft_clear(const std::string& vrf, const std::string& interface) {
  const auto found = sessions_.find({vrf, interface});
  if (found != sessions_.end()) found->second.verdicts.clear();
}

void BgpSessions::hard_clear(const std::string& vrf, const std::string& interface) {
  sessions_.erase({vrf, interface});
}

std::string BgpSessions::state(const BgpInstance& instance, const Neighbour& of) const {
  if (instance.shut_down(of)) return "Idle (Admin)";
  const Session* session = find(instance.vrf, of.name);
  if (session != nullptr && session->established) return "Established";
  if (session != nullptr && session->over_limit) return "Idle (PfxCt)";
  const Link* link = kernel_.find(of.name);
  return link != nullptr && kernel_.running(*link) ? "Active" : "Idle";
}

}  // namespace switchyard::fakes
