// One simulated switch and the driver of a NOS talking to it: what every contract test starts from.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/recording/recording.h"
#include "switch-drivers/registry.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/server/fake_server.h"
#include "tests/fakes/tor_rows.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::contract {

using namespace std::chrono_literals;

// VRFs as intents name them.
inline const std::string kPrivate = "vrf-prv";
inline const std::string kPublic = "vrf-pub";

// Server ports of the switch. No name of one may be the beginning of another's.
inline constexpr int kPorts = 4;

[[nodiscard]] Prefix prefix(std::string_view text);
[[nodiscard]] switch_drivers::PortIntent shut(const std::string& port);
[[nodiscard]] switch_drivers::PortIntent provisioning(const std::string& port);
// Server number `n`: AS 4200000000 + n, 10.1.0.n and so on in both VRFs.
[[nodiscard]] switch_drivers::PortIntent routed(const std::string& port, int n);
[[nodiscard]] std::string frr_conf_of_server(int n);
// The first few, for a failing test.
[[nodiscard]] std::string describe(const std::string& what,
                                   const std::vector<switch_drivers::Difference>& differences);

// Everything is made anew for each test. Time stands still until advance().
class DriverBench {
 public:
  explicit DriverBench(const std::string& nos, std::chrono::milliseconds deadline = 20s);

  [[nodiscard]] const fakes::TorRow& row() const { return row_; }

  // The port under test and its neighbour that must never be touched.
  [[nodiscard]] std::string port(std::size_t n = 0) const {
    return row_.port_name(static_cast<int>(n) + 1);
  }

  [[nodiscard]] std::string other_port() const { return port(1); }

  [[nodiscard]] fakes::FakeTor& device() { return *switch_; }

  [[nodiscard]] fakes::FakeServer& server() { return *server_; }

  [[nodiscard]] switch_drivers::Driver& driver() { return *driver_; }

  void advance(std::chrono::seconds by);
  // A controller that has just started: a new session to the same switch.
  void restart_controller(std::chrono::milliseconds deadline = 20s);
  // The same, and from now on what it says is written down.
  void record(const switch_drivers::RecordingOptions& options);
  // What the controller logs in with.
  [[nodiscard]] static std::string password();
  // Installs server `n` on the server behind the port and starts it from disk. The port must be in
  // provisioning mode; afterwards the server is off and its disk is ready.
  void install_server(int n);

  // apply + settle(Keep); fails the test when either does not do all it should.
  void make(const switch_drivers::PortIntent& intent);
  [[nodiscard]] switch_drivers::PortReport compare(const switch_drivers::PortIntent& intent);
  // Equal now, and nothing that must never be has ever been.
  void expect_equal(const switch_drivers::PortIntent& intent);
  // By the switch itself: runs as before. Where its NOS cannot put back what was saved, a reboot
  // would bring a closed port until the next change saves it, which this does.
  void expect_taken_back(const switch_drivers::PortIntent& intent);
  void expect_no_violation();

  [[nodiscard]] std::string next_change() { return "chg-" + std::to_string(++changes_); }

  // Commands the switch was sent since the log was cleared.
  [[nodiscard]] std::vector<std::string> sent();

 private:
  [[nodiscard]] switch_drivers::SwitchAccess access(std::chrono::milliseconds deadline);

  fakes::FakeClock clock_{};
  fakes::SshServer ssh_{};
  const fakes::TorRow& row_;
  std::unique_ptr<fakes::FakeTor> switch_{};
  std::unique_ptr<fakes::FakeServer> server_{};
  std::unique_ptr<switch_drivers::Driver> driver_{};
  std::string host_key_{};
  int changes_{};
};

}  // namespace switchyard::contract
