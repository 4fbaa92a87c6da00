#include "provisioner/probe/probe_target.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using nlohmann::json;

namespace {

void note_reply(ProbeTarget& target, long long at) {
  ++target.answered;
  target.last_answer = at;
  target.lost_in_row = 0;
  target.small_answers = false;
  if (target.gap_since == 0) return;
  if (target.gaps.size() < kMostGaps) target.gaps.push_back({target.gap_since, at});
  target.gap_since = 0;
}

void note_silence(ProbeTarget& target, long long at) {
  ++target.lost_in_row;
  if (target.gap_since == 0 && target.answered > 0) target.gap_since = at;
}

}  // namespace

void note_answer(ProbeTarget& target, const ProbeAnswer& answer, long long at) {
  target.problem = answer.problem;
  if (answer.kind == ProbeAnswer::Kind::Unknown) return;
  target.checked_at = at;
  ++target.sent;
  if (answer.paths != target.paths || target.paths_since == 0) target.paths_since = at;
  target.paths = answer.paths;
  if (answer.kind == ProbeAnswer::Kind::Answered)
    note_reply(target, at);
  else
    note_silence(target, at);
}

std::vector<ProbeGap> gaps_of(const ProbeTarget& target) {
  std::vector<ProbeGap> gaps = target.gaps;
  if (target.gap_since > 0) gaps.push_back({target.gap_since, target.checked_at});
  return gaps;
}

int payload_of(int mtu, Family family) {
  constexpr int kIcmp = 8;
  return mtu - (family == Family::V4 ? 20 : 40) - kIcmp;
}

std::string gaps_json(const std::vector<ProbeGap>& gaps) {
  json list = json::array();
  for (const ProbeGap& gap : gaps)
    list.push_back({{"since", gap.since}, {"until", gap.until}});
  return list.dump();
}

std::vector<ProbeGap> parse_gaps(const std::string& text) {
  std::vector<ProbeGap> gaps;
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return gaps;
  for (const json& item : list)
    gaps.push_back({item.value("since", 0LL), item.value("until", 0LL)});
  return gaps;
}

}  // namespace switchyard::provisioner
