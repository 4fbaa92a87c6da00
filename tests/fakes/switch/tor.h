// A simulated top-of-rack switch as tests and simulated servers see it, whatever its NOS and
// however one talks to it. A new NOS is a class of this kind and a row in
// tests/fakes/tor_rows.cpp. What most of them need is ready: forwarding.h (show your state as
// a ForwardingModel), BgpSessions, Monitor, SwitchFaults, SwitchLog.
#pragma once

#include "core/clock.h"
#include "core/net.h"
#include "tests/fakes/shell/task.h"
#include "tests/fakes/switch/faults.h"
#include "tests/fakes/switch/forwarding.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::fakes {

struct SwitchPlan {
  std::string name{};
  std::uint32_t asn{};
  std::string router_id{"10.255.0.1"};
  std::string bridge{"br0"};  // where the NOS has one
  int provisioning_vlan{100};
  std::vector<std::string> server_ports{};
  std::vector<std::string> other_ports{};           // uplinks and foreign ports, up and configured
  std::vector<std::pair<std::string, int>> vrfs{};  // the NOS's name, kernel table if it has one
  std::string password{"switch"};
  std::string public_key{};  // "ssh-ed25519 AAAA…"; empty: none
};

struct PortView {
  bool exists{};
  bool up{};
  bool carrier{};
  bool bridged{};        // member of a VLAN
  std::string master{};  // the bridge or VRF it is in, where the NOS has such names
  int pvid{};
  std::vector<int> tags{};  // of subinterfaces that are up
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

// Something a person changes at the switch by hand.
struct HandChange {
  std::string name{};  // what it is, for the output of a test
  std::function<void()> make{};
};

// Where a session of a routed port is.
struct RoutedPlace {
  std::string port{};
  std::string vrf{};  // the NOS's name
  int tag{};
};

// Thread-safe.
class FakeTor {
 public:
  virtual ~FakeTor() = default;
  [[nodiscard]] virtual const SwitchPlan& plan() const = 0;

  // --- how to reach it, on 127.0.0.1
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // SwitchAccess::host_key: the fingerprint of its host key or certificate.
  [[nodiscard]] virtual std::string host_key() const = 0;
  [[nodiscard]] virtual long long connections() = 0;  // so far

  [[nodiscard]] virtual long long logins() { return connections(); }  // of those that let one in

  // --- cables. `end` must outlive it; nullptr pulls it out.
  virtual void cable(const std::string& port, const CableEnd* end) = 0;
  virtual void pull(const std::string& port, bool out) = 0;
  // The server behind some port changed: power, system or announcements.
  virtual void cable_changed(const std::string& port) = 0;

  // --- faults. `at` of a fault counts commands: what a client sends and the switch answers one by
  // one (a line of a shell, an RPC, a request).
  virtual void set_fault(SwitchFault fault) = 0;
  virtual void refuse_port(const std::string& port, bool refused) = 0;   // what names it, for ever
  virtual void refuse_lines(const std::string& part, bool refused) = 0;  // what contains it
  virtual void set_full_disk(bool full) = 0;                             // nothing can be saved
  virtual void set_unreachable(bool unreachable) = 0;
  // Its limits of sessions ("MaxSessions"), and one of them reached until clear_faults().
  [[nodiscard]] virtual std::vector<std::string> session_limits() const = 0;
  virtual void exhaust(const std::string& limit) = 0;
  virtual void cut_after_bytes(long long bytes) = 0;  // of the answers of each connection to come
  // Where it shows an inbound filter, it shows `shown` in the place of `is`, which is a lie.
  virtual void lie_about_filters(const Prefix& is, const Prefix& shown) = 0;
  virtual void clear_faults() = 0;
  virtual void change_host_key() = 0;

  // --- how slow it is
  // What changed something in force takes so long, in real time: once an exchange.
  virtual void set_commit_delay(std::chrono::milliseconds delay) = 0;

  virtual void set_bgp_delay(std::chrono::milliseconds /*delay*/) {}  // of a session's start

  // Running state is rebuilt from what is saved; connections are cut.
  virtual void reboot() = 0;
  // As after a replacement: the disk is empty but for what every switch of the site has.
  virtual void factory_reset() = 0;

  // --- looking
  [[nodiscard]] virtual PortView port_view(const std::string& port) = 0;
  [[nodiscard]] virtual std::string session_state(const std::string& vrf,
                                                  const std::string& neighbour) = 0;
  [[nodiscard]] virtual std::vector<Prefix> accepted(const std::string& vrf,
                                                     const std::string& neighbour) = 0;
  [[nodiscard]] virtual std::vector<std::string> violations() = 0;
  // Guards the monitor does not ask for (Monitor::Monitor): each must be a capability that the
  // driver lists as missing.
  [[nodiscard]] virtual std::set<std::string> cannot() const = 0;
  [[nodiscard]] virtual std::vector<SwitchLogEntry> log() = 0;
  virtual void clear_log() = 0;

  virtual void set_log_limit(std::size_t /*bytes*/) {}

  [[nodiscard]] virtual long long steps() = 0;      // single changes so far
  [[nodiscard]] virtual long long exchanges() = 0;  // round trips of a controller so far

  // How long its programs ran for those, without delays and without the transport. 0: not known.
  [[nodiscard]] virtual std::chrono::nanoseconds worked() { return {}; }

  // Everything that matters about the whole switch but for one port, as text: for "no other port".
  [[nodiscard]] virtual std::string fingerprint(
      const std::set<std::string>& without_ports = {}) = 0;
  // What changes under way, or cut off, have on the switch: files, sessions, checkpoints.
  [[nodiscard]] virtual std::vector<std::string> leftovers() = 0;

  // --- what faults are aimed at
  // Part of a command that changes what is in force: "vtysh -f".
  [[nodiscard]] virtual std::string mark_of_change() const = 0;
  // Part of the last command before the undo of a change of this port is armed; empty: the NOS arms
  // with the change itself.
  [[nodiscard]] virtual std::string mark_before_arming(const std::string& change_id,
                                                       const std::string& port) const = 0;
  // The lines in the log that change something in force, each of which can be refused by itself.
  // Not the one that closes a port: on a switch that cannot even do that nothing can be done
  // safely, and all other ports of its commit would have to wait.
  [[nodiscard]] virtual std::set<std::string> changing_lines() = 0;

  // --- a person at the console: ways in which a routed port can be changed by hand, to be seen and
  // repaired. What they need may come from the port as it is when they are asked for.
  [[nodiscard]] virtual std::vector<HandChange> hand_changes(const RoutedPlace& place) = 0;

  // Lets what sleeps on the switch go on when its time has come. Everything above does it first.
  virtual void run_due() = 0;
  [[nodiscard]] virtual std::optional<SteadyTime> next_due() = 0;
};

}  // namespace switchyard::fakes
