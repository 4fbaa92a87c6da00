#include "tests/fakes/eos/eos_config.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace switchyard::fakes {

namespace {

bool starts(const std::string& text, std::string_view with) { return text.starts_with(with); }

std::size_t words_in(const std::string& text) {
  std::istringstream stream(text);
  std::string word;
  std::size_t count = 0;
  while (stream >> word)
    ++count;
  return count;
}

std::string first_words(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at != std::string::npos; --count)
    at = text.find(' ', at == 0 ? 0 : at + 1);
  return text.substr(0, at);
}

bool opens_section(const EosLine& place, const std::string& line) {
  if (place.empty())
    return starts(line, "interface ") || starts(line, "router bgp ") || starts(line, "vlan ") ||
           starts(line, "vrf instance ") || starts(line, "route-map ") ||
           ((starts(line, "ip prefix-list ") || starts(line, "ipv6 prefix-list ")) &&
            words_in(line) == 3);
  if (!starts(place[0], "router bgp ")) return false;
  return (place.size() == 1 && starts(line, "vrf ")) || starts(line, "address-family ");
}

// Of two lines of a section with the same key the later one stays; "" for lines with none.
std::string key_of(const std::string& line) {
  constexpr std::array<std::string_view, 20> kSingle{"description",
                                                     "mtu",
                                                     "vrf",
                                                     "switchport access vlan",
                                                     "switchport mode",
                                                     "switchport trunk allowed vlan",
                                                     "encapsulation dot1q",
                                                     "switchport trunk native vlan",
                                                     "set local-preference",
                                                     "set metric",
                                                     "set community",
                                                     "set large-community",
                                                     "set extcommunity",
                                                     "set as-path prepend",
                                                     "match as-path",
                                                     "storm-control broadcast",
                                                     "ip address",
                                                     "router-id",
                                                     "ipv6 nd ra lifetime",
                                                     "match metric"};
  for (const std::string_view words : kSingle)
    if (line == words || (starts(line, words) && line[words.size()] == ' '))
      return std::string(words);
  if (starts(line, "seq ")) return first_words(line, 2);
  if (starts(line, "neighbor interface ")) return first_words(line, 3);
  if (!starts(line, "neighbor ")) return {};
  const std::string name = first_words(line, 2);
  std::string setting = line.substr(std::min(name.size() + 1, line.size()));
  for (const std::string_view words :
       {"timers", "ttl maximum-hops", "maximum-accepted-routes", "maximum-routes", "remote-as"})
    if (starts(setting, words)) return name + " " + std::string(words);
  for (const std::string_view words : {"prefix-list ", "route-map "})
    if (starts(setting, words))
      return name + " " + std::string(words) + setting.substr(setting.rfind(' ') + 1);
  return {};
}

bool is_subinterface(const EosLine& place) {
  return place.size() == 1 && starts(place[0], "interface ") &&
         place[0].find('.') != std::string::npos;
}

}  // namespace

std::string EosConfig::render() const {
  std::string text = "! Command: show running-config\n! device: tor (vEOS, EOS-4.30.1F)\n!\n";
  std::size_t last = 0;
  for (const EosLine& line : lines_) {
    if (line.size() == 1 && last > 0) text += "!\n";
    text += std::string((line.size() - 1) * 3, ' ') + line.back() + "\n";
    last = line.size();
  }
  return text + "!\nend\n";
}

EosConfig EosConfig::parse(const std::string& text) {
  EosConfig config;
  std::istringstream stream(text);
  EosLine place;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || line[indent] == '!' || line == "end") continue;
    place.resize(std::min(place.size(), indent / 3));
    place.push_back(line.substr(indent));
    config.lines_.insert(place);
  }
  return config;
}

std::string EosConfig::value(EosLine section, const std::string& words) const {
  section.push_back(words + " ");
  const auto at = lines_.lower_bound(section);
  if (at == lines_.end() || at->size() != section.size() || !starts(at->back(), words + " ") ||
      !std::equal(section.begin(), section.end() - 1, at->begin()))
    return {};
  return at->back().substr(words.size() + 1);
}

std::vector<std::string> EosConfig::texts(const EosLine& section) const {
  std::vector<std::string> found;
  for (auto at = lines_.lower_bound(section); at != lines_.end(); ++at) {
    if (at->size() < section.size() || !std::equal(section.begin(), section.end(), at->begin()))
      break;
    if (at->size() == section.size() + 1) found.push_back(at->back());
  }
  return found;
}

void EosConfig::erase_in(const EosLine& section, const std::function<bool(const EosLine&)>& goes) {
  for (auto at = lines_.lower_bound(section); at != lines_.end();) {
    if (at->size() < section.size() || !std::equal(section.begin(), section.end(), at->begin()))
      return;
    if (goes(*at)) {
      at = lines_.erase(at);
      ++edits_;
    } else {
      ++at;
    }
  }
}

void EosConfig::erase_section(const EosLine& section) {
  erase_in(section, [](const EosLine&) { return true; });
}

std::string EosConfig::type(EosLine& place, const std::string& line, bool& changed) {
  changed = false;
  if (line == "exit") {
    if (place.empty()) return "not in a section";
    place.pop_back();
    return {};
  }
  // A line of the outermost level leaves whatever section one is in.
  if (!place.empty() && opens_section({}, line)) place.clear();
  const long long before = edits_;
  const bool negates = starts(line, "no ") && line != "no switchport";
  std::string why = negates ? remove(place, line.substr(3)) : add(place, line);
  changed = edits_ != before;
  if (why.empty() && !negates && opens_section(place, line)) place.push_back(line);
  return why;
}

std::string EosConfig::remove(const EosLine& place, const std::string& line) {
  EosLine path = place;
  path.push_back(line);
  if (starts(line, "interface ") && line.find('.') == std::string::npos)
    return "interface cannot be deleted";
  if (opens_section(place, line)) {
    erase_section(path);
    return {};
  }
  const bool whole_group = starts(line, "neighbor ") && line.ends_with(" peer group");
  erase_in(place, [&](const EosLine& other) {
    if (other.size() <= place.size()) return false;
    const std::string& text = other.back();
    if (whole_group) return starts(text, first_words(line, 2) + " ");
    if (other.size() != path.size()) return false;
    return text == line || starts(text, line + " ");
  });
  // A family nothing is said of is not shown.
  if (!place.empty() && starts(place[0], "router bgp "))
    erase_in({place[0]}, [&](const EosLine& other) {
      if (!starts(other.back(), "address-family ")) return false;
      const auto next = lines_.upper_bound(other);
      return next == lines_.end() || next->size() <= other.size();
    });
  return {};
}

std::string EosConfig::refusal(const EosLine& place, const std::string& line) const {
  if (starts(line, "encapsulation ") || starts(line, "seq ") || starts(line, "switchport")) {
    const bool fits = starts(line, "encapsulation ") ? is_subinterface(place)
                                                     : !place.empty() && !is_subinterface(place);
    if (!fits) return "Invalid input";
  }
  if (place.empty() && (starts(line, "neighbor ") || starts(line, "set ") ||
                        starts(line, "shutdown") || starts(line, "match ")))
    return "Invalid input";
  if (starts(line, "vrf ") && place.size() == 1 && starts(place[0], "interface ") &&
      !lines_.contains({"vrf instance " + line.substr(4)}))
    return "VRF " + line.substr(4) + " does not exist";
  if (is_subinterface(place) && starts(line, "encapsulation ")) {
    const std::string port = place[0].substr(0, place[0].find('.') + 1);
    for (const EosLine& other : lines_)
      if (other.size() == 2 && starts(other[0], port) && other[0] != place[0] && other[1] == line)
        return "VLAN is in use by another subinterface";
  }
  if (!starts(line, "neighbor ") || line.ends_with(" peer group")) return {};
  // A setting of a group that is not there.
  const std::size_t group_at = line.find(" peer-group ");
  const std::string name = starts(line, "neighbor interface ") && group_at != std::string::npos
                               ? first_words(line.substr(group_at + 12), 1)
                               : first_words(line.substr(9), 1);
  EosLine group = place;
  if (!group.empty() && starts(group.back(), "address-family ")) group.pop_back();
  group.push_back("neighbor " + name + " peer group");
  return lines_.contains(group) ? "" : "peer group " + name + " does not exist";
}

std::string EosConfig::add(const EosLine& place, const std::string& line) {
  if (std::string why = refusal(place, line); !why.empty()) return why;
  // What is a default is not shown.
  if (line == "switchport") return remove(place, "no switchport");
  EosLine path = place;
  path.push_back(line);
  const std::string key = key_of(line);
  const bool moves = key == "vrf" && place.size() == 1 && starts(place[0], "interface ");
  const bool replaces = !key.empty() && !opens_section(place, line);
  if (replaces || moves)
    erase_in(place, [&](const EosLine& other) {
      // A change of the VRF takes the addresses away.
      return other.size() == path.size() && other != path &&
             ((replaces && key_of(other.back()) == key) ||
              (moves && key_of(other.back()) == "ip address"));
    });
  for (std::size_t depth = 1; depth <= path.size(); ++depth)
    edits_ +=
        lines_.insert({path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth)}).second ? 1
                                                                                                : 0;
  return {};
}

}  // namespace switchyard::fakes
