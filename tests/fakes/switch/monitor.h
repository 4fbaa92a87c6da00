// Watches a simulated switch after every single change for states that must never exist, however
// short (design.md 2).
#pragma once

#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/kernel.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// What the monitor looks at; made anew for each look.
struct MonitorView {
  const Kernel& kernel;
  FrrConfig& frr;
  int provisioning_vlan{};
  std::function<bool(const std::string& port)> tenant_runs{};
  std::function<bool(const std::string& port)> installer_runs{};
};

// Guarded by the switch's mutex.
class Monitor {
 public:
  void watch(const std::string& port) { ports_.insert(port); }

  // `subject`: a device, "list NAME", "map NAME", "group NAME", "vrf NAME"; checks what it touches.
  void look(const MonitorView& view, const std::string& subject, const std::string& when);

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

 private:
  void look_at_port(const MonitorView& view, const std::string& port, const std::string& when);
  void look_at_routed(const MonitorView& view, const Link& port, const std::string& when);
  void look_at_neighbour(const MonitorView& view, const BgpInstance& instance, const Neighbour& of,
                         const std::string& when);
  void note(const std::string& what, const std::string& when);

  std::set<std::string> ports_{};
  std::vector<std::string> violations_{};
};

// The port a device belongs to: itself, or what stands before the last dot.
[[nodiscard]] std::string port_of_device(const std::string& device);

}  // namespace switchyard::fakes
