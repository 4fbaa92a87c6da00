// vtysh(1) of a simulated switch whose routing is FRR.
#pragma once

#include "tests/fakes/switch/bgp_sessions.h"
#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/kernel.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::fakes {

// vtysh -f FILE | -c COMMAND… ; `read_file` answers nullopt for a file that is not there.
struct VtyshWorld {
  FrrConfig& frr;
  BgpSessions& sessions;
  SteadyTime now{};
  std::function<std::optional<std::string>(const std::string& path)> read_file{};
  std::function<std::string(const std::string& text)> save{};  // words of the disk; empty: saved
  std::function<std::string(const std::string& line)>
      refuse_line{};  // not empty: refused with these words
};

[[nodiscard]] KernelAnswer run_vtysh(VtyshWorld& world, const std::vector<std::string>& arguments,
                                     const std::string& input);

}  // namespace switchyard::fakes
