// What it costs to flip ports with the real driver over real SSH to simulated switches: one flip,
// all of one switch, all of a fleet; beside a client that opens a session for each change, and
// through the whole product. Prints Markdown tables; docs/benchmarks.md says what they mean.
//
// Exit status 1 when a flip failed or was not as wished, or when --check is given and a bar is
// missed.
#include "core/log.h"
#include "tests/bench/flip_stages.h"
#include "tests/fakes/tor_rows.h"

#include <fmt/core.h>

#include <charconv>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::bench {
namespace {

constexpr const char* kUsage = R"(usage: flip_bench [option…]
  --switches N    simulated switches (200)
  --ports N       server ports of each (48)
  --rounds N      rounds of one flip; the longer work is repeated less (100)
  --commit MS     how long a slow switch takes to commit (1000)
  --nos NOS       of the switches; more than once: of the switches, in turn (linux-frr)
  --only STAGE    one, switch, fleet, product (the fleet without the bare drivers) or drivers (each
                  NOS there is, or those of --nos; commits of 0 s, 1 s and 3 s, or of 0 s and --commit)
  --check         exit status 1 when a bar is missed
  --help
)";

struct Call {
  FlipOptions options{};
  std::vector<std::string> nos{};
  bool has_commit{};
  std::string only{};
  bool check{};
  bool help{};
};

bool take_number(Call& call, std::string_view name, std::string_view text) {
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || number < 1) return false;
  if (name == "--switches")
    call.options.switches = number;
  else if (name == "--ports")
    call.options.ports = number;
  else if (name == "--rounds")
    call.options.rounds = number;
  else if (name == "--commit") {
    call.options.commit = std::chrono::milliseconds{number};
    call.has_commit = true;
  } else
    return false;
  return true;
}

bool parse(int argc, char** argv, Call& call) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--check") {
      call.check = true;
    } else if (name == "--help") {
      call.help = true;
    } else if (i + 1 == argc) {
      return false;
    } else if (name == "--only") {
      call.only = argv[++i];
      if (call.only != "one" && call.only != "switch" && call.only != "fleet" &&
          call.only != "product" && call.only != "drivers")
        return false;
    } else if (name == "--nos") {
      call.nos.emplace_back(argv[++i]);
    } else if (!take_number(call, name, argv[++i])) {
      return false;
    }
  }
  return true;
}

void see_no_violation(SwitchFarm& farm) {
  if (const long long seen = farm.violations(); seen != 0)
    throw std::runtime_error(std::to_string(seen) + " forbidden states on the switches");
}

bool run_only_drivers(const Call& call) {
  std::vector<std::string> all = call.nos;
  if (all.empty())
    for (const fakes::TorRow& row : fakes::tor_rows())
      all.emplace_back(row.nos);
  SwitchFarm farm(
      {.nos = all, .switches = static_cast<int>(all.size()), .ports = call.options.ports});
  using std::chrono::milliseconds;
  print_machine();
  run_drivers(farm, {.ports = call.options.ports,
                     .rounds = call.options.rounds,
                     .commits = call.has_commit ? std::vector{milliseconds{}, call.options.commit}
                                                : std::vector{milliseconds{}, milliseconds{1000},
                                                              milliseconds{3000}}});
  see_no_violation(farm);
  print_machine();
  return true;
}

bool run(const Call& call) {
  if (call.only == "drivers") return run_only_drivers(call);
  SwitchFarm farm({.nos = call.nos.empty() ? FarmPlan{}.nos : call.nos,
                   .switches = call.options.switches,
                   .ports = call.options.ports});
  FlipProduct product(farm.switches(), call.options.ports);
  std::vector<Bar> bars;
  const Bench bench{call.options, farm, bars};
  const auto wanted = [&](const char* stage) { return call.only.empty() || call.only == stage; };
  print_machine();
  if (wanted("one")) run_one_flip(bench, product);
  if (wanted("switch")) run_one_switch(bench);
  if (wanted("fleet")) run_fleet(bench, product);
  if (call.only == "product") run_fleet_of_product(bench, product);
  see_no_violation(farm);
  const bool met = print_bars(bars);
  print_machine();
  return met;
}

}  // namespace
}  // namespace switchyard::bench

int main(int argc, char** argv) {
  using namespace switchyard;
  bench::Call call;
  if (!bench::parse(argc, argv, call)) {
    std::cerr << bench::kUsage;
    return 2;
  }
  if (call.help) {
    std::cout << bench::kUsage;
    return 0;
  }
  log::set_level(log::Level::Error);
  try {
    return bench::run(call) || !call.check ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "flip_bench: " << error.what() << "\n";
    return 1;
  }
}
