// A vantage point in memory: understands the two lines a worker ever sends, and answers as told.
#pragma once

#include "provisioner/probe/vantage_worker.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct ScriptedVantage {
  std::function<bool(const std::string& address, int bytes)> answers{};  // none: all of them
  std::function<int(const std::string& address)> paths{};                // none: two each
  std::string missing{};          // what it has not that it needs to probe
  std::optional<Error> broken{};  // every exchange ends so
  std::function<void()> during_round{};
  int rounds{};
  int exchanges{};
  std::string last_line{};
};

// Outlived by the vantage point.
[[nodiscard]] std::unique_ptr<switch_drivers::Shell> make_scripted_shell(ScriptedVantage& vantage);

// "vrfs:" and "vantage_points:" of a file with one named spine1 for vrf-prv. `more`: keys of it.
[[nodiscard]] std::string vantage_inventory(const std::string& more = "");

}  // namespace switchyard::provisioner
