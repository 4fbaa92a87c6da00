#include "switch-drivers/arista-eos/plan.h"

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>

namespace switchyard::switch_drivers::arista_eos {

namespace {

bool starts_section(const std::string& text) {
  return text.starts_with("interface ") || text.starts_with("ip prefix-list ") ||
         text.starts_with("ipv6 prefix-list ") || text.starts_with("route-map ");
}

// How a line is taken back.
std::string negated(const std::string& text) {
  if (text.starts_with("no ")) return text.substr(3);
  if (text.starts_with("seq ")) return "no " + text.substr(0, text.find(' ', 4));
  if (text.starts_with("description ")) return "no description";
  constexpr std::string_view kNeighbour = "neighbor interface ";
  if (text.starts_with(kNeighbour))
    return "no " + text.substr(0, text.find(' ', kNeighbour.size()));
  return "no " + text;
}

// What must be made first has the lowest number.
int rank(const Line& line) {
  const std::string& top = line.front();
  if (top.starts_with("interface ")) return top.find('.') == std::string::npos ? 0 : 3;
  if (top.starts_with("ip as-path") || top.find("prefix-list") != std::string::npos) return 1;
  if (top.starts_with("route-map ")) return 2;
  const std::string& last = line.back();
  if (last.ends_with(" peer group")) return 4;
  return last.starts_with("neighbor interface ") ? 6 : 5;  // a neighbour comes with its filters
}

// Within a section: another VRF takes away what was said of IP before.
int minor_rank(const Line& line) {
  const std::string& last = line.back();
  if (last.starts_with("encapsulation ") || last == "no switchport") return 0;
  return last.starts_with("vrf ") ? 1 : 2;
}

std::tuple<int, Line, int> order(const Line& line) {
  return {rank(line), Line(line.begin(), line.end() - 1), minor_rank(line)};
}

// And what must be removed last: a subinterface goes after the filters of its neighbour.
int removal_rank(const Line& line) {
  constexpr std::array kRanks{0, 2, 3, 1, 4, 5, 6};
  return kRanks.at(static_cast<std::size_t>(rank(line)));
}

// Types lines one after the other and stays in a section as long as it can.
class Typist {
 public:
  explicit Typist(std::vector<std::string>& commands) : commands_(commands) {}

  ~Typist() { leave_to(0); }

  Typist(const Typist&) = delete;
  Typist& operator=(const Typist&) = delete;

  void add(const Line& line) {
    go_to(line);
    commands_.push_back(line.back());
    if (line.size() == 1 && starts_section(line[0])) open_.push_back(line[0]);
  }

  void remove(const Line& line) {
    go_to(line);
    commands_.push_back(negated(line.back()));
  }

 private:
  void leave_to(std::size_t depth) {
    for (; open_.size() > depth; open_.pop_back())
      commands_.emplace_back("exit");
  }

  void go_to(const Line& line) {
    std::size_t same = 0;
    while (same + 1 < line.size() && same < open_.size() && open_[same] == line[same])
      ++same;
    leave_to(same);
    for (; same + 1 < line.size(); ++same) {
      commands_.push_back(line[same]);
      open_.push_back(line[same]);
    }
  }

  std::vector<std::string>& commands_;
  Line open_{};
};

// Without what goes away with another line: the lines of a section, the settings of a peer group.
std::vector<Line> to_remove(const Config& before, const Config& after) {
  std::vector<Line> removed;
  for (const Line& line : before) {
    if (after.contains(line)) continue;
    const bool goes_along = std::ranges::any_of(removed, [&](const Line& other) {
      return other.size() == 1 && line.size() > 1 && other[0] == line[0];
    });
    const std::string& last = line.back();
    const std::size_t group_end = last.find(' ', std::string_view("neighbor ").size());
    const bool of_group = last.starts_with("neighbor SWY-N-") && !last.ends_with(" peer group");
    const Line group{line[0], line.size() > 1 ? line[1] : "",
                     last.substr(0, group_end) + " peer group"};
    if (goes_along || (of_group && before.contains(group) && !after.contains(group))) continue;
    removed.push_back(line);
  }
  std::ranges::stable_sort(removed, std::ranges::greater{}, removal_rank);
  return removed;
}

void type_added(std::vector<std::string>& commands, const Config& before, const Config& after) {
  std::vector<Line> added;
  for (const Line& line : after)
    if (!before.contains(line)) added.push_back(line);
  std::ranges::stable_sort(added, {}, order);
  Typist typist(commands);
  for (const Line& line : added) {
    // A section comes with its first line.
    const bool is_section = line.size() == 1 && starts_section(line[0]);
    const bool has_lines = std::ranges::any_of(
        added, [&](const Line& other) { return other.size() > 1 && other[0] == line[0]; });
    if (!is_section || !has_lines) typist.add(line);
  }
}

// Whether the port is bridged, and its subinterfaces with tag and VRF.
Config shape(const Config& own, const std::string& port) {
  Config shape;
  for (const Line& line : own) {
    const bool is_interface = line.size() == 2 && line[0].starts_with("interface ");
    if (!is_interface) continue;
    const bool is_port = line[0] == "interface " + port;
    if (is_port ? line[1].starts_with("switchport ") || line[1] == "no switchport"
                : line[1].starts_with("vrf ") || line[1].starts_with("encapsulation "))
      shape.insert(line);
  }
  return shape;
}

}  // namespace

std::vector<std::string> shut_lines(const std::string& port) {
  return {"interface " + port, "shutdown", "exit"};
}

std::vector<std::string> open_lines(const std::string& port) {
  return {"interface " + port, "no shutdown", "exit"};
}

PortPlan plan_port(const std::string& port, const PortLines& before, const PortLines& after,
                   const Config& now) {
  const Line shut{"interface " + port, "shutdown"};
  PortPlan plan{.through_shut = shape(before.own, port) != shape(after.own, port)};
  const bool opens = !after.own.contains(shut);
  Config from = before.own, to = after.own;
  if (plan.through_shut || before.own.contains(shut)) {
    if (!before.own.contains(shut)) plan.session = shut_lines(port);
    from.insert(shut);
    to.insert(shut);
    if (opens) plan.open = open_lines(port);
  }
  Config present;
  for (const Line& line : before.shared)
    present.insert(line);
  for (const Line& line : after.shared)
    if (now.contains(line)) present.insert(line);
  {
    Typist typist(plan.session);
    for (const Line& line : to_remove(from, to))
      typist.remove(line);
    // Somebody changed a shared object by hand: its name says what must be in it.
    for (const Line& line : present)
      if (line.size() > 1 && after.shared.contains({line[0]}) && !after.shared.contains(line))
        typist.remove(line);
  }
  for (const Line& line : present)
    from.insert(line);
  for (const Line& line : after.shared)
    to.insert(line);
  type_added(plan.session, from, to);
  return plan;
}

std::vector<std::string> plan_unused(const Config& now, std::span<const LinesChange> changes) {
  Config then = now;
  for (const LinesChange& change : changes)
    for (const Line& line : change.before->own)
      then.erase(line);
  for (const LinesChange& change : changes)
    for (const auto* lines : {&change.after->own, &change.after->shared})
      then.insert(lines->begin(), lines->end());
  std::vector<std::string> commands;
  {
    Typist typist(commands);
    for (const Line& line : unused_policy(then))
      if (now.contains(line)) typist.remove(line);
  }
  return commands;
}

std::string describe_change(const SwitchContext& context, std::span<const IntentChange> ports) {
  Config now;
  std::vector<PortLines> before, after;
  for (const IntentChange& port : ports) {
    before.push_back(wished_lines(port.former, context));
    after.push_back(wished_lines(port.wished, context));
    for (const auto* lines : {&before.back().own, &before.back().shared})
      now.insert(lines->begin(), lines->end());
  }
  std::vector<std::string> session, open;
  std::vector<LinesChange> changes;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    changes.push_back({&before[i], &after[i]});
    if (ports[i].former == ports[i].wished) continue;
    const PortLines observed = observed_lines(now, ports[i].wished.port, after[i]);
    PortPlan plan = plan_port(ports[i].wished.port, observed, after[i], now);
    session.insert(session.end(), plan.session.begin(), plan.session.end());
    open.insert(open.end(), plan.open.begin(), plan.open.end());
  }
  if (session.empty() && open.empty()) return {};
  for (std::string& line : plan_unused(now, changes))
    session.push_back(std::move(line));
  std::string text = "configure session\n";
  for (const std::string& line : session)
    text += line + "\n";
  text += "commit timer\n";
  if (!open.empty()) text += "configure\n";
  for (const std::string& line : open)
    text += line + "\n";
  return text;
}

}  // namespace switchyard::switch_drivers::arista_eos
