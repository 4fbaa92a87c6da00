// A simulated bare-metal server: power, boot device, an installer, a wiper, and a BGP speaker when
// its installed system runs, cabled to simulated switches.
#pragma once

#include "core/clock.h"
#include "core/net.h"
#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/tor.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::fakes {

struct ServerNic {
  std::string name{};
  std::string mac{};
  FakeTor* cabled_to{};
  std::string port{};
};

struct ServerPlan {
  std::string name{};
  std::vector<ServerNic> nics{};
  std::chrono::milliseconds boot_time{0};
  std::chrono::milliseconds install_time{0};
  std::chrono::milliseconds wipe_time{0};
};

struct ServerFile {
  std::string path{};
  std::string mode{};
  std::string content{};
};

struct InstallRequest {
  std::string operation{};
  std::string image{};
  std::string hostname{};
  std::vector<ServerFile> files{};
};

struct ServerFaults {
  bool ignores_power_on{};  // says yes, stays off
  bool ignores_power_off{};
  bool lies_about_power{};  // always says it is off
  bool hangs{};             // the BMC does not answer
  bool install_fails{};
  bool wipe_fails{};
  bool loses_boot_device{};  // firmware resets the boot device: boots from disk always
};

struct ServerState {
  bool on{};
  std::string boot_target{"None"};  // "Pxe", "Hdd"
  std::string phase{"off"};
  std::string detail{};
  std::string operation{};
  int progress{};
  int boots{};             // power-ons so far
  std::string host_key{};  // while people may be in it
};

// Thread-safe. Never holds its mutex while it calls a switch.
class FakeServer {
 public:
  FakeServer(const Clock& clock, ServerPlan plan);
  ~FakeServer();  // pulls its cables
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] const ServerPlan& plan() const { return plan_; }

  [[nodiscard]] ServerState state();

  void set_boot_target(const std::string& target);
  void power(bool on);
  // Conflict outside of phase "provisioning"; asking again for the same operation is fine.
  [[nodiscard]] Status install(InstallRequest request);
  [[nodiscard]] Status wipe(const std::string& operation);
  [[nodiscard]] Status rescue(const std::string& operation);

  void set_faults(ServerFaults faults);
  [[nodiscard]] ServerFaults faults();
  // Announces these too, on every session: what a tenant with root would do.
  void announce(std::vector<Prefix> prefixes);
  // Speaks BGP as this AS on every tag from the instant it has power, whatever runs on it.
  void turn_rogue(std::uint32_t asn, std::vector<Prefix> prefixes);
  [[nodiscard]] std::vector<ServerFile> files();

  // Lets time pass: what was due happens. state() does it first.
  void run_due();

 private:
  enum class Phase {
    Off,
    NetworkBoot,
    Provisioning,
    Installing,
    Installed,
    Wiping,
    Wiped,
    DiskBoot,
    Running,
    Failed,
    Rescue
  };
  class Nic;

  [[nodiscard]] bool sees_provisioning() const;  // calls switches
  [[nodiscard]] std::optional<BgpSpeaker> speaker(const std::string& nic, int tag);
  void advance_locked(bool network_answers);
  void tell_switches();  // that something about the server changed

  const Clock& clock_;
  ServerPlan plan_;
  std::mutex mutex_{};
  bool on_{};
  Phase phase_{Phase::Off};
  std::string boot_target_{"None"};
  SteadyTime since_{};  // of the phase
  std::string operation_{};
  std::string problem_{};
  bool installed_{};
  int boots_{};
  std::vector<ServerFile> files_{};
  std::unique_ptr<FrrConfig> frr_{};
  std::vector<Prefix> extra_{};
  std::optional<BgpSpeaker> rogue_{};
  std::map<std::pair<std::string, int>, std::optional<BgpSpeaker>>
      speakers_{};  // of frr_, as asked
  ServerFaults faults_{};
  std::vector<std::unique_ptr<Nic>> nics_{};
};

}  // namespace switchyard::fakes
