// One flip at a time: a warm session, the product, and a session for each change, in turn.
#include "tests/bench/flip_stages.h"

#include <fmt/format.h>

namespace switchyard::bench {
namespace {

constexpr int kWarmUp = 2;

struct Lines {
  Costs warm{}, product{}, fresh{};
};

// The port goes there and back; only the way to the server's VRFs is counted.
template <class There, class Back>
void there_and_back(const Bench& bench, bool counts, Costs& costs, There there, Back back) {
  const Cost cost = measure(bench.farm, there);
  if (counts) costs.all.push_back(cost);
  back();
}

Lines measure_rounds(const Bench& bench, FlipClient& warm, FlipProduct& product) {
  Lines lines;
  const std::vector routed{
      wish(bench.farm.switches().front(), 1, bench.options.ports, Mode::Routed)};
  const std::vector closed{
      wish(bench.farm.switches().front(), 1, bench.options.ports, Mode::Provisioning)};
  for (int round = -kWarmUp; round < bench.options.rounds; ++round) {
    const bool counts = round >= 0;
    there_and_back(
        bench, counts, lines.warm, [&] { warm.flip(routed); }, [&] { warm.flip(closed); });
    there_and_back(
        bench, counts, lines.product, [&] { product.flip_one(0, 1, Mode::Routed); },
        [&] { product.flip_one(0, 1, Mode::Provisioning); });
    there_and_back(
        bench, counts, lines.fresh,
        [&] {
          FlipClient fresh(bench.farm.switches().front());
          fresh.flip(routed);
        },
        [&] { warm.flip(closed); });
  }
  return lines;
}

void print(const std::string& others, const Lines& lines) {
  print_costs("warm session, " + others, lines.warm);
  print_costs("product (wish in SQLite to settled row), " + others, lines.product);
  print_costs("session for each change, " + others, lines.fresh);
}

void add_bars(const Bench& bench, const std::string& others, const Lines& lines) {
  const double median = 1e3 * lines.product.median(overhead_of);
  const double worst = 1e3 * lines.product.percentile(overhead_of, 0.99);
  const double cpu = 1e3 * lines.warm.mean(controller_cpu_of);
  const double trips = lines.product.mean(exchanges_of);
  const double ratio = lines.fresh.median(overhead_of) / lines.warm.median(overhead_of);
  bench.bars.push_back({"controller overhead of one flip, median, " + others, "<= 5 ms",
                        fmt::format("{:.2f} ms", median), median <= 5});
  bench.bars.push_back({"the same, p99", "<= 20 ms", fmt::format("{:.2f} ms", worst), worst <= 20});
  bench.bars.push_back(
      {"round trips of one flip, " + others, "<= 3", fmt::format("{:.1f}", trips), trips <= 3});
  bench.bars.push_back({"controller CPU of one flip alone, " + others, "<= 0.3 ms",
                        fmt::format("{:.2f} ms", cpu), cpu <= 0.3});
  fmt::print("\nA session for each change costs {:.1f} times the overhead of a warm one, {}.\n",
             ratio, others);
}

}  // namespace

void run_one_flip(const Bench& bench, FlipProduct& product) {
  const std::string columns =
      "one flip | flips | wall p50 / p99 ms | switch p50 ms | overhead p50 / p99 ms | round trips "
      "| logins | controller CPU ms | switch CPU ms";
  FlipClient warm(bench.farm.switches().front());
  (void)warm.ensure(
      wishes_of_switch(bench.farm.switches().front(), bench.options.ports, Mode::Provisioning));
  const Lines quiet = measure_rounds(bench, warm, product);
  auto others = wishes_of_switch(bench.farm.switches().front(), bench.options.ports, Mode::Routed);
  others.erase(others.begin());
  warm.flip(others);
  const Lines busy = measure_rounds(bench, warm, product);
  warm.confirm(others);

  print_heading("One flip, provisioning to routed", columns);
  print("others in provisioning", quiet);
  print("others routed", busy);
  add_bars(bench, "others in provisioning", quiet);
  add_bars(bench, "others routed", busy);
}

}  // namespace switchyard::bench
