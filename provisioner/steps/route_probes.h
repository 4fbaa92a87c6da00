// What vantage points see of one server's host routes while it is moved: whether each answered
// before, what was lost since, and whether that stops the move. Judging is pure.
#pragma once

#include "core/db/pool.h"
#include "provisioner/probe/probe_target.h"
#include "provisioner/store/records.h"
#include "provisioner/store/rollouts.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// One host route as one vantage point sees it.
struct RouteProbe {
  std::string vantage{};
  std::string vrf{};
  std::string address{};
  std::string before{};  // answered; silent, unsteady, unseen: it is not judged
  std::string why{};     // it is not judged
  int bytes{};           // payload of a probe
  int paths{};           // next hops before; 0: not known
  std::vector<ProbeGap> gaps{};
  friend bool operator==(const RouteProbe&, const RouteProbe&) = default;
};

[[nodiscard]] std::string to_json_text(const std::vector<RouteProbe>& probes);
// Unreadable text gives an empty list.
[[nodiscard]] std::vector<RouteProbe> parse_route_probes(const std::string& json);

// How long without an answer is the loss of a server, while its sessions are as they should be. A
// path that goes costs some hundredths of a second, and a lost probe or two happen on any network.
inline constexpr std::chrono::seconds kLongestLoss{2};
// How long a path may take to be seen again after the legs carry: it has to be told from switch to
// switch.
inline constexpr std::chrono::seconds kLongestDetour{10};
// How long a move waits to learn what answers before it touches anything.
inline constexpr std::chrono::seconds kLongestBaseline{10};

struct ProbeVerdict {
  std::optional<std::string> failed{};     // lost for too long
  std::optional<std::string> waits_for{};  // not yet as it was before
  friend bool operator==(const ProbeVerdict&, const ProbeVerdict&) = default;
};

// What was seen before, what is seen now, and since when all legs carry (0: they do not).
[[nodiscard]] ProbeVerdict judge_route(const RouteProbe& before, const ProbeTarget& now,
                                       long long all_legs_since);

// What it was before, as far as it can be said yet. `waiting` is how long that was waited for.
[[nodiscard]] std::optional<RouteProbe> baseline_of(const ProbeTarget& seen,
                                                    std::chrono::microseconds waiting);

// Inside a unit of work: notes how the plan's host routes answer before the move, and answers what
// it waits for; nothing when all is known (it is in `server` then, and stored).
[[nodiscard]] std::optional<std::string> take_baseline(db::Session& session, RolloutServer& server,
                                                       const Plan& plan,
                                                       std::chrono::microseconds waiting);
// Keeps what was lost in the server's row, and judges all its host routes.
[[nodiscard]] ProbeVerdict look_at_routes(db::Session& session, RolloutServer& server,
                                          const Plan& plan);

}  // namespace switchyard::provisioner
