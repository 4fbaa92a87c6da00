// The one door between the service and a top-of-rack switch.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "switch-drivers/port_intent.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers {

// What a NOS can express; anything false is a listed limitation, shown by the API.
struct Capability {
  std::string name{};  // "gtsm", "source-address-check", "commit-confirm", …
  bool supported{};
  std::string limitation{};  // why not, or how far, for people
};

// Whether a change can be armed while another one is, and settled port by port. Where not, settle()
// takes back the ports of a change that it is not told of.
inline constexpr std::string_view kSeveralChanges = "several-changes-at-once";

// Attachment::drained, which every NOS expresses in the same way.
[[nodiscard]] Capability drain_capability();

// Where the switch differs from the wish: one line each, stable order.
struct Difference {
  std::string subject{};  // "link swp1.101", "frr router bgp 65001 vrf vrf-prv", "saved interfaces"
  std::string wished{};   // empty: should not exist
  std::string observed{};  // empty: is missing
  friend bool operator==(const Difference&, const Difference&) = default;
};

// One port compared with its wish.
struct PortReport {
  std::string port{};
  std::vector<Difference> running{};  // what the switch does now against the wish
  std::vector<Difference> saved{};    // what it will do after a reboot against the wish

  [[nodiscard]] bool equal() const { return running.empty() && saved.empty(); }
};

// What a server announced and its filter turned away, by kind.
enum class RefusedKind {
  Default,    // 0.0.0.0/0, ::/0
  HostRoute,  // a /32 or /128 that is not the server's own
  Network     // anything between
};
[[nodiscard]] std::string_view to_string(RefusedKind kind);  // "default", "host-route", "network"

// Counted since the filter was put in place or the routing daemon started; a route that is
// announced again counts again, and so does one that is looked at again.
struct RefusedCount {
  Family family{Family::V4};
  RefusedKind kind{};
  std::uint64_t announcements{};
  friend bool operator==(const RefusedCount&, const RefusedCount&) = default;
};

// One BGP session of a routed port as the switch shows it.
struct SessionReport {
  std::string port{};
  VrfName vrf{};
  VlanId tag{};
  std::string state{};  // "Established", "Idle", "Active", … ; "" when it does not exist
  std::uint32_t remote_asn{};
  std::vector<Prefix> accepted{};       // in the BGP table from this neighbour, sorted
  std::vector<RefusedCount> refused{};  // by family and kind; only what is not 0
  std::chrono::milliseconds established_for{};
};

// What was found once on the switch, not on a port.
struct SwitchFacts {
  std::string nos_version{};
  std::string hostname{};
  std::string boot_id{};        // changes with every reboot
  std::vector<VrfName> vrfs{};  // VRFs that exist, with a BGP instance in them
  std::vector<std::string> ports{};
  Asn asn{};
  std::vector<std::string> problems{};  // base configuration we need and miss, in words of a person
};

// How one port fared in apply() or settle().
struct PortOutcome {
  std::string port{};
  Status status{};  // ok: the switch shows exactly the wish (read back), not merely took the text
  std::vector<Difference> remaining{};  // what still differs when not ok
  bool changed{};                       // false: it was equal already and nothing was sent for it
};

// A change that is in force but not yet kept: without settle(Keep) the switch takes it back by
// itself at the end of `undo_after`, whatever becomes of us (the dead man's handle).
struct ApplyOptions {
  std::string change_id{};              // [a-z0-9-]{1,40}, unique; a name on the switch
  std::chrono::seconds undo_after{60};  // 10 s … 600 s
};

enum class Verdict { Keep, Undo };

struct Settlement {
  std::string port{};
  Verdict verdict{Verdict::Undo};
};

// Speaks one NOS to one switch. Not thread-safe: the reconciler of a switch owns its driver. Every
// call has the deadline given at connect; after Unavailable or TimedOut the session is gone and the
// next call opens a new one. Names only the ports it is given, never another one.
class Driver {
 public:
  virtual ~Driver() = default;

  [[nodiscard]] virtual std::vector<Capability> capabilities() const = 0;

  // What is on the switch. Writes nothing.
  [[nodiscard]] virtual Result<SwitchFacts> probe() = 0;

  // Reads once, compares every port with its wish. Writes nothing.
  [[nodiscard]] virtual Result<std::vector<PortReport>> compare(
      std::span<const PortIntent> wished) = 0;

  // Reads, sends only the difference in the safe order (design.md 2), reads back, compares. Ports
  // already equal are not sent. All ports go in one commit, each stands by itself: a port the
  // switch refuses has its own outcome and the others are done. Arms the undo for changed ports.
  [[nodiscard]] virtual Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                                               const ApplyOptions& options) = 0;

  // Keep: disarms the undo and saves so that the port survives a reboot. Undo: puts the port back
  // as it was before the change, and reads that back. NotFound for a port when the switch no longer
  // knows the change (it has undone it, or it rebooted).
  [[nodiscard]] virtual Result<std::vector<PortOutcome>> settle(
      std::string_view change_id, std::span<const Settlement> ports) = 0;

  // The sessions of these routed ports. Writes nothing.
  [[nodiscard]] virtual Result<std::vector<SessionReport>> sessions(
      std::span<const PortIntent> ports) = 0;
};

}  // namespace switchyard::switch_drivers
