// What it costs to flip ports with the real driver over real SSH to simulated switches: one flip,
// all of one switch, all of a fleet; beside a client that opens a session for each change, and
// through the whole product. Prints Markdown tables; docs/benchmarks.md says what they mean.
//
// Exit status 1 when a flip failed or was not as wished, or when --check is given and a bar is
// missed.
#include "core/log.h"
#include "tests/bench/flip_stages.h"

#include <fmt/core.h>

#include <charconv>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace switchyard::bench {
namespace {

constexpr const char* kUsage = R"(usage: flip_bench [option…]
  --switches N    simulated switches (200)
  --ports N       server ports of each (48)
  --rounds N      rounds of one flip; the longer work is repeated less (100)
  --commit MS     how long a slow switch takes to commit (1000)
  --only STAGE    one, switch, fleet or product (the fleet without the bare drivers)
  --check         exit status 1 when a bar is missed
  --help
)";

struct Call {
  FlipOptions options{};
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
  else if (name == "--commit")
    call.options.commit = std::chrono::milliseconds{number};
  else
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
          call.only != "product")
        return false;
    } else if (!take_number(call, name, argv[++i])) {
      return false;
    }
  }
  return true;
}

bool run(const Call& call) {
  SwitchFarm farm({.switches = call.options.switches, .ports = call.options.ports});
  FlipProduct product(farm.switches(), call.options.ports);
  std::vector<Bar> bars;
  const Bench bench{call.options, farm, bars};
  const auto wanted = [&](const char* stage) { return call.only.empty() || call.only == stage; };
  print_machine();
  if (wanted("one")) run_one_flip(bench, product);
  if (wanted("switch")) run_one_switch(bench);
  if (wanted("fleet")) run_fleet(bench, product);
  if (call.only == "product") run_fleet_of_product(bench, product);
  if (const long long seen = farm.violations(); seen != 0)
    throw std::runtime_error(std::to_string(seen) + " forbidden states on the switches");
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
