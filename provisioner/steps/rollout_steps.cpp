// Steps of a roll-out: it starts the moves of one wave, waits for them, looks whether everything it
// moved is as it should be, and goes on or stops by itself.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "provisioner/probe/vantage_worker.h"
#include "provisioner/steps/route_probes.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/probes.h"
#include "provisioner/store/rollouts.h"
#include "provisioner/store/vantage_points.h"
#include "provisioner/store/wishes.h"
#include "provisioner/store/work.h"

#include <algorithm>
#include <set>

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 2s;
constexpr auto kWatched = 30s;
// What may pass after a wave until its servers show what they showed at the end of their moves.
constexpr auto kGrace = 60s;

std::string wave_text(int wave) { return "wave " + std::to_string(wave); }

struct Settled {
  std::optional<std::string> wrong{};      // stop
  std::optional<std::string> unsettled{};  // not yet as it should be
};

// One server that was moved: nothing on its ports may differ from the wish, its sessions must be
// up, its host routes must answer if they did before, and on a server of several legs one of them
// must have carried all the time.
Settled look_at_moved(db::Session& session, RolloutServer server) {
  const auto deployment = find_deployment_record(session, server.deployment);
  // Released meanwhile: nobody's traffic is at stake.
  if (!deployment || !*deployment || (*deployment)->state != "active") return {};
  const std::vector<PortWish> wishes =
      routed_wishes(list_nics(session, server.server), **deployment);
  if (server.loss > 0us && wishes.size() > 1)
    return {.wrong = "server " + server.server + ": no leg carried its host routes for " +
                     std::to_string(server.loss / 1ms) + " ms"};
  watch_sessions(session, wishes, kWatched);
  watch_probes(session, (*deployment)->plan, kWatched);
  const ProbeVerdict routes = look_at_routes(session, server, (*deployment)->plan);
  if (routes.failed) return {.wrong = "server " + server.server + ": " + *routes.failed};
  Settled seen;
  if (routes.waits_for) seen.unsettled = "server " + server.server + ": " + *routes.waits_for;
  for (const PortWish& wish : wishes) {
    const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
    if (!observed) continue;
    const bool is_settled = observed->settled_version == observed->version;
    if (is_settled && observed->report != "[]" && !observed->report.empty())
      return {.wrong = "server " + server.server + ": " + wish.switch_name + " " +
                       wish.intent.port + " differs from its wish"};
    if (auto why = unverified(wish, *observed, (*deployment)->plan))
      seen.unsettled = "server " + server.server + ": " + *why;
  }
  return seen;
}

class Roll {
 public:
  Roll(db::Session& session, StepContext& context, const Job& job, const RolloutRecord& rollout)
      : session_(session), context_(context), job_(job), rollout_(rollout) {}

  StepOutcome go_on() {
    if (const auto failed = list_rollout_servers(session_, rollout_.id, "failed", 0);
        !failed.empty() && rollout_.reverts.empty())
      return Error{Errc::Rejected, wave_text(failed.front().wave) + ", server " +
                                       failed.front().server + ": " + failed.front().detail};
    if (const auto moving = list_rollout_servers(session_, rollout_.id, "moving", 0);
        !moving.empty())
      return Wait{wave_text(moving.back().wave) + ": " + std::to_string(moving.size()) +
                      " on their way; " + progress(),
                  kLook};
    if (auto held = held_by_last_wave()) return std::move(*held);
    const int next = next_wave(session_, rollout_.id);
    if (next == 0) return end();
    begin(next);
    return Wait{wave_text(next) + " has begun; " + progress(), kLook};
  }

 private:
  [[nodiscard]] std::string progress() {
    const long long moved = count_rollout_servers(session_, rollout_.id, "moved");
    const long long waiting = count_rollout_servers(session_, rollout_.id, "waiting");
    return std::to_string(moved) + " moved, " + std::to_string(waiting) + " to go";
  }

  // Why the next wave does not begin yet, or not at all. A roll-out that takes another one back
  // helps those it can.
  [[nodiscard]] std::optional<StepOutcome> held_by_last_wave() {
    const int last = last_wave(session_, rollout_.id);
    if (last == 0 || !rollout_.reverts.empty()) return std::nullopt;
    const auto moved = list_rollout_servers(session_, rollout_.id, "moved", last);
    long long ended = 0;
    std::optional<std::string> unsettled;
    for (const RolloutServer& server : moved) {
      ended = std::max(ended, server.ended);
      Settled seen = look_at_moved(session_, server);
      if (seen.wrong) return Error{Errc::Rejected, wave_text(last) + ", " + *seen.wrong};
      if (seen.unsettled) unsettled = std::move(seen.unsettled);
    }
    const std::chrono::microseconds since(to_micros(db::now(session_)) - ended);
    if (since < rollout_.pause)
      return Wait{"pause after " + wave_text(last) + ", " +
                      std::to_string((rollout_.pause - since) / 1s + 1) + " s left; " + progress(),
                  std::min<std::chrono::milliseconds>(
                      kLook, std::chrono::ceil<std::chrono::milliseconds>(rollout_.pause - since))};
    if (!unsettled) return std::nullopt;
    if (since > rollout_.pause + kGrace)
      return Error{Errc::Rejected, wave_text(last) + ", " + *unsettled};
    return Wait{wave_text(last) + ": " + *unsettled, kLook};
  }

  void begin(int wave) {
    const Timestamp now = context_.clock.now();
    const bool is_first = last_wave(session_, rollout_.id) == 0;
    for (const RolloutServer& server : list_rollout_servers(session_, rollout_.id, "waiting", wave))
      begin_one(server, now);
    if (is_first) tell_of_unprobed();
    append_timeline(session_, job_.operation.id, job_.operation.state, "progress",
                    wave_text(wave) + ": " +
                        std::to_string(count_rollout_servers(session_, rollout_.id, "moving")) +
                        " servers",
                    db::now(session_));
    context_.wakeup.poke(kRunnerTopic);
    context_.wakeup.poke(kProbeTopic);
  }

  // Of the first servers' VRFs: those of one catalog have the same.
  void tell_of_unprobed() {
    for (const std::string& vrf : unprobed_)
      append_timeline(session_, job_.operation.id, job_.operation.state, "progress",
                      "nothing probes in VRF " + vrf +
                          ": no vantage point serves it, so only sessions are looked at there",
                      db::now(session_));
  }

  void begin_one(const RolloutServer& server, Timestamp now) {
    const auto deployment = find_deployment_record(session_, server.deployment);
    if (!deployment || !*deployment || (*deployment)->state != "active" ||
        (*deployment)->catalog_version != server.from_version)
      return set_rollout_server(session_, server, "left",
                                "it is no longer as it was when the roll-out began");
    const OperationRecord move{.id = new_id("op", now),
                               .kind = "move",
                               .deployment = server.deployment,
                               .server = server.server,
                               .project = (*deployment)->project,
                               .state = std::string(to_string(move_table().front().in)),
                               .created = to_micros(now)};
    if (const Status queued = insert_operation(session_, move); !queued)
      return set_rollout_server(session_, server, "left", queued.error().message);
    // A leg is touched when the others carry now, not when they did at the last look.
    const auto wishes = routed_wishes(list_nics(session_, server.server), **deployment);
    forget_sessions(session_, wishes);
    watch_sessions(session_, wishes, kWatched);
    forget_probes(session_, (*deployment)->plan);
    watch_probes(session_, (*deployment)->plan, kWatched);
    for (const PlannedVrf& planned : (*deployment)->plan.vrfs)
      if (list_vantages_of(session_, planned.vrf).empty()) unprobed_.insert(planned.vrf.value);
    append_timeline(session_, move.id, move.state, "started", "", db::now(session_));
    begin_move(session_, server, move.id);
  }

  [[nodiscard]] StepOutcome end() {
    const long long failed = count_rollout_servers(session_, rollout_.id, "failed");
    if (failed > 0)
      return Error{Errc::Rejected, std::to_string(failed) + " servers could not be moved back"};
    return Done{};
  }

  db::Session& session_;
  StepContext& context_;
  const Job& job_;
  const RolloutRecord& rollout_;
  std::set<std::string> unprobed_{};  // VRFs of the wave that begins
};

}  // namespace

StepOutcome roll_waves(const Job& job, StepContext& context) {
  const auto outcome =
      db::write(context.pool, "roll-out " + job.operation.id,
                [&](db::Session& session) -> Result<StepOutcome> {
                  const auto rollout = find_rollout(session, job.operation.id);
                  if (!rollout)
                    return failure(Errc::NotFound, "roll-out " + job.operation.id + " is gone");
                  return Roll(session, context, job, *rollout).go_on();
                });
  if (!outcome) return outcome.error();
  return *outcome;
}

StepOutcome halt_waves(const Job& job, StepContext& context) {
  const auto moving = db::write(context.pool, "halt roll-out " + job.operation.id,
                                [&](db::Session& session) -> Result<long long> {
                                  leave_waiting(session, job.operation.id);
                                  return count_rollout_servers(session, job.operation.id, "moving");
                                });
  if (!moving) return moving.error();
  if (*moving == 0) return Done{};
  return Wait{std::to_string(*moving) + " servers are on their way", kLook};
}

}  // namespace switchyard::provisioner
