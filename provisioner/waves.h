// In which order a roll-out moves its servers. Pure.
#pragma once

#include <string>
#include <vector>

namespace switchyard::provisioner {

struct WaveMember {
  std::string deployment{};
  std::string rack{};  // servers on the same switches stand in one rack
  int wave{};          // from 1, assigned by assign_waves()
};

// First `canary` servers, each of another rack as far as there are racks; then rack by rack, at
// most `batch` a wave. What is at stake in one wave is one rack.
void assign_waves(std::vector<WaveMember>& members, int canary, int batch);

}  // namespace switchyard::provisioner
