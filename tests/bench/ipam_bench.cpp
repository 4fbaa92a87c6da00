// Allocations per second and their latency at several fills and numbers of clients, beside the rate
// of plain durable inserts in the same run, round by round in turn. Prints Markdown tables.
//
//   ipam_bench [--rounds N] [--takes N] [--held A,B,…] [--clients A,B,…] [--check]
//
// SQLite in a new directory under TMPDIR always, MariaDB when SWITCHYARD_TEST_MYSQL is set. --check
// makes the exit status 1 when a bar of docs/benchmarks.md is missed.
#include "tests/bench/ipam_rounds.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

namespace switchyard::bench {
namespace {

struct Options {
  int rounds{9};
  std::size_t takes{1'000};
  std::vector<std::size_t> held{100, 10'000, 100'000, 1'000'000};
  std::vector<std::size_t> clients{1, 8, 32};
  bool check{};
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
    if (name == "--check") {
      options.check = true;
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

// What one line of the table says: medians over the rounds.
struct Line {
  double raw{};
  double ours{};
  double ratio{};  // median of the rounds' ratios: what disturbed a round disturbed both halves
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double percentile(std::vector<double>& milliseconds, double part) {
  std::ranges::sort(milliseconds);
  return milliseconds[static_cast<std::size_t>(part *
                                               static_cast<double>(milliseconds.size() - 1))];
}

Line measure(Site& site, const Options& options, std::size_t held, std::size_t clients,
             std::size_t processes) {
  std::vector<double> raw, ours, ratios, raw_ms, our_ms;
  std::size_t duplicates = 0;
  for (int round = -1; round < options.rounds; ++round) {  // the first one warms up
    Round plain = site.insert_plainly(clients, options.takes);
    Round taken = site.take(clients, processes, options.takes);
    duplicates += taken.duplicates;
    if (round < 0) continue;
    raw.push_back(plain.per_second);
    ours.push_back(taken.per_second);
    ratios.push_back(taken.per_second / plain.per_second);
    std::ranges::copy(plain.milliseconds, std::back_inserter(raw_ms));
    std::ranges::copy(taken.milliseconds, std::back_inserter(our_ms));
  }
  const Line line{median(raw), median(ours), median(ratios)};
  fmt::print(
      "| {} | {} | {} | {:.0f} | {:.0f} | {:.0f} % | {:.2f} / {:.2f} | {:.2f} / {:.2f} | {} |\n",
      held, clients, processes, line.raw, line.ours, 100 * line.ratio, percentile(raw_ms, 0.5),
      percentile(raw_ms, 0.99), percentile(our_ms, 0.5), percentile(our_ms, 0.99), duplicates);
  std::fflush(stdout);
  if (duplicates != 0) throw std::runtime_error("duplicates");
  return line;
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
      const Line line = measure(site, options, held, clients, 1);
      ratios[clients].push_back(line.ratio);
      good &= line.ratio >= 0.5;
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
    fmt::print(
        stderr,
        "usage: ipam_bench [--rounds N] [--takes N] [--held A,B] [--clients A,B] [--check]\n");
    return 2;
  }
  bool good = true;
  for (const auto& [title, place] : places())
    good &= run(title, place->url(), options);
  return options.check && !good ? 1 : 0;
}
