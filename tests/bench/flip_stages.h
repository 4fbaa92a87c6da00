// The stages of the benchmark: each runs, prints its table and says which bars it met.
#pragma once

#include "tests/bench/flip_client.h"
#include "tests/bench/flip_farm.h"
#include "tests/bench/flip_product.h"
#include "tests/bench/flip_report.h"

#include <chrono>
#include <vector>

namespace switchyard::bench {

struct FlipOptions {
  int switches{200};
  int ports{48};
  int rounds{100};  // of one flip; batches and fleets are repeated less
  std::chrono::milliseconds commit{1000};
};

// What every stage works on.
struct Bench {
  const FlipOptions& options;
  SwitchFarm& farm;
  std::vector<Bar>& bars;
};

struct DriversOptions {
  int ports{48};
  int rounds{5};  // with commits that take no time; else a fifth of it
  std::vector<std::chrono::milliseconds> commits{};
};

// Every switch of the farm by itself.
void run_drivers(SwitchFarm& farm, const DriversOptions& options);
void run_one_flip(const Bench& bench, FlipProduct& product);
void run_one_switch(const Bench& bench);
void run_fleet(const Bench& bench, FlipProduct& product);
void run_fleet_of_product(const Bench& bench, FlipProduct& product);

}  // namespace switchyard::bench
