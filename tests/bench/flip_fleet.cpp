// All ports of all switches: by bare drivers, a thread a switch, and by the product.
#include "tests/bench/flip_stages.h"

#include <fmt/format.h>

#include <mutex>
#include <stdexcept>
#include <thread>

namespace switchyard::bench {
namespace {

class Clients {
 public:
  Clients(const std::vector<FarmSwitch>& switches, int ports) : switches_(switches), ports_(ports) {
    for (const FarmSwitch& one : switches)
      clients_.emplace_back(one);
  }

  void flip(Mode mode) {
    each([&](FlipClient& client, const FarmSwitch& of) {
      client.flip(wishes_of_switch(of, ports_, mode));
    });
  }

  // As a client without batches does it: one port after the other, a new session for each.
  void flip_one_by_one(Mode mode) {
    each([&](FlipClient&, const FarmSwitch& of) {
      for (const auto& intent : wishes_of_switch(of, ports_, mode))
        FlipClient(of).flip({intent});
    });
  }

  void ensure(Mode mode) {
    each([&](FlipClient& client, const FarmSwitch& of) {
      (void)client.ensure(wishes_of_switch(of, ports_, mode));
    });
  }

  // By sessions of their own, so that nothing one client believes is taken over.
  void confirm(Mode mode) {
    each([&](FlipClient& client, const FarmSwitch& of) {
      client.confirm(wishes_of_switch(of, ports_, mode));
    });
  }

 private:
  template <class Work> void each(const Work& work) {
    std::mutex mutex;
    std::string failed;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < clients_.size(); ++i)
      threads.emplace_back([&, i] {
        try {
          work(clients_[i], switches_[i]);
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex);
          failed = error.what();
        }
      });
    threads.clear();
    if (!failed.empty()) throw std::runtime_error(failed);
  }

  const std::vector<FarmSwitch>& switches_;
  int ports_;
  std::vector<FlipClient> clients_{};
};

// One line of the table; every port was confirmed by another client, or this throws.
void print(const Bench& bench, const std::string& name, const Cost& cost, long long failures) {
  const double flips = bench.options.switches * bench.options.ports;
  fmt::print(
      "| {} | {:.0f} | **{:.2f}** | {:.0f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} | "
      "{} | {} | {:.0f} |\n",
      name, flips, cost.wall, flips / cost.wall, cost.controller_cpu,
      1e3 * cost.controller_cpu / flips, cost.device_cpu, 1e3 * cost.device_cpu / flips,
      static_cast<double>(cost.exchanges) / bench.options.switches, failures,
      bench.farm.violations(), resident_megabytes());
  (void)std::fflush(stdout);
}

void add_bars(const Bench& bench, const std::string& name, const Cost& cost) {
  const double flips = bench.options.switches * bench.options.ports;
  const double per_thousand = 1e3 * cost.controller_cpu / flips;
  bench.bars.push_back({fmt::format("{:.0f} flips, {}", flips, name), "<= 10 s",
                        fmt::format("{:.2f} s", cost.wall), cost.wall <= 10});
  bench.bars.push_back({"the same, controller CPU for 1,000 flips", "<= 1 s",
                        fmt::format("{:.2f} s", per_thousand), per_thousand <= 1});
}

// How many times faster batches are than a session for each change.
double run_clients(const Bench& bench, const std::string& commit) {
  Clients clients(bench.farm.switches(), bench.options.ports);
  clients.ensure(Mode::Provisioning);
  const Cost instant = measure(bench.farm, [&] { clients.flip(Mode::Routed); });
  clients.confirm(Mode::Routed);
  print(bench, "bare drivers, instant", instant, 0);
  print(bench, "bare drivers, release, instant",
        measure(bench.farm, [&] { clients.flip(Mode::Provisioning); }), 0);
  bench.farm.set_commit_delay(bench.options.commit);
  const Cost slow = measure(bench.farm, [&] { clients.flip(Mode::Routed); });
  bench.farm.set_commit_delay({});
  clients.confirm(Mode::Routed);
  print(bench, "bare drivers, " + commit, slow, 0);
  add_bars(bench, "bare drivers, " + commit, slow);

  clients.flip(Mode::Provisioning);
  bench.farm.set_commit_delay(bench.options.commit);
  const Cost serial = measure(bench.farm, [&] { clients.flip_one_by_one(Mode::Routed); });
  bench.farm.set_commit_delay({});
  clients.confirm(Mode::Routed);
  print(bench, "a session for each change, " + commit, serial, 0);
  return serial.wall / slow.wall;
}

void run_product(const Bench& bench, FlipProduct& product, const std::string& commit) {
  product.start_fleet();
  Clients others(bench.farm.switches(), bench.options.ports);
  const auto one = [&](const std::string& name, Mode mode) {
    const Cost cost = measure(bench.farm, [&] { product.flip_all(mode); });
    others.confirm(mode);
    const long long failures = product.count_failures();
    print(bench, name, cost, failures);
    if (failures > 0) throw std::runtime_error(fmt::format("{} ports failed", failures));
    return cost;
  };
  (void)one("product, instant", Mode::Routed);
  (void)one("product, release, instant", Mode::Provisioning);
  bench.farm.set_commit_delay(bench.options.commit);
  const Cost slow = one("product, " + commit, Mode::Routed);
  bench.farm.set_commit_delay({});
  product.stop_fleet();
  add_bars(bench, "product, " + commit, slow);
}

void print_fleet_heading(const Bench& bench) {
  print_heading(fmt::format("{} switches of {} ports", bench.options.switches, bench.options.ports),
                "what | flips | wall s | flips/s | controller CPU s | a flip ms | switch CPU s | a "
                "flip ms | round trips a switch | failures | violations | controller MB");
}

std::string commit_name(const Bench& bench) {
  return fmt::format("{} ms commit", bench.options.commit.count());
}

}  // namespace

void run_fleet(const Bench& bench, FlipProduct& product) {
  print_fleet_heading(bench);
  const std::string commit = commit_name(bench);
  const double times = run_clients(bench, commit);
  run_product(bench, product, commit);
  fmt::print("\nBatches against a session for each change, {}: {:.0f} times faster.\n", commit,
             times);
}

void run_fleet_of_product(const Bench& bench, FlipProduct& product) {
  print_fleet_heading(bench);
  run_product(bench, product, commit_name(bench));
}

}  // namespace switchyard::bench
