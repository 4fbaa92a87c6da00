#include "provisioner/waves.h"

#include <algorithm>
#include <map>

namespace switchyard::provisioner {

void assign_waves(std::vector<WaveMember>& members, int canary, int batch) {
  std::map<std::string, std::vector<WaveMember*>> racks;
  for (WaveMember& member : members)
    racks[member.rack].push_back(&member);
  int left = canary;
  while (left > 0) {
    const int before = left;
    for (auto& [rack, waiting] : racks) {
      if (left == 0 || waiting.empty()) continue;
      waiting.front()->wave = 1;
      waiting.erase(waiting.begin());
      --left;
    }
    if (left == before) break;  // there are not so many
  }
  int wave = canary > 0 ? 1 : 0;
  for (const auto& [rack, waiting] : racks)
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (i % static_cast<std::size_t>(batch) == 0) ++wave;
      waiting[i]->wave = wave;
    }
}

}  // namespace switchyard::provisioner
