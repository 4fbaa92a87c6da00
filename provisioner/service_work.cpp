// The facade's view of work: deployments, operations with their steps, events.
#include "provisioner/service_work.h"

#include "core/db/query.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/store/consoles.h"
#include "provisioner/store/events.h"
#include "provisioner/store/rescues.h"
#include "provisioner/store/step_times.h"
#include "provisioner/store/work.h"
#include "provisioner/wakeup.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace switchyard::provisioner {
namespace {

std::vector<TimelineView> timeline_of(db::Session& session, const std::string& operation) {
  std::vector<TimelineView> lines;
  for (const auto& [sequence, at, step, kind, message] :
       db::select<int, long long, std::string, std::string, std::string>(
           session,
           "SELECT sequence, at, step, kind, message FROM timeline WHERE operation = :o ORDER BY "
           "sequence",
           operation))
    lines.push_back({sequence, from_micros(at), step, kind, message});
  return lines;
}

double seconds_of(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

std::vector<StepView> steps_of(db::Session& session, const OperationRecord& record) {
  std::map<std::string, double> took;
  for (const auto& [step, micros] : db::select<std::string, long long>(
           session, "SELECT step, micros FROM step_times WHERE operation = :o", record.id))
    took[step] = seconds_of(std::chrono::microseconds(micros));
  const UsualTimes usual = usual_times(session, record.kind, hardware_of(session, record.server));
  std::vector<StepView> steps;
  for (const Row& row : table_of(record.kind)) {
    const std::string name(to_string(row.in));
    StepView step{.name = name, .title = std::string(row.title), .state = "pending"};
    const auto known = usual.find(name);
    const UsualTime before = known == usual.end() ? UsualTime{} : known->second;
    step.usual_seconds = seconds_of(before.median);
    if (const auto done = took.find(name); done != took.end()) {
      step.state = "done";
      step.seconds = done->second;
    } else if (record.state == name) {
      // Its time so far is asked of the clock, not stored.
      const std::chrono::microseconds so_far(to_micros(db::now(session)) - record.state_since);
      const auto limit = slow_after(before);
      step.state = "running";
      step.seconds = seconds_of(so_far);
      step.is_slow = limit.count() > 0 && so_far > limit;
    }
    if (gives_up(row) && step.state == "pending") continue;  // only shown when it is needed
    steps.push_back(std::move(step));
  }
  return steps;
}

// MySQL gives ids before the commit, so a smaller one may still appear; whoever reads on from a
// larger one would miss it. Two seconds are longer than any unit of work of ours lasts.
void cut_at_gap(std::vector<EventView>& events, long long after, Timestamp now) {
  long long last = after;
  for (auto event = events.begin(); event != events.end(); ++event) {
    if (event->id != last + 1 && now - event->at < std::chrono::seconds(2)) {
      events.erase(event, events.end());
      return;
    }
    last = event->id;
  }
}

}  // namespace

DeploymentView to_view(const DeploymentRecord& r) {
  DeploymentView view{.id = r.id,
                      .name = r.name,
                      .project = r.project,
                      .server = r.server,
                      .image = r.image,
                      .catalog = r.catalog,
                      .image_version = r.image_version,
                      .catalog_version = r.catalog_version,
                      .variables = r.plan.variables,
                      .layout = r.plan.layout,
                      .state = r.state,
                      .reason = r.reason,
                      .asn = r.asn.value,
                      .operation = r.operation,
                      .created = from_micros(r.created),
                      .ended = from_micros(r.ended),
                      .version = r.version};
  for (const PlannedVrf& vrf : r.plan.vrfs)
    for (std::size_t i = 0; i < vrf.addresses.size(); ++i)
      view.addresses.push_back(
          {vrf.vrf.value, vrf.tag.value, vrf.subnets.at(i), to_string(vrf.addresses[i])});
  for (const PlannedVrf& vrf : r.plan.vrfs)
    for (const IpAddress& address : vrf.anycast)
      view.anycast.push_back({vrf.vrf.value, vrf.tag.value, to_string(address)});
  return view;
}

OperationView to_view(db::Session& session, const OperationRecord& r) {
  return {.id = r.id,
          .kind = r.kind,
          .deployment = r.deployment,
          .server = r.server,
          .project = r.project,
          .status = r.status,
          .step = r.state,
          .message = r.message,
          .error_code = r.error_code,
          .error = r.error,
          .cancel_requested = r.cancel_requested,
          .attempt = r.attempt,
          .steps = steps_of(session, r),
          .timeline = timeline_of(session, r.id),
          .created = from_micros(r.created),
          .finished = from_micros(r.finished),
          .version = r.version};
}

Result<Page<DeploymentView>> Service::list_deployments(const Viewer& viewer,
                                                       const std::string& state,
                                                       const PageRequest& page) {
  return db::read(pool_, "list deployments",
                  [&](db::Session& session) -> Result<Page<DeploymentView>> {
                    auto records = list_deployment_records(
                        session, {project_of(viewer), state, page.after, page.size + 1});
                    if (!records) return tl::unexpected(records.error());
                    return page_of<DeploymentView>(
                        std::move(*records), page, [](const auto& record) { return record.id; },
                        [](const auto& record) { return to_view(record); });
                  });
}

Result<DeploymentView> Service::find_deployment(const Viewer& viewer, const std::string& id) {
  return db::read(pool_, "find deployment", [&](db::Session& session) -> Result<DeploymentView> {
    auto record = find_deployment_record(session, id);
    if (!record) return tl::unexpected(record.error());
    if (!*record || !may_see(viewer, (*record)->project))
      return failure(Errc::NotFound, "there is no deployment " + id);
    return to_view(**record);
  });
}

Result<Page<OperationView>> Service::list_operations(const Viewer& viewer,
                                                     const std::string& status,
                                                     const PageRequest& page) {
  return db::read(pool_, "list operations",
                  [&](db::Session& session) -> Result<Page<OperationView>> {
                    return page_of<OperationView>(
                        list_operation_records(
                            session, {project_of(viewer), status, page.after, page.size + 1}),
                        page, [](const auto& record) { return record.id; },
                        [&](const auto& record) { return to_view(session, record); });
                  });
}

Result<OperationView> Service::find_operation(const Viewer& viewer, const std::string& id) {
  return db::read(pool_, "find operation", [&](db::Session& session) -> Result<OperationView> {
    const auto record = find_operation_record(session, id);
    if (!record || !may_see(viewer, record->project))
      return failure(Errc::NotFound, "there is no operation " + id);
    return to_view(session, *record);
  });
}

Result<ConsoleView> Service::find_console(const Viewer& viewer, const std::string& id) {
  return db::read(pool_, "console of " + id, [&](db::Session& session) -> Result<ConsoleView> {
    const auto operation = find_operation_record(session, id);
    if (!operation || !may_see(viewer, operation->project))
      return failure(Errc::NotFound, "there is no operation " + id);
    const auto kept = provisioner::find_console(session, id);
    if (!kept)
      return failure(Errc::NotFound, "nothing is kept of the console of operation " + id +
                                         ": it is kept when a step fails that boots, installs or "
                                         "wipes a server");
    return ConsoleView{.operation = id,
                       .server = kept->server,
                       .step = kept->step,
                       .at = from_micros(kept->at),
                       .console = kept->console,
                       .problem = kept->problem,
                       .installer = kept->installer};
  });
}

Result<OperationView> Service::cancel(const Viewer& viewer, const std::string& id) {
  return db::write(pool_, "cancel " + id, [&](db::Session& session) -> Result<OperationView> {
    const Timestamp now = clock_.now();
    const auto record = find_operation_record(session, id);
    if (!record || !may_see(viewer, record->project))
      return failure(Errc::NotFound, "there is no operation " + id);
    if (record->status != "running")
      return failure(Errc::Conflict, "operation " + id + " has " + record->status + " already");
    if (record->kind == "release")
      return failure(Errc::Conflict, "a release cannot be cancelled: the server must be wiped");
    const std::string due = session.now_sql();
    db::execute(session,
                "UPDATE operations SET cancel_requested = 1, due = CASE WHEN due < " + due +
                    " THEN due ELSE " + due + " END WHERE id = :i",
                id);
    append_timeline(session, id, record->state, "cancelled", "asked for by " + viewer.name, now);
    OperationRecord next = *record;
    next.cancel_requested = true;
    poke_on_commit(session, wakeup_, {kRunnerTopic});
    return to_view(session, next);
  });
}

Result<OperationView> Service::retry(const Viewer& viewer, const std::string& id) {
  return db::write(pool_, "retry " + id, [&](db::Session& session) -> Result<OperationView> {
    const Timestamp now = clock_.now();
    const auto record = find_operation_record(session, id);
    if (!record || !may_see(viewer, record->project))
      return failure(Errc::NotFound, "there is no operation " + id);
    if (record->status != "failed" && record->status != "cancelled")
      return failure(Errc::Conflict, "operation " + id + " is " + record->status +
                                         "; only a failed or cancelled one can be tried again");
    if (record->kind == "move" || record->kind == "rollout")
      return failure(Errc::Conflict, "a " + record->kind +
                                         " is not tried again; start another roll-out, which "
                                         "takes the servers that still have another version");
    const auto server = find_server_record(session, record->server);
    if (!server || server->deployment != record->deployment ||
        server->state != server_after(record->kind, record->status))
      return failure(Errc::Conflict,
                     "server " + record->server + " is no longer as operation " + id + " left it");
    const auto busy = db::select_one<std::string>(
        session, "SELECT id FROM operations WHERE live_server = :s", record->server);
    if (busy)
      return failure(Errc::Conflict,
                     "server " + record->server + " is busy with operation " + std::get<0>(*busy));
    const Row& row = table_of(record->kind).front();
    const std::string first(to_string(row.in)), state(row.server_state);
    const std::string since = session.now_sql();
    db::execute(session, "DELETE FROM step_times WHERE operation = :o", id);
    note_rescue_ended(session, id, "");
    forget_console(session, id);
    const long long slow = slow_after(session, record->kind, first, record->server).count();
    db::execute(session,
                "UPDATE operations SET status = 'running', state = :st, attempt = 0, message = '', "
                "error = '', error_code = '', cancel_requested = 0, finished = 0, live_server = "
                "server, version = version + 1, slow_after = :sl, state_since = " +
                    since + ", due = " + since + " WHERE id = :i",
                first, slow, id);
    db::execute(
        session,
        "UPDATE deployments SET state = :s, reason = '', version = version + 1 WHERE id = :i",
        state, record->deployment);
    db::execute(session,
                "UPDATE servers SET state = :s, reason = '', version = version + 1 WHERE name = :n",
                state, record->server);
    append_timeline(session, id, first, "started", "tried again by " + viewer.name, now);
    poke_on_commit(session, wakeup_, {kRunnerTopic});
    return to_view(session, *find_operation_record(session, id));
  });
}

Result<std::vector<EventView>> Service::events(const Viewer& viewer, long long after, int limit) {
  return db::read(
      pool_, "read events", [&](db::Session& session) -> Result<std::vector<EventView>> {
        const std::string project = project_of(viewer);
        std::vector<EventView> events;
        for (const auto& [id, at, type, subject, owner, data] :
             db::select<long long, long long, std::string, std::string, std::string, std::string>(
                 session,
                 "SELECT id, at, type, subject, project, data FROM events WHERE id > :a AND (:p = "
                 "'' OR project = :q) "
                 "ORDER BY id LIMIT " +
                     std::to_string(limit),
                 after, project, project))
          events.push_back({id, from_micros(at), type, subject, owner, data});
        if (session.backend() == db::Backend::Mysql) cut_at_gap(events, after, clock_.now());
        return events;
      });
}

Result<long long> Service::last_event() {
  return db::read(pool_, "last event", [](db::Session& session) -> Result<long long> {
    const auto row =
        db::select_one<long long>(session, "SELECT id FROM events ORDER BY id DESC LIMIT 1");
    return row ? std::get<0>(*row) : 0;
  });
}

void Service::wait_for_event(long long after, std::chrono::milliseconds timeout) {
  const std::uint64_t seen = wakeup_.count(kEventTopic);
  const auto last = last_event();
  if (last && *last > after) return;
  wakeup_.wait(kEventTopic, seen,
               std::min<std::chrono::milliseconds>(timeout, std::chrono::seconds(1)));
}

}  // namespace switchyard::provisioner
