#include "switch-drivers/arista-eos/port_lines.h"

#include <algorithm>
#include <array>

namespace switchyard::switch_drivers::arista_eos {

namespace {

// What we say of a port or must notice on it.
constexpr std::array<std::string_view, 16> kOurs{
    "description",   "mtu",         "shutdown",      "switchport",
    "no switchport", "vrf",         "spanning-tree", "ip address",
    "ipv6 address",  "ipv6 enable", "channel-group", "storm-control",
    "encapsulation", "ip verify",   "ipv6 verify",   "ip access-group"};

bool starts_with_words(std::string_view text, std::string_view words) {
  return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ');
}

// The first word of `text` from `at` on.
std::string_view word_at(std::string_view text, std::size_t at) {
  text.remove_prefix(std::min(at, text.size()));
  return text.substr(0, text.find(' '));
}

// The subinterface whose neighbour or peer group a line of `router bgp` is about; "".
std::string_view subinterface_of(std::string_view line) {
  constexpr std::string_view kInterface = "neighbor interface ", kGroup = "neighbor SWY-N-";
  if (line.starts_with(kInterface)) return word_at(line, kInterface.size());
  if (line.starts_with(kGroup)) return word_at(line, kGroup.size());
  return {};
}

bool is_of_port(std::string_view subinterface, std::string_view port) {
  return subinterface == port ||
         (subinterface.starts_with(port) && subinterface.substr(port.size()).starts_with('.'));
}

bool is_list_of_port(std::string_view section, const std::string& port) {
  for (const std::string_view word : {"ip prefix-list SWY-P-", "ipv6 prefix-list SWY-P-"})
    if (section.starts_with(word) && is_of_port(word_at(section, word.size()), port)) return true;
  return false;
}

bool is_own(const Line& line, const std::string& port) {
  constexpr std::string_view kInterface = "interface ";
  const std::string& top = line.front();
  if (top.starts_with("router bgp "))
    return line.size() > 1 && is_of_port(subinterface_of(line.back()), port);
  if (!top.starts_with(kInterface)) return is_list_of_port(top, port);
  const std::string_view name = std::string_view(top).substr(kInterface.size());
  if (name != port) return is_of_port(name, port);
  return line.size() == 2 && std::ranges::any_of(kOurs, [&](std::string_view words) {
           return starts_with_words(line[1], words);
         });
}

void add_differences(std::vector<Difference>& all, const Config& wished, const Config& observed) {
  const auto add = [&](const Line& line, bool is_wished) {
    Difference difference{.subject = to_text({line.begin(), line.end() - 1})};
    if (difference.subject.empty()) difference.subject = "configuration";
    (is_wished ? difference.wished : difference.observed) = line.back();
    all.push_back(std::move(difference));
  };
  for (const Line& line : wished)
    if (!observed.contains(line)) add(line, true);
  for (const Line& line : observed)
    if (!wished.contains(line)) add(line, false);
}

// The name of the shared object a top-level line defines; "".
std::string_view shared_name(std::string_view top) {
  for (const std::string_view word :
       {"route-map ", "ip prefix-list ", "ipv6 prefix-list ", "ip as-path access-list "}) {
    if (!top.starts_with(word)) continue;
    const std::string_view name = word_at(top, word.size());
    return name.starts_with("SWY-") && !name.starts_with("SWY-P-") ? name : std::string_view{};
  }
  return {};
}

bool refers_to(const Line& line, std::string_view name) {
  if (line.size() < 2) return false;
  const std::string& text = line.back();
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
    if (word_at(text, at) == name) return true;
  return false;
}

}  // namespace

Config own_lines(const Config& config, const std::string& port) {
  Config own;
  for (const Line& line : config)
    if (is_own(line, port)) own.insert(line);
  return own;
}

PortLines observed_lines(const Config& config, const std::string& port, const PortLines& wished) {
  PortLines observed{.own = own_lines(config, port)};
  for (const Line& line : wished.shared)
    if (line.size() == 1) observed.shared.merge(section(config, line));
  return observed;
}

std::vector<Difference> differences(const PortLines& wished, const PortLines& observed) {
  std::vector<Difference> all;
  add_differences(all, wished.own, observed.own);
  add_differences(all, wished.shared, observed.shared);
  return all;
}

bool is_shut(const Config& config, const std::string& port) {
  return config.contains({"interface " + port, "shutdown"});
}

std::set<std::string> changed_ports(const Config& before, const Config& now) {
  std::set<std::string> changed;
  for (const Config* of : {&before, &now})
    for (const std::string& port : ports_of(*of))
      if (!changed.contains(port) && own_lines(before, port) != own_lines(now, port))
        changed.insert(port);
  return changed;
}

std::vector<Line> unused_policy(const Config& config) {
  std::vector<Line> unused;
  Config left = config;
  for (bool found = true; found;) {  // what only an unused object needs is unused, too
    found = false;
    for (const Line& line : Config(left)) {
      const std::string_view name = line.size() == 1 ? shared_name(line[0]) : std::string_view{};
      if (name.empty() ||
          std::ranges::any_of(left, [&](const Line& other) { return refers_to(other, name); }))
        continue;
      unused.push_back(line);
      for (const Line& gone : section(left, line))
        left.erase(gone);
      found = true;
    }
  }
  return unused;
}

}  // namespace switchyard::switch_drivers::arista_eos
