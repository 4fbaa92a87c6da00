// What a run of flips cost and how it is printed.
#pragma once

#include "tests/bench/flip_farm.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace switchyard::bench {

// One piece of work: its time on the wall and whose CPU it took. All in seconds.
struct Cost {
  double wall{};
  double device{};          // the switches' programs; commit delays not counted
  double controller_cpu{};  // of this process
  double device_cpu{};      // of the process with the switches, SSH included
  long long exchanges{};
  long long logins{};
};

[[nodiscard]] Cost measure(SwitchFarm& farm, const std::function<void()>& work);

// Many pieces of the same kind.
struct Costs {
  std::vector<Cost> all{};

  [[nodiscard]] double median(double (*of)(const Cost&)) const { return percentile(of, 0.5); }

  [[nodiscard]] double percentile(double (*of)(const Cost&), double part) const;
  [[nodiscard]] double mean(double (*of)(const Cost&)) const;
};

[[nodiscard]] double wall_of(const Cost& cost);
// What is left of the wall time when the switch's own is taken away.
[[nodiscard]] double overhead_of(const Cost& cost);
[[nodiscard]] double device_of(const Cost& cost);
[[nodiscard]] double controller_cpu_of(const Cost& cost);
[[nodiscard]] double device_cpu_of(const Cost& cost);
[[nodiscard]] double exchanges_of(const Cost& cost);
[[nodiscard]] double logins_of(const Cost& cost);

// One aim and what came of it.
struct Bar {
  std::string what{};
  std::string aim{};
  std::string measured{};
  bool met{};
};

void print_heading(const std::string& title, const std::string& columns);
void print_costs(const std::string& name, const Costs& costs);
void print_machine();  // processors and load
// True when all are met.
bool print_bars(const std::vector<Bar>& bars);

[[nodiscard]] double resident_megabytes();

}  // namespace switchyard::bench
