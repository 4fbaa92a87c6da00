// The half of store/work.h that only reads: deployments, operations, servers and their NICs.
#include "core/db/query.h"
#include "provisioner/store/work.h"

namespace switchyard::provisioner {

namespace {

template <class... Parameters>
Result<std::vector<DeploymentRecord>> select_deployments(db::Session& session,
                                                         const std::string& where,
                                                         const Parameters&... parameters) {
  std::vector<DeploymentRecord> records;
  for (const auto& row : db::select<std::string, std::string, std::string, std::string, std::string,
                                    std::string, std::string, long long, std::string, std::string,
                                    std::string, long long, long long, long long, int, int>(
           session,
           "SELECT id, name, project, server, image, catalog, plan, asn, state, reason, operation, "
           "created, ended, version, image_version, catalog_version FROM deployments WHERE " +
               where,
           parameters...)) {
    DeploymentRecord r;
    std::string plan;
    long long asn = 0;
    std::tie(r.id, r.name, r.project, r.server, r.image, r.catalog, plan, asn, r.state, r.reason,
             r.operation, r.created, r.ended, r.version, r.image_version, r.catalog_version) = row;
    r.asn = Asn{static_cast<std::uint32_t>(asn)};
    auto parsed = parse_plan(plan);
    if (!parsed) return tl::unexpected(parsed.error().in("deployment " + r.id));
    r.plan = std::move(*parsed);
    records.push_back(std::move(r));
  }
  return records;
}

template <class... Parameters>
std::vector<OperationRecord> select_operations(db::Session& session, const std::string& where,
                                               const Parameters&... parameters) {
  std::vector<OperationRecord> records;
  for (const auto& row :
       db::select<std::string, std::string, std::string, std::string, std::string, std::string,
                  std::string, long long, int, std::string, std::string, std::string, int,
                  long long, long long, long long, long long, long long, long long>(
           session,
           "SELECT id, kind, deployment, server, project, status, state, state_since, attempt, "
           "message, error_code, error, cancel_requested, due, fence, created, finished, version, "
           "slow_after FROM operations WHERE " +
               where,
           parameters...)) {
    OperationRecord r;
    int cancel = 0;
    std::tie(r.id, r.kind, r.deployment, r.server, r.project, r.status, r.state, r.state_since,
             r.attempt, r.message, r.error_code, r.error, cancel, r.due, r.fence, r.created,
             r.finished, r.version, r.slow_after) = row;
    r.cancel_requested = cancel != 0;
    records.push_back(std::move(r));
  }
  return records;
}

}  // namespace

Result<std::optional<DeploymentRecord>> find_deployment_record(db::Session& session,
                                                               const std::string& id) {
  auto found = select_deployments(session, "id = :i", id);
  if (!found) return tl::unexpected(found.error());
  if (found->empty()) return std::optional<DeploymentRecord>{};
  return std::optional(std::move(found->front()));
}

Result<std::vector<DeploymentRecord>> list_deployment_records(db::Session& session,
                                                              const WorkFilter& filter) {
  return select_deployments(session,
                            "id > :a AND (:p = '' OR project = :q) AND (:s = '' OR state = :t) "
                            "ORDER BY id LIMIT " +
                                std::to_string(filter.limit),
                            filter.after, filter.project, filter.project, filter.state,
                            filter.state);
}

Result<std::vector<DeploymentRecord>> list_deployments_of_catalog(db::Session& session,
                                                                  const std::string& catalog) {
  return select_deployments(session, "catalog = :c AND state = 'active' ORDER BY id", catalog);
}

std::optional<OperationRecord> find_operation_record(db::Session& session, const std::string& id) {
  auto found = select_operations(session, "id = :i", id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<OperationRecord> list_operation_records(db::Session& session,
                                                    const WorkFilter& filter) {
  return select_operations(session,
                           "id > :a AND (:p = '' OR project = :q) AND (:s = '' OR status = :t) "
                           "ORDER BY id LIMIT " +
                               std::to_string(filter.limit),
                           filter.after, filter.project, filter.project, filter.state,
                           filter.state);
}

std::optional<ServerRecord> find_server_record(db::Session& session, const std::string& name) {
  const auto row = db::select_one<std::string, std::string, std::string, std::string, std::string,
                                  std::string, std::string, std::string, std::string, std::string,
                                  std::string, std::string, long long>(
      session,
      "SELECT name, profile, state, reason, deployment, bmc_type, bmc_url, bmc_user, "
      "sealed_bmc_password, bmc_trust, secure_boot, firmware, version "
      "FROM servers WHERE name = :n",
      name);
  if (!row) return std::nullopt;
  ServerRecord r;
  std::tie(r.name, r.profile, r.state, r.reason, r.deployment, r.bmc_type, r.bmc_url, r.bmc_user,
           r.sealed_bmc_password, r.bmc_trust, r.secure_boot, r.firmware, r.version) = *row;
  return r;
}

namespace {

template <class... Parameters>
std::vector<NicRecord> select_nics(db::Session& session, const std::string& rest,
                                   const Parameters&... parameters) {
  std::vector<NicRecord> nics;
  for (const auto& [owner, name, mac, switch_name, port, asn, nos, drained] :
       db::select<std::string, std::string, std::string, std::string, std::string, long long,
                  std::string, long long>(
           session,
           "SELECT n.server, n.name, n.mac, n.switch_name, n.port, s.asn, s.nos, s.drained_at "
           "FROM nics n "
           "JOIN switches s ON s.name = n.switch_name " +
               rest,
           parameters...))
    nics.push_back({owner, name, mac, switch_name, port, asn, nos, drained != 0});
  return nics;
}

}  // namespace

std::vector<NicRecord> list_nics(db::Session& session, const std::string& server) {
  return select_nics(session, "WHERE n.server = :s ORDER BY n.name", server);
}

std::vector<NicRecord> list_all_nics(db::Session& session) {
  return select_nics(session, "ORDER BY n.server, n.name");
}

}  // namespace switchyard::provisioner
