// A simulated SONiC switch: the shell, FRR and kernel of FakeSwitch, with CONFIG_DB and the daemons
// that make something of it, a bit later than it is written and in SONiC's order:
//   - a port whose membership the ASIC still has cannot get a subinterface;
//   - a port with subinterfaces cannot become a member;
//   - a subinterface needs its parent and its VRF, and cannot go to another VRF;
//   - what the kernel has lost the ASIC loses later.
// What breaks these rules is logged by a daemon that nobody reads, and never happens.
#pragma once

#include "tests/fakes/switch/fake_switch.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

class FakeSonic : public FakeSwitch {
 public:
  FakeSonic(SshServer& server, const Clock& clock, SwitchPlan plan);
  ~FakeSonic() override;

  std::set<std::string> changing_lines() override;
  std::vector<HandChange> hand_changes(const RoutedPlace& place) override;

 private:
  using Fields = std::map<std::string, std::string>;

  // A row of CONFIG_DB that changed ("PORT|Ethernet0"), or what the ASIC still has to do about one
  // ("asic PORT|Ethernet0").
  struct Event {
    std::string subject{};
    long long born{};  // tick
    int rounds{};      // of the daemons it waits more; the ASIC takes longer than the kernel
  };

  // FakeSwitch
  void erase_disk() override;
  void install() override;
  void boot_system() override;
  void settle_down() override;
  void tick() override;
  std::string everything() override;
  bool nap(std::chrono::steady_clock::duration time) override;
  std::optional<int> run(const Arguments& arguments, Streams& streams) override;

  // The programs.
  int sonic_db_cli(const Arguments& arguments, Streams& streams);
  int write_config_db(const Arguments& arguments, Streams& streams);
  std::optional<int> docker(const Arguments& arguments, Streams& streams);
  int systemd_run(const Arguments& arguments);
  int systemctl(const Arguments& arguments);
  int python(const Arguments& arguments, Streams& streams);

  // The databases.
  [[nodiscard]] std::string config_json() const;  // as sonic-cfggen prints it
  [[nodiscard]] std::string field_of(const std::string& database, const std::string& row,
                                     const std::string& field) const;
  [[nodiscard]] std::string state_json() const;
  [[nodiscard]] std::string id_of(const std::string& port) const;

  // The daemons.
  void changed(const std::string& row);
  void run_daemons(long long older_than);  // events of before that tick, as they are now
  void apply(const std::string& subject);
  void apply_port(const std::string& port, const Fields& row);
  void apply_member(const std::string& vlan, const std::string& port);
  void apply_subinterface(const std::string& name);

  std::map<std::string, Fields> config_db_{};
  std::deque<Event> events_{};
  long long ticks_{};
  std::set<std::string> bridged_{};     // ports the ASIC has a bridge port of
  std::set<std::string> routed_{};      // interfaces the ASIC has a router interface of
  std::map<std::string, int> units_{};  // of systemd-run: process
};

// What save.py of the driver does to the text of config_db.json; "" when it could not.
[[nodiscard]] std::string saved_rows(const std::string& config_json, const std::string& document);

}  // namespace switchyard::fakes
