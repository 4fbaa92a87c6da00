// The facade's way into maintenance and out of it. Out leads through a wipe, always: somebody had
// hands on the server, or nothing was ever proved of it.
#include "core/db/query.h"
#include "core/id.h"
#include "provisioner/service.h"
#include "provisioner/service_servers.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/site_views.h"
#include "provisioner/store/events.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

Result<ServerRecord> server_record(db::Session& session, const std::string& name) {
  auto record = find_server_record(session, name);
  if (!record) return failure(Errc::NotFound, "there is no server " + name);
  return std::move(*record);
}

tl::unexpected<Error> changed_meanwhile(const std::string& name) {
  return failure(Errc::Conflict, "server " + name + " has changed meanwhile");
}

// The record says what the server was when it was read: nobody may have changed it since.
Status show_as(db::Session& session, const ServerRecord& record, const std::string& state,
               const std::string& reason) {
  const long long changed = db::execute(
      session,
      "UPDATE servers SET state = :t, reason = :r, version = version + 1 WHERE name = :n AND "
      "version = :v",
      state, reason, record.name, record.version);
  if (changed != 1) return changed_meanwhile(record.name);
  append_event(session, {.type = "server.state", .subject = "servers/" + record.name},
               {{"server", record.name}, {"state", state}}, db::now(session));
  return {};
}

namespace {

Status may_leave_the_pool(const ServerRecord& record) {
  if (record.state == "available") return {};
  if (!record.deployment.empty())
    return failure(Errc::Conflict, "server " + record.name + " is " + record.state +
                                       "; release deployment " + record.deployment + " first");
  if (record.state == "failed") return {};
  return failure(Errc::Conflict, "server " + record.name + " is " + record.state +
                                     "; only one that is available, or failed without a "
                                     "deployment, can go into maintenance");
}

tl::unexpected<Error> not_in_maintenance(const ServerRecord& record) {
  const bool may_go_there = record.state == "failed" && record.deployment.empty();
  return failure(Errc::Conflict, "server " + record.name + " is " + record.state +
                                     ", not in maintenance" +
                                     (may_go_there ? "; take it there first" : ""));
}

// The wipe that brings this server back already.
std::optional<OperationRecord> running_wipe(db::Session& session, const ServerRecord& record) {
  if (record.state != "wiping" || !record.deployment.empty()) return std::nullopt;
  const auto running = db::select_one<std::string>(
      session, "SELECT id FROM operations WHERE live_server = :s", record.name);
  if (!running) return std::nullopt;
  return find_operation_record(session, std::get<0>(*running));
}

Result<OperationRecord> queue_wipe(db::Session& session, const Viewer& viewer,
                                   const ServerRecord& server, Timestamp now) {
  const Row& first = wipe_table().front();
  const OperationRecord record{.id = new_id("op", now),
                               .kind = "wipe",
                               .server = server.name,
                               .state = std::string(to_string(first.in)),
                               .created = to_micros(now)};
  if (Status queued = insert_operation(session, record); !queued)
    return tl::unexpected(queued.error());
  if (Status shown = show_as(session, server, std::string(first.server_state), ""); !shown)
    return tl::unexpected(shown.error());
  append_timeline(session, record.id, record.state, "started", "asked for by " + viewer.name, now);
  return *find_operation_record(session, record.id);
}

}  // namespace

Result<ServerView> Service::start_maintenance(const std::string& name, const std::string& reason,
                                              std::optional<long long> version, Mode mode) {
  return write_or_try<ServerView>(
      pool_, "maintenance of " + name, mode, [&](db::Session& session) -> Result<ServerView> {
        const auto record = server_record(session, name);
        if (!record) return tl::unexpected(record.error());
        if (version && *version != record->version) return changed_meanwhile(name);
        if (const Status may = may_leave_the_pool(*record); !may)
          return tl::unexpected(may.error());
        if (const Status shown = show_as(session, *record, "maintenance", reason); !shown)
          return tl::unexpected(shown.error());
        poke_on_commit(session, wakeup_, {kEventTopic});
        return *find_server_view(session, name);
      });
}

Result<OperationView> Service::end_maintenance(const Viewer& viewer, const std::string& name,
                                               std::optional<long long> version, Mode mode) {
  return write_or_try<OperationView>(
      pool_, "end maintenance of " + name, mode,
      [&](db::Session& session) -> Result<OperationView> {
        const auto record = server_record(session, name);
        if (!record) return tl::unexpected(record.error());
        if (const auto running = running_wipe(session, *record)) return to_view(session, *running);
        if (version && *version != record->version) return changed_meanwhile(name);
        if (record->state != "maintenance") return not_in_maintenance(*record);
        const auto queued = queue_wipe(session, viewer, *record, clock_.now());
        if (!queued) return tl::unexpected(queued.error());
        poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
        return to_view(session, *queued);
      });
}

}  // namespace switchyard::provisioner
