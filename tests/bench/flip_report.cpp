#include "tests/bench/flip_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>
#include <thread>

namespace switchyard::bench {
namespace {

using Steady = std::chrono::steady_clock;

double own_cpu() {
  timespec time{};
  (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

Cost measure(SwitchFarm& farm, const std::function<void()>& work) {
  const FarmUse before = farm.use();
  const double cpu = own_cpu();
  const auto start = Steady::now();
  work();
  Cost cost{.wall = std::chrono::duration<double>(Steady::now() - start).count(),
            .controller_cpu = own_cpu() - cpu};
  const FarmUse after = farm.use();
  cost.device = after.worked - before.worked;
  cost.device_cpu = after.cpu - before.cpu;
  cost.exchanges = after.exchanges - before.exchanges;
  cost.logins = after.logins - before.logins;
  return cost;
}

double Costs::percentile(double (*of)(const Cost&), double part) const {
  std::vector<double> values;
  for (const Cost& cost : all)
    values.push_back(of(cost));
  std::ranges::sort(values);
  return values.at(static_cast<std::size_t>(part * static_cast<double>(values.size() - 1)));
}

double Costs::mean(double (*of)(const Cost&)) const {
  const double sum = std::accumulate(all.begin(), all.end(), 0.0,
                                     [&](double total, const Cost& c) { return total + of(c); });
  return sum / static_cast<double>(all.size());
}

double wall_of(const Cost& cost) { return cost.wall; }

double overhead_of(const Cost& cost) { return cost.wall - cost.device; }

double device_of(const Cost& cost) { return cost.device; }

double controller_cpu_of(const Cost& cost) { return cost.controller_cpu; }

double device_cpu_of(const Cost& cost) { return cost.device_cpu; }

double exchanges_of(const Cost& cost) { return static_cast<double>(cost.exchanges); }

double logins_of(const Cost& cost) { return static_cast<double>(cost.logins); }

void print_heading(const std::string& title, const std::string& columns) {
  fmt::print("\n### {}\n\n| {} |\n|", title, columns);
  for (auto n = std::ranges::count(columns, '|') + 1; n > 0; --n)
    fmt::print("---|");
  fmt::print("\n");
}

void print_costs(const std::string& name, const Costs& costs) {
  const auto milliseconds = [&](double (*of)(const Cost&), double part) {
    return 1e3 * costs.percentile(of, part);
  };
  fmt::print(
      "| {} | {} | {:.2f} / {:.2f} | {:.2f} | **{:.2f} / {:.2f}** | {:.1f} | {:.1f} | {:.2f} | "
      "{:.2f} |\n",
      name, costs.all.size(), milliseconds(wall_of, 0.5), milliseconds(wall_of, 0.99),
      milliseconds(device_of, 0.5), milliseconds(overhead_of, 0.5), milliseconds(overhead_of, 0.99),
      costs.mean(exchanges_of), costs.mean(logins_of), 1e3 * costs.mean(controller_cpu_of),
      1e3 * costs.mean(device_cpu_of));
  (void)std::fflush(stdout);
}

void print_machine() {
  double load[3]{};
  (void)::getloadavg(load, 3);
  fmt::print("Processors: {}. Load (1, 5, 15 min): {:.1f}, {:.1f}, {:.1f}.\n",
             std::thread::hardware_concurrency(), load[0], load[1], load[2]);
}

bool print_bars(const std::vector<Bar>& bars) {
  print_heading("Bars", "bar | aim | measured | met");
  bool all = true;
  for (const Bar& bar : bars) {
    fmt::print("| {} | {} | {} | {} |\n", bar.what, bar.aim, bar.measured, bar.met ? "yes" : "no");
    all = all && bar.met;
  }
  return all;
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  long long pages = 0;
  file >> pages >> pages;
  return static_cast<double>(pages) * 4096 / 1e6;
}

}  // namespace switchyard::bench
