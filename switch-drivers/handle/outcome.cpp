#include "switch-drivers/handle/outcome.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::handle {

std::string first_line(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \n"), text.size());
  text.remove_prefix(begin);
  std::string line{text.substr(0, std::min<std::size_t>(text.find('\n'), 160))};
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return line;
}

std::string complaint(std::span<const Answer> answers) {
  for (const Answer& answer : answers) {
    if (answer.status != 0 && answer.status != 96 && answer.status != 97)
      return first_line(answer.output);
  }
  return {};
}

namespace {

std::string said(const Difference& difference) {
  if (difference.wished.empty())
    return fmt::format("{} has \"{}\"", difference.subject, difference.observed);
  if (difference.observed.empty())
    return fmt::format("{} lacks \"{}\"", difference.subject, difference.wished);
  return fmt::format("{} is \"{}\" and not \"{}\"", difference.subject, difference.observed,
                     difference.wished);
}

}  // namespace

PortOutcome judged(const std::string& port, std::vector<Difference> remaining,
                   const std::string& complaint) {
  PortOutcome outcome{.port = port, .remaining = std::move(remaining), .changed = true};
  if (!outcome.remaining.empty()) {
    outcome.status = failure(
        Errc::Rejected, fmt::format("port {}: {}{}{}", port, said(outcome.remaining.front()),
                                    complaint.empty() ? "" : "; the switch said: ", complaint));
  }
  return outcome;
}

}  // namespace switchyard::switch_drivers::handle
