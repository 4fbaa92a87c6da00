// A simulated top-of-rack switch: Linux kernel, ifupdown2, FRR and sshd on loopback, as one driver
// and one attacker would see them, with the faults of real ones.
#pragma once

#include "core/clock.h"
#include "tests/fakes/shell/process.h"
#include "tests/fakes/ssh/server.h"
#include "tests/fakes/switch/bgp_sessions.h"
#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/kernel.h"
#include "tests/fakes/switch/linux_model.h"
#include "tests/fakes/switch/monitor.h"
#include "tests/fakes/switch/tor.h"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// Thread-safe.
class FakeSwitch : public FakeTor, public SshPeer, protected Machine {
 public:
  FakeSwitch(SshServer& server, const Clock& clock, SwitchPlan plan);
  ~FakeSwitch() override;

  const SwitchPlan& plan() const override { return plan_; }

  std::uint16_t port() const override { return endpoint_->port(); }

  std::string host_key() const override { return endpoint_->host_key_fingerprint(); }

  long long connections() override { return endpoint_->counters().connections; }

  long long logins() override { return endpoint_->counters().logins; }

  void cable(const std::string& port, const CableEnd* end) override;
  void pull(const std::string& port, bool out) override;
  void cable_changed(const std::string& port) override;

  // --- faults
  void set_fault(SwitchFault fault) override;
  void refuse_port(const std::string& port, bool refused) override;
  void refuse_lines(const std::string& part, bool refused) override;
  void set_lie(std::vector<SwitchLie> lies);
  void lie_about_filters(const Prefix& is, const Prefix& shown) override;
  void set_full_disk(bool full) override;
  void set_unreachable(bool unreachable) override;
  void set_limits(SshLimits limits);
  std::vector<std::string> session_limits() const override;
  void exhaust(const std::string& limit) override;
  void cut_after_bytes(long long bytes) override;
  void set_commit_delay(std::chrono::milliseconds delay) override;
  void set_bgp_delay(std::chrono::milliseconds delay) override;
  void clear_faults() override;

  void change_host_key() override { endpoint_->change_host_key(); }

  // /run is gone after it.
  void reboot() override;
  void factory_reset() override;

  // --- looking
  PortView port_view(const std::string& port) override;
  [[nodiscard]] std::string running_config();
  [[nodiscard]] std::string file(const std::string& path);
  [[nodiscard]] std::vector<std::string> files_below(const std::string& directory);
  [[nodiscard]] std::string boot_id();
  std::string session_state(const std::string& vrf, const std::string& neighbour) override;
  std::vector<Prefix> accepted(const std::string& vrf, const std::string& neighbour) override;
  std::vector<std::string> violations() override;

  std::set<std::string> cannot() const override { return monitor_.cannot(); }

  std::vector<SwitchLogEntry> log() override;
  void clear_log() override;

  void set_log_limit(std::size_t bytes) override { log_.set_limit(bytes); }

  long long steps() override;
  long long exchanges() override;
  std::chrono::nanoseconds worked() override;
  std::string fingerprint(const std::set<std::string>& without_ports = {}) override;

  std::vector<std::string> leftovers() override { return files_below("/run/switchyard"); }

  // --- what faults are aimed at
  std::string mark_of_change() const override { return "vtysh -f"; }

  std::string mark_before_arming(const std::string& change_id,
                                 const std::string& port) const override;
  std::set<std::string> changing_lines() override;

  // --- a person at the console: runs a shell line, answers what it prints. Not logged.
  std::string console(const std::string& line);
  std::vector<HandChange> hand_changes(const RoutedPlace& place) override;

  void run_due() override;
  std::optional<SteadyTime> next_due() override;

  // --- SshPeer
  bool accepts_password(std::string_view user, std::string_view password) override;
  bool accepts_key(std::string_view user, std::string_view key) override;
  SshLimits limits() override;
  bool reachable() override;
  std::unique_ptr<SshProgram> start(std::string_view command) override;

 protected:
  // Thrown through everything that runs on the switch when its power goes.
  struct PowerLost {};

  // What of a switch with a shell is its NOS's.
  struct Nature {
    std::set<std::string> cannot{};  // Monitor::Monitor
    bool checks_tags{};              // LinuxModel
    std::string frr_file{"/etc/frr/frr.conf"};
  };

  // Not switched on yet: that is power_on(), once a derived class is ready for the calls below.
  FakeSwitch(const Clock& clock, SwitchPlan plan, Nature nature);
  void power_on(SshServer& server);

  // Before a derived class goes away: nobody calls in any more.
  void hang_up() { endpoint_.reset(); }

  // With mutex_ held:
  virtual void erase_disk();   // of what install() makes
  virtual void install();      // the files of a new switch
  virtual void boot_system();  // power-on: kernel, network, FRR

  virtual void settle_down() {}  // what happens by itself, all of it: somebody looks from outside

  virtual void tick() {}  // a client's shell takes its next step: some of it

  [[nodiscard]] virtual std::string everything();  // of a fingerprint
  std::optional<int> run(const Arguments& arguments, Streams& streams) override;
  void step(const std::string& subject, bool in_force);
  [[nodiscard]] std::string run_to_end(const std::string& line);

  Files& files() override { return files_; }

  const Clock& clock() const override { return clock_; }

  int spawn(std::unique_ptr<Process> process, Arguments command, NodePtr node,
            Streams streams) override;
  bool kill(int pid) override;

  SwitchPlan plan_;
  const Nature nature_;
  const Clock& clock_;
  std::recursive_mutex mutex_{};

  Kernel kernel_{};
  Files files_{};
  FrrConfig frr_;
  LinuxModel model_;
  SwitchFaults faults_{};

 private:
  friend class SwitchSession;
  friend class SwitchBoot;

  struct Job {
    std::unique_ptr<Process> process{};
    std::optional<Task<int>> task{};
    int pid{};
  };

  bool alive(int pid) const override;

  int new_pid() override { return next_pid_++; }

  bool lock(const std::string& path, int pid) override;
  void unlock(const std::string& path, int pid) override;

  // With mutex_ held:
  void boot();
  void lose_power();
  void run_due_locked();  // all that is due, for somebody who looks from outside
  void wake_sleepers();
  void put_to_sleep(Job job);
  void refresh_carrier(const std::string& port);
  [[nodiscard]] KernelAnswer run_batch_program(const Arguments& arguments,
                                               const std::string& input);
  [[nodiscard]] MonitorView monitor_view() const;

  BgpSessions sessions_;
  Monitor monitor_;
  std::string boot_id_{};
  long long boots_{};
  bool booting_{};
  std::map<std::string, const CableEnd*> cables_{};
  std::set<std::string> pulled_{};

  std::list<Job> jobs_{};
  SteadyTime soonest_{SteadyTime::max()};  // none of jobs_ wakes before
  std::map<std::string, int> locks_{};
  int next_pid_{100};
  long long steps_{};
  long long exchanges_{};
  std::chrono::nanoseconds worked_{};
  bool changed_in_force_{};  // since the last exchange was answered

  SshLimits limits_{};
  bool unreachable_{};
  std::chrono::milliseconds commit_delay_{};

  SwitchLog log_{};

  std::unique_ptr<SshEndpoint> endpoint_;  // last: nothing calls in before all is there
};

}  // namespace switchyard::fakes
