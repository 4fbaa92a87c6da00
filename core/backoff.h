// When to try again what failed.
#pragma once

#include <chrono>
#include <random>

namespace switchyard {

// After so many failures in a row (from 0): between a quarter of it and all of a time that begins
// with `first` and doubles up to `longest`, drawn so that many who failed together come back apart.
[[nodiscard]] std::chrono::milliseconds backoff(int failures, std::chrono::milliseconds first,
                                                std::chrono::milliseconds longest,
                                                std::minstd_rand& random);

}  // namespace switchyard
