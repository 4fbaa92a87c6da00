#include "provisioner/steps/answer_gate.h"

#include "core/db/query.h"
#include "provisioner/store/probes.h"
#include "provisioner/store/vantage_points.h"
#include "provisioner/store/work.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

constexpr auto kWatched = 30s;

bool is_gate(db::Session& session, const ProbeTarget& target) {
  const auto record = find_vantage_record(session, target.vantage);
  return record && record->gate;
}

std::string describe(const ProbeTarget& target) {
  return target.vantage + " at " + to_string(target.address) + " in VRF " + target.vrf.value;
}

// Of those that have not answered since the sessions were verified.
std::vector<ProbeTarget> list_silent(db::Session& session, const Job& job) {
  std::vector<ProbeTarget> silent;
  for (ProbeTarget& target : list_probes(session, job.deployment.plan)) {
    if (target.asked_at < job.operation.state_since) {  // of another time
      restart_probe(session, target, target.bytes);
      target.answered = 0;
      target.asked_at = to_micros(db::now(session));
    }
    if (target.answered == 0) silent.push_back(std::move(target));
  }
  return silent;
}

}  // namespace

std::optional<std::string> unanswered(db::Session& session, const Job& job) {
  watch_probes(session, job.deployment.plan, kWatched);
  const std::vector<ProbeTarget> silent = list_silent(session, job);
  const Timestamp now = db::now(session);
  for (const ProbeTarget& target : silent) {
    const std::chrono::microseconds waited(to_micros(now) - target.asked_at);
    if (waited < kLongestCourtesy || is_gate(session, target))
      return "nothing has answered yet from " + describe(target);
  }
  watch_probes(session, job.deployment.plan, 0s);
  for (const ProbeTarget& target : silent)
    append_timeline(session, job.operation.id, job.operation.state, "progress",
                    "nothing answered from " + describe(target) +
                        ": a firewall of the image, or a path that loses",
                    now);
  return std::nullopt;
}

}  // namespace switchyard::provisioner
