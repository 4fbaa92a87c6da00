// Deployments and operations: the records of work, and the only statements that change their
// states.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/store/records.h"
#include "provisioner/workflow/workflow.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

[[nodiscard]] Result<std::optional<DeploymentRecord>> find_deployment_record(db::Session& session,
                                                                             const std::string& id);

// Sorted by id, the first `limit` after `after`; '' for project or state: any.
struct WorkFilter {
  std::string project{};
  std::string state{};
  std::string after{};
  int limit{};
};

[[nodiscard]] Result<std::vector<DeploymentRecord>> list_deployment_records(
    db::Session& session, const WorkFilter& filter);
[[nodiscard]] std::vector<OperationRecord> list_operation_records(db::Session& session,
                                                                  const WorkFilter& filter);
// The active ones of a catalog, whatever its version.
[[nodiscard]] Result<std::vector<DeploymentRecord>> list_deployments_of_catalog(
    db::Session& session, const std::string& catalog);
void insert_deployment(db::Session& session, const DeploymentRecord& record);

[[nodiscard]] std::optional<OperationRecord> find_operation_record(db::Session& session,
                                                                   const std::string& id);
// Queues a workflow for a server. Conflict when another one of that server still runs (unique key).
[[nodiscard]] Status insert_operation(db::Session& session, const OperationRecord& record);

// What an operation of this kind that ended so leaves its server as. Into the pool leads only what
// ended with a proved wipe.
[[nodiscard]] std::string_view server_after(std::string_view kind, std::string_view status);

[[nodiscard]] std::optional<ServerRecord> find_server_record(db::Session& session,
                                                             const std::string& name);
[[nodiscard]] std::vector<NicRecord> list_nics(db::Session& session, const std::string& server);
[[nodiscard]] std::vector<NicRecord> list_all_nics(db::Session& session);  // by server and name

// All times that controllers compare (due, state_since, claims) are the database's.

// Ids of operations that are due and that nobody works on, oldest first.
[[nodiscard]] std::vector<std::string> due_operations(db::Session& session, int limit);
// How long until the next one becomes due; nothing when none waits.
[[nodiscard]] std::optional<std::chrono::microseconds> until_next_due(db::Session& session);

[[nodiscard]] int count_running_operations(db::Session& session);

// The operation need not wait for its next look: by its id, or the one that works on a server.
void wake_operation(db::Session& session, const std::string& id);
void wake_operation_of(db::Session& session, const std::string& server);

// Takes an operation for one run of a step. Nothing when somebody else was faster.
[[nodiscard]] std::optional<OperationRecord> claim_operation(db::Session& session,
                                                             const std::string& id,
                                                             const std::string& holder,
                                                             std::chrono::seconds how_long);

// Writes what follows a step, the timeline, the events, and at an end the states of deployment and
// server. `now` is db::now(). Conflict when the claim was lost meanwhile: nothing is written then.
[[nodiscard]] Status record_advance(db::Session& session, const Job& job, const Row& row,
                                    const Advance& advance, Timestamp now, Timestamp due);

void append_timeline(db::Session& session, const std::string& operation, const std::string& step,
                     const std::string& kind, const std::string& message, Timestamp now);

}  // namespace switchyard::provisioner
