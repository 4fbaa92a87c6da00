// A simulated switch with Cumulus Linux on loopback: NVUE's REST API with its revisions, one handle
// of a revision that has to be confirmed, and what is saved.
//
// What of NVUE is in it that others do otherwise: a PATCH sets or unsets and never both; a revision
// is checked as a whole when it is applied ("invalid" names what is wrong, once) and is put in
// force in pieces: new subinterfaces, then all interfaces, then FRR; applying saves by itself
// from 5.9 on, unless it waits to be confirmed; what is shown as applied is what was told.
#pragma once

#include "core/clock.h"
#include "tests/fakes/eos/https_server.h"
#include "tests/fakes/nvue/nvue_model.h"
#include "tests/fakes/switch/bgp_sessions.h"
#include "tests/fakes/switch/monitor.h"
#include "tests/fakes/switch/tor.h"

#include <nlohmann/json.hpp>

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
class FakeNvue final : public FakeTor {
 public:
  FakeNvue(const Clock& clock, SwitchPlan plan);
  ~FakeNvue() override;

  const SwitchPlan& plan() const override { return plan_; }

  std::uint16_t port() const override { return server_->port(); }

  std::string host_key() const override { return server_->fingerprint(); }

  long long connections() override { return server_->connections(); }

  void cable(const std::string& port, const CableEnd* end) override;
  void pull(const std::string& port, bool out) override;
  void cable_changed(const std::string& port) override;

  // --- faults
  void set_fault(SwitchFault fault) override;
  void refuse_port(const std::string& port, bool refused) override;
  void refuse_lines(const std::string& part, bool refused) override;
  void lie_about_filters(const Prefix& is, const Prefix& shown) override;
  void set_full_disk(bool full) override;

  void set_unreachable(bool unreachable) override { server_->refuse_connections(unreachable); }

  std::vector<std::string> session_limits() const override;
  void exhaust(const std::string& limit) override;

  void cut_after_bytes(long long bytes) override { server_->cut_after_bytes(bytes); }

  void clear_faults() override;

  void change_host_key() override { server_->change_certificate(); }

  void set_commit_delay(std::chrono::milliseconds delay) override;

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
  long long steps() override;
  long long exchanges() override;  // requests
  std::string fingerprint(const std::set<std::string>& without_ports = {}) override;
  std::vector<std::string> leftovers() override;

  // --- what faults are aimed at
  std::string mark_of_change() const override { return "PATCH /nvue_v1/?rev="; }

  std::string mark_before_arming(const std::string&, const std::string&) const override {
    return {};
  }

  std::set<std::string> changing_lines() override;

  // --- what only this switch has
  void set_version(const std::string& version);
  void set_auto_save(bool on);
  // How often it is asked before it says that an apply has ended.
  void set_slow_apply(int polls);
  // A revision that has this port in its edits is "invalid", and its issue says `what`.
  void find_invalid(const std::string& port, const std::string& what);
  // FRR does not reload: a revision with this port fails when its interfaces are in force.
  void fail_reload(const std::string& port);
  // A person at the console: a merge patch, applied at once.
  void by_hand(const std::string& json_patch);
  // The same, to be confirmed within ten minutes.
  void by_hand_to_confirm(const std::string& json_patch);
  std::vector<HandChange> hand_changes(const RoutedPlace& place) override;

  void run_due() override;
  std::optional<SteadyTime> next_due() override;

 private:
  // Thrown through everything that runs on the switch when its power goes.
  struct PowerLost {};

  struct Revision {
    nlohmann::json config{};
    std::string state{"pending"};
    std::string issue{};
    std::set<std::string> lines{};  // that were said
    int polls_left{};
    std::chrono::steady_clock::time_point runs_until{};  // in real time
  };

  struct Waiting {
    std::string revision{};
    nlohmann::json before{};
    SteadyTime until{};
  };

  std::optional<WebAnswer> handle(const WebRequest& request);
  // With mutex_ held:
  WebAnswer carry_out(const WebRequest& request);
  WebAnswer show(const std::string& path, const std::string& rev);
  WebAnswer show_vrf(const std::vector<std::string>& segments);
  WebAnswer edit(Revision& revision, const std::string& body);
  WebAnswer change_state(const std::string& id, const nlohmann::json& body);
  WebAnswer apply(const std::string& id, std::optional<std::chrono::seconds> undo_after);
  WebAnswer save();
  [[nodiscard]] nlohmann::json show_revision(Revision& revision) const;
  [[nodiscard]] nlohmann::json show_interfaces() const;
  [[nodiscard]] std::string fault_of(const Revision& revision) const;
  void put_in_force(nlohmann::json config, const std::string& when, bool piecewise,
                    bool reload_fails = false);
  void saved();
  void look(const std::string& when);
  void step();
  void take_back(const std::string& when);
  void run_due_locked();
  void lose_power();
  [[nodiscard]] nlohmann::json base_configuration() const;
  [[nodiscard]] bool has_carrier(const std::string& port) const;
  [[nodiscard]] MonitorView monitor_view() const;

  SwitchPlan plan_;
  const Clock& clock_;
  std::recursive_mutex mutex_{};
  std::condition_variable_any woken_{};
  bool stopping_{};

  nlohmann::json running_{};
  nlohmann::json startup_{};
  std::map<std::string, Revision> revisions_{};
  int next_revision_{1};
  std::optional<Waiting> waiting_{};
  long long boots_{1};
  std::string version_{"5.9.1"};
  bool auto_save_{true};
  int slow_{};
  std::chrono::milliseconds commit_delay_{};

  NvueModel model_;
  BgpSessions sessions_;
  Monitor monitor_;
  std::set<std::string> ports_{};
  std::map<std::string, const CableEnd*> cables_{};
  std::set<std::string> pulled_{};
  std::string authorization_{};

  long long steps_{};
  long long exchanges_{};
  SwitchFaults faults_{};
  std::map<std::string, std::string> invalid_{};  // port -> issue
  std::set<std::string> no_reload_{};
  bool busy_{};
  bool full_{};
  SwitchLog log_{};

  std::unique_ptr<HttpsServer> server_;  // last: nothing calls in before all is there
};

}  // namespace switchyard::fakes
