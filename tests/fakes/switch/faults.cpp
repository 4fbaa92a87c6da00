#include "tests/fakes/switch/faults.h"

#include <algorithm>
#include <cctype>

namespace switchyard::fakes {

bool names_port(std::string_view line, std::string_view name) {
  const auto part_of_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/';
  };
  for (std::size_t at = line.find(name); at != std::string_view::npos;
       at = line.find(name, at + 1)) {
    const bool starts = at == 0 || !part_of_word(line[at - 1]);
    const std::size_t end = at + name.size();
    if (starts && (end == line.size() || !part_of_word(line[end]))) return true;
  }
  return false;
}

void SwitchFaults::set(SwitchFault fault, long long steps) {
  faults_.push_back(std::move(fault));
  commands_since_fault_ = 0;
  steps_at_fault_ = steps;
}

void SwitchFaults::clear() {
  faults_.clear();
  refused_ports_.clear();
  refused_lines_.clear();
  lies_.clear();
}

const SwitchFault* SwitchFaults::fault_for(const std::string& command, const std::string& input) {
  const long long number = commands_since_fault_++;
  for (const SwitchFault& fault : faults_) {
    if (fault.kind == SwitchFault::Kind::PowerCut || (fault.at >= 0 && fault.at != number))
      continue;
    if (fault.matching.empty() || command.find(fault.matching) != std::string::npos ||
        input.find(fault.matching) != std::string::npos)
      return &fault;
  }
  return nullptr;
}

void SwitchFaults::use_up(const SwitchFault* used) {
  for (auto at = faults_.begin(); at != faults_.end(); ++at) {
    if (&*at != used) continue;
    // A hanging command goes on when the faults are cleared, so this one stays.
    if (at->times > 0 && --at->times == 0 && at->kind != SwitchFault::Kind::Hang) faults_.erase(at);
    return;
  }
}

bool SwitchFaults::power_fails(long long steps) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const SwitchFault& fault) {
    return fault.kind == SwitchFault::Kind::PowerCut && steps - steps_at_fault_ > fault.at;
  });
}

void SwitchFaults::power_failed() {
  std::erase_if(faults_,
                [](const SwitchFault& fault) { return fault.kind == SwitchFault::Kind::PowerCut; });
}

void SwitchFaults::refuse_port(const std::string& port, bool refused) {
  if (refused)
    refused_ports_.insert(port);
  else
    refused_ports_.erase(port);
}

void SwitchFaults::refuse_lines(const std::string& part, bool refused) {
  if (refused)
    refused_lines_.insert(part);
  else
    refused_lines_.erase(part);
}

std::string SwitchFaults::refusal_of(const std::string& line) const {
  if (refused_ports_.empty() && refused_lines_.empty()) return {};
  if (line.find(" show ") != std::string::npos) return {};
  for (const std::string& port : refused_ports_)
    if (names_port(line, port)) return "refused by fault: " + port;
  for (const std::string& part : refused_lines_)
    if (line.find(part) != std::string::npos) return "refused by fault: " + part;
  return {};
}

std::string SwitchFaults::tell_lies(const std::string& command, std::string output) const {
  for (const SwitchLie& lie : lies_) {
    if (command.find(lie.command) == std::string::npos || lie.find.empty()) continue;
    for (std::size_t at = output.find(lie.find); at != std::string::npos;
         at = output.find(lie.find, at + lie.replace.size()))
      output.replace(at, lie.find.size(), lie.replace);
  }
  return output;
}

void SwitchLog::add(const std::string& command, const std::string& input, int status) {
  entries_.push_back({command, input, status});
  bytes_ += command.size() + input.size();
  while (bytes_ > limit_ && !entries_.empty()) {
    bytes_ -= entries_.front().command.size() + entries_.front().input.size();
    entries_.pop_front();
  }
}

void SwitchLog::clear() {
  entries_.clear();
  bytes_ = 0;
}

}  // namespace switchyard::fakes
