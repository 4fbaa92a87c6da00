// FRR's running configuration with the semantics of 8.4.4 that decide what a filter lets through,
// checked line by line against the real daemons (facts/switch-nos.md 0 and 1.1).
#pragma once

#include "core/net.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

// swp2 before swp12, as if_cmp_name_func() sorts.
struct NaturalLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

struct PrefixRule {
  bool permit{};
  bool any{};
  Prefix prefix{};
  int ge{};
  int le{};
};

struct PrefixList {
  int created{};
  std::string description{};
  std::map<int, PrefixRule> rules{};  // by sequence number
};

struct PathRule {
  bool permit{};
  std::string expression{};
};

struct RouteMapEntry {
  bool permit{};
  std::map<std::string, std::string> lines{};  // "match as-path" → whole line, sorted as vtysh does
};

struct RouteMap {
  int created{};
  std::map<int, RouteMapEntry> entries{};
};

enum class Direction { In, Out };

// A neighbour or a peer-group.
struct Neighbour {
  std::string name{};
  bool is_group{};
  bool v6only{};
  std::string group{};
  std::string remote_as{};                           // "65001", "external", "internal", ""
  bool remote_as_with_interface{};                   // written on the `interface` line
  std::map<std::string, std::string> lines{};        // "timers connect" → "timers connect 1"
  std::map<std::string, std::string> families[2]{};  // v4, v6: "prefix-list in" → …
};

struct BgpInstance {
  int created{};
  std::uint32_t asn{};
  std::string vrf{};  // "default" for none
  std::map<std::string, std::string> lines{};
  std::map<std::string, Neighbour, NaturalLess> groups{};
  std::map<std::string, Neighbour, NaturalLess> neighbours{};
  std::vector<std::string> family_lines[2]{};  // network, redistribute, …

  [[nodiscard]] Neighbour* find(const std::string& name);
  // The line of a neighbour or of its group; "" when neither has it.
  [[nodiscard]] std::string effective(const Neighbour& of, int family,
                                      const std::string& key) const;
  [[nodiscard]] bool active(const Neighbour& of, int family) const;
  [[nodiscard]] std::string effective_remote_as(const Neighbour& of) const;
  [[nodiscard]] bool shut_down(const Neighbour& of) const;
};

// The name in "prefix-list NAME in", "route-map NAME out".
[[nodiscard]] std::string policy_name(const std::string& line);

class FrrConfig {
 public:
  enum class Outcome { Done, Unknown, Refused };

  struct LineResult {
    Outcome outcome{Outcome::Done};
    std::string words{};  // of the daemon
    std::string daemon{"bgpd"};
  };

  explicit FrrConfig(std::string hostname) : hostname_(std::move(hostname)) {}

  // Called after every line that changed something, with what it names: an interface, "list NAME",
  // …
  std::function<void(const std::string& subject)> changed{};
  // Whether the kernel has this interface (an interface with a kernel device cannot be deleted).
  std::function<bool(const std::string& name)> interface_exists{};

  // One line of configuration in the node the lines before it led to. `begin()` goes to the top.
  void begin() { node_ = {}; }

  LineResult apply(std::string_view line);

  [[nodiscard]] std::string render() const;
  void clear();  // the daemons have started, nothing is loaded

  [[nodiscard]] const std::map<std::string, BgpInstance>& instances() const { return bgp_; }

  [[nodiscard]] BgpInstance* instance(const std::string& vrf);

  [[nodiscard]] bool datacenter_defaults() const { return datacenter_; }

  [[nodiscard]] bool requires_policy(const BgpInstance& instance) const;

  // What FRR makes of a list or a map of that name: undefined denies, empty permits.
  [[nodiscard]] bool list_permits(const std::string& name, const Prefix& prefix) const;
  // Sequence number of the rule that decides; 0 when none does.
  [[nodiscard]] int deciding_rule(const std::string& name, const Prefix& prefix) const;
  [[nodiscard]] const PrefixList* find_list(const std::string& name, Family family) const;
  [[nodiscard]] bool list_exists(const std::string& name, Family family) const;
  [[nodiscard]] bool map_permits(const std::string& name, const Prefix& prefix,
                                 std::uint32_t origin_asn) const;
  // The verdict of everything bound to a neighbour in one direction. Without any policy: what
  // ebgp-requires-policy says.
  [[nodiscard]] bool permits(const BgpInstance& instance, const Neighbour& of, Direction direction,
                             const Prefix& prefix, std::uint32_t origin_asn) const;
  [[nodiscard]] bool has_policy(const BgpInstance& instance, const Neighbour& of, int family,
                                Direction direction) const;

 private:
  using Words = std::vector<std::string>;

  struct Node {
    enum class Kind { Config, Interface, Bgp, Family, RouteMap, Vrf };
    Kind kind{Kind::Config};
    std::string name{};  // interface, VRF, route-map
    int number{};        // family 0/1, sequence
  };

  LineResult in_config(const Words& words, bool no, std::string_view line);
  LineResult in_interface(const Words& words, bool no);
  LineResult in_bgp(const Words& words, bool no);
  LineResult in_family(const Words& words, bool no);
  LineResult in_route_map(const Words& words, bool no);
  LineResult one(const Node& node, const Words& words, bool no, std::string_view line);
  LineResult prefix_list(const Words& words, bool no, int family);
  LineResult as_path(const Words& words, bool no);
  LineResult route_map(const Words& words, bool no);
  LineResult router(const Words& words, bool no);
  LineResult interface(const Words& words, bool no);
  LineResult neighbour(BgpInstance& instance, const Words& words, bool no);
  LineResult make_neighbour(BgpInstance& instance, const Words& words);
  LineResult remove_neighbour(BgpInstance& instance, const Words& words);
  LineResult neighbour_line(BgpInstance& instance, const Words& words, bool no);
  LineResult family_line(BgpInstance& instance, const Words& words, bool no, int family);
  LineResult done(const std::string& subject) const;

  void render_bgp(const BgpInstance& instance, std::string& out) const;
  void render_neighbour(const BgpInstance& instance, const Neighbour& of, std::string& out) const;
  void render_policies(std::string& out) const;

  std::string hostname_{};
  bool datacenter_{};
  std::vector<std::string> head_{};  // log …, ip forwarding …
  std::map<std::string, std::map<std::string, std::string>, NaturalLess> interfaces_{};
  std::map<std::string, BgpInstance> bgp_{};
  std::map<std::string, PrefixList> lists_[2]{};
  std::map<std::string, std::map<int, PathRule>> paths_{};
  std::map<std::string, RouteMap> maps_{};
  int created_{};
  std::vector<Node> node_{};  // where the next line belongs; empty: the top
};

}  // namespace switchyard::fakes
