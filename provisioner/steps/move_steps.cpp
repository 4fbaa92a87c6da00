// Steps of a move: an active server's ports get another version of its catalog, one leg after the
// other. A leg is only touched while all others carry the server's traffic, so a change that ends a
// session costs a path and not the server.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/probe/vantage_worker.h"
#include "provisioner/steps/route_probes.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/events.h"
#include "provisioner/store/probes.h"
#include "provisioner/store/rollouts.h"
#include "provisioner/store/wishes.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 1s;
constexpr auto kWatched = 30s;
constexpr int kMostTries = 3;  // of a switch that takes a change back
// A session that does not come up again with the former wish must not keep a roll-out waiting.
constexpr auto kPatienceAfterRevert = 90s;
// The same for host routes that do not answer again although the sessions are up.
constexpr auto kPatienceForRoutes = 15s;

struct Move {
  RolloutServer server{};
  PlannedMove plans{};
  std::vector<PortWish> former{};
  std::vector<PortWish> target{};

  // Whose addresses are what its switches must accept, before and after.
  [[nodiscard]] const Plan& plan() const { return plans.former; }
};

std::vector<PortWish> wishes_with(const Job& job, const Plan& plan) {
  DeploymentRecord deployment = job.deployment;
  deployment.plan = plan;
  return routed_wishes(job.nics, deployment);
}

Result<Move> find_move_of(db::Session& session, const Job& job) {
  const auto server = find_move(session, job.operation.id);
  if (!server) return failure(Errc::NotFound, "no roll-out knows operation " + job.operation.id);
  const auto plans = find_planned_move(session, server->rollout, server->deployment);
  if (!plans) return tl::unexpected(plans.error());
  return Move{*server, *plans, wishes_with(job, plans->former), wishes_with(job, plans->target)};
}

std::optional<std::string> why_unverified(db::Session& session, const PortWish& wish,
                                          const Plan& plan) {
  const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
  if (!observed) return wish.switch_name + " " + wish.intent.port + ": no wish";
  return unverified(wish, *observed, plan);
}

// Whichever of its two wishes a leg has now, it carries when its switch shows that.
std::optional<std::string> why_not_carrying(db::Session& session, const Move& move,
                                            std::size_t leg) {
  auto why = why_unverified(session, move.target[leg], move.plan());
  return why && why_unverified(session, move.former[leg], move.plan()) ? why : std::nullopt;
}

// Whether nobody has looked at the sessions of a leg since that was asked for.
bool is_unknown(db::Session& session, const PortWish& wish) {
  const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
  return observed && observed->sessions_at == 0;
}

// Answers how many legs carry, and notes it.
int note_carrying(db::Session& session, Move& move) {
  int up = 0;
  bool unknown = false;
  for (std::size_t leg = 0; leg < move.target.size(); ++leg) {
    if (!why_not_carrying(session, move, leg))
      ++up;
    else
      unknown = unknown || is_unknown(session, move.target[leg]);
  }
  // That no leg carries must have been seen.
  if (up > 0 || !unknown)
    note_legs(session, move.server, up, static_cast<int>(move.target.size()), db::now(session));
  return up;
}

// Of all legs but one: the first that does not carry.
std::optional<std::string> other_down(db::Session& session, const Move& move, std::size_t but) {
  for (std::size_t leg = 0; leg < move.target.size(); ++leg) {
    if (leg == but) continue;
    if (auto why = why_not_carrying(session, move, leg)) return why;
  }
  return std::nullopt;
}

// What one look at one leg came to: nothing when it is done.
struct Look {
  std::optional<std::string> waits_for{};
  std::optional<std::string> refused{};  // by the switch, which was put back
  std::optional<std::string> lost{};     // a host route does not answer any more
};

Result<Look> look_at_leg(db::Session& session, const Job& job, Move& move, std::size_t leg,
                         Timestamp now) {
  const PortWish& wish = move.target[leg];
  const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
  const bool is_stated = observed && is_wish(*observed, wish.intent);
  if (!is_stated) {
    if (const auto down = other_down(session, move, leg))
      return Look{.waits_for = "not touched while another leg is down: " + *down};
    if (auto unseen = look_at_routes(session, move.server, move.plan()).waits_for)
      return Look{.waits_for = std::move(unseen)};
  }
  const auto state = ensure_group(session, job.operation.id, {wish}, now);
  if (!state) return tl::unexpected(state.error());
  if (!is_stated) note_carrying(session, move);
  if (state->progress == GroupProgress::Aborted) return Look{.refused = state->detail};
  if (state->progress == GroupProgress::Pending)
    return Look{.waits_for = state->detail.empty()
                                 ? "changing " + wish.switch_name + " " + wish.intent.port
                                 : state->detail};
  return Look{.waits_for = why_unverified(session, wish, move.plan())};
}

// Legs `first` up to `last`, one after the other, each when what the former left is seen to answer.
Result<Look> look_at_legs(db::Session& session, const Job& job, Move& move, std::size_t first,
                          std::size_t last, Timestamp now) {
  const int up = note_carrying(session, move);
  if (auto unknown = take_baseline(session, move.server, move.plan(), job.in_state))
    return Look{.waits_for = std::move(unknown)};
  // Without any session it is the sessions that are waited for.
  if (auto lost = look_at_routes(session, move.server, move.plan()).failed; lost && up > 0)
    return Look{.lost = std::move(lost)};
  for (std::size_t leg = first; leg < std::min(last, move.target.size()); ++leg) {
    auto one = look_at_leg(session, job, move, leg, now);
    if (!one || one->waits_for || one->refused) return one;
  }
  return Look{.waits_for = look_at_routes(session, move.server, move.plan()).waits_for};
}

StepOutcome outcome_of(const Job& job, Look look) {
  if (look.lost) return Error{Errc::Rejected, "taken back: " + *look.lost};
  if (look.refused) {
    const Errc code = job.operation.attempt + 1 < kMostTries ? Errc::Unavailable : Errc::Rejected;
    return Error{code, "taken back: " + *look.refused};
  }
  if (look.waits_for) return Wait{*look.waits_for, kLook};
  return Done{};
}

void poke(StepContext& context, const std::vector<PortWish>& wishes) {
  for (const PortWish& wish : wishes)
    context.wakeup.poke(switch_topic(wish.switch_name));
  context.wakeup.poke(kProbeTopic);
}

StepOutcome move_legs(const Job& job, StepContext& context, std::size_t first, std::size_t last) {
  Move move;
  auto look =
      db::write(context.pool, "move " + job.server.name, [&](db::Session& session) -> Result<Look> {
        auto found = find_move_of(session, job);
        if (!found) return tl::unexpected(found.error());
        move = std::move(*found);
        watch_sessions(session, move.target, kWatched);
        watch_probes(session, move.plan(), kWatched);
        return look_at_legs(session, job, move, first, last, context.clock.now());
      });
  if (!look) return look.error();
  poke(context, move.target);
  return outcome_of(job, std::move(*look));
}

}  // namespace

StepOutcome move_first_leg(const Job& job, StepContext& context) {
  return move_legs(job, context, 0, 1);
}

StepOutcome move_other_legs(const Job& job, StepContext& context) {
  return move_legs(job, context, 1, job.nics.size());
}

StepOutcome record_move(const Job& job, StepContext& context) {
  const Status recorded = db::write(
      context.pool, "record move " + job.server.name, [&](db::Session& session) -> Status {
        auto move = find_move_of(session, job);
        if (!move) return tl::unexpected(move.error());
        note_carrying(session, *move);
        const RolloutServer& server = move->server;
        const long long written = db::execute(
            session,
            "UPDATE deployments SET plan = :p, catalog_version = :c, version = version + 1 WHERE "
            "id = :i AND state = 'active'",
            to_json_text(move->plans.target), server.to_version, server.deployment);
        if (written != 1)
          return failure(Errc::Conflict,
                         "deployment " + server.deployment + " is not active any more");
        watch_sessions(session, routed_wishes(job.nics, job.deployment), 0s);
        append_event(
            session,
            {"deployment.moved", "deployments/" + server.deployment, job.deployment.project},
            {{"deployment", server.deployment},
             {"catalog", job.deployment.catalog},
             {"from_version", server.from_version},
             {"to_version", server.to_version},
             {"rollout", server.rollout}},
            context.clock.now());
        return {};
      });
  if (!recorded) return recorded.error();
  return Done{};
}

namespace {

// What a move that goes back waits for; nothing when all its legs are as they were.
Result<std::optional<std::string>> look_back(db::Session& session, const Job& job, Move& move) {
  watch_sessions(session, move.former, kWatched);
  watch_probes(session, move.plan(), kWatched);
  note_carrying(session, move);
  const ProbeVerdict routes = look_at_routes(session, move.server, move.plan());
  // The last leg that was changed is the first to go back.
  for (auto wish = move.former.rbegin(); wish != move.former.rend(); ++wish) {
    const auto state = ensure_each(session, {*wish});
    if (!state) return tl::unexpected(state.error());
    if (state->progress != GroupProgress::Settled) return std::optional(state->detail);
    auto why = why_unverified(session, *wish, move.plan());
    if (why && job.in_state < kPatienceAfterRevert) return why;
  }
  // When its traffic was back belongs to the record.
  if (routes.failed || routes.waits_for)
    if (job.in_state < kPatienceForRoutes) return routes.failed ? routes.failed : routes.waits_for;
  watch_sessions(session, move.former, 0s);
  watch_probes(session, move.plan(), 0s);
  return std::optional<std::string>{};
}

}  // namespace

StepOutcome revert_legs(const Job& job, StepContext& context) {
  std::vector<PortWish> wishes;
  const auto waits_for = db::write(context.pool, "take back " + job.server.name,
                                   [&](db::Session& session) -> Result<std::optional<std::string>> {
                                     auto move = find_move_of(session, job);
                                     if (!move) return tl::unexpected(move.error());
                                     wishes = move->former;
                                     return look_back(session, job, *move);
                                   });
  if (!waits_for) return waits_for.error();
  if (!*waits_for) return Done{};
  poke(context, wishes);
  return Wait{**waits_for, kLook};
}

}  // namespace switchyard::provisioner
