// Steps of a rescue: our RAM system lets people in, and is kept open for them.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/steps/ram_system.h"
#include "provisioner/store/events.h"
#include "provisioner/store/rescues.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

constexpr auto kQuickLook = 250ms;
constexpr auto kLook = 5s;  // whoever ends it wakes the operation; this is for a lost server

Result<RescueRecord> read_rescue(const Job& job, StepContext& context) {
  return db::read(context.pool, "rescue of " + job.server.name,
                  [&](db::Session& session) -> Result<RescueRecord> {
                    auto found = find_rescue_record(session, job.operation.id);
                    if (!found)
                      return failure(Errc::NotFound,
                                     "operation " + job.operation.id + ": its rescue is gone");
                    return std::move(*found);
                  });
}

// Once for each boot of the RAM system: how to get in, in the books and the event log.
Status note_door(const Job& job, StepContext& context, RescueRecord& known,
                 const BootStatus& status) {
  if (known.address == status.address && known.host_key == status.host_key) return {};
  known.address = status.address;
  known.host_key = status.host_key;
  return db::write(
      context.pool, "door of the rescue of " + job.server.name,
      [&](db::Session& session) -> Status {
        open_rescue_door(session, job.operation.id, status.address, status.host_key);
        append_event(session, {.type = "server.rescue", .subject = "servers/" + job.server.name},
                     {{"server", job.server.name},
                      {"operation", job.operation.id},
                      {"state", "open"},
                      {"address", status.address},
                      {"host_key", status.host_key}},
                     db::now(session));
        return {};
      });
}

// Done when the RAM system of this operation is open; it is brought there otherwise.
StepOutcome bring_open(const Job& job, StepContext& context, RescueRecord& rescue) {
  const auto server = context.make_server_boot(job.server, job.limits);
  if (!server) return failed(server.error(), job);
  const auto status = (*server)->read();
  if (!status) return failed(status.error(), job);
  const bool ours = status->operation == job.operation.id;
  if (ours && status->phase == "failed")
    return Error{Errc::Rejected,
                 "server " + job.server.name + ": nobody can be let in: " + status->detail};
  if (const auto unready = bring_into_installer(job, *status, **server)) return *unready;
  if (ours && status->phase == "rescue") {
    const Status noted = note_door(job, context, rescue, *status);
    return noted ? StepOutcome{Done{}} : StepOutcome{noted.error()};
  }
  if (ours && status->phase == "rescuing") return Wait{with_progress(*status), kQuickLook};
  const Status started =
      (*server)->start_rescue({.operation = job.operation.id, .ssh_keys = rescue.ssh_keys});
  if (!started) return failed(started.error(), job);
  return Wait{"the RAM system gets the keys", kQuickLook};
}

}  // namespace

StepOutcome open_rescue(const Job& job, StepContext& context) {
  auto rescue = read_rescue(job, context);
  return rescue ? bring_open(job, context, *rescue) : StepOutcome{rescue.error()};
}

StepOutcome keep_rescue(const Job& job, StepContext& context) {
  auto rescue = read_rescue(job, context);
  if (!rescue) return rescue.error();
  if (!rescue->ended_by.empty() || job.in_state >= kRescueTime) return Done{};
  StepOutcome open = bring_open(job, context, *rescue);
  if (!std::holds_alternative<Done>(open)) return open;
  return Wait{"ssh root@" + rescue->address + ", host key " + rescue->host_key, kLook};
}

}  // namespace switchyard::provisioner
