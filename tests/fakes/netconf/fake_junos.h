// A simulated Junos switch on loopback: NETCONF behind SSH with one candidate for all, its lock,
// commits that have to be confirmed, the commits of before, and routing by its configuration.
//
// What of Junos is in it that others do otherwise: one commit to be confirmed at a time, without a
// name, and any commit confirms it; its time in whole minutes, and less than one is none; an edit
// that fails stays by half; no :rollback-on-error, no base:1.1.
#pragma once

#include "core/clock.h"
#include "tests/fakes/netconf/junos_model.h"
#include "tests/fakes/netconf/tree.h"
#include "tests/fakes/ssh/server.h"
#include "tests/fakes/switch/bgp_sessions.h"
#include "tests/fakes/switch/monitor.h"
#include "tests/fakes/switch/tor.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// Thread-safe.
class FakeJunos : public FakeTor, public SshPeer {
 public:
  FakeJunos(SshServer& server, const Clock& clock, SwitchPlan plan);
  ~FakeJunos() override;

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
  void lie_about_filters(const Prefix& is, const Prefix& shown) override;
  void set_full_disk(bool full) override;
  void set_unreachable(bool unreachable) override;
  std::vector<std::string> session_limits() const override;
  void exhaust(const std::string& limit) override;
  void cut_after_bytes(long long bytes) override;
  void set_commit_delay(std::chrono::milliseconds delay) override;
  void set_bgp_delay(std::chrono::milliseconds delay) override;
  void clear_faults() override;

  void change_host_key() override { endpoint_->change_host_key(); }

  void reboot() override;
  void factory_reset() override;

  // --- looking
  PortView port_view(const std::string& port) override;
  std::string session_state(const std::string& vrf, const std::string& neighbour) override;
  std::vector<Prefix> accepted(const std::string& vrf, const std::string& neighbour) override;
  std::vector<std::string> violations() override;

  std::set<std::string> cannot() const override { return monitor_.cannot(); }

  std::vector<SwitchLogEntry> log() override;
  void clear_log() override;

  void set_log_limit(std::size_t bytes) override { log_.set_limit(bytes); }

  long long steps() override;
  // What a client has to wait for before it can say more: locks, commits, edits in a row as one.
  long long exchanges() override;
  std::string fingerprint(const std::set<std::string>& without_ports = {}) override;
  std::vector<std::string> leftovers() override;

  // --- what faults are aimed at
  std::string mark_of_change() const override { return "edit-config"; }

  std::string mark_before_arming(const std::string&, const std::string&) const override {
    return {};
  }

  std::set<std::string> changing_lines() override;

  // --- a person at the console: <configuration>'s content, committed at once. Whether it was.
  bool by_hand(const std::string& xml);
  // The same, typed and not committed.
  bool type_by_hand(const std::string& xml);
  [[nodiscard]] bool has_uncommitted();
  std::vector<HandChange> hand_changes(const RoutedPlace& place) override;

  void run_due() override;
  std::optional<SteadyTime> next_due() override;

  // --- SshPeer
  bool accepts_password(std::string_view user, std::string_view password) override;
  bool accepts_key(std::string_view user, std::string_view key) override;
  SshLimits limits() override;
  bool reachable() override;

  std::unique_ptr<SshProgram> start(std::string_view) override { return nullptr; }

  std::unique_ptr<SshProgram> start_subsystem(std::string_view name) override;

 private:
  friend class JunosSession;

  // Thrown through everything that runs on the switch when its power goes.
  struct PowerLost {};

  struct Answer {
    std::string content{};  // of <rpc-reply>
    bool ok{true};
    bool ends_session{};
    bool commits{};
  };

  // With mutex_ held:
  Answer carry_out(const Xml& rpc, int session);
  Answer edit(const Xml& operation, int session);
  Answer commit(const Xml& operation, int session);
  Answer load_former(const Xml& operation, int session);
  [[nodiscard]] std::string show_configuration(const ConfigNode& of, const Xml& operation) const;
  [[nodiscard]] std::string show_interfaces() const;
  [[nodiscard]] std::string show_neighbours() const;
  [[nodiscard]] std::string show_routes(const Xml& operation) const;
  static Answer refused(const std::string& tag, const std::string& message);
  [[nodiscard]] bool is_held_by_other(int session) const;
  void end_of(int session);
  // The new configuration comes into force, as its daemons come to it.
  void put_in_force(ConfigNode config, const std::string& when, bool piecewise);
  void look(const std::string& when);
  void step();
  void take_back(const std::string& when);
  void run_due_locked();
  void lose_power();
  [[nodiscard]] ConfigNode base_configuration() const;
  [[nodiscard]] bool has_carrier(const std::string& port) const;
  [[nodiscard]] bool has_port(const std::string& port) const;
  [[nodiscard]] MonitorView monitor_view() const;
  void count(const std::string& operation);

  SwitchPlan plan_;
  const Clock& clock_;
  std::recursive_mutex mutex_{};

  ConfigNode running_{};
  ConfigNode candidate_{};
  std::deque<ConfigNode> former_{};  // newest first

  struct Pending {
    ConfigNode before{};
    SteadyTime until{};
  };

  std::optional<Pending> pending_{};
  int lock_{};  // the session that holds it; 0: none
  int next_session_{1};
  long long boots_{1};

  JunosModel model_;
  BgpSessions sessions_;
  Monitor monitor_;
  std::map<std::string, const CableEnd*> cables_{};
  std::set<std::string> pulled_{};

  long long steps_{};
  long long exchanges_{};
  std::string last_operation_{};
  SwitchFaults faults_{};
  SshLimits limits_{};
  bool unreachable_{};
  bool full_{};
  std::chrono::milliseconds commit_delay_{};
  SwitchLog log_{};

  std::unique_ptr<SshEndpoint> endpoint_;  // last: nothing calls in before all is there
};

}  // namespace switchyard::fakes
