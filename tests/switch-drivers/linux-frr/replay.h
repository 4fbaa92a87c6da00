// A switch that answers reading commands with what a real one printed (transcripts/, taken from
// Debian 12 with FRR 8.4.4 in the lab) and takes every other command without a word.
#pragma once

#include "switch-drivers/transport/shell.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

inline std::string folder() { return SWITCHYARD_LINUX_FRR_TESTS; }

inline std::string read_text(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::string transcript(const std::string& state, const std::string& name) {
  return read_text(folder() + "/transcripts/" + state + "/" + name);
}

// Compares with golden/NAME; SWITCHYARD_UPDATE_GOLDEN=1 writes it instead.
inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = folder() + "/golden/" + name;
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, read_text(path)) << name;
}

// Commands that start with `line` get this answer.
struct Reply {
  std::string line{};
  Answer answer{};
};

class ReplayShell : public Shell {
 public:
  // The state the switch shows in each exchange; the last one stays.
  explicit ReplayShell(std::vector<std::string> states) : states_(std::move(states)) {}

  Result<std::vector<Answer>> run(std::span<const Command> commands,
                                  std::chrono::milliseconds) override {
    const std::string& state = states_.at(std::min(exchanges.size(), states_.size() - 1));
    exchanges.emplace_back(commands.begin(), commands.end());
    std::vector<Answer> answers;
    for (const Command& command : commands)
      answers.push_back(answer(command, state));
    return answers;
  }

  std::vector<Reply> replies{};
  std::vector<std::vector<Command>> exchanges{};

 private:
  Answer answer(const Command& command, const std::string& state) const {
    for (const Reply& reply : replies) {
      if (command.line.starts_with(reply.line)) return reply.answer;
    }
    if (command.line.starts_with("tc -j ")) return {0, filters(command, state)};
    static const std::map<std::string, std::string> kFiles{
        {"ip -j -d address", "links"},
        {"bridge -j vlan", "vlans"},
        {"bridge -j -d link", "bridge_ports"},
        {"ip -j -4 route", "unreachable4"},
        {"ip -j -6 route", "unreachable6"},
        {"vtysh -c 'show running-config'", "running_config"},
        {"cat /etc/frr/frr.conf", "saved_config"},
        {"grep -sH '' ", "snippets"},
        {"sysctl -e", "settings"},
        {"vtysh -c 'show bgp vrf all summary", "bgp_summary"},
        {"vtysh -c 'show bgp vrf vrf-prv ipv4", "bgp_routes"}};
    for (const auto& [line, file] : kFiles) {
      if (command.line.starts_with(line)) return {0, transcript(state, file)};
    }
    return {};
  }

  // The transcript is of swp1 and what it has of swp1.101 and swp1.201, in this order.
  static std::string filters(const Command& command, const std::string& state) {
    std::string rest = transcript(state, "filters");
    std::string output;
    for (const char* device : {"swp1", "swp1.101", "swp1.201"}) {
      const std::size_t length = std::min(rest.find('\n') + 1, rest.size());
      const std::string line = rest.substr(0, length);
      if (!line.starts_with('[')) break;
      rest.erase(0, length);
      if (command.input.find(std::string{"dev "} + device + " ") != std::string::npos)
        output += line;
    }
    if (command.input.find("dev swp1 egress") != std::string::npos && !output.empty())
      output += "[]\n";
    return output;
  }

  std::vector<std::string> states_;
};

// Everything that was sent in one exchange but for the reading, as a script.
inline std::string as_text(const std::vector<Command>& commands) {
  std::string text;
  for (const Command& command : commands) {
    text += command.line + "\n";
    std::string_view rest = command.input;
    while (!rest.empty()) {
      const std::size_t length = std::min(rest.find('\n'), rest.size());
      text += "    " + std::string{rest.substr(0, length)} + "\n";
      rest.remove_prefix(std::min(length + 1, rest.size()));
    }
  }
  return text;
}

}  // namespace switchyard::switch_drivers::linux_frr
