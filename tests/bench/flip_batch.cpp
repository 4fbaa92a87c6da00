// All ports of one switch: in one batch, and one by one with a session for each change.
#include "tests/bench/flip_stages.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::bench {
namespace {

struct Lines {
  Costs one{}, batch{}, back{}, serial{}, unchanged{};
};

Lines measure_switch(const Bench& bench, FlipClient& client, int rounds) {
  const auto routed =
      wishes_of_switch(bench.farm.switches().front(), bench.options.ports, Mode::Routed);
  const auto closed =
      wishes_of_switch(bench.farm.switches().front(), bench.options.ports, Mode::Provisioning);
  Lines lines;
  for (int round = 0; round < rounds; ++round) {
    lines.one.all.push_back(measure(bench.farm, [&] { client.flip({routed.front()}); }));
    client.flip({closed.front()});
    lines.batch.all.push_back(measure(bench.farm, [&] { client.flip(routed); }));
    lines.unchanged.all.push_back(measure(bench.farm, [&] { client.confirm(routed); }));
    lines.back.all.push_back(measure(bench.farm, [&] { client.flip(closed); }));
  }
  lines.serial.all.push_back(measure(bench.farm, [&] {
    for (const auto& intent : routed) {
      FlipClient fresh(bench.farm.switches().front());
      fresh.flip({intent});
    }
  }));
  client.confirm(routed);
  client.flip(closed);
  return lines;
}

double seconds(const Costs& costs) { return costs.median(wall_of); }

void print(const Bench& bench, const std::string& commit, const Lines& lines) {
  const int ports = bench.options.ports;
  print_costs("1 flip, " + commit, lines.one);
  print_costs(fmt::format("{} flips in one batch, {}", ports, commit), lines.batch);
  print_costs(fmt::format("{} releases in one batch, {}", ports, commit), lines.back);
  print_costs(fmt::format("{} flips, a session each, {}", ports, commit), lines.serial);
  print_costs(fmt::format("{} ports compared, nothing to do", ports), lines.unchanged);
}

}  // namespace

void run_one_switch(const Bench& bench) {
  FlipClient client(bench.farm.switches().front());
  (void)client.ensure(
      wishes_of_switch(bench.farm.switches().front(), bench.options.ports, Mode::Provisioning));
  const Lines instant = measure_switch(bench, client, std::clamp(bench.options.rounds / 8, 1, 12));
  bench.farm.set_commit_delay(bench.options.commit);
  const Lines slow = measure_switch(bench, client, std::clamp(bench.options.rounds / 20, 1, 5));
  bench.farm.set_commit_delay({});

  print_heading("One switch",
                "what | times | wall p50 / p99 ms | switch p50 ms | overhead p50 / p99 ms | round "
                "trips | logins | controller CPU ms | switch CPU ms");
  const std::string commit = fmt::format("{} ms commit", bench.options.commit.count());
  print(bench, "instant switch", instant);
  print(bench, commit, slow);
  fmt::print(
      "\nThe batch against a session for each change: {:.0f} times faster on an instant "
      "switch, {:.0f} times with {}.\n",
      seconds(instant.serial) / seconds(instant.batch), seconds(slow.serial) / seconds(slow.batch),
      commit);

  const std::string name = fmt::format("{} flips on one switch, ", bench.options.ports);
  bench.bars.push_back({name + "instant", "<= 0.5 s",
                        fmt::format("{:.2f} s", seconds(instant.batch)),
                        seconds(instant.batch) <= 0.5});
  const double ratio = seconds(slow.batch) / seconds(slow.one);
  bench.bars.push_back({name + commit + ", against one flip with it", "<= 2 times",
                        fmt::format("{:.2f} times ({:.2f} s)", ratio, seconds(slow.batch)),
                        ratio <= 2});
  const double quiet = 1e3 * seconds(instant.unchanged);
  bench.bars.push_back({fmt::format("{} routed ports compared, nothing to do", bench.options.ports),
                        "<= 60 ms", fmt::format("{:.1f} ms", quiet), quiet <= 60});
}

}  // namespace switchyard::bench
