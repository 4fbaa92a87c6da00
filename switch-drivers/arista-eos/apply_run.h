// One apply() on one switch.
#pragma once

#include "switch-drivers/arista-eos/plan.h"
#include "switch-drivers/arista-eos/switch_session.h"
#include "switch-drivers/driver.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// The change that waits on the switch, as the controller that made it knows it.
struct ArmedChange {
  std::string id{};
  std::string session{};                      // another change's when that one made it all already
  std::map<std::string, PortLines> wished{};  // by port
};

class ApplyRun {
 public:
  ApplyRun(SwitchSession& session, const SwitchContext& context, const ApplyOptions& options);

  [[nodiscard]] Result<std::vector<PortOutcome>> run(std::span<const PortIntent> wished);

  // After run(): what has to be settled, if anything.
  [[nodiscard]] const std::optional<ArmedChange>& armed() const { return armed_; }

 private:
  struct Change {
    std::string port{};
    PortLines before{};
    PortLines after{};
    PortPlan plan{};
  };

  void find_changes(std::span<const PortIntent> wished);
  // Whether anything is left to be done.
  [[nodiscard]] Result<bool> make_room(std::span<const PortIntent> wished);
  [[nodiscard]] Result<std::set<std::string>> ports_of_pending();
  [[nodiscard]] Status save_what_runs();
  [[nodiscard]] Status stage();
  [[nodiscard]] Result<bool> staged_once(bool with_unused);
  [[nodiscard]] Status put_in_force();
  [[nodiscard]] Status open();
  void judge();

  PortOutcome& outcome_of(const std::string& port);
  void refuse(const std::string& port, Errc code, const std::string& why);
  void refuse_all(Errc code, const std::string& why);

  SwitchSession& switch_;
  const SwitchContext& context_;
  const ApplyOptions& options_;
  std::string session_;
  Observation observed_{};
  std::vector<PortOutcome> outcomes_{};
  std::vector<Change> changes_{};
  std::vector<std::string> unsaved_{};  // ports that run as wished and are not saved so
  std::map<std::string, std::string> complaints_{};
  std::optional<ArmedChange> armed_{};
};

}  // namespace switchyard::switch_drivers::arista_eos
