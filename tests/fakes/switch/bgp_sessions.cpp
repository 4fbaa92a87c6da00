#include "tests/fakes/switch/bgp_sessions.h"

#include <algorithm>
#include <set>

namespace switchyard::fakes {

std::vector<Prefix> Session::with_verdict(bool accepted) const {
  std::vector<Prefix> found;
  for (const auto& [prefix, verdict] : verdicts)
    if (verdict == accepted) found.push_back(prefix);
  return found;
}

const Session* BgpSessions::find(const std::string& vrf, const std::string& neighbour) const {
  const auto found = sessions_.find({vrf, neighbour});
  return found == sessions_.end() ? nullptr : &found->second;
}

std::optional<BgpSpeaker> BgpSessions::reachable_speaker(const NeighbourView& of) const {
  if (of.shut_down || !of.passes_frames || !of.in_its_vrf) return std::nullopt;
  std::optional<BgpSpeaker> speaker = speaker_(of.port, of.tag);
  if (!speaker) return std::nullopt;
  const bool right_as = of.remote_as == "external"   ? speaker->asn != of.local_asn
                        : of.remote_as == "internal" ? speaker->asn == of.local_asn
                                                     : of.remote_as == std::to_string(speaker->asn);
  if (!right_as || (speaker->expects_asn != 0 && speaker->expects_asn != of.local_asn))
    return std::nullopt;
  if (!of.families[0].active && !of.families[1].active) return std::nullopt;
  return speaker;
}

void BgpSessions::exchange_routes(const NeighbourView& of, const BgpSpeaker& speaker,
                                  Session& session) {
  std::erase_if(session.verdicts, [&](const auto& verdict) {
    return std::find(speaker.announced.begin(), speaker.announced.end(), verdict.first) ==
           speaker.announced.end();
  });
  for (const Prefix& prefix : speaker.announced) {
    const std::size_t family = prefix.network.family == Family::V4 ? 0 : 1;
    if (!of.families.at(family).active || session.verdicts.contains(prefix)) continue;
    session.verdicts[prefix] = model_.accepts(of, prefix, speaker.asn);
  }
  for (const std::size_t family : {0U, 1U}) {
    const auto& limit = of.families.at(family).limit;
    if (!limit) continue;
    const auto counted = static_cast<std::size_t>(
        std::count_if(session.verdicts.begin(), session.verdicts.end(), [&](const auto& verdict) {
          return (verdict.first.network.family == Family::V4) == (family == 0) &&
                 (limit->counts_all || verdict.second);
        }));
    if (counted <= limit->prefixes) continue;
    session.over_limit = true;
    session.established = false;
    ++session.drops;
    session.verdicts.clear();
    return;
  }
}

void BgpSessions::refresh(SteadyTime now) {
  std::set<std::pair<std::string, std::string>> seen;
  model_.visit_neighbours([&](const NeighbourView& of) {
    seen.emplace(of.vrf, of.name);
    Session& session = sessions_[{of.vrf, of.name}];
    session.port = of.port;
    const std::optional<BgpSpeaker> speaker = reachable_speaker(of);
    if (!speaker) {
      if (session.established) ++session.drops;
      session.established = session.over_limit = false;
      session.possible_since.reset();
      session.verdicts.clear();
      return;
    }
    if (session.over_limit) return;
    if (!session.possible_since) session.possible_since = now;
    if (!session.established && now - *session.possible_since >= delay_) {
      session.established = true;
      session.established_since = now;
      ++session.connections;
    }
    if (session.established) exchange_routes(of, *speaker, session);
  });
  std::erase_if(sessions_, [&](const auto& entry) { return !seen.contains(entry.first); });
}

void BgpSessions::port_changed(const std::string& port) {
  for (auto& [key, session] : sessions_) {
    if ((!session.established && !session.over_limit) || session.port != port) continue;
    const auto of = model_.neighbour(key.first, key.second);
    if (of && of->passes_frames && of->in_its_vrf) continue;
    if (session.established) ++session.drops;
    session.established = session.over_limit = false;
    session.possible_since.reset();
    session.verdicts.clear();
  }
}

void BgpSessions::soft_clear(const std::string& vrf, const std::string& neighbour) {
  const auto found = sessions_.find({vrf, neighbour});
  if (found != sessions_.end()) found->second.verdicts.clear();
}

void BgpSessions::hard_clear(const std::string& vrf, const std::string& neighbour) {
  sessions_.erase({vrf, neighbour});
}

std::string BgpSessions::state(const std::string& vrf, const std::string& neighbour) const {
  const auto of = model_.neighbour(vrf, neighbour);
  if (!of) return {};
  if (of->shut_down) return "Idle (Admin)";
  const Session* session = find(vrf, neighbour);
  if (session != nullptr && session->established) return "Established";
  if (session != nullptr && session->over_limit) return "Idle (PfxCt)";
  return of->passes_frames ? "Active" : "Idle";
}

}  // namespace switchyard::fakes
