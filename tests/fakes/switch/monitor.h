// Watches a simulated switch after every single change for states that must never exist, however
// short (design.md 2). Knows no NOS.
#pragma once

#include "tests/fakes/switch/forwarding.h"
#include "tests/fakes/switch/tor.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// What the monitor looks at; made anew for each look.
struct MonitorView {
  const ForwardingModel& model;
  int provisioning_vlan{};
  std::function<CableEnd::Runs(const std::string& port)> runs{};  // behind a port
};

// Guarded by the switch's mutex.
class Monitor {
 public:
  // `cannot`: guards that the NOS cannot express, by the names that capabilities have. Not asked
  // for: "untagged-parent-isolation", "tag-whitelist", "source-address-check",
  // "unreachable-default", "port-isolation", "gtsm", "maximum-prefix".
  explicit Monitor(std::set<std::string> cannot = {}) : cannot_(std::move(cannot)) {}

  void watch(const std::string& port) { ports_.insert(port); }

  // After a change of this port or of something on it. Nothing for a port that is not watched.
  void look_at_port(const MonitorView& view, const std::string& port, const std::string& when);
  // After a change of something that neighbours of any port may use: every neighbour on an open
  // port.
  void look_at_neighbours(const MonitorView& view, const std::string& when);

  [[nodiscard]] const std::set<std::string>& cannot() const { return cannot_; }

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

 private:
  void look_at_routed(const MonitorView& view, const std::string& name, const PortForwarding& port,
                      const std::string& when);
  void look_at_neighbour(const MonitorView& view, const NeighbourView& of, const std::string& when);
  void note(const std::string& what, const std::string& when);
  // Noted unless the NOS cannot do better.
  void note_guard(const char* guard, const std::string& what, const std::string& when);

  std::set<std::string> cannot_{};
  std::set<std::string> ports_{};
  std::vector<std::string> violations_{};
};

}  // namespace switchyard::fakes
