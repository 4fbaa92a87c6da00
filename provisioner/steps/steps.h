// The steps of the workflows. Each looks before it acts and is safe to run again from the top; none
// keeps a transaction open while a device is talked to.
#pragma once

#include "core/clock.h"
#include "provisioner/bmc/console_logs.h"
#include "provisioner/bmc/server_boot.h"
#include "provisioner/port_policy.h"
#include "provisioner/site.h"
#include "provisioner/store/records.h"
#include "provisioner/wakeup.h"
#include "provisioner/workflow/workflow.h"

#include <functional>
#include <memory>
#include <vector>

namespace switchyard::db {
class Pool;
}

namespace switchyard::ipam {
class Allocator;
}

namespace switchyard::catalogs {
class TemplateEngine;
}

namespace switchyard::provisioner {

// The subject of one run of a step, read just before it.
struct Job {
  OperationRecord operation{};
  DeploymentRecord deployment{};  // empty when the operation belongs to none
  ServerRecord server{};
  std::vector<NicRecord> nics{};
  std::chrono::microseconds in_state{};  // so long in this step, by the database's clock
  BootLimits limits{};                   // of what is done to the server
};

using MakeServerBoot = std::function<Result<std::unique_ptr<ServerBoot>>(const ServerRecord& server,
                                                                         const BootLimits& limits)>;

// How the serial console of a server is read.
using MakeFollowConsole = std::function<FollowConsole(const ServerRecord& server)>;

// What steps may use. Outlives the runner.
struct StepContext {
  db::Pool& pool;
  const Clock& clock;
  Wakeup& wakeup;
  const Site& site;
  ipam::Allocator& allocator;
  MakeServerBoot make_server_boot;
  ConsoleLogs* consoles{};  // null: serial consoles are not read
  MakeFollowConsole follow_console{};
  // Renders what catalogs put on servers; the runner makes one if there is none.
  std::shared_ptr<catalogs::TemplateEngine> templates{};
};

// ports
[[nodiscard]] StepOutcome prepare_ports(const Job& job,
                                        StepContext& context);  // off, then provisioning
[[nodiscard]] StepOutcome attach_ports(const Job& job,
                                       StepContext& context);  // routed, both or neither
[[nodiscard]] StepOutcome shut_ports(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome return_ports(const Job& job, StepContext& context);  // provisioning
[[nodiscard]] StepOutcome verify_sessions(const Job& job, StepContext& context);
// Off, as its BMC says and its switches show: BMCs have said so of servers that ran.
[[nodiscard]] StepOutcome stop_tenant(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome isolate_server(const Job& job, StepContext& context);  // off and shut

// the server
[[nodiscard]] StepOutcome power_off(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome boot_from_network(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome install_image(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome boot_from_disk(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome wipe_disks(const Job& job, StepContext& context);

// a rescue: people are let in; until one of them ends it, or its time is over
inline constexpr std::chrono::hours kRescueTime{12};
[[nodiscard]] StepOutcome open_rescue(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome keep_rescue(const Job& job, StepContext& context);

// a move: the switch side of a deployment gets another version of its catalog, leg by leg, so that
// the server always has one that carries its traffic
[[nodiscard]] StepOutcome move_first_leg(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome move_other_legs(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome record_move(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome revert_legs(const Job& job, StepContext& context);

// a roll-out: moves in waves; the next one begins when all before it is as it should be
[[nodiscard]] StepOutcome roll_waves(const Job& job, StepContext& context);
[[nodiscard]] StepOutcome halt_waves(const Job& job, StepContext& context);

// the books
[[nodiscard]] StepOutcome free_addresses(const Job& job, StepContext& context);

// Pure: does this port show exactly the sessions and host routes of its wish? The reason if not.
// Anycast addresses of the plan may be there or not: their health check decides.
[[nodiscard]] std::optional<std::string> unverified(const PortWish& wish,
                                                    const WishRecord& observed, const Plan& plan);

}  // namespace switchyard::provisioner
