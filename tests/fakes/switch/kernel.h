// The Linux kernel of a simulated switch as `ip`, `bridge`, `tc` and `sysctl` show and change it,
// with the side effects that bite: a VLAN device follows its parent, a bridge gives its default
// VLAN.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

struct BridgeVlan {
  bool pvid{};
  bool untagged{};
  friend bool operator==(const BridgeVlan&, const BridgeVlan&) = default;
};

// One line of `tc filter`, keys as iproute2 prints them in JSON.
struct TcFilter {
  bool egress{};
  int pref{};
  int handle{};
  std::string protocol{};  // as shown: "802.1Q", "ipv6", "LLDP", "all"
  std::vector<std::pair<std::string, std::string>> keys{};  // value already JSON
  std::string action{};                                     // "pass", "drop"
  friend bool operator==(const TcFilter&, const TcFilter&) = default;
};

struct Link {
  enum class Kind { Loopback, Port, Vlan, Vrf, Bridge };
  std::string name{};
  int index{};
  Kind kind{Kind::Port};
  std::string mac{};
  std::string alias{};
  std::string master{};
  std::string parent{};  // Vlan
  int vlan{};            // Vlan
  int table{};           // Vrf
  int mtu{1500};
  bool up{};
  bool carrier{true};  // Port: a cable with something alive behind it
  bool address_generation{true};
  bool isolated{};
  bool learning{true};
  std::map<std::string, std::string> bridge_flags{};  // others, as set
  std::map<int, BridgeVlan> vlans{};                  // Bridge and its ports
  bool clsact{};
  std::vector<TcFilter> filters{};                // sorted by hook, pref and handle
  std::map<std::string, std::string> settings{};  // "ipv4/rp_filter" → "1"
  std::vector<std::string> addresses{};           // "10.0.0.1/32"
};

struct UnreachableRoute {
  int family{4};
  int table{254};
  std::string destination{"default"};
  long long metric{};
  friend auto operator<=>(const UnreachableRoute&, const UnreachableRoute&) = default;
};

// Every changing call answers the words of the kernel or of iproute2; empty: done. Guarded by the
// switch's mutex. `changed(device)` is called after every single change.
class Kernel {
 public:
  std::function<void(const std::string& device)> changed{};
  // Words with which a line of a batch is refused; empty: it is not.
  std::function<std::string(const std::string& line)> refuse_line{};

  [[nodiscard]] const std::map<std::string, Link>& links() const { return links_; }

  [[nodiscard]] Link* find(const std::string& name);
  [[nodiscard]] const Link* find(const std::string& name) const;
  [[nodiscard]] std::vector<const Link*> by_index() const;

  [[nodiscard]] const std::vector<UnreachableRoute>& unreachable() const { return unreachable_; }

  [[nodiscard]] std::string vrf_of_table(int table) const;

  // Adds what a boot finds or makes; `link.index` is given here when 0.
  std::string add(Link link);
  std::string remove(const std::string& name);
  std::string set_up(const std::string& name, bool up);
  std::string set_master(const std::string& name, const std::string& master);  // "": none
  std::string set_mtu(const std::string& name, int mtu);
  std::string set_alias(const std::string& name, const std::string& alias);
  std::string set_carrier(const std::string& name, bool carrier);
  std::string add_vlan(const std::string& name, int first, int last, BridgeVlan flags);
  std::string remove_vlan(const std::string& name, int first, int last);
  std::string replace_route(const UnreachableRoute& route, bool must_be_new);
  std::string remove_route(const UnreachableRoute& route);
  std::string set_setting(const std::string& key, const std::string& value);
  // nullopt-like: empty when the key or its device does not exist.
  [[nodiscard]] std::string setting(const std::string& key) const;

  void note_change(const std::string& device) const {
    if (changed) changed(device);
  }

  // Up, its parent too, with carrier: frames pass.
  [[nodiscard]] bool running(const Link& link) const;

 private:
  void leave_master(Link& link);

  std::map<std::string, Link> links_{};
  std::vector<UnreachableRoute> unreachable_{};
  std::map<std::string, std::string> global_settings_{};
  int next_index_{1};
};

// The programs. `arguments` begins with the program's name.
struct KernelAnswer {
  int status{};
  std::string output{};
  std::string error{};
};

[[nodiscard]] KernelAnswer run_ip(Kernel& kernel, const std::vector<std::string>& arguments,
                                  const std::string& input);
[[nodiscard]] KernelAnswer run_bridge(Kernel& kernel, const std::vector<std::string>& arguments,
                                      const std::string& input);
[[nodiscard]] KernelAnswer run_tc(Kernel& kernel, const std::vector<std::string>& arguments,
                                  const std::string& input);
[[nodiscard]] KernelAnswer run_sysctl(Kernel& kernel, const std::vector<std::string>& arguments);

// A line of a batch file into words; double and single quotes group.
[[nodiscard]] std::vector<std::string> batch_words(std::string_view line);

// Runs each line of a batch, `one` answering it; as iproute2 does with and without -force.
[[nodiscard]] KernelAnswer run_batch(
    const Kernel& kernel, const std::string& input, bool force,
    const std::function<KernelAnswer(std::vector<std::string>)>& one);

}  // namespace switchyard::fakes
