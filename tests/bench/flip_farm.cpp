#include "tests/bench/flip_farm.h"

#include "tests/fakes/tor_rows.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace switchyard::bench {
namespace {

using fakes::FakeTor;

constexpr std::size_t kLogBytes = 16U << 10U;  // nobody reads what the switches were sent

double seconds_of(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// One question a line, one answer a line.
std::string answer(const std::string& question, const std::vector<std::unique_ptr<FakeTor>>& all) {
  std::istringstream words(question);
  std::string word;
  words >> word;
  if (word == "delay") {
    long long milliseconds = 0;
    words >> milliseconds;
    for (const auto& one : all)
      one->set_commit_delay(std::chrono::milliseconds{milliseconds});
    return "done";
  }
  if (word == "refuse") {
    std::size_t index = 0, port = 0;
    bool refused = false;
    words >> index >> port >> refused;
    FakeTor& one = *all.at(index);
    one.refuse_port(one.plan().server_ports.at(port - 1), refused);
    return "done";
  }
  if (word == "use") {
    double worked = 0;
    long long exchanges = 0, logins = 0;
    for (const auto& one : all) {
      worked += std::chrono::duration<double>(one->worked()).count();
      exchanges += one->exchanges();
      logins += one->logins();
    }
    return fmt::format("{} {} {} {}", worked, seconds_of(CLOCK_PROCESS_CPUTIME_ID), exchanges,
                       logins);
  }
  long long violations = 0;
  for (const auto& one : all)
    violations += static_cast<long long>(one->violations().size());
  return std::to_string(violations);
}

// The life of the process: ends when the other side closes its end.
void be_switches(const FarmPlan& plan, std::FILE* in, std::FILE* out) {
  const SystemClock clock;
  fakes::SshServer ssh;
  std::vector<std::unique_ptr<FakeTor>> all;
  for (int i = 1; i <= plan.switches; ++i) {
    const fakes::TorRow& row =
        fakes::tor_row(plan.nos.at(static_cast<std::size_t>(i - 1) % plan.nos.size()));
    fakes::SwitchPlan one = row.plan(fmt::format("tor{}", i), 65000U + static_cast<unsigned>(i),
                                     plan.ports, kSwitchPassword);
    one.router_id = fmt::format("10.255.{}.{}", i / 250, i % 250 + 1);
    all.push_back(row.make(ssh, clock, std::move(one)));
    FakeTor& made = *all.back();
    made.set_log_limit(kLogBytes);
    fmt::print(out, "{} {} {} {} {}\n", row.nos, made.plan().name, made.port(), made.plan().asn,
               made.host_key());
  }
  std::fflush(out);
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), in) != nullptr) {
    fmt::print(out, "{}\n", answer(line.data(), all));
    std::fflush(out);
  }
}

std::string line_from(std::FILE* file) {
  std::array<char, 512> line{};
  if (std::fgets(line.data(), line.size(), file) == nullptr)
    throw std::runtime_error("the simulated switches are gone");
  std::string text = line.data();
  return text.substr(0, text.find('\n'));
}

}  // namespace

SwitchFarm::SwitchFarm(const FarmPlan& plan) {
  std::array<int, 2> down{}, up{};
  if (::pipe(down.data()) != 0 || ::pipe(up.data()) != 0) throw std::runtime_error("no pipe");
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("cannot fork");
  if (process_ == 0) {
    ::close(down[1]);
    ::close(up[0]);
    int status = 0;
    try {
      be_switches(plan, ::fdopen(down[0], "r"), ::fdopen(up[1], "w"));
    } catch (const std::exception& error) {
      std::cerr << "simulated switches: " << error.what() << "\n";
      status = 1;
    }
    ::_exit(status);
  }
  ::close(down[0]);
  ::close(up[1]);
  to_.reset(::fdopen(down[1], "w"));
  from_.reset(::fdopen(up[0], "r"));
  for (int i = 0; i < plan.switches; ++i) {
    FarmSwitch made{.index = i};
    std::istringstream(line_from(from_.get())) >> made.nos >> made.name >> made.port >> made.asn >>
        made.host_key;
    switches_.push_back(std::move(made));
  }
}

SwitchFarm::~SwitchFarm() {
  to_.reset();  // the process reads the end of its questions
  ::waitpid(process_, nullptr, 0);
}

std::string SwitchFarm::ask(const std::string& question) {
  fmt::print(to_.get(), "{}\n", question);
  std::fflush(to_.get());
  return line_from(from_.get());
}

void SwitchFarm::set_commit_delay(std::chrono::milliseconds delay) {
  (void)ask(fmt::format("delay {}", delay.count()));
}

void SwitchFarm::refuse_port(const FarmSwitch& device, int port, bool refused) {
  (void)ask(fmt::format("refuse {} {} {}", device.index, port, refused ? 1 : 0));
}

FarmUse SwitchFarm::use() {
  FarmUse use;
  std::istringstream(ask("use")) >> use.worked >> use.cpu >> use.exchanges >> use.logins;
  return use;
}

long long SwitchFarm::violations() { return std::stoll(ask("violations")); }

}  // namespace switchyard::bench
