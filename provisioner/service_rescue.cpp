// The facade's rescue: people in the RAM system of a server nobody rents. Whatever they do, the
// server is in maintenance afterwards, and what it owed stays owed (docs/decisions/0009).
#include "core/db/query.h"
#include "core/id.h"
#include "provisioner/deploy_plan.h"
#include "provisioner/service.h"
#include "provisioner/service_servers.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/events.h"
#include "provisioner/store/rescues.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

constexpr std::size_t kMostKeys = 64;  // of the installer's task, pxe/installer/task.h

Status check_keys(const std::vector<std::string>& keys) {
  if (keys.empty()) return failure(Errc::Invalid, "a rescue needs an SSH public key to let in");
  if (keys.size() > kMostKeys)
    return failure(Errc::Invalid, "a rescue lets in at most " + std::to_string(kMostKeys) +
                                      " SSH public keys, not " + std::to_string(keys.size()));
  for (const std::string& key : keys)
    if (const Status good = check_ssh_key(key); !good) return good;
  return {};
}

// The disks of a server that belongs to a deployment are its project's, also after a failure.
Status may_be_rescued(const ServerRecord& record) {
  if (!record.deployment.empty())
    return failure(Errc::Conflict, "server " + record.name + " is " + record.state +
                                       " and its disks belong to deployment " + record.deployment +
                                       "; release that first");
  if (record.state == "maintenance" || record.state == "failed") return {};
  return failure(
      Errc::Conflict,
      "server " + record.name + " is " + record.state +
          (record.state == "available" ? "; take it into maintenance first"
                                       : "; only one in maintenance, or failed, can be rescued"));
}

// Type, end and comment of a key: enough to know it by.
std::string name_of_key(const std::string& key) {
  constexpr std::size_t kEnd = 12;
  const std::size_t first = key.find(' ');
  const std::size_t second = std::min(key.find(' ', first + 1), key.size());
  const std::string body = key.substr(first + 1, second - first - 1);
  return key.substr(0, first) + " …" + body.substr(body.size() - std::min(kEnd, body.size())) +
         key.substr(second, 100);
}

std::string who_gets_in(const Viewer& viewer, const std::vector<std::string>& keys) {
  std::string text = "asked for by " + viewer.name + ", lets in";
  for (const std::string& key : keys)
    text += (&key == &keys.front() ? " " : ", ") + name_of_key(key);
  return text.substr(0, 1000);
}

void append_rescue_event(db::Session& session, const OperationRecord& operation,
                         const std::string& state, const std::string& by) {
  append_event(
      session, {.type = "server.rescue", .subject = "servers/" + operation.server},
      {{"server", operation.server}, {"operation", operation.id}, {"state", state}, {"by", by}},
      db::now(session));
}

Result<OperationRecord> queue_rescue(db::Session& session, const Viewer& viewer,
                                     const ServerRecord& server,
                                     const std::vector<std::string>& keys, Timestamp now) {
  const Row& first = rescue_table().front();
  const OperationRecord record{.id = new_id("op", now),
                               .kind = "rescue",
                               .server = server.name,
                               .state = std::string(to_string(first.in)),
                               .created = to_micros(now)};
  if (Status queued = insert_operation(session, record); !queued)
    return tl::unexpected(queued.error());
  // Why it is out of the pool stays known, also of one that was failed until now.
  if (Status shown = show_as(session, server, std::string(first.server_state), server.reason);
      !shown)
    return tl::unexpected(shown.error());
  insert_rescue(session, {.operation = record.id, .ssh_keys = keys});
  append_timeline(session, record.id, record.state, "started", who_gets_in(viewer, keys), now);
  append_rescue_event(session, record, "asked for", viewer.name);
  return *find_operation_record(session, record.id);
}

// NotFound: none is running.
Result<OperationRecord> running_rescue(db::Session& session, const std::string& server) {
  const auto known = server_record(session, server);
  if (!known) return tl::unexpected(known.error());
  const auto running = db::select_one<std::string>(
      session, "SELECT id FROM operations WHERE live_server = :s AND kind = 'rescue'", server);
  if (!running) return failure(Errc::NotFound, "no rescue of server " + server + " is running");
  return *find_operation_record(session, std::get<0>(*running));
}

bool is_open(const OperationRecord& operation) {
  return operation.state == to_string(State::Open) && !operation.cancel_requested;
}

std::string state_of(const OperationRecord& operation, const RescueRecord& rescue) {
  if (is_open(operation)) return rescue.ended_by.empty() ? "open" : "ending";
  const bool is_leaving = operation.cancel_requested || !rescue.ended_by.empty() ||
                          operation.state == to_string(State::Closing) ||
                          operation.state == to_string(State::Isolating);
  return is_leaving ? "ending" : "opening";
}

RescueView to_rescue_view(const OperationRecord& operation, const RescueRecord& rescue) {
  RescueView view{.server = operation.server,
                  .operation = operation.id,
                  .state = state_of(operation, rescue),
                  .ssh_keys = rescue.ssh_keys};
  if (view.state != "open") return view;
  view.address = rescue.address;
  view.host_key = rescue.host_key;
  view.opened = from_micros(rescue.opened);
  view.until = from_micros(operation.state_since) + kRescueTime;
  return view;
}

}  // namespace

Result<OperationView> Service::start_rescue(const Viewer& viewer, const std::string& name,
                                            const std::vector<std::string>& ssh_keys, Mode mode) {
  if (const Status good = check_keys(ssh_keys); !good) return tl::unexpected(good.error());
  return write_or_try<OperationView>(
      pool_, "rescue of " + name, mode, [&](db::Session& session) -> Result<OperationView> {
        const auto record = server_record(session, name);
        if (!record) return tl::unexpected(record.error());
        if (const Status may = may_be_rescued(*record); !may) return tl::unexpected(may.error());
        const auto queued = queue_rescue(session, viewer, *record, ssh_keys, clock_.now());
        if (!queued) return tl::unexpected(queued.error());
        poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
        return to_view(session, *queued);
      });
}

Result<RescueView> Service::find_rescue(const std::string& name) {
  return db::read(pool_, "rescue of " + name, [&](db::Session& session) -> Result<RescueView> {
    const auto operation = running_rescue(session, name);
    if (!operation) return tl::unexpected(operation.error());
    const auto rescue = find_rescue_record(session, operation->id);
    if (!rescue) return failure(Errc::NotFound, "no rescue of server " + name + " is running");
    return to_rescue_view(*operation, *rescue);
  });
}

// One that is not open yet is cancelled instead: nobody waits until it is, to close it then.
Result<OperationView> Service::end_rescue(const Viewer& viewer, const std::string& name,
                                          Mode mode) {
  return write_or_try<OperationView>(
      pool_, "end of the rescue of " + name, mode,
      [&](db::Session& session) -> Result<OperationView> {
        const auto operation = running_rescue(session, name);
        if (!operation) return tl::unexpected(operation.error());
        const auto rescue = find_rescue_record(session, operation->id);
        if (rescue && state_of(*operation, *rescue) == "ending")
          return to_view(session, *operation);
        if (!is_open(*operation))
          db::execute(session, "UPDATE operations SET cancel_requested = 1 WHERE id = :i",
                      operation->id);
        note_rescue_ended(session, operation->id, viewer.name);
        wake_operation(session, operation->id);
        append_timeline(session, operation->id, operation->state, "ended",
                        "asked for by " + viewer.name, clock_.now());
        append_rescue_event(session, *operation, "ending", viewer.name);
        poke_on_commit(session, wakeup_, {kRunnerTopic, kEventTopic});
        return to_view(session, *find_operation_record(session, operation->id));
      });
}

}  // namespace switchyard::provisioner
