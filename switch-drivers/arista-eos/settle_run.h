// One settle() on one switch.
//
// EOS has one timer for all ports of a change, so the first settling settles all of it: ports that
// are not kept go back, whether they are named or not.
#pragma once

#include "switch-drivers/arista-eos/apply_run.h"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

class SettleRun {
 public:
  // `known`: what this controller knows of the change, if it made it.
  SettleRun(SwitchSession& session, std::string_view change_id,
            const std::optional<ArmedChange>& known);

  [[nodiscard]] Result<std::vector<PortOutcome>> run(std::span<const Settlement> ports);

 private:
  [[nodiscard]] Status read_before();
  [[nodiscard]] Status take_all_back();
  [[nodiscard]] Status keep_some();
  [[nodiscard]] std::vector<std::string> back_commands() const;
  [[nodiscard]] PortOutcome outcome_of(const Settlement& port) const;

  SwitchSession& switch_;
  const std::optional<ArmedChange> known_;
  std::string session_;
  Observation observed_{};
  std::optional<Config> before_{};
  std::set<std::string> covered_{};  // ports of the change
  std::set<std::string> kept_{};
  std::string complaint_{};
};

}  // namespace switchyard::switch_drivers::arista_eos
