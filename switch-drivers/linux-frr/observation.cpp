#include "switch-drivers/linux-frr/observation.h"

#include "switch-drivers/linux-frr/exchange.h"
#include "switch-drivers/linux-frr/kernel_reading.h"

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

enum Part : std::size_t {
  kLinks,
  kVlans,
  kBridgePorts,
  kDeadEnds4,
  kDeadEnds6,
  kRunning,
  kSaved,
  kSnippets,
  kArmed,
  kFilters,
  kSettings,
  kParts
};

std::vector<std::string> keys_of(const std::vector<std::string>& devices,
                                 const std::vector<std::string>& ports) {
  std::vector<std::string> keys;
  for (const std::string& device : devices) {
    if (std::find(ports.begin(), ports.end(), device) != ports.end()) continue;
    for (std::string& key : setting_keys(device))
      keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<Command> reading(const std::vector<std::string>& devices,
                             const std::vector<std::string>& ports) {
  return {read_links(),
          read_vlans(),
          read_bridge_ports(),
          read_unreachable(Family::V4),
          read_unreachable(Family::V6),
          read_running_config(),
          read_saved_config(),
          read_snippets(),
          read_armed(),
          read_filters(devices),
          read_settings(keys_of(devices, ports))};
}

std::string one_line(std::string_view text) {
  std::string line{text.substr(0, std::min<std::size_t>(text.find('\n'), 120))};
  std::replace_if(
      line.begin(), line.end(),
      [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e;
      },
      '?');
  return line;
}

// A command that failed explains itself better than the parser that finds nothing in its answer.
tl::unexpected<Error> explained(const Error& error, const Answer& answer) {
  if (answer.status == 0) return tl::unexpected(error);
  return failure(error.code, error.message + ": " + one_line(answer.output));
}

std::shared_ptr<const Files> parse_shared_files(std::string_view text) {
  return std::make_shared<const Files>(parse_files(text));
}

Result<std::shared_ptr<const FrrConfig>> parse_shared_config(std::string_view text) {
  return frr::parse_frr_config(text).map(
      [](FrrConfig&& config) { return std::make_shared<const FrrConfig>(std::move(config)); });
}

Status read_kernel(SwitchState& state, std::span<const Answer> answers, ReadingMemo& memo) {
  auto links = parse_links(answers[kLinks].output, memo.links);
  if (!links) return explained(links.error(), answers[kLinks]);
  state.links = std::move(*links);
  auto bridge_ports =
      parse_bridge_ports(answers[kVlans].output, answers[kBridgePorts].output, memo.bridge_ports);
  if (!bridge_ports) return explained(bridge_ports.error(), answers[kBridgePorts]);
  state.bridge_ports = std::move(*bridge_ports);
  for (const auto& [part, family] :
       {std::pair{kDeadEnds4, Family::V4}, std::pair{kDeadEnds6, Family::V6}}) {
    auto dead_ends = parse_dead_ends(answers[part].output, family, state.links);
    if (!dead_ends) return explained(dead_ends.error(), answers[part]);
    state.dead_ends.merge(*dead_ends);
  }
  memo.files.next_reading();
  state.snippets = memo.files.of(answers[kSnippets].output, parse_shared_files);
  state.settings = parse_settings(answers[kSettings].output);
  return {};
}

// An FRR configuration without what only one way of showing it adds and no line of it is:
// "Building configuration…" in front, "end" behind.
std::string_view body_of(std::string_view text) {
  for (const std::string_view head :
       {"\n", "Building configuration...\n", "\n", "Current configuration:\n", "!\n"}) {
    if (text.starts_with(head)) text.remove_prefix(head.size());
  }
  if (text.ends_with("\nend\n")) text.remove_suffix(std::string_view{"end\n"}.size());
  return text;
}

Status read_frr(SwitchState& state, std::span<const Answer> answers, ReadingMemo& memo) {
  // vtysh ends with this line; without it some daemon's part may be missing.
  if (answers[kRunning].output.find("\nend\n") == std::string::npos) {
    return failure(Errc::Unavailable, "FRR did not show its whole configuration: " +
                                          one_line(answers[kRunning].output));
  }
  memo.configs.next_reading();
  const auto& running = memo.configs.of(body_of(answers[kRunning].output), parse_shared_config);
  if (!running) return explained(running.error(), answers[kRunning]);
  state.running = *running;
  // No saved configuration is a difference, not a failure.
  if (const auto& saved = memo.configs.of(body_of(answers[kSaved].output), parse_shared_config))
    state.saved = *saved;
  return {};
}

std::vector<std::string> present(const SwitchState& state,
                                 const std::vector<std::string>& devices) {
  std::vector<std::string> found;
  for (const std::string& device : devices) {
    if (state.links.contains(device)) found.push_back(device);
  }
  return found;
}

Status add_filters(SwitchState& state, const std::vector<std::string>& devices,
                   const Answer& answer, FilterMemo& memo) {
  auto filters = parse_filters(answer.output, present(state, devices), memo);
  if (!filters) return explained(filters.error(), answer);
  state.filters.merge(*filters);
  return {};
}

Result<SwitchState> understood(std::span<const Answer> parts,
                               const std::vector<std::string>& devices, ReadingMemo& memo) {
  SwitchState state;
  if (auto status = read_kernel(state, parts, memo); !status) return tl::unexpected(status.error());
  if (auto status = read_frr(state, parts, memo); !status) return tl::unexpected(status.error());
  memo.filters.next_reading();
  if (auto status = add_filters(state, devices, parts[kFilters], memo.filters); !status) {
    return tl::unexpected(status.error());
  }
  return state;
}

}  // namespace

Result<Observation> Observer::observe(const std::vector<std::string>& ports,
                                      const std::vector<std::string>& expected,
                                      std::vector<Command> before,
                                      const std::vector<Command>& after) {
  std::set<std::string> asked{ports.begin(), ports.end()};
  asked.insert(expected.begin(), expected.end());
  for (const std::string& name : known_) {
    const std::string port = name.substr(0, name.find('.'));
    if (std::find(ports.begin(), ports.end(), port) != ports.end()) asked.insert(name);
  }
  const std::vector<std::string> devices{asked.begin(), asked.end()};
  const std::size_t first = before.size();
  for (Command& command : reading(devices, ports))
    before.push_back(std::move(command));
  before.insert(before.end(), after.begin(), after.end());

  auto answers = shell_.run(before, deadline_);
  if (!answers) return tl::unexpected(answers.error());
  std::span<const Answer> parts{answers->data() + first, kParts};
  auto read = understood(parts, devices, memo_);
  std::vector<Answer> second;
  if (!read && read.error().code == Errc::Unavailable) {
    // A device came or went between two commands, as when a timer on the switch takes a change
    // back.
    auto again = shell_.run(reading(devices, ports), deadline_);
    if (!again) return tl::unexpected(again.error());
    second = std::move(*again);
    parts = second;
    read = understood(parts, devices, memo_);
  }
  if (!read) return tl::unexpected(read.error());
  Observation observed;
  observed.state = std::move(*read);
  observed.armed = parts[kArmed].output;
  observed.before.assign(answers->begin(), answers->begin() + static_cast<std::ptrdiff_t>(first));
  if (auto status = read_rest(observed, asked, ports); !status)
    return tl::unexpected(status.error());
  return observed;
}

Status Observer::read_rest(Observation& observed, const std::set<std::string>& asked,
                           const std::vector<std::string>& ports) {
  std::vector<std::string> unknown;
  for (const auto& [name, link] : observed.state.links) {
    const bool is_ours =
        link.kind == "vlan" && std::find(ports.begin(), ports.end(), link.parent) != ports.end();
    if (is_ours) known_.insert(name);
    if (is_ours && !asked.contains(name)) unknown.push_back(name);
  }
  if (unknown.empty()) return {};
  const std::vector<Command> commands{read_filters(unknown), read_settings(keys_of(unknown, {}))};
  auto answers = shell_.run(commands, deadline_);
  if (!answers) return tl::unexpected(answers.error());
  observed.state.settings.merge(parse_settings((*answers)[1].output));
  return add_filters(observed.state, unknown, (*answers)[0], memo_.filters);
}

}  // namespace switchyard::switch_drivers::linux_frr
