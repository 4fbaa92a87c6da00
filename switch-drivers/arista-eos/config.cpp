#include "switch-drivers/arista-eos/config.h"

#include "core/net.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

constexpr std::size_t kMostBytes = 64U << 20U;
constexpr std::size_t kMostSections = 8;

}  // namespace

Result<Config> parse_config(std::string_view text) {
  if (text.size() > kMostBytes) return failure(Errc::Invalid, "the configuration is too large");
  Config config;
  std::vector<std::pair<std::size_t, std::string>> open;  // indent and text of the sections
  bool ended = false;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || line[indent] == '!') continue;
    line.remove_prefix(indent);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
      line.remove_suffix(1);
    if (line.empty()) continue;
    while (!open.empty() && open.back().first >= indent)
      open.pop_back();
    ended = indent == 0 && line == "end";
    if (ended) continue;
    if (open.size() == kMostSections)
      return failure(Errc::Invalid, "the configuration has too many sections in each other");
    Line path;
    for (const auto& [at, name] : open)
      path.push_back(name);
    path.emplace_back(line);
    config.insert(std::move(path));
    open.emplace_back(indent, line);
  }
  if (!ended)
    return failure(Errc::Invalid, "the configuration does not end with \"end\": it is cut short");
  return config;
}

std::string to_text(const Line& line) { return fmt::format("{}", fmt::join(line, " / ")); }

Config section(const Config& config, const Line& section) {
  Config found;
  for (auto at = config.lower_bound(section); at != config.end(); ++at) {
    if (at->size() < section.size() || !std::equal(section.begin(), section.end(), at->begin()))
      break;
    found.insert(*at);
  }
  return found;
}

std::vector<std::string> ports_of(const Config& config) {
  constexpr std::string_view kPrefix = "interface Ethernet";
  std::vector<std::string> ports;
  for (auto at = config.lower_bound({std::string(kPrefix)});
       at != config.end() && (*at)[0].starts_with(kPrefix); ++at) {
    if (at->size() != 1) continue;
    if (auto name = parse_port_name((*at)[0].substr(std::string_view("interface ").size())); name)
      ports.push_back(std::move(*name));
  }
  return ports;
}

}  // namespace switchyard::switch_drivers::arista_eos
