// The facade's roll-outs: what is to be moved in which wave, and what became of it.
#include "core/db/query.h"
#include "core/id.h"
#include "provisioner/replan.h"
#include "provisioner/service.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/steps/route_probes.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/events.h"
#include "provisioner/store/rollouts.h"
#include "provisioner/store/work.h"
#include "provisioner/waves.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

using nlohmann::json;

// Who may be moved, and what it becomes.
struct Candidate {
  RolloutServer server{};
  PlannedMove plans{};
};

std::map<std::string, std::string> racks(db::Session& session) {
  std::map<std::string, std::string> found;  // server -> its switches
  for (const auto& [server, name] : db::select<std::string, std::string>(
           session, "SELECT DISTINCT server, switch_name FROM nics ORDER BY server, switch_name"))
    found[server] += name + " ";
  return found;
}

Candidate candidate(const DeploymentRecord& deployment, const catalogs::NetworkCatalog& network,
                    int version) {
  Candidate made{.server = {.deployment = deployment.id,
                            .server = deployment.server,
                            .state = "waiting",
                            .from_version = deployment.catalog_version,
                            .to_version = version},
                 .plans = {deployment.plan, deployment.plan}};
  auto plan = replan(deployment.plan, network);
  if (plan) {
    made.plans.target = std::move(*plan);
  } else {
    made.server.state = "left";
    made.server.detail = plan.error().message;
  }
  return made;
}

Status check_request(const RolloutRequest& request) {
  if (request.canary < 0 || request.canary > 1000)
    return failure(Errc::Invalid, "canary is 0 to 1000 servers");
  if (request.batch < 1 || request.batch > 1000)
    return failure(Errc::Invalid, "batch is 1 to 1000 servers");
  if (request.pause < std::chrono::seconds(0) || request.pause > std::chrono::hours(24))
    return failure(Errc::Invalid, "the pause is 0 to 86400 seconds");
  return {};
}

Result<std::vector<Candidate>> candidates_of(db::Session& session, const RolloutRequest& request,
                                             const CatalogVersion& version) {
  const auto deployments = list_deployments_of_catalog(session, request.catalog);
  if (!deployments) return tl::unexpected(deployments.error());
  std::vector<Candidate> found;
  for (const DeploymentRecord& deployment : *deployments) {
    const bool wanted =
        request.servers.empty() ||
        std::ranges::find(request.servers, deployment.server) != request.servers.end();
    if (wanted && deployment.catalog_version != version.version)
      found.push_back(candidate(deployment, version.network, version.version));
  }
  for (const std::string& server : request.servers)
    if (std::ranges::none_of(*deployments, [&](const auto& d) { return d.server == server; }))
      return failure(Errc::Invalid, "server " + server + " has no active deployment with catalog " +
                                        request.catalog);
  if (found.empty())
    return failure(Errc::Conflict, "every active server of catalog " + request.catalog +
                                       " has version " + std::to_string(version.version) +
                                       " already");
  if (std::ranges::all_of(found, [](const Candidate& one) { return one.server.state == "left"; }))
    return failure(Errc::Conflict, "no server can be moved to version " +
                                       std::to_string(version.version) + ": " +
                                       found.front().server.detail);
  return found;
}

// The operation, the roll-out and its servers, in waves.
Result<RolloutRecord> record_rollout(db::Session& session, RolloutRecord rollout,
                                     std::vector<Candidate> candidates, Timestamp now) {
  rollout.id = new_id("op", now);
  rollout.created = to_micros(now);
  const auto rack_of = racks(session);
  std::vector<WaveMember> members;
  for (const Candidate& one : candidates)
    if (one.server.state == "waiting") {
      const auto rack = rack_of.find(one.server.server);
      members.push_back({one.server.deployment, rack == rack_of.end() ? "" : rack->second});
    }
  assign_waves(members, rollout.canary, rollout.batch);
  const OperationRecord operation{.id = rollout.id,
                                  .kind = "rollout",
                                  .alone_on = "catalog " + rollout.catalog,
                                  .state = std::string(to_string(rollout_table().front().in)),
                                  .created = rollout.created};
  if (const Status queued = insert_operation(session, operation); !queued)
    return tl::unexpected(queued.error());
  append_timeline(session, operation.id, operation.state, "started", "by " + rollout.author, now);
  insert_rollout(session, rollout);
  std::map<std::string, int> wave_of;
  for (const WaveMember& member : members)
    wave_of[member.deployment] = member.wave;
  for (Candidate& one : candidates) {
    one.server.rollout = rollout.id;
    if (const auto wave = wave_of.find(one.server.deployment); wave != wave_of.end())
      one.server.wave = wave->second;
    insert_rollout_server(session, one.server, one.plans);
  }
  append_event(session, {"rollout.started", "rollouts/" + rollout.id, ""},
               {{"rollout", rollout.id},
                {"catalog", rollout.catalog},
                {"version", rollout.version},
                {"reverts", rollout.reverts},
                {"servers", candidates.size()},
                {"author", rollout.author}},
               now);
  return rollout;
}

RolloutView to_view(db::Session& session, const RolloutRecord& record) {
  RolloutView view{.id = record.id,
                   .catalog = record.catalog,
                   .version = record.version,
                   .reverts = record.reverts,
                   .canary = record.canary,
                   .batch = record.batch,
                   .pause_seconds = record.pause.count(),
                   .author = record.author,
                   .created = from_micros(record.created)};
  if (const auto operation = find_operation_record(session, record.id)) {
    view.status = operation->status;
    view.message = operation->message;
    view.error = operation->error;
    view.finished = from_micros(operation->finished);
  }
  for (const auto& [state, count, last] : db::select<std::string, long long, int>(
           session,
           "SELECT state, COUNT(*), MAX(wave) FROM rollout_servers WHERE rollout = :r GROUP BY "
           "state",
           record.id)) {
    view.servers[state] = count;
    view.waves = std::max(view.waves, last);
  }
  return view;
}

RouteProbeView to_view(const RouteProbe& probe) {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::microseconds;
  RouteProbeView view{.vantage = probe.vantage,
                      .vrf = probe.vrf,
                      .address = probe.address,
                      .before = probe.before,
                      .why = probe.why};
  for (const ProbeGap& gap : probe.gaps)
    view.losses.push_back(
        {from_micros(gap.since), duration_cast<milliseconds>(microseconds(gap.until - gap.since))});
  return view;
}

RolloutServerView to_view(const RolloutServer& server) {
  RolloutServerView view{
      .deployment = server.deployment,
      .server = server.server,
      .wave = server.wave,
      .state = server.state,
      .from_version = server.from_version,
      .to_version = server.to_version,
      .operation = server.operation,
      .detail = server.detail,
      .loss = std::chrono::duration_cast<std::chrono::milliseconds>(server.loss)};
  const json legs = json::parse(server.legs, nullptr, false);
  for (const json& leg : legs)
    view.legs.push_back({from_micros(leg.at("at").get<long long>()), leg.at("up").get<int>(),
                         leg.at("of").get<int>()});
  for (const RouteProbe& probe : parse_route_probes(server.probes))
    view.probes.push_back(to_view(probe));
  return view;
}

}  // namespace

Result<RolloutView> Service::start_rollout(const Viewer& viewer, const RolloutRequest& request,
                                           Mode mode) {
  if (const Status good = check_request(request); !good) return tl::unexpected(good.error());
  return write_or_try<RolloutView>(
      pool_, "roll out " + request.catalog, mode, [&](db::Session& session) -> Result<RolloutView> {
        const int wanted = request.version != 0
                               ? request.version
                               : published_version(session, kNetworkCatalogs, request.catalog);
        if (wanted == 0)
          return failure(Errc::NotFound, "catalog " + request.catalog +
                                             " has no published version; push and publish one");
        const auto version = find_catalog_version(session, request.catalog, wanted);
        if (!version) return tl::unexpected(version.error());
        if (version->state == "deprecated")
          return failure(Errc::Conflict, "catalog " + request.catalog + " version " +
                                             std::to_string(wanted) + " is deprecated");
        auto candidates = candidates_of(session, request, *version);
        if (!candidates) return tl::unexpected(candidates.error());
        const auto recorded = record_rollout(session,
                                             {.catalog = request.catalog,
                                              .version = wanted,
                                              .canary = request.canary,
                                              .batch = request.batch,
                                              .pause = request.pause,
                                              .author = viewer.name},
                                             std::move(*candidates), clock_.now());
        if (!recorded) return tl::unexpected(recorded.error());
        poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
        return to_view(session, *recorded);
      });
}

Result<RolloutView> Service::revert_rollout(const Viewer& viewer, const std::string& id,
                                            Mode mode) {
  return write_or_try<RolloutView>(
      pool_, "take back " + id, mode, [&](db::Session& session) -> Result<RolloutView> {
        const auto former = provisioner::find_rollout(session, id);
        if (!former) return failure(Errc::NotFound, "there is no roll-out " + id);
        std::vector<Candidate> candidates;
        for (const RolloutServer& moved :
             provisioner::list_rollout_servers(session, id, "moved", 0)) {
          const auto plans = find_planned_move(session, id, moved.deployment);
          if (!plans) return tl::unexpected(plans.error());
          candidates.push_back({.server = {.deployment = moved.deployment,
                                           .server = moved.server,
                                           .state = "waiting",
                                           .from_version = moved.to_version,
                                           .to_version = moved.from_version},
                                .plans = {plans->target, plans->former}});
        }
        if (candidates.empty())
          return failure(Errc::Conflict, "roll-out " + id + " has moved no server");
        const auto recorded = record_rollout(session,
                                             {.catalog = former->catalog,
                                              .reverts = id,
                                              .canary = 0,
                                              .batch = former->batch,
                                              .author = viewer.name},
                                             std::move(candidates), clock_.now());
        if (!recorded) return tl::unexpected(recorded.error());
        poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
        return to_view(session, *recorded);
      });
}

Result<Page<RolloutView>> Service::list_rollouts(const PageRequest& page) {
  return db::read(pool_, "list roll-outs", [&](db::Session& session) -> Result<Page<RolloutView>> {
    return page_of<RolloutView>(
        provisioner::list_rollouts(session, page.after, page.size + 1), page,
        [](const RolloutRecord& one) { return one.id; },
        [&](const RolloutRecord& one) { return to_view(session, one); });
  });
}

Result<RolloutView> Service::find_rollout(const std::string& id) {
  return db::read(pool_, "find roll-out", [&](db::Session& session) -> Result<RolloutView> {
    const auto found = provisioner::find_rollout(session, id);
    if (!found) return failure(Errc::NotFound, "there is no roll-out " + id);
    return to_view(session, *found);
  });
}

Result<Page<RolloutServerView>> Service::list_rollout_servers(const std::string& id,
                                                              const std::string& state,
                                                              const PageRequest& page) {
  return db::read(pool_, "servers of roll-out " + id,
                  [&](db::Session& session) -> Result<Page<RolloutServerView>> {
                    if (!provisioner::find_rollout(session, id))
                      return failure(Errc::NotFound, "there is no roll-out " + id);
                    return page_of<RolloutServerView>(
                        page_rollout_servers(session, id, state, page.after, page.size + 1), page,
                        [](const RolloutServer& one) { return one.deployment; },
                        [](const RolloutServer& one) { return to_view(one); });
                  });
}

}  // namespace switchyard::provisioner
