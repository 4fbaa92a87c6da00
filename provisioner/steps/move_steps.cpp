// Steps of a move: an active server's ports get another version of its catalog, one leg after the
// other. A leg is only touched while all others carry the server's traffic, so a change that ends a
// session costs a path and not the server.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/events.h"
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

void note_carrying(db::Session& session, const Move& move) {
  int up = 0;
  bool unknown = false;
  for (std::size_t leg = 0; leg < move.target.size(); ++leg) {
    if (!why_not_carrying(session, move, leg))
      ++up;
    else
      unknown = unknown || is_unknown(session, move.target[leg]);
  }
  if (up == 0 && unknown) return;  // that no leg carries must have been seen
  note_legs(session, move.server, up, static_cast<int>(move.target.size()), db::now(session));
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
};

Result<Look> look_at_leg(db::Session& session, const Job& job, const Move& move, std::size_t leg,
                         Timestamp now) {
  const PortWish& wish = move.target[leg];
  const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
  const bool is_stated = observed && observed->wish == wish.intent;
  if (!is_stated)
    if (const auto down = other_down(session, move, leg))
      return Look{.waits_for = "not touched while another leg is down: " + *down};
  const auto state = ensure_group(session, job.operation.id, {wish}, now);
  if (!state) return tl::unexpected(state.error());
  if (state->progress == GroupProgress::Aborted) return Look{.refused = state->detail};
  if (state->progress == GroupProgress::Pending)
    return Look{.waits_for = state->detail.empty()
                                 ? "changing " + wish.switch_name + " " + wish.intent.port
                                 : state->detail};
  return Look{.waits_for = why_unverified(session, wish, move.plan())};
}

StepOutcome move_legs(const Job& job, StepContext& context, std::size_t first, std::size_t last) {
  Move move;
  const auto look =
      db::write(context.pool, "move " + job.server.name, [&](db::Session& session) -> Result<Look> {
        auto found = find_move_of(session, job);
        if (!found) return tl::unexpected(found.error());
        move = std::move(*found);
        watch_sessions(session, move.target, kWatched);
        note_carrying(session, move);
        for (std::size_t leg = first; leg < std::min(last, move.target.size()); ++leg) {
          auto one = look_at_leg(session, job, move, leg, context.clock.now());
          if (!one || one->waits_for || one->refused) return one;
        }
        return Look{};
      });
  if (!look) return look.error();
  for (const PortWish& wish : move.target)
    context.wakeup.poke(switch_topic(wish.switch_name));
  if (look->refused) {
    const Errc code = job.operation.attempt + 1 < kMostTries ? Errc::Unavailable : Errc::Rejected;
    return Error{code, "taken back: " + *look->refused};
  }
  if (look->waits_for) return Wait{*look->waits_for, kLook};
  return Done{};
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
        const auto move = find_move_of(session, job);
        if (!move) return tl::unexpected(move.error());
        const RolloutServer& server = move->server;
        note_carrying(session, *move);
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

StepOutcome revert_legs(const Job& job, StepContext& context) {
  std::vector<PortWish> wishes;
  const auto waits_for =
      db::write(context.pool, "take back " + job.server.name,
                [&](db::Session& session) -> Result<std::optional<std::string>> {
                  const auto move = find_move_of(session, job);
                  if (!move) return tl::unexpected(move.error());
                  wishes = move->former;
                  watch_sessions(session, wishes, kWatched);
                  note_carrying(session, *move);
                  // The last leg that was changed is the first to go back.
                  for (auto wish = wishes.rbegin(); wish != wishes.rend(); ++wish) {
                    const auto state = ensure_each(session, {*wish});
                    if (!state) return tl::unexpected(state.error());
                    if (state->progress != GroupProgress::Settled)
                      return std::optional(state->detail);
                    auto why = why_unverified(session, *wish, move->plan());
                    if (why && job.in_state < kPatienceAfterRevert) return why;
                  }
                  watch_sessions(session, wishes, 0s);
                  return std::optional<std::string>{};
                });
  if (!waits_for) return waits_for.error();
  if (!*waits_for) return Done{};
  for (const PortWish& wish : wishes)
    context.wakeup.poke(switch_topic(wish.switch_name));
  return Wait{**waits_for, kLook};
}

}  // namespace switchyard::provisioner
