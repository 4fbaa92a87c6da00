// One port of a switch that always fails: what it costs the others, on each NOS that has a
// simulated switch. The two ways take turns. Prints a Markdown table; docs/benchmarks.md says what
// it means.
//
// Exit status 1 when one of the others was not done, or a switch was in a state that must never
// be; with --check also when the others wait for the one longer than kBar allows.
#include "core/log.h"
#include "tests/bench/flip_client.h"
#include "tests/bench/flip_report.h"
#include "tests/fakes/tor_rows.h"

#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::bench {
namespace {

constexpr const char* kUsage = R"(usage: blast_bench [option…]
  --ports N       server ports of each switch (48)
  --failing N     number of the one that fails (24)
  --rounds N      of each way (5)
  --commit MS     how long a switch takes to commit (1000), beside 0
  --nos NOS       only this one
  --check         exit status 1 when the one costs the others more than a half and one commit
)";
// A NOS that shows only in the end which port it was may open the others by an exchange of its own.
constexpr double kBar = 1.5;

struct Call {
  int ports{48};
  int failing{24};
  int rounds{5};
  int commit{1000};
  std::vector<std::string> nos{};
  bool check{};
};

bool take_number(Call& call, std::string_view name, std::string_view text) {
  int* const number = name == "--ports"     ? &call.ports
                      : name == "--failing" ? &call.failing
                      : name == "--rounds"  ? &call.rounds
                      : name == "--commit"  ? &call.commit
                                            : nullptr;
  if (number == nullptr) return false;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() && *number >= 1;
}

bool parse(int argc, char** argv, Call& call) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--check")
      call.check = true;
    else if (i + 1 == argc)
      return false;
    else if (name == "--nos")
      call.nos.emplace_back(argv[++i]);
    else if (!take_number(call, name, argv[++i]))
      return false;
  }
  if (call.nos.empty())
    for (const fakes::TorRow& row : fakes::tor_rows())
      call.nos.emplace_back(row.nos);
  return call.ports > 1 && call.failing <= call.ports;
}

class Blast {
 public:
  Blast(SwitchFarm& farm, const FarmSwitch& device, const Call& call)
      : farm_(farm), device_(device), call_(call), client_(device) {
    (void)client_.ensure(closed_);
    others_.erase(others_.begin() + (call.failing - 1));
  }

  // Whether the bar is met.
  bool run(std::chrono::milliseconds commit) {
    Costs all, but_one;
    for (int round = 0; round < call_.rounds; ++round) {
      farm_.set_commit_delay(commit);
      all.all.push_back(measure(farm_, [&] { client_.flip(routed_); }));
      farm_.set_commit_delay({});
      client_.flip(closed_);

      farm_.set_commit_delay(commit);
      farm_.refuse_port(device_, call_.failing, true);
      but_one.all.push_back(
          measure(farm_, [&] { client_.flip_but(routed_, routed_[failing()].port); }));
      farm_.set_commit_delay({});
      FlipClient(device_).confirm(others_);  // by eyes that have seen nothing yet
      farm_.refuse_port(device_, call_.failing, false);
      (void)client_.ensure(closed_);
    }
    const double ratio = but_one.median(wall_of) / all.median(wall_of);
    fmt::print("| {} | {:.1f} | {} | {:.0f} | {:.0f} | **{:.2f}** | {:.1f} | {:.1f} | {} of {} |\n",
               device_.nos, static_cast<double>(commit.count()) / 1e3, call_.rounds,
               1e3 * all.median(wall_of), 1e3 * but_one.median(wall_of), ratio,
               all.mean(exchanges_of), but_one.mean(exchanges_of), others_.size(), others_.size());
    (void)std::fflush(stdout);
    return but_one.median(wall_of) <=
           kBar * all.median(wall_of) + std::chrono::duration<double>(commit).count();
  }

 private:
  [[nodiscard]] std::size_t failing() const { return static_cast<std::size_t>(call_.failing - 1); }

  SwitchFarm& farm_;
  const FarmSwitch& device_;
  const Call& call_;
  FlipClient client_;
  const std::vector<switch_drivers::PortIntent> routed_{
      wishes_of_switch(device_, call_.ports, Mode::Routed)};
  const std::vector<switch_drivers::PortIntent> closed_{
      wishes_of_switch(device_, call_.ports, Mode::Provisioning)};
  std::vector<switch_drivers::PortIntent> others_{routed_};
};

bool run(const Call& call) {
  SwitchFarm farm(
      {.nos = call.nos, .switches = static_cast<int>(call.nos.size()), .ports = call.ports});
  print_machine();
  print_heading(fmt::format("{} ports, and one of them that always fails", call.ports),
                "NOS | commit s | rounds | all are done ms | one fails ms | ratio | round trips, "
                "all | round trips, one fails | others done");
  bool met = true;
  for (const FarmSwitch& device : farm.switches()) {
    Blast blast(farm, device, call);
    for (const int commit : {0, call.commit})
      met = blast.run(std::chrono::milliseconds{commit}) && met;
  }
  if (const long long seen = farm.violations(); seen != 0)
    throw std::runtime_error(fmt::format("{} forbidden states on the switches", seen));
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
  log::set_level(log::Level::Error);
  try {
    return bench::run(call) || !call.check ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "blast_bench: " << error.what() << "\n";
    return 1;
  }
}
