#include "switch-drivers/frr/frr_plan.h"

#include "switch-drivers/frr/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

namespace switchyard::switch_drivers::frr {

namespace {

std::string join(const std::vector<std::string_view>& parts, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < std::min(count, parts.size()); ++i) {
    text += (i > 0 ? " " : "") + std::string{parts[i]};
  }
  return text;
}

// What a line sets, without the value: a second line with the same key replaces the first, so the
// first must not be taken away by hand (`no neighbor X remote-as` would take the whole neighbour).
std::string setting_key(const FrrLine& line) {
  if (line.text.empty()) {
    const auto parts = words(line.block);  // ip prefix-list NAME seq N …
    return parts.size() > 4 && parts[1] == "prefix-list" ? join(parts, 5) : std::string{line.block};
  }
  const auto parts = words(line.text);
  if (parts[0] == "neighbor" && parts.size() > 2) {
    constexpr std::array kDirected{"route-map", "prefix-list", "filter-list", "distribute-list"};
    std::string key = join(parts, 3);
    if (std::find(kDirected.begin(), kDirected.end(), parts[2]) != kDirected.end()) {
      return key + " " + std::string{parts.back()};
    }
    if (parts[2] == "timers")
      return key + (parts.size() > 3 && parts[3] == "connect" ? " connect" : "");
    constexpr std::array kSingle{"remote-as",    "description",    "advertisement-interval",
                                 "ttl-security", "maximum-prefix", "interface"};
    const bool is_single = std::find(kSingle.begin(), kSingle.end(), parts[2]) != kSingle.end();
    return is_single ? key : std::string{line.text};
  }
  if (const std::string_view key = policy_key(line.text); !key.empty()) return std::string{key};
  if (parts[0] == "set" || parts[0] == "match") return join(parts, parts.size() - 1);
  if (line.text.starts_with("ipv6 nd ra-")) return join(parts, 3);
  return std::string{line.text};
}

std::string opposite(std::string_view text) {
  return text.starts_with("no ") ? std::string{text.substr(3)} : "no " + std::string{text};
}

FrrCommand removal(const FrrLine& line) {
  if (line.text.empty()) return {{}, {}, opposite(line.block)};
  return {line.block, line.family, opposite(line.text)};
}

FrrCommand addition(const FrrLine& line) {
  const bool is_block =
      line.block.starts_with("route-map ") || line.block.starts_with("interface ");
  if (line.text.empty() && !is_block) return {{}, {}, line.block};
  return {line.block, line.family, line.text};
}

// Filters before what they filter, and within a list its deny first.
int order_of(const FrrLine& line) {
  if (line.block.starts_with("ip") || line.block.starts_with("bgp as-path")) {
    return line.block.find(" deny ") != std::string::npos ? 0 : 1;
  }
  if (line.block.starts_with("route-map ")) return 2;
  if (line.block.starts_with("interface ")) return 3;
  return subject_of(line).starts_with("SWY-") ? 4 : 5;
}

int order_within(const FrrLine& line) {
  constexpr std::array<std::string_view, 6> kFirst{" peer-group",   " interface ", " remote-as ",
                                                   " prefix-list ", " route-map ", ""};
  if (line.text.ends_with(" activate")) return static_cast<int>(kFirst.size());
  if (line.block.starts_with("route-map ")) return line.text.starts_with("match ") ? 0 : 1;
  for (std::size_t i = 0; i < kFirst.size(); ++i) {
    const bool ends = i == 0 && line.text.ends_with(kFirst[i]);
    if (ends || (i > 0 && line.text.find(kFirst[i]) != std::string::npos))
      return static_cast<int>(i);
  }
  return 0;
}

std::vector<FrrCommand> ordered_additions(const std::vector<FrrLine>& lines) {
  // The ranks are worked out once a line, not at each comparison.
  using Key = std::tuple<int, std::string_view, std::string_view, int, std::string_view>;
  std::vector<std::pair<Key, const FrrLine*>> keyed;
  keyed.reserve(lines.size());
  for (const FrrLine& line : lines)
    keyed.push_back(
        {{order_of(line), line.block, line.family, order_within(line), line.text}, &line});
  std::sort(keyed.begin(), keyed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<FrrCommand> commands;
  for (const auto& [key, line] : keyed)
    commands.push_back(addition(*line));
  return commands;
}

// "router bgp 65001 vrf vrf-prv" + interface, with the line that makes it a neighbour.
using Neighbors = std::map<std::pair<Text, Text>, Text>;

Neighbors neighbors_in(const FrrLines& own) {
  Neighbors found;
  for (const FrrLine& line : own) {
    if (!line.block.starts_with("router bgp ")) continue;
    const Text name{subject_of(line)};
    Text& creation = found[{line.block, name}];
    if (line.text.starts_with("neighbor " + name + " interface ")) creation = line.text;
  }
  return found;
}

bool is_missing(const FrrLine& line, const FrrLines& present, const Neighbors& remade) {
  if (!present.contains(line)) return true;
  return line.block.starts_with("router bgp ") &&
         remade.contains({line.block, Text{subject_of(line)}});
}

// Lines that are there and should not be, of objects that stay.
std::vector<FrrCommand> surplus(const FrrLines& present, const FrrLines& wished,
                                const Neighbors& remade) {
  std::set<std::tuple<Text, Text, std::string>> settled;
  for (const FrrLine& line : wished)
    settled.emplace(line.block, line.family, setting_key(line));
  const auto is_settled = [&](const FrrLine& line) {
    // A sequence number that is used again is replaced in place; its block is the line itself.
    const std::string key = setting_key(line);
    if (!line.text.empty()) return settled.contains({line.block, line.family, key});
    return std::any_of(wished.begin(), wished.end(), [&](const FrrLine& other) {
      return other.text.empty() && setting_key(other) == key;
    });
  };
  std::vector<FrrCommand> commands;
  for (const FrrLine& line : present) {
    if (wished.contains(line) || is_settled(line)) continue;
    const bool of_remade = line.block.starts_with("router bgp ") &&
                           remade.contains({line.block, Text{subject_of(line)}});
    const bool block_goes = !line.text.empty() && !line.block.starts_with("router bgp ") &&
                            !wished.contains({line.block});
    if (!of_remade && !block_goes) commands.push_back(removal(line));
  }
  return commands;
}

bool is_own_list(const FrrLine& line) {
  return line.block.find(" prefix-list ") != std::string::npos;
}

std::string list_of(const FrrLine& line) { return join(words(line.block), 3); }

std::set<std::string> lists_in(const FrrLines& lines) {
  std::set<std::string> names;
  for (const FrrLine& line : lines) {
    if (is_own_list(line)) names.insert(list_of(line));
  }
  return names;
}

// `present` without the neighbours, lists and interfaces that go as a whole.
FrrLines staying(const FrrLines& present, const FrrLines& wished) {
  const std::set<std::string> lists = lists_in(wished);
  const Neighbors neighbors = neighbors_in(wished);
  FrrLines kept;
  for (const FrrLine& line : present) {
    const bool stays = is_own_list(line) ? lists.contains(list_of(line))
                       : line.block.starts_with("router bgp ")
                           ? neighbors.contains({line.block, Text{subject_of(line)}})
                           : wished.contains({line.block});
    if (stays) kept.insert(line);
  }
  return kept;
}

FrrLines of_used_objects(const FrrLines& shared_present, const FrrLines& shared_wished) {
  std::set<std::string> objects;
  for (const FrrLine& line : shared_wished)
    objects.insert(shared_object(line));
  FrrLines lines;
  for (const FrrLine& line : shared_present) {
    if (objects.contains(shared_object(line))) lines.insert(line);
  }
  return lines;
}

bool is_own_permit(const FrrLine& line) {
  return line.text.empty() && is_own_list(line) &&
         line.block.find(" permit ") != std::string_view::npos;
}

// "ip prefix-list SWY-P-swp1.101 10.1.0.5/32", whatever its sequence number.
std::set<std::string> permitted(const FrrLines& lines) {
  std::set<std::string> found;
  for (const FrrLine& line : lines) {
    if (is_own_permit(line))
      found.insert(list_of(line) + " " + std::string{words(line.block).back()});
  }
  return found;
}

// A session's own route map before its group's: what drains it. Both accept the same.
bool is_own_map(std::string_view text) {
  return text.find(" route-map SWY-") != std::string_view::npos &&
         !std::string_view(word(text, text.starts_with("no ") ? 2 : 1)).starts_with("SWY-");
}

// Whether the change lets a live session announce more, or marks its routes otherwise, and alters
// nothing else.
bool refuses_no_more(const FrrView& from, const FrrView& to, const std::vector<FrrLine>& missing,
                     const std::vector<FrrCommand>& extra) {
  const auto before = permitted(from.own);
  const auto after = permitted(to.own);
  return std::ranges::all_of(extra, [](const FrrCommand& one) { return is_own_map(one.text); }) &&
         std::ranges::all_of(
             missing,
             [](const FrrLine& line) { return is_own_permit(line) || is_own_map(line.text); }) &&
         std::includes(after.begin(), after.end(), before.begin(), before.end());
}

// Shared objects that nothing of the port has named so far: whoever is to use them says so in a
// line of its own.
bool is_new_object(const FrrLine& line, const std::set<std::string>& named) {
  const auto names = names_in(line);
  return !shared_object(line).empty() && !names.empty() && !named.contains(names.front());
}

// Whether what is set by `block` and `text` bears on this session. Shared policy bears on all.
bool concerns(std::string_view block, std::string_view text,
              const std::pair<Text, Text>& neighbor) {
  if (block.starts_with("router bgp ")) return block == neighbor.first.view();
  if (block.starts_with("interface ")) return block == "interface " + neighbor.second;
  const std::string all = fmt::format("{} {} ", block, text);
  return all.find(" SWY-P-") == std::string::npos ||
         all.find(" " + inbound_list(neighbor.second) + " ") != std::string::npos;
}

void remove_what_goes(FrrPlan& plan, const FrrView& from, const FrrView& to,
                      const Neighbors& remade) {
  for (const auto& [key, creation] : remade) {
    plan.remove.push_back({key.first, {}, "no neighbor " + key.second + " interface"});
  }
  const std::set<std::string> lists = lists_in(to.own);
  for (const std::string& list : lists_in(from.own)) {
    if (!lists.contains(list)) plan.remove.push_back({{}, {}, "no " + list});
  }
  // Only once the kernel has lost the interface, so this waits for the second batch.
  for (const FrrLine& line : from.own) {
    const bool goes =
        line.text.empty() && line.block.starts_with("interface ") && !to.own.contains(line);
    if (goes) plan.add.push_back({{}, {}, "no " + line.block});
  }
}

}  // namespace

FrrPlan plan_frr(const FrrView& from, const FrrView& to, const FrrPlanContext& context) {
  FrrPlan plan;
  const Neighbors wished = neighbors_in(to.own);
  Neighbors remade;  // neighbours that go, for good or to be made again
  for (const auto& neighbor : neighbors_in(from.own)) {
    const auto stays = wished.find(neighbor.first);
    if (stays == wished.end() || stays->second != neighbor.second) remade.insert(neighbor);
  }
  remove_what_goes(plan, from, to, remade);

  std::vector<FrrLine> missing;
  for (const FrrLine& line : to.shared) {
    if (!context.shared_present.contains(line)) missing.push_back(line);
  }
  for (const FrrLine& line : to.own) {
    if (is_missing(line, from.own, remade)) missing.push_back(line);
  }
  std::vector<FrrCommand> extra = surplus(staying(from.own, to.own), to.own, remade);
  if (context.tidy_shared) {
    const auto foreign = surplus(of_used_objects(context.shared_present, to.shared), to.shared, {});
    extra.insert(extra.end(), foreign.begin(), foreign.end());
  }
  const auto additions = ordered_additions(missing);
  plan.add.insert(plan.add.end(), additions.begin(), additions.end());
  plan.add.insert(plan.add.end(), extra.begin(), extra.end());
  if (!context.through_shut && !(missing.empty() && extra.empty())) {
    // FRR keeps no copy of what it refused, so a changed policy is judged anew only by what the
    // server says again. One that must lose a route cannot be asked nicely.
    std::set<std::string> named;
    for (const FrrLines* lines : {&from.own, &from.shared})
      for (const FrrLine& line : *lines)
        std::ranges::move(names_in(line), std::inserter(named, named.end()));
    std::erase_if(missing, [&](const FrrLine& line) { return is_new_object(line, named); });
    auto& cleared = refuses_no_more(from, to, missing, extra) ? plan.soft_clears : plan.resets;
    const Neighbors present = neighbors_in(from.own);
    for (const auto& [key, creation] : wished) {
      if (remade.contains(key) || !present.contains(key)) continue;
      const bool concerned =
          std::any_of(missing.begin(), missing.end(),
                      [&](const FrrLine& line) { return concerns(line.block, line.text, key); }) ||
          std::any_of(extra.begin(), extra.end(), [&](const FrrCommand& command) {
            return concerns(command.block, command.text, key);
          });
      if (!concerned) continue;
      const auto parts = words(key.first);  // router bgp N vrf V
      if (parts.size() == 5)
        cleared.push_back({VrfName{std::string{parts[4]}}, std::string{key.second}});
    }
  }
  return plan;
}

std::vector<FrrCommand> remove_objects(const std::set<std::string>& objects) {
  std::array<std::vector<FrrCommand>, 3> stages;  // groups, maps, lists
  for (const std::string& object : objects) {
    if (object.starts_with("router bgp ")) {
      const std::size_t name = object.rfind(' ');
      stages[0].push_back(
          {object.substr(0, name), {}, "no neighbor " + object.substr(name + 1) + " peer-group"});
    } else {
      stages[object.starts_with("route-map ") ? 1 : 2].push_back({{}, {}, "no " + object});
    }
  }
  std::vector<FrrCommand> commands;
  for (const auto& stage : stages)
    commands.insert(commands.end(), stage.begin(), stage.end());
  return commands;
}

std::string render_frr(const std::vector<FrrCommand>& commands) {
  std::string text;
  std::string block;
  std::string family;
  const auto leave_family = [&] {
    if (!family.empty()) text += " exit-address-family\n";
    family.clear();
  };
  const auto leave_block = [&] {
    leave_family();
    if (!block.empty()) text += "exit\n";
    block.clear();
  };
  for (const FrrCommand& command : commands) {
    if (command.block != block) leave_block();
    if (command.family != family) leave_family();
    if (command.block != block) text += command.block + "\n";
    block = command.block;
    if (command.family != family) text += " " + command.family + "\n";
    family = command.family;
    const char* indent = block.empty() ? "" : family.empty() ? " " : "  ";
    if (!command.text.empty()) text += indent + command.text + "\n";
  }
  leave_block();
  return text;
}

}  // namespace switchyard::switch_drivers::frr
