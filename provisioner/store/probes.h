// What vantage points are asked to look at, and what they saw: rows, as for sessions (decision
// 0003).
#pragma once

#include "core/db/pool.h"
#include "core/net.h"
#include "provisioner/probe/probe_target.h"
#include "provisioner/store/records.h"

#include <chrono>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// Asks every vantage point that serves a VRF of the plan to probe the plan's own addresses there,
// for so long from now on; zero: no longer. What was seen of one that is watched already stays.
// Anycast addresses are not probed: another server may answer.
void watch_probes(db::Session& session, const Plan& plan, std::chrono::seconds how_long);
// What was seen of them is forgotten, so that whoever asks next hears of what is seen from now on.
void forget_probes(db::Session& session, const Plan& plan);
// The same for one, from now on with probes of this size.
void restart_probe(db::Session& session, const ProbeTarget& target, int bytes);

// What is asked of the plan's addresses and was seen of them, by vantage point, VRF and address.
[[nodiscard]] std::vector<ProbeTarget> list_probes(db::Session& session, const Plan& plan);

// Those this vantage point shall look at now, the longest unseen first.
[[nodiscard]] std::vector<ProbeTarget> list_watched_probes(db::Session& session,
                                                           const std::string& vantage, int limit);
[[nodiscard]] long long count_watched_probes(db::Session& session, const std::string& vantage);
// Nothing is written when it was asked for anew meanwhile.
void record_probe(db::Session& session, const ProbeTarget& target);
// Those that nobody has watched for an hour.
void drop_old_probes(db::Session& session, const std::string& vantage);

}  // namespace switchyard::provisioner
