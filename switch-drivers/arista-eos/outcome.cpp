#include "switch-drivers/arista-eos/outcome.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers::arista_eos {

PortOutcome judged(const std::string& port, std::vector<Difference> remaining,
                   const std::string& complaint) {
  PortOutcome outcome{.port = port, .remaining = std::move(remaining), .changed = true};
  if (outcome.remaining.empty()) return outcome;
  const Difference& first = outcome.remaining.front();
  const std::string said = first.wished.empty()
                               ? fmt::format("{} has \"{}\"", first.subject, first.observed)
                               : fmt::format("{} lacks \"{}\"", first.subject, first.wished);
  outcome.status = failure(Errc::Rejected,
                           fmt::format("port {}: {}{}{}", port, said,
                                       complaint.empty() ? "" : "; the switch said: ", complaint));
  return outcome;
}

PortOutcome not_known(const std::string& port) {
  PortOutcome outcome{.port = port};
  outcome.status = failure(
      Errc::NotFound,
      fmt::format(
          "port {}: the switch no longer knows this change; it was taken back, settled with "
          "another port of it, or the switch rebooted",
          port));
  return outcome;
}

}  // namespace switchyard::switch_drivers::arista_eos
