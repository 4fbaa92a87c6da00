// A site of two switches and one server in memory, driven tick by tick on a clock that only moves
// when told to: the runner and the reconcilers are the real ones, driver and BMC are scripted.
#pragma once

#include "core/seal.h"
#include "ipam/allocator.h"
#include "provisioner/reconcile/switch_worker.h"
#include "provisioner/service.h"
#include "provisioner/workflow/runner.h"
#include "tests/core/database.h"
#include "tests/fakes/fake_clock.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// What one switch of the site shows, and what it is told to do wrong.
struct ScriptedSwitch {
  std::map<std::string, switch_drivers::PortIntent> ports{};  // in force
  std::map<std::string, switch_drivers::PortIntent> saved{};
  std::map<std::string, std::map<std::string, switch_drivers::PortIntent>>
      armed{};                      // change -> former
  std::optional<Error> broken{};    // every call answers this
  std::set<std::string> refuses{};  // ports that cannot be changed
  std::set<switch_drivers::PortMode> refused_modes{};
  bool forgets_changes{};  // the dead man is always faster
  bool one_change{};       // one at a time, and settle() takes back what it is not told of
  bool lies{};             // says done, shows the old port
  int applied{};           // ports changed
  std::function<void()> during_apply{};     // what happens meanwhile, elsewhere
  std::function<void()> during_sessions{};  // after they were read
  int exchanges{};
  std::vector<std::string> history{};             // "swp1 routed", in order
  std::optional<std::vector<Prefix>> accepted{};  // instead of exactly the expected ones
  std::function<bool(const switch_drivers::PortIntent&)> loses_session{};  // with such a port
};

struct ScriptedServer {
  BootStatus status{.phase = "off"};
  bool lies_about_power{};  // its BMC says that it is off
  bool bmc_is_down{};
  int unanswered{};   // how often the BMC was asked while it was down
  bool boot_loops{};  // it is heard at every boot, and never comes further
  BootDevice next{BootDevice::Disk};
  bool installs{true};
  std::string installs_as{"installing"};  // "unattended": the order named a native installer
  bool wipes{true};
  std::string wipe_fails{};  // why; empty: wipes are proved
  int power_cycles{};
  InstallOrder ordered{};             // the last one
  std::vector<std::string> let_in{};  // SSH keys of the last rescue
  std::string console{};              // what its serial console prints; empty: its BMC offers none
};

class SimulatedSite {
 public:
  explicit SimulatedSite(db::Backend backend);
  ~SimulatedSite();

  // Runs everything that is due, moving the clock on, until `done` or `limit` of simulated time.
  bool run_until(const std::function<bool()>& done,
                 std::chrono::seconds limit = std::chrono::seconds(3600));
  void tick();

  void import_again();
  void add_worker(const std::string& switch_name);
  // The site's inventory, but for the first `from`.
  static std::string inventory_with(const std::string& from, const std::string& to);
  // Its inventory with the server under another name; nothing when that was taken.
  Status import_as(const std::string& name);
  DeployRequest order() const;
  std::string server_state();
  std::string operation_status(const std::string& id);
  OperationView operation(const std::string& id);
  switch_drivers::PortMode mode(const std::string& switch_name);

  // Another reconciler of a switch of this site, with a database session and a clock of its own.
  struct OtherController {
    std::unique_ptr<db::Pool> pool;
    Site site{};
    std::unique_ptr<ReconcileContext> context{};
    std::unique_ptr<SwitchWorker> worker{};
    std::shared_ptr<const switch_drivers::Permit> permit{};  // of the driver it made last
  };

  std::unique_ptr<OtherController> controller(const std::string& name, const Clock& own_clock,
                                              const std::string& switch_name);

  fakes::FakeClock clock{};  // of the controller and of the database
  db::TestDatabase database;
  std::unique_ptr<db::Pool> pool;
  Wakeup wakeup{};
  Site site{};
  std::optional<Sealer> sealer{};
  ipam::Allocator allocator{clock};
  std::map<std::string, ScriptedSwitch> switches{};
  ScriptedServer server{};
  std::unique_ptr<Service> service{};
  std::unique_ptr<ReconcileContext> context{};
  std::map<std::string, std::unique_ptr<SwitchWorker>> workers{};
  ConsoleLogs consoles{};
  std::unique_ptr<Runner> runner{};
  std::function<void()> during_tick{};  // what else happens meanwhile

 private:
  std::string folder_{};
};

}  // namespace switchyard::provisioner
