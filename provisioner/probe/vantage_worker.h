// Drives one vantage point: probes the host routes that somebody asked to have watched, several
// times a second while somebody does, and sends nothing while nobody does. One thread, one warm SSH
// session.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/probe/probe_target.h"
#include "provisioner/probe/round.h"
#include "provisioner/site.h"
#include "provisioner/store/vantage_points.h"
#include "provisioner/wakeup.h"
#include "switch-drivers/permit.h"
#include "switch-drivers/transport/shell.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// The shell obeys the permit: it ends with the lease, or when the worker is asked to stop.
using MakeShell = std::function<Result<std::unique_ptr<switch_drivers::Shell>>(
    const VantageRecord& record, std::shared_ptr<const switch_drivers::Permit> permit)>;

// What every worker shares. Outlives the workers.
struct ProbeContext {
  db::Pool& pool;
  const Clock& clock;
  Wakeup& wakeup;
  const Site& site;
  MakeShell make_shell;
};

// Poked when something new is to be watched.
inline const std::string kProbeTopic = "probes";

class VantageWorker {
 public:
  VantageWorker(ProbeContext& context, std::string name);

  // Works until asked to stop, and then ends at once; what was under way is not recorded.
  void run(const std::stop_token& stop);

  // One look at what is asked for, one round if there is something; answers how long nothing is
  // due. Public so that tests can drive it without a thread.
  std::chrono::milliseconds tick();

 private:
  struct Asked {
    std::vector<ProbeTarget> targets{};
    Timestamp now{};  // by the database
  };

  [[nodiscard]] bool claim();
  void notice_new_access();
  [[nodiscard]] Status open();
  [[nodiscard]] Result<std::string> run_line(const std::string& line);
  [[nodiscard]] std::optional<Asked> read_asked();
  [[nodiscard]] Status probe(Asked& asked);
  void record(const Asked& asked);
  void note_contact(const Status& status);
  void tidy();

  ProbeContext& context_;
  std::string name_;
  std::shared_ptr<switch_drivers::Permit> permit_;
  std::unique_ptr<switch_drivers::Shell> shell_{};
  bool is_checked_{};  // it can probe
  std::optional<VantageClaim> claim_{};
  long long last_fence_{};  // of the last claim, also after it was given up
  long long version_{};
  std::string contact_{};  // that was recorded last: state and error
  int contact_failures_{};
  std::chrono::steady_clock::time_point claim_renewal_{};
  std::chrono::steady_clock::time_point next_access_look_{};
  std::chrono::steady_clock::time_point retry_contact_{};
  std::chrono::steady_clock::time_point next_tidy_{};
  std::minstd_rand random_;
};

}  // namespace switchyard::provisioner
