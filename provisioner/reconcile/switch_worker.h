// The reconciler of one switch: makes wishes true, all that are pending in one commit, and looks
// for drift without being asked. One thread, one driver, one warm session.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/site.h"
#include "provisioner/store/records.h"
#include "provisioner/store/wishes.h"
#include "provisioner/wakeup.h"
#include "switch-drivers/driver.h"
#include "switch-drivers/permit.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// The driver obeys the permit: it ends with the lease, or when the worker is asked to stop.
using MakeDriver = std::function<Result<std::unique_ptr<switch_drivers::Driver>>(
    const SwitchRecord& record, std::shared_ptr<const switch_drivers::Permit> permit)>;

// What every worker shares. Outlives the workers.
struct ReconcileContext {
  db::Pool& pool;
  const Clock& clock;
  Wakeup& wakeup;
  const Site& site;
  MakeDriver make_driver;
};

class SwitchWorker {
 public:
  SwitchWorker(ReconcileContext& context, std::string name);

  // Works until asked to stop, and then ends at once: what the switch is in the middle of is cut
  // short and nothing is recorded of it, as if the process had died. An armed change is left to the
  // dead man's handle.
  void run(const std::stop_token& stop);

  // One look at everything there is to do for this switch; answers how long nothing is due. Public
  // so that tests can drive it without a thread.
  std::chrono::milliseconds tick();

 private:
  // Ports that are changed on the switch and not yet kept, waiting for the decision of their group.
  struct Armed {
    std::string change_id{};
    std::chrono::steady_clock::time_point since{};
    std::vector<WishRecord> wishes{};
    std::map<std::string, std::string> decided{};  // groups, when this was recorded
  };

  [[nodiscard]] bool claim();
  void notice_new_access();
  [[nodiscard]] Result<std::optional<SwitchRecord>> read_record();
  [[nodiscard]] Status connect();
  [[nodiscard]] bool all_wait_for_others();
  void settle_decided();
  [[nodiscard]] std::vector<switch_drivers::Settlement> decisions(const Armed& armed,
                                                                  bool too_long);
  [[nodiscard]] std::vector<WishRecord> pending();
  [[nodiscard]] std::vector<WishRecord> not_armed(std::vector<WishRecord> wishes) const;
  void apply(const std::vector<WishRecord>& wishes);
  void record_applied(const std::vector<WishRecord>& wishes,
                      const std::vector<switch_drivers::PortOutcome>& outcomes,
                      const std::string& change_id);
  void record_failure(const std::vector<WishRecord>& wishes, const Error& error);
  [[nodiscard]] Result<std::vector<switch_drivers::PortOutcome>> settle_changed(
      const Armed& armed, std::vector<switch_drivers::Settlement> settlements);
  void settle(Armed& armed, const std::vector<switch_drivers::Settlement>& settlements);
  void scan_when_due();
  void scan(const std::vector<WishRecord>& wishes, long long asked);
  void record_scan(const std::vector<WishRecord>& wishes,
                   const std::vector<switch_drivers::PortReport>& reports, long long asked);
  void look_at_sessions(const std::vector<WishRecord>& wishes);
  [[nodiscard]] bool wants_alarm(const std::string& port,
                                 const std::vector<switch_drivers::SessionReport>& sessions);
  void note_contact(const Status& status);
  [[nodiscard]] std::chrono::milliseconds retry_in(int attempts);
  void poke_group(const std::vector<WishRecord>& wishes);

  ReconcileContext& context_;
  std::string name_;
  std::shared_ptr<switch_drivers::Permit> permit_;
  std::unique_ptr<switch_drivers::Driver> driver_{};
  std::optional<SwitchClaim> claim_{};
  long long last_fence_{};  // of the last claim, also after it was given up
  std::chrono::steady_clock::time_point claim_renewal_{};
  std::chrono::steady_clock::time_point next_access_look_{};
  std::chrono::steady_clock::time_point next_scan_{};
  std::chrono::steady_clock::time_point next_sessions_{};
  std::chrono::steady_clock::time_point retry_contact_{};
  int contact_failures_{};
  bool probed_{};
  bool one_change_{};  // the NOS has one change at a time, whose ports are settled together
  long long access_version_{};
  std::string state_{};
  std::vector<Armed> armed_{};

  struct RefusedAlarm {
    std::uint64_t told{};  // announcements when it last went off
    std::chrono::steady_clock::time_point not_before{};
  };

  std::map<std::string, RefusedAlarm> alarms_{};  // by port
  std::minstd_rand random_;
  long long changes_{};
};

}  // namespace switchyard::provisioner
