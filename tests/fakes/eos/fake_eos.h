// A simulated Arista EOS switch behind eAPI on 127.0.0.1: configuration sessions that stop at the
// first error, one commit timer, running and saved configuration, a flash of files.
#pragma once

#include "core/clock.h"
#include "tests/fakes/eos/eos_config.h"
#include "tests/fakes/eos/eos_model.h"
#include "tests/fakes/eos/https_server.h"
#include "tests/fakes/switch/bgp_sessions.h"
#include "tests/fakes/switch/monitor.h"
#include "tests/fakes/switch/tor.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// Thread-safe.
class FakeEos final : public FakeTor {
 public:
  FakeEos(const Clock& clock, SwitchPlan plan);
  ~FakeEos() override;

  const SwitchPlan& plan() const override { return plan_; }

  std::uint16_t port() const override { return server_->port(); }

  std::string host_key() const override { return server_->fingerprint(); }

  long long connections() override { return server_->connections(); }

  void cable(const std::string& port, const CableEnd* end) override;
  void pull(const std::string& port, bool out) override;
  void cable_changed(const std::string& port) override;

  void set_fault(SwitchFault fault) override;
  void refuse_port(const std::string& port, bool refused) override;
  void refuse_lines(const std::string& part, bool refused) override;
  void set_full_disk(bool full) override;
  void set_unreachable(bool unreachable) override;
  std::vector<std::string> session_limits() const override;
  void exhaust(const std::string& limit) override;
  void cut_after_bytes(long long bytes) override;
  void lie_about_filters(const Prefix& is, const Prefix& shown) override;
  void clear_faults() override;
  void change_host_key() override;

  void reboot() override;
  void factory_reset() override;

  PortView port_view(const std::string& port) override;
  std::string session_state(const std::string& vrf, const std::string& neighbour) override;
  std::vector<Prefix> accepted(const std::string& vrf, const std::string& neighbour) override;
  std::vector<std::string> violations() override;

  std::set<std::string> cannot() const override { return monitor_.cannot(); }

  std::vector<SwitchLogEntry> log() override;
  void clear_log() override;
  long long steps() override;
  long long exchanges() override;
  std::string fingerprint(const std::set<std::string>& without_ports = {}) override;
  std::vector<std::string> leftovers() override;

  std::string mark_of_change() const override { return "commit timer"; }

  std::string mark_before_arming(const std::string&, const std::string&) const override {
    return {};
  }

  std::set<std::string> changing_lines() override;
  std::vector<HandChange> hand_changes(const RoutedPlace& place) override;
  void run_due() override;
  std::optional<SteadyTime> next_due() override;

  // A person at the console: lines of `configure`. Not logged.
  void configure(const std::vector<std::string>& lines);
  // Somebody else's configuration session, with a commit timer or left open.
  void commit_by_hand(const std::string& session, const std::vector<std::string>& lines,
                      std::chrono::seconds timer);
  void open_by_hand(const std::string& session);
  // How long a commit takes, in real time.
  void set_commit_delay(std::chrono::milliseconds delay) override;

 private:
  // Thrown through everything that runs on the switch when its power goes.
  struct PowerLost {};

  struct Session {
    EosConfig config{};
    std::string state{"pending"};
  };

  struct Pending {  // a commit that waits for its confirmation
    std::string session{};
    EosConfig before{};
    SteadyTime until{};
  };

  struct Result {
    std::string output{};
    std::string error{};
  };

  // Where one request stands.
  struct Terminal {
    std::string session{};  // in its configuration; "": not
    bool configures{};      // running configuration
    EosLine place{};
  };

  using Lock = std::unique_lock<std::recursive_mutex>;

  std::optional<WebAnswer> answer(const WebRequest& request);
  std::optional<WebAnswer> run_commands(Lock& lock, const std::string& body);
  bool wait(Lock& lock, std::optional<std::chrono::milliseconds> delay);

  // With mutex_ held:
  Result execute(Terminal& terminal, const std::string& command);
  Result session_command(Terminal& terminal, const std::string& name, const std::string& rest);
  Result commit(const std::string& name, const std::string& rest);
  Result copy(const std::string& from, const std::string& to);
  Result show(Terminal& terminal, std::string what);
  Result type(Terminal& terminal, const std::string& line);
  [[nodiscard]] std::string sessions_json() const;
  [[nodiscard]] std::string bgp_json(const std::string& command);
  [[nodiscard]] std::string summary_json();
  void replace_running(EosConfig config, const std::string& why);
  void step(const std::string& what, bool in_force);
  void boot();
  void lose_power();
  void run_due_locked();
  [[nodiscard]] MonitorView monitor_view() const;
  [[nodiscard]] bool has_carrier(const std::string& port) const;
  [[nodiscard]] EosConfig factory_config() const;

  SwitchPlan plan_;
  const Clock& clock_;
  std::recursive_mutex mutex_{};
  std::condition_variable_any faults_changed_{};

  EosConfig running_{};
  std::map<std::string, std::string> flash_{};  // startup-config among them
  std::map<std::string, Session> open_{};
  std::optional<Pending> pending_{};
  EosModel model_;
  BgpSessions sessions_;
  // Ports of the provisioning VLAN see each other.
  Monitor monitor_{{"port-isolation"}};
  std::map<std::string, const CableEnd*> cables_{};
  std::set<std::string> pulled_{};
  long long boots_{};
  long long steps_{};
  long long exchanges_{};
  bool booting_{};

  SwitchFaults faults_{};
  bool full_{};
  bool unreachable_{};
  bool exhausted_{};
  long long fault_epoch_{};
  std::chrono::milliseconds commit_delay_{};
  SwitchLog log_{};
  std::set<std::string> typed_{};  // lines of configuration since the log was cleared
  std::atomic<bool> ends_{false};

  std::unique_ptr<HttpsServer> server_{};  // last: nothing calls in before all is there
};

}  // namespace switchyard::fakes
