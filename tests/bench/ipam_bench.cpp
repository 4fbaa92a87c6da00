// Allocations per second and their latency at several fills and numbers of clients, beside the rate
// of plain durable inserts in the same run, round by round in turn. Prints Markdown tables.
//
//   ipam_bench [--rounds N] [--takes N] [--held A,B,…] [--clients A,B,…] [--mysql] [--check]
//
// SQLite in a new directory under TMPDIR always, MariaDB when SWITCHYARD_TEST_MYSQL is set. --mysql
// leaves SQLite out; --check makes the exit status 1 when a bar of docs/benchmarks.md is missed.
#include "tests/bench/ipam_rounds.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

namespace switchyard::bench {
namespace {

struct Options {
  int rounds{12};
  std::size_t takes{300};
  std::vector<std::size_t> held{100, 10'000, 100'000, 1'000'000};
  std::vector<std::size_t> clients{1, 8, 32};
  bool check{};
  bool mysql_only{};
};

std::vector<std::size_t> numbers(std::string_view list) {
  std::vector<std::size_t> all;
  const char* at = list.data();
  const char* const end = list.data() + list.size();
  while (at < end) {
    std::size_t number = 0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc{}) return {};
    all.push_back(number);
    at = read.ptr + 1;  // past the comma
  }
  return all;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--check" || name == "--mysql") {
      (name == "--check" ? options.check : options.mysql_only) = true;
      continue;
    }
    const auto values = i + 1 < argc ? numbers(argv[++i]) : std::vector<std::size_t>{};
    if (values.empty()) return false;
    if (name == "--rounds")
      options.rounds = static_cast<int>(values.front());
    else if (name == "--takes")
      options.takes = values.front();
    else if (name == "--held")
      options.held = values;
    else if (name == "--clients")
      options.clients = values;
    else
      return false;
  }
  return true;
}

// One kind of work over all rounds.
struct Total {
  double seconds{};
  std::vector<double> milliseconds{};
  std::size_t duplicates{};

  void add(const Round& round) {
    seconds += static_cast<double>(round.milliseconds.size()) / round.per_second;
    std::ranges::copy(round.milliseconds, std::back_inserter(milliseconds));
    duplicates += round.duplicates;
  }

  [[nodiscard]] double rate() const { return static_cast<double>(milliseconds.size()) / seconds; }
};

double percentile(std::vector<double>& milliseconds, double part) {
  std::ranges::sort(milliseconds);
  return milliseconds[static_cast<std::size_t>(part *
                                               static_cast<double>(milliseconds.size() - 1))];
}

// The ratio of takes to plain inserts. Rounds are short and take turns at being first, so that what
// else the machine does, and what the database cleans up later, falls on both alike.
double measure(Site& site, const Options& options, std::size_t held, std::size_t clients,
               std::size_t processes) {
  Total plain;
  Total taken;
  for (int round = -2; round < options.rounds; ++round) {  // the first two warm up
    const bool plain_first = round % 2 == 0;
    Round inserts = plain_first ? site.insert_plainly(clients, options.takes) : Round{};
    const Round takes = site.take(clients, processes, options.takes);
    if (!plain_first) inserts = site.insert_plainly(clients, options.takes);
    if (takes.duplicates != 0) throw std::runtime_error("an address was handed out twice");
    if (round < 0) continue;
    plain.add(inserts);
    taken.add(takes);
  }
  const double ratio = taken.rate() / plain.rate();
  fmt::print(
      "| {} | {} | {} | {:.0f} | {:.0f} | {:.0f} % | {:.2f} / {:.2f} | {:.2f} / {:.2f} | {} |\n",
      held, clients, processes, plain.rate(), taken.rate(), 100 * ratio,
      percentile(plain.milliseconds, 0.5), percentile(plain.milliseconds, 0.99),
      percentile(taken.milliseconds, 0.5), percentile(taken.milliseconds, 0.99), taken.duplicates);
  std::fflush(stdout);
  return ratio;
}

// True when every line has at least half of the plain rate and is flat in fill.
bool run(const std::string& title, const std::string& url, const Options& options) {
  fmt::print(
      "\n{}\n\n| held | clients | processes | plain inserts/s | takes/s | ratio | plain p50 / p99 "
      "ms "
      "| take p50 / p99 ms | duplicates |\n|---|---|---|---|---|---|---|---|---|\n",
      title);
  Site site(url, *std::ranges::max_element(options.clients));
  std::map<std::size_t, std::vector<double>> ratios;  // by clients
  bool good = true;
  for (const std::size_t held : options.held) {
    site.hold(held);
    for (const std::size_t clients : options.clients) {
      const double ratio = measure(site, options, held, clients, 1);
      ratios[clients].push_back(ratio);
      good &= ratio >= 0.5;
    }
    if (options.clients.back() > 1) measure(site, options, held, options.clients.back(), 2);
  }
  fmt::print(
      "\nFilled at {:.0f} addresses/s in batches of 1024; first load of a process with {} held: "
      "{:.0f} ms.\n",
      site.fill_rate(), options.held.back(), site.first_load_milliseconds());
  for (const auto& [clients, of] : ratios) {
    const auto [low, high] = std::ranges::minmax(of);
    fmt::print("Ratio to plain inserts over all fills, {} clients: {:.0f} to {:.0f} %.\n", clients,
               100 * low, 100 * high);
    good &= low >= 0.6 * high;
  }
  return good;
}

}  // namespace
}  // namespace switchyard::bench

int main(int argc, char** argv) {
  using namespace switchyard::bench;
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr,
               "usage: ipam_bench [--rounds N] [--takes N] [--held A,B] [--clients A,B] [--mysql] "
               "[--check]\n");
    return 2;
  }
  bool good = true;
  for (const auto& [title, place] : places())
    if (!options.mysql_only || place->url().starts_with("mysql"))
      good &= run(title, place->url(), options);
  return options.check && !good ? 1 : 0;
}
