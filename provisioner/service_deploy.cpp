// The facade's orders: deploy and release. A handler records a wish and answers; nothing here
// waits.
#include "core/db/query.h"
#include "core/id.h"
#include "ipam/allocator.h"
#include "ipam/anycast.h"
#include "provisioner/deploy_plan.h"
#include "provisioner/order_variables.h"
#include "provisioner/service.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/site.h"
#include "provisioner/store/events.h"
#include "provisioner/store/wishes.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

// Takes the addresses of every VRF and one AS number, in the order's own unit of work.
Status reserve(db::Session& session, ipam::Allocator& allocator, const std::string& owner,
               const std::string& name, DeploymentRecord& deployment) {
  std::vector<ipam::AddressRequest> requests;
  for (const PlannedVrf& vrf : deployment.plan.vrfs)
    for (const std::string& subnet : vrf.subnets)
      requests.push_back({.subnet = subnet, .owner = owner, .name = name});
  auto taken = allocator.take_all(session, requests);
  if (!taken) return tl::unexpected(taken.error());
  std::size_t next = 0;
  for (PlannedVrf& vrf : deployment.plan.vrfs) {
    vrf.addresses.clear();
    for (std::size_t i = 0; i < vrf.subnets.size(); ++i)
      vrf.addresses.push_back((*taken)[next++].address);
  }
  auto asn = allocator.take_asn(session, owner);
  if (!asn) return tl::unexpected(asn.error());
  deployment.asn = asn->asn;
  return {};
}

Status grant(db::Session& session, const std::string& owner, const Plan& plan, Timestamp now) {
  for (const PlannedVrf& vrf : plan.vrfs)
    for (const IpAddress& address : vrf.anycast)
      if (Status granted = ipam::grant_anycast(session, {vrf.vrf, address, owner}, now); !granted)
        return granted;
  return {};
}

struct Reserved {
  DeploymentRecord deployment{};
  std::vector<NicRecord> nics{};
};

// The whole order inside one unit of work: check, reserve, record.
Result<Reserved> reserve_order(db::Session& session, ipam::Allocator& allocator,
                               const DeployRequest& request, const Site& site, Timestamp now) {
  auto order = check_order(session, request, site.provisioning);
  if (!order) return tl::unexpected(order.error());
  const std::string id = new_id("dep", now);
  const std::string operation = new_id("op", now);
  Reserved reserved{.deployment = {.id = id,
                                   .name = request.name,
                                   .project = request.project,
                                   .server = order->server.name,
                                   .image = request.image,
                                   .catalog = request.catalog,
                                   .image_version = order->image_version,
                                   .catalog_version = order->catalog_version,
                                   .plan = order->plan,
                                   .state = "deploying",
                                   .operation = operation,
                                   .created = to_micros(now),
                                   .version = 1},
                    .nics = order->nics};
  // The server first: of two orders for the last one, the loser must not have taken addresses.
  const long long taken =
      db::execute(session,
                  "UPDATE servers SET state = 'deploying', deployment = :d, version = version + 1 "
                  "WHERE name = :n AND state = 'available' AND version = :v",
                  id, order->server.name, order->server.version);
  if (taken != 1)
    return failure(Errc::Unavailable,
                   "server " + order->server.name + " was taken by another order; try again");
  if (Status done = reserve(session, allocator, id, request.name, reserved.deployment); !done)
    return tl::unexpected(done.error());
  if (Status granted = grant(session, id, reserved.deployment.plan, now); !granted)
    return tl::unexpected(granted.error());
  insert_deployment(session, reserved.deployment);
  const OperationRecord record{.id = operation,
                               .kind = "deploy",
                               .deployment = id,
                               .server = order->server.name,
                               .project = request.project,
                               .state = std::string(to_string(deploy_table().front().in)),
                               .created = to_micros(now)};
  if (Status queued = insert_operation(session, record); !queued)
    return tl::unexpected(queued.error());
  append_timeline(session, operation, record.state, "started", "", now);
  append_event(session, {"deployment.created", "deployments/" + id, request.project},
               {{"deployment", id},
                {"server", record.server},
                {"name", request.name},
                {"operation", operation}},
               now);
  append_event(session, {"server.state", "servers/" + record.server, request.project},
               {{"server", record.server}, {"state", "deploying"}}, now);
  return reserved;
}

}  // namespace

Result<DeploymentView> Service::deploy(const Viewer& viewer, const DeployRequest& request) {
  if (!may_see(viewer, request.project))
    return failure(Errc::NotFound, "there is no project " + request.project);
  if (const Status fit = check_variables(pool_, *templates_, request); !fit)
    return tl::unexpected(fit.error());
  // Another order may take the same server between reading and writing: the next try picks another
  // one.
  Result<Reserved> reserved = failure(Errc::Unavailable, "no try was made");
  for (int attempt = 0; attempt < 20; ++attempt) {
    reserved = db::write(pool_, "deploy " + request.name, [&](db::Session& session) {
      poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
      return reserve_order(session, allocator_, request, site_, clock_.now());
    });
    if (reserved || reserved.error().code != Errc::Unavailable || !request.server.empty()) break;
  }
  if (!reserved) return tl::unexpected(reserved.error());
  return to_view(reserved->deployment);
}

Result<DeployPlanView> Service::plan_deploy(const Viewer& viewer, const DeployRequest& request) {
  if (!may_see(viewer, request.project))
    return failure(Errc::NotFound, "there is no project " + request.project);
  if (const Status fit = check_variables(pool_, *templates_, request); !fit)
    return tl::unexpected(fit.error());
  return write_or_try<DeployPlanView>(
      pool_, "plan " + request.name, Mode::DryRun,
      [&](db::Session& session) -> Result<DeployPlanView> {
        const auto reserved = reserve_order(session, allocator_, request, site_, clock_.now());
        if (!reserved) return tl::unexpected(reserved.error());
        const DeploymentView shown = to_view(reserved->deployment);
        DeployPlanView view{.server = shown.server,
                            .asn = shown.asn,
                            .addresses = shown.addresses,
                            .anycast = shown.anycast};
        for (const PortWish& wish : routed_wishes(reserved->nics, reserved->deployment)) {
          const auto now = find_wish(session, wish.switch_name, wish.intent.port);
          view.ports.push_back(
              {wish.switch_name, wish.intent.port, now ? switch_drivers::summary(now->wish) : "",
               switch_drivers::summary(wish.intent), switch_drivers::to_json_text(wish.intent)});
        }
        return view;
      });
}

Result<OperationView> Service::release(const Viewer& viewer, const std::string& id,
                                       std::optional<long long> version, Mode mode) {
  return write_or_try<OperationView>(
      pool_, "release " + id, mode, [&](db::Session& session) -> Result<OperationView> {
        const Timestamp now = clock_.now();
        auto found = find_deployment_record(session, id);
        if (!found) return tl::unexpected(found.error());
        if (!*found || !may_see(viewer, (*found)->project))
          return failure(Errc::NotFound, "there is no deployment " + id);
        const DeploymentRecord& deployment = **found;
        const auto last = find_operation_record(session, deployment.operation);
        if (deployment.state == "releasing" && last) return to_view(session, *last);
        if (deployment.state == "released")
          return failure(Errc::Conflict, "deployment " + id + " is released already");
        if (version && *version != deployment.version)
          return failure(Errc::Conflict, "deployment " + id + " has changed meanwhile (version " +
                                             std::to_string(deployment.version) + ")");
        OperationRecord record{.id = new_id("op", now),
                               .kind = "release",
                               .deployment = id,
                               .server = deployment.server,
                               .project = deployment.project,
                               .status = "running",
                               .state = std::string(to_string(release_table().front().in)),
                               .created = to_micros(now)};
        record.state_since = record.created;
        if (Status queued = insert_operation(session, record); !queued)
          return tl::unexpected(queued.error());
        db::execute(
            session,
            "UPDATE deployments SET state = 'releasing', operation = :o, version = version + 1 "
            "WHERE id = :i",
            record.id, id);
        db::execute(
            session,
            "UPDATE servers SET state = 'releasing', reason = '', version = version + 1 WHERE "
            "name = :n AND deployment = :d",
            deployment.server, id);
        append_timeline(session, record.id, record.state, "started", "", now);
        append_event(session, {"deployment.state", "deployments/" + id, deployment.project},
                     {{"deployment", id}, {"state", "releasing"}, {"operation", record.id}}, now);
        poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
        return to_view(session, record);
      });
}

}  // namespace switchyard::provisioner
