// A simulated top-of-rack switch: Linux kernel, ifupdown2, FRR and sshd on loopback, as one driver
// and one attacker would see them, with the faults of real ones.
#pragma once

#include "core/clock.h"
#include "tests/fakes/shell/process.h"
#include "tests/fakes/ssh/server.h"
#include "tests/fakes/switch/bgp_sessions.h"
#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/kernel.h"
#include "tests/fakes/switch/monitor.h"

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

struct SwitchPlan {
  std::string name{};
  std::uint32_t asn{};
  std::string router_id{"10.255.0.1"};
  std::string bridge{"br0"};
  int provisioning_vlan{100};
  std::vector<std::string> server_ports{};
  std::vector<std::string> other_ports{};           // uplinks and foreign ports, up and configured
  std::vector<std::pair<std::string, int>> vrfs{};  // name, kernel table
  std::string password{"switch"};
  std::string public_key{};  // "ssh-ed25519 AAAA…"; empty: none
};

// A fault waits for its command, happens `times` times, and is gone. Commands are the lines a
// client sends, counted from when the fault was set, beginning with 0; end markers do not count.
struct SwitchFault {
  enum class Kind {
    Refuse,      // the command is not run and answers with status 1
    Hang,        // the command is not run and never answers
    DropBefore,  // the connection is cut, the command is not run
    DropAfter,   // the command is run, the connection is cut before its answer
    Late,        // the command is run and answers after `delay`
    PowerCut,    // the switch reboots in the middle of a change, after `at` single changes
  };
  // What a broken connection leaves behind: a shell goes on with what it has already received.
  enum class Rest { Lost, Runs, RunsLate };
  Kind kind{};
  long long at{-1};  // number of the command (PowerCut: of the change); -1: the next that matches
  std::string matching{};  // part of the command or its input; empty: any
  int times{1};            // -1: for ever
  std::chrono::milliseconds delay{1000};
  Rest rest{Rest::Lost};
};

// Replaces text in what matching commands answer.
struct SwitchLie {
  std::string command{};  // part of the command line
  std::string find{};
  std::string replace{};
};

struct SwitchLogEntry {
  std::string command{};
  std::string input{};
  int status{};
};

struct PortView {
  bool exists{};
  bool up{};
  bool carrier{};
  std::string master{};
  int pvid{};
  std::vector<int> tags{};  // of VLAN devices that are up
  friend bool operator==(const PortView&, const PortView&) = default;
};

// What is at the other end of a port's cable. Called with the switch's mutex held: must not call
// the switch back.
class CableEnd {
 public:
  virtual ~CableEnd() = default;
  [[nodiscard]] virtual bool has_power() const = 0;
  [[nodiscard]] virtual std::optional<BgpSpeaker> speaker(int tag) const = 0;
  // Whose system runs there now; what may see what is design.md 2.1.
  enum class Runs { Nothing, Installer, Tenant };
  [[nodiscard]] virtual Runs runs() const = 0;
};

// Thread-safe.
class FakeSwitch final : public SshPeer, private Machine {
 public:
  FakeSwitch(SshServer& server, const Clock& clock, SwitchPlan plan);
  ~FakeSwitch() override;

  [[nodiscard]] const SwitchPlan& plan() const { return plan_; }

  [[nodiscard]] std::uint16_t port() const { return endpoint_->port(); }

  [[nodiscard]] std::string host_key() const { return endpoint_->host_key_fingerprint(); }

  [[nodiscard]] const SshCounters& counters() const { return endpoint_->counters(); }

  // The cable of a port. `end` must outlive it; nullptr pulls it out.
  void cable(const std::string& port, const CableEnd* end);
  void pull(const std::string& port, bool out);
  // The server behind some port changed: power, system or announcements.
  void cable_changed(const std::string& port);

  // --- faults
  void set_fault(SwitchFault fault);
  void refuse_port(const std::string& port, bool refused);   // every line that names it, for ever
  void refuse_lines(const std::string& part, bool refused);  // every line that contains it
  void set_lie(std::vector<SwitchLie> lies);
  void set_full_disk(bool full);
  void set_unreachable(bool unreachable);
  void set_limits(SshLimits limits);
  void set_commit_delay(std::chrono::milliseconds delay);
  void set_bgp_delay(std::chrono::milliseconds delay);
  void clear_faults();

  void change_host_key() { endpoint_->change_host_key(); }

  // Running state is rebuilt from what is saved; /run is gone; connections are cut.
  void reboot();
  // As after a replacement: the disk is empty but for what every switch of the site has.
  void factory_reset();

  // --- looking
  [[nodiscard]] PortView port_view(const std::string& port);
  [[nodiscard]] std::string running_config();
  [[nodiscard]] std::string file(const std::string& path);
  [[nodiscard]] std::vector<std::string> files_below(const std::string& directory);
  [[nodiscard]] std::string boot_id();
  [[nodiscard]] std::string session_state(const std::string& vrf, const std::string& interface);
  [[nodiscard]] std::vector<Prefix> accepted(const std::string& vrf, const std::string& interface);
  [[nodiscard]] std::vector<std::string> violations();
  [[nodiscard]] std::vector<SwitchLogEntry> log();
  void clear_log();

  void set_log_limit(std::size_t bytes) { log_limit_ = bytes; }

  [[nodiscard]] long long steps();      // single changes so far
  [[nodiscard]] long long exchanges();  // round trips of a controller's shell so far
  // How long its programs ran for those, without delays and without SSH: the device's own time.
  [[nodiscard]] std::chrono::nanoseconds worked();
  // Everything that matters about the whole switch but for one port, as text: for "no other port".
  [[nodiscard]] std::string fingerprint(const std::set<std::string>& without_ports = {});

  // --- a person at the console: runs a shell line, answers what it prints. Not logged.
  std::string console(const std::string& line);

  // Lets what sleeps on the switch go on when its time has come. Everything above does it first.
  void run_due();
  [[nodiscard]] std::optional<SteadyTime> next_due();

  // --- SshPeer
  bool accepts_password(std::string_view user, std::string_view password) override;
  bool accepts_key(std::string_view user, std::string_view key) override;
  SshLimits limits() override;
  bool reachable() override;
  std::unique_ptr<SshProgram> start(std::string_view command) override;

 private:
  friend class SwitchSession;
  friend class SwitchBoot;

  // Thrown through everything that runs on the switch when its power goes.
  struct PowerLost {};

  struct Job {
    std::unique_ptr<Process> process{};
    std::optional<Task<int>> task{};
    int pid{};
  };

  // Machine
  Files& files() override { return files_; }

  const Clock& clock() const override { return clock_; }

  std::optional<int> run(const Arguments& arguments, Streams& streams) override;
  int spawn(std::unique_ptr<Process> process, Arguments command, NodePtr node,
            Streams streams) override;
  bool kill(int pid) override;
  bool alive(int pid) const override;

  int new_pid() override { return next_pid_++; }

  bool lock(const std::string& path, int pid) override;
  void unlock(const std::string& path, int pid) override;

  // With mutex_ held:
  void boot();
  void lose_power();
  void step(const std::string& subject, bool in_force);
  void run_due_locked();
  void put_to_sleep(Job job);
  void refresh_carrier(const std::string& port);
  [[nodiscard]] std::string refusal_of(const std::string& line) const;
  [[nodiscard]] KernelAnswer run_batch_program(const Arguments& arguments,
                                               const std::string& input);
  [[nodiscard]] std::string tell_lies(const std::string& command, std::string output) const;
  [[nodiscard]] SwitchFault* fault_for(const std::string& command, const std::string& input);
  void use_up(const SwitchFault* fault);
  void log_command(const std::string& command, const std::string& input, int status);
  [[nodiscard]] std::string run_to_end(const std::string& line);
  [[nodiscard]] MonitorView monitor_view();

  SwitchPlan plan_;
  const Clock& clock_;
  std::recursive_mutex mutex_{};

  Kernel kernel_{};
  Files files_{};
  FrrConfig frr_;
  BgpSessions sessions_;
  Monitor monitor_{};
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

  std::list<SwitchFault> faults_{};
  long long commands_since_fault_{};
  long long steps_at_fault_{};
  std::set<std::string> refused_ports_{};
  std::set<std::string> refused_lines_{};
  std::vector<SwitchLie> lies_{};
  SshLimits limits_{};
  bool unreachable_{};
  std::chrono::milliseconds commit_delay_{};

  std::deque<SwitchLogEntry> log_{};
  std::size_t log_bytes_{};
  std::size_t log_limit_{16U << 20U};

  std::unique_ptr<SshEndpoint> endpoint_;  // last: nothing calls in before all is there
};

}  // namespace switchyard::fakes
