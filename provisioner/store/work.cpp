#include "provisioner/store/work.h"

#include "core/db/query.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/events.h"
#include "provisioner/store/rollouts.h"
#include "provisioner/store/step_times.h"
#include "provisioner/store/wishes.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

namespace {

std::string deployment_after(const std::string& kind, const std::string& status) {
  if (kind == "move") return "active";
  if (status != "succeeded") return "failed";
  return kind == "deploy" ? "active" : "released";
}

// Why the server is where the operation left it. A rescue that ended leaves what was known before.
std::string reason_after(const Job& job, const std::string& status) {
  const OperationRecord& operation = job.operation;
  if (operation.kind == "rescue")
    return status == "failed" ? "rescue " + operation.id + " failed: " + operation.error
                              : job.server.reason;
  if (status == "succeeded") return "";
  if (operation.kind == "move")
    return "not moved to another version of its catalog: " + operation.error;
  if (operation.kind == "wipe" && status == "cancelled")
    return "wipe " + operation.id + " was cancelled, so nothing proves the server clean";
  return operation.error;
}

void end_deployment(db::Session& session, const Job& job, const std::string& status,
                    Timestamp now) {
  const OperationRecord& operation = job.operation;
  const std::string state = deployment_after(operation.kind, status);
  const std::string reason = reason_after(job, status);
  if (state == "released")
    db::execute(
        session,
        "UPDATE deployments SET state = 'released', reason = '', ended = :n, live_server = id, "
        "live_name = id, version = version + 1 WHERE id = :i",
        to_micros(now), operation.deployment);
  else
    db::execute(
        session,
        "UPDATE deployments SET state = :t, reason = :r, version = version + 1 WHERE id = :i",
        state, reason, operation.deployment);
  append_event(session,
               {"deployment.state", "deployments/" + operation.deployment, operation.project},
               {{"deployment", operation.deployment}, {"state", state}, {"reason", reason}}, now);
}

void end_operation(db::Session& session, const Job& job, const std::string& status, Timestamp now) {
  const OperationRecord& operation = job.operation;
  const std::string state(server_after(operation.kind, status));
  const std::string deployment = state == "available" ? "" : operation.deployment;
  db::execute(session, "UPDATE operations SET live_server = id, finished = :n WHERE id = :i",
              to_micros(now), operation.id);
  forget_groups(session, operation.id);
  if (operation.kind == "move") end_move(session, operation.id, status, operation.error, now);
  if (operation.server.empty()) return;
  db::execute(session,
              "UPDATE servers SET state = :t, reason = :r, deployment = :n, version = version + 1 "
              "WHERE name = :s AND deployment = :d",
              state, reason_after(job, status), deployment, operation.server, operation.deployment);
  append_event(session, {"server.state", "servers/" + operation.server, operation.project},
               {{"server", operation.server}, {"state", state}}, now);
  if (!operation.deployment.empty()) end_deployment(session, job, status, now);
}

void show_server_as(db::Session& session, const OperationRecord& operation, std::string_view state,
                    Timestamp now) {
  const std::string wanted(state);
  if (operation.server.empty()) return;
  const long long changed = db::execute(session,
                                        "UPDATE servers SET state = :t, version = version + 1 "
                                        "WHERE name = :s AND deployment = :d AND state <> :o",
                                        wanted, operation.server, operation.deployment, wanted);
  if (changed > 0)
    append_event(session, {"server.state", "servers/" + operation.server, operation.project},
                 {{"server", operation.server}, {"state", wanted}}, now);
}

std::string kind_of(const Row& row, const Advance& advance) {
  if (advance.next == row.in) return advance.is_retry ? "retry" : "waiting";
  if (advance.next == row.then && advance.note.empty()) return "done";
  return advance.note == "cancelled" ? "cancelled" : "failed";
}

// "Too late" alone helps nobody: what went wrong last in this step belongs to it.
std::string why(db::Session& session, const OperationRecord& operation, const Row& row,
                const Advance& advance) {
  if (advance.error != Errc::TimedOut) return advance.note;
  const std::string step(to_string(row.in));
  const auto last =
      db::select_one<std::string>(session,
                                  "SELECT message FROM timeline WHERE operation = :o AND step = :s "
                                  "AND kind = 'retry' ORDER BY sequence DESC LIMIT 1",
                                  operation.id, step);
  if (!last || advance.note.find(std::get<0>(*last)) != std::string::npos) return advance.note;
  return advance.note + "; the last error was: " + std::get<0>(*last);
}

// Once a step: a person may want to look before the deadline does.
void tell_slow(db::Session& session, const OperationRecord& operation, const std::string& step,
               Timestamp now) {
  const std::string hardware = hardware_of(session, operation.server);
  const UsualTime usual = usual_time(session, operation.kind, step, hardware);
  const long long median = usual.median.count() / 1'000'000;
  const long long so_far = (to_micros(now) - operation.state_since) / 1'000'000;
  append_timeline(session, operation.id, step, "slow",
                  "takes much longer than usual: " + std::to_string(so_far) +
                      " s so far, usually " + std::to_string(median) + " s" +
                      (hardware.empty() ? "" : " on " + hardware),
                  now);
  append_event(session, {"operation.slow", "operations/" + operation.id, operation.project},
               {{"operation", operation.id},
                {"step", step},
                {"seconds", so_far},
                {"usual_seconds", median},
                {"hardware", hardware}},
               now);
}

std::string status_after(const Job& job, const Advance& advance) {
  if (advance.next == State::Succeeded) return "succeeded";
  if (advance.next != State::Failed) return "running";
  return job.operation.cancel_requested ? "cancelled" : "failed";
}

}  // namespace

std::string_view server_after(std::string_view kind, std::string_view status) {
  if (kind == "move") return "active";
  if (kind == "rescue") return "maintenance";  // however it ended: only a wipe leads on
  if (status == "succeeded") return kind == "deploy" ? "active" : "available";
  // Whoever cancels a wipe has the server back as it was before.
  return kind == "wipe" && status == "cancelled" ? "maintenance" : "failed";
}

void insert_deployment(db::Session& session, const DeploymentRecord& r) {
  const std::string plan = to_json_text(r.plan);
  const long long asn = r.asn.value;
  db::execute(session,
              "INSERT INTO deployments (id, name, project, server, image, catalog, plan, asn, "
              "state, reason, "
              "live_server, live_name, operation, created, ended, version, image_version, "
              "catalog_version) "
              "VALUES (:id, :nm, :pr, :sv, :im, :ca, :pl, :asn, :st, '', :ls, :ln, :op, :cr, 0, 1, "
              ":iv, :cv)",
              r.id, r.name, r.project, r.server, r.image, r.catalog, plan, asn, r.state, r.server,
              r.name, r.operation, r.created, r.image_version, r.catalog_version);
}

namespace {

const std::string& alone_on(const OperationRecord& r) {
  return r.alone_on.empty() ? r.server : r.alone_on;
}

}  // namespace

Status insert_operation(db::Session& session, const OperationRecord& r) {
  const auto running = db::select_one<std::string, std::string>(
      session, "SELECT id, kind FROM operations WHERE live_server = :s", alone_on(r));
  if (running)
    return failure(Errc::Conflict, (r.server.empty() ? r.alone_on : "server " + r.server) +
                                       " is busy with " + std::get<1>(*running) + " operation " +
                                       std::get<0>(*running));
  const std::string now = session.now_sql();
  const long long slow = slow_after(session, r.kind, r.state, r.server).count();
  db::execute(
      session,
      "INSERT INTO operations (id, kind, deployment, server, project, live_server, status, state, "
      "state_since, attempt, message, error_code, error, cancel_requested, due, claimed_by, "
      "claimed_until, fence, created, finished, version, slow_after) VALUES (:id, :ki, :de, :sv, "
      ":pr, :ls, "
      "'running', :st, " +
          now + ", 0, '', '', '', 0, " + now + ", '', 0, 0, :cr, 0, 1, :sl)",
      r.id, r.kind, r.deployment, r.server, r.project, alone_on(r), r.state, r.created, slow);
  return {};
}

std::vector<std::string> due_operations(db::Session& session, int limit) {
  std::vector<std::string> ids;
  const std::string now = session.now_sql();
  for (const auto& [id] : db::select<std::string>(
           session, "SELECT id FROM operations WHERE status = 'running' AND due <= " + now +
                        " AND claimed_until <= " + now + " ORDER BY due LIMIT " +
                        std::to_string(limit)))
    ids.push_back(id);
  return ids;
}

void wake_operation(db::Session& session, const std::string& id) {
  const std::string now = session.now_sql();
  db::execute(session, "UPDATE operations SET due = " + now + " WHERE id = :i AND due > " + now,
              id);
}

void wake_operation_of(db::Session& session, const std::string& server) {
  for (const auto& [id] :
       db::select<std::string>(session, "SELECT id FROM operations WHERE live_server = :s", server))
    wake_operation(session, id);
}

std::optional<std::chrono::microseconds> until_next_due(db::Session& session) {
  const auto row = db::select_one<long long>(
      session, "SELECT due - " + session.now_sql() +
                   " FROM operations WHERE status = 'running' ORDER BY due LIMIT 1");
  if (!row) return std::nullopt;
  return std::chrono::microseconds(std::get<0>(*row));
}

int count_running_operations(db::Session& session) {
  return static_cast<int>(std::get<0>(*db::select_one<long long>(
      session, "SELECT COUNT(*) FROM operations WHERE status = 'running'")));
}

std::optional<OperationRecord> claim_operation(db::Session& session, const std::string& id,
                                               const std::string& holder,
                                               std::chrono::seconds how_long) {
  const std::string now = session.now_sql();
  const long long lease = std::chrono::microseconds(how_long).count();
  const long long taken = db::execute(
      session,
      "UPDATE operations SET claimed_by = :h, claimed_until = " + now + " + :l, due = " + now +
          " + :d, fence = fence + 1 WHERE id = :i AND status = 'running' AND due <= " + now +
          " AND claimed_until <= " + now,
      holder, lease, lease, id);
  if (taken != 1) return std::nullopt;
  return find_operation_record(session, id);
}

Status record_advance(db::Session& session, const Job& job, const Row& row, const Advance& advance,
                      Timestamp now, Timestamp due) {
  const OperationRecord& operation = job.operation;
  const bool moves = advance.next != row.in;
  const std::string status = status_after(job, advance);
  const std::string next(to_string(advance.next));
  // The first failure is the one people need; what closing the ports meets afterwards only adds to
  // it.
  const bool fails = moves && advance.next == row.on_failure && advance.next != row.then &&
                     operation.error.empty();
  const bool failed_at_end =
      moves && advance.next == State::Failed && operation.error.empty() && !advance.note.empty();
  const std::string error =
      fails || failed_at_end ? why(session, operation, row, advance) : operation.error;
  const std::string code = fails || failed_at_end ? to_string(advance.error) : operation.error_code;
  const long long since = moves ? to_micros(now) : operation.state_since;
  const int attempt = moves ? 0 : operation.attempt + (advance.is_retry ? 1 : 0);
  const long long next_look = to_micros(due);
  const bool is_slow = !moves && operation.slow_after > 0 &&
                       to_micros(now) - operation.state_since > operation.slow_after;
  const long long slow = moves ? slow_after(session, operation.kind, next, operation.server).count()
                         : is_slow ? 0
                                   : operation.slow_after;
  const std::string message = moves ? "" : advance.note;
  // While the step ran, `due` stood at the end of the claim; an earlier one means somebody woke the
  // operation in between (a port settled), and that must not be overwritten by our next look.
  const long long written =
      db::execute(session,
                  "UPDATE operations SET state = :st, status = :ss, "
                  "state_since = :si, attempt = :at, message = :me, "
                  "error = :er, error_code = :ec, due = CASE WHEN due < :cl "
                  "THEN due ELSE :du END, claimed_until = 0, "
                  "slow_after = :sl, version = version + 1 "
                  "WHERE id = :id AND fence = :fe AND status = 'running'",
                  next, status, since, attempt, message, error, code, operation.due, next_look,
                  slow, operation.id, operation.fence);
  if (written != 1)
    return failure(Errc::Conflict,
                   "operation " + operation.id + " was taken over by another controller");

  const std::string step(to_string(row.in));
  if (moves || advance.note != operation.message) {
    const std::string kind = kind_of(row, advance);
    append_timeline(session, operation.id, step, kind, advance.note, now);
    append_event(session, {"operation.step", "operations/" + operation.id, operation.project},
                 {{"operation", operation.id},
                  {"step", step},
                  {"kind", kind},
                  {"message", advance.note},
                  {"status", status}},
                 now);
  }
  if (is_slow) tell_slow(session, operation, step, now);
  if (!moves) return {};
  if (advance.next == row.then && advance.note.empty())
    keep_step_time(session, operation.id, operation.kind, step, operation.server,
                   std::chrono::microseconds(to_micros(now) - operation.state_since));
  if (is_end(advance.next)) {
    Job ended = job;
    ended.operation.error = error;
    end_operation(session, ended, status, now);
    return {};
  }
  append_timeline(session, operation.id, next, "started", "", now);
  if (const Row* following = find_row(table_of(operation.kind), advance.next))
    show_server_as(session, operation, following->server_state, now);
  return {};
}

void append_timeline(db::Session& session, const std::string& operation, const std::string& step,
                     const std::string& kind, const std::string& message, Timestamp now) {
  const auto last = db::select_one<int>(
      session, "SELECT sequence FROM timeline WHERE operation = :o ORDER BY sequence DESC LIMIT 1",
      operation);
  const int sequence = last ? std::get<0>(*last) + 1 : 1;
  db::execute(session,
              "INSERT INTO timeline (operation, sequence, at, step, kind, message) VALUES (:o, :q, "
              ":a, :s, :k, :m)",
              operation, sequence, to_micros(now), step, kind, message);
}

}  // namespace switchyard::provisioner
