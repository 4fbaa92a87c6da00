#include "core/backoff.h"

#include <algorithm>

namespace switchyard {

std::chrono::milliseconds backoff(int failures, std::chrono::milliseconds first,
                                  std::chrono::milliseconds longest, std::minstd_rand& random) {
  constexpr int kMostDoublings = 8;
  const auto most = std::min(longest, first * (1 << std::min(failures, kMostDoublings)));
  std::uniform_int_distribution<long long> draw(most.count() / 4, most.count());
  return std::chrono::milliseconds(draw(random));
}

}  // namespace switchyard
