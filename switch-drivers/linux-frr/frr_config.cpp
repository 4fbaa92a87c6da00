#include "switch-drivers/linux-frr/frr_config.h"

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr std::string_view kShared = "SWY-";
constexpr std::string_view kOfPort = "SWY-P-";
constexpr std::size_t kLongestLine = 4096;

std::string_view without_end(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

bool is_of_bgp(const FrrLine& line) { return line.block.starts_with("router bgp "); }

bool says_exit(std::string_view text) { return text == "exit" || text.starts_with("exit-"); }

// "8.4.4" -> 804
int version_of(std::string_view text) {
  int major = 0;
  int minor = 0;
  const char* end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, major);
  if (error != std::errc{} || major < 0 || major > 1000) return 0;
  if (dot != end && *dot == '.') std::from_chars(dot + 1, end, minor);
  return minor < 0 || minor > 99 ? 0 : major * 100 + minor;
}

// Remembers which block the lines of a file stand in.
class Reader {
 public:
  void take(std::string_view line) {
    line = without_end(line);
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || line[indent] == '!') return;
    const std::string_view text = line.substr(indent);
    if (indent == 0) return top_level(text);
    if (block_.empty()) return;
    if (says_exit(text)) {
      family_.clear();
    } else if (text.starts_with("address-family ")) {
      family_ = text;
    } else {
      config_.lines.insert({block_, indent > 1 ? family_ : std::string{}, std::string{text}});
    }
  }

  FrrConfig finish() { return std::move(config_); }

 private:
  void top_level(std::string_view text) {
    family_.clear();
    block_.clear();
    if (text == "frr defaults datacenter") config_.datacenter_defaults = true;
    if (text.starts_with("frr version ")) config_.version = version_of(text.substr(12));
    if (says_exit(text) || text == "end" || text.ends_with("configuration...") ||
        text == "Current configuration:") {
      return;
    }
    block_ = text;
    config_.lines.insert({block_, {}, {}});
  }

  FrrConfig config_{};
  std::string block_{};
  std::string family_{};
};

// FRR shows "activate" only where it is not the default of the instance; the comparison wants it
// said.
void spell_out_activation(FrrLines& lines) {
  FrrLines added;
  for (const FrrLine& line : lines) {
    const auto parts = words(line.text);
    if (!is_of_bgp(line) || parts.size() != 3 || parts[2] != "peer-group" ||
        !parts[1].starts_with(kShared)) {
      continue;
    }
    const std::string group{parts[1]};
    const auto add = [&](const char* family, bool by_default) {
      const std::string in = std::string{"address-family "} + family + " unicast";
      const bool refused = lines.contains({line.block, in, "no neighbor " + group + " activate"});
      if (by_default && !refused) added.insert({line.block, in, "neighbor " + group + " activate"});
    };
    add("ipv4", !lines.contains({line.block, {}, "no bgp default ipv4-unicast"}));
    add("ipv6", lines.contains({line.block, {}, "bgp default ipv6-unicast"}));
  }
  lines.merge(added);
}

}  // namespace

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return found;
    text.remove_prefix(begin);
    const std::size_t length = std::min(text.find(' '), text.size());
    found.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

Result<FrrConfig> parse_frr_config(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    const bool binary = std::any_of(line.begin(), line.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\t';
    });
    if (length > kLongestLine || binary) {
      return failure(Errc::Rejected, "the FRR configuration has a line that is no configuration");
    }
    reader.take(line);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  FrrConfig config = reader.finish();
  const bool is_frr =
      std::any_of(config.lines.begin(), config.lines.end(), [](const FrrLine& line) {
        return line.block.starts_with("frr ") || line.block.starts_with("hostname ");
      });
  if (!is_frr) return failure(Errc::Rejected, "FRR did not show a configuration");
  spell_out_activation(config.lines);
  for (const FrrLine& line : config.lines) {
    if (const std::string port = port_of(line); !port.empty()) {
      config.by_port[port].insert(line);
    } else if (!shared_object(line).empty()) {
      config.shared.insert(line);
    }
  }
  return config;
}

std::string_view subject_of(const FrrLine& line) {
  const auto in_block = words(line.block);
  if (in_block.size() >= 2 && in_block[0] == "interface") return in_block[1];
  if (!is_of_bgp(line)) return {};
  const auto parts = words(line.text);
  const std::size_t at = !parts.empty() && parts[0] == "no" ? 1 : 0;
  return parts.size() > at + 1 && parts[at] == "neighbor" ? parts[at + 1] : std::string_view{};
}

std::string port_of(const FrrLine& line) {
  std::string_view name = subject_of(line);
  if (name.empty()) {
    const auto parts = words(line.block);
    if (parts.size() < 3 || parts[1] != "prefix-list" || !parts[2].starts_with(kOfPort)) return {};
    name = parts[2].substr(kOfPort.size());
  }
  if (name.starts_with(kShared)) return {};
  return std::string{name.substr(0, name.find('.'))};
}

std::string shared_object(const FrrLine& line) {
  const auto is_shared = [](std::string_view name) {
    return name.starts_with(kShared) && !name.starts_with(kOfPort);
  };
  if (is_of_bgp(line)) {
    const std::string_view group = subject_of(line);
    return is_shared(group) ? line.block + " " + std::string{group} : std::string{};
  }
  const auto parts = words(line.block);
  const std::size_t name = parts.empty() || parts[0] == "route-map" ? 1
                           : parts[0] == "ip" || parts[0] == "ipv6" ? 2
                           : parts[0] == "bgp"                      ? 3
                                                                    : parts.size();
  if (name >= parts.size() || !is_shared(parts[name])) return {};
  std::string object;
  for (std::size_t i = 0; i <= name; ++i)
    object += (i > 0 ? " " : "") + std::string{parts[i]};
  return object;
}

std::vector<std::string> names_in(const FrrLine& line) {
  std::vector<std::string> names;
  for (const std::string* text : {&line.block, &line.text}) {
    for (const std::string_view word : words(*text)) {
      if (word.starts_with(kShared)) names.emplace_back(word);
    }
  }
  return names;
}

FrrLines shared_closure(const FrrLines& shared, const FrrLines& users) {
  // A peer-group belongs to one BGP instance, so a user in a VRF needs the group of that VRF only.
  const auto needed_by = [](const FrrLines& lines) {
    std::set<std::string> names;
    for (const FrrLine& line : lines) {
      for (const std::string& name : names_in(line)) {
        names.insert(name);
        if (is_of_bgp(line)) names.insert(line.block + " " + name);
      }
    }
    return names;
  };
  FrrLines closure;
  FrrLines frontier = users;
  while (!frontier.empty()) {
    const std::set<std::string> names = needed_by(frontier);
    frontier.clear();
    for (const FrrLine& line : shared) {
      const std::string object = shared_object(line);
      if (closure.contains(line)) continue;
      const bool needed = is_of_bgp(line) ? names.contains(object)
                                          : names.contains(std::string{words(object).back()});
      if (needed) frontier.insert(line);
    }
    closure.insert(frontier.begin(), frontier.end());
  }
  return closure;
}

}  // namespace switchyard::switch_drivers::linux_frr
