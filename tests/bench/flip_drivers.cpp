// Each NOS that has a simulated switch, with commits that take no time and more: one flip, one with
// a session of its own, and all ports of a switch in one batch.
#include "tests/bench/flip_stages.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::bench {
namespace {

struct Lines {
  Costs warm{}, fresh{}, batch{};
};

// The way back costs no commit time and is not counted.
Lines measure_driver(SwitchFarm& farm, const FarmSwitch& device, int ports, int rounds,
                     std::chrono::milliseconds commit) {
  FlipClient client(device);
  const auto one_routed = std::vector{wish(device, 1, ports, Mode::Routed)};
  const auto one_closed = std::vector{wish(device, 1, ports, Mode::Provisioning)};
  const auto routed = wishes_of_switch(device, ports, Mode::Routed);
  const auto closed = wishes_of_switch(device, ports, Mode::Provisioning);
  const auto timed = [&](Costs& costs, const auto& flip, const auto& back) {
    farm.set_commit_delay(commit);
    costs.all.push_back(measure(farm, flip));
    farm.set_commit_delay({});
    client.flip(back);
  };
  Lines lines;
  for (int round = 0; round < rounds; ++round) {
    timed(
        lines.warm, [&] { client.flip(one_routed); }, one_closed);
    timed(
        lines.fresh,
        [&] {
          FlipClient fresh(device);
          fresh.flip(one_routed);
        },
        one_closed);
    timed(
        lines.batch, [&] { client.flip(routed); }, closed);
  }
  return lines;
}

void print(const FarmSwitch& device, const DriversOptions& options,
           std::chrono::milliseconds commit, const Lines& lines) {
  const double warm = lines.warm.median(wall_of), fresh = lines.fresh.median(wall_of);
  const double batch = lines.batch.median(wall_of);
  const double rate = options.ports / batch;
  fmt::print(
      "| {} | {:.1f} | {} | {:.0f} / {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.2f} | {:.2f} | {:.1f} "
      "| **{:.0f}** |\n",
      device.nos, static_cast<double>(commit.count()) / 1e3, lines.warm.all.size(),
      lines.warm.mean(exchanges_of), lines.batch.mean(exchanges_of), 1e3 * warm, 1e3 * fresh,
      1e3 * batch, fresh / warm, 1 / fresh, rate, rate * fresh);
  (void)std::fflush(stdout);
}

}  // namespace

void run_drivers(SwitchFarm& farm, const DriversOptions& options) {
  print_heading(
      fmt::format("Each driver, {} ports", options.ports),
      "NOS | commit s | rounds | round trips of one flip / of the batch | one flip ms | with a "
      "session of its own ms | batch ms | session of its own / warm | flips/s, a session each | "
      "flips/s, batch | batch / session each");
  for (const FarmSwitch& device : farm.switches()) {
    (void)FlipClient(device).ensure(wishes_of_switch(device, options.ports, Mode::Provisioning));
    for (const std::chrono::milliseconds commit : options.commits) {
      const int rounds = commit.count() > 0 ? std::max(1, options.rounds / 5) : options.rounds;
      print(device, options, commit, measure_driver(farm, device, options.ports, rounds, commit));
    }
  }
}

}  // namespace switchyard::bench
