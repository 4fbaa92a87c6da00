// The switch as the machine its processes run on: programs, background jobs, locks.
#include "tests/fakes/switch/boot.h"
#include "tests/fakes/switch/fake_switch.h"
#include "tests/fakes/switch/vtysh.h"

#include <algorithm>

namespace switchyard::fakes {

std::optional<int> FakeSwitch::run(const Arguments& arguments, Streams& streams) {
  const std::string name = arguments[0].substr(arguments[0].rfind('/') + 1);
  const auto finish = [&](const KernelAnswer& answer) {
    *streams.out += answer.output;
    *streams.err += answer.error;
    return answer.status;
  };
  const auto changes_refused = [&]() -> std::string {
    std::string line;
    for (const std::string& argument : arguments)
      line += argument + " ";
    return faults_.refusal_of(line);
  };
  if (name == "ip" || name == "bridge" || name == "tc" || name == "sysctl")
    if (const std::string refusal = changes_refused(); !refusal.empty())
      return finish({2, "", refusal + "\n"});
  if (name == "ip") return finish(run_ip(kernel_, arguments, streams.in->rest()));
  if (name == "bridge") return finish(run_bridge(kernel_, arguments, streams.in->rest()));
  if (name == "tc") return finish(run_tc(kernel_, arguments, streams.in->rest()));
  if (name == "sysctl") return finish(run_sysctl(kernel_, arguments));
  if (name == "vtysh") {
    VtyshWorld world{
        .frr = frr_,
        .sessions = sessions_,
        .now = clock_.steady(),
        .read_file = [this](const std::string& path) { return files_.read(path); },
        .save = [this](const std::string& text) { return files_.write(nature_.frr_file, text); },
        .refuse_line = [this](const std::string& line) { return faults_.refusal_of(line); }};
    return finish(run_vtysh(world, arguments, streams.in->rest()));
  }
  if (name == "hostname") return finish({0, plan_.name + "\n", ""});
  if (name == "uname") return finish({0, "Linux\n", ""});
  if (name == "id") return finish({0, "uid=0(root) gid=0(root)\n", ""});
  return std::nullopt;
}

int FakeSwitch::spawn(std::unique_ptr<Process> process, Arguments command, NodePtr node,
                      Streams streams) {
  const int pid = process->pid();
  Job job{std::move(process), std::nullopt, pid};
  if (node)
    job.task.emplace(job.process->run(std::move(node), streams));
  else
    job.task.emplace(job.process->run_arguments(std::move(command), streams));
  job.task->start();
  if (job.task->done())
    (void)job.task->take();  // throws when the power went
  else
    put_to_sleep(std::move(job));
  return pid;
}

bool FakeSwitch::kill(int pid) {
  return std::erase_if(jobs_, [&](const Job& job) { return job.pid == pid; }) > 0;
}

bool FakeSwitch::alive(int pid) const {
  return std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.pid == pid; });
}

bool FakeSwitch::lock(const std::string& path, int pid) {
  const auto [held, fresh] = locks_.try_emplace(path, pid);
  return fresh || held->second == pid;
}

void FakeSwitch::unlock(const std::string& path, int pid) {
  const auto held = locks_.find(path);
  if (held != locks_.end() && held->second == pid) locks_.erase(held);
}

void FakeSwitch::put_to_sleep(Job job) {
  const auto& wake_at = job.process->suspension()->wake_at;
  if (wake_at) soonest_ = std::min(soonest_, *wake_at);
  jobs_.push_back(std::move(job));
}

void FakeSwitch::run_due_locked() {
  wake_sleepers();
  try {
    settle_down();
  } catch (const PowerLost&) {
    lose_power();
  }
}

// Called before each command, while hundreds of timers of earlier changes sleep.
void FakeSwitch::wake_sleepers() {
  const SteadyTime now = clock_.steady();
  if (now < soonest_) return;
  soonest_ = SteadyTime::max();
  const auto is_due = [&](const Job& job) {
    const auto& wake_at = job.process->suspension()->wake_at;
    if (wake_at && *wake_at > now) soonest_ = std::min(soonest_, *wake_at);
    return wake_at && *wake_at <= now;
  };
  for (auto at = std::find_if(jobs_.begin(), jobs_.end(), is_due); at != jobs_.end();
       at = std::find_if(jobs_.begin(), jobs_.end(), is_due)) {
    // Out of the list while it runs: what it does may end other jobs, or all of them.
    std::list<Job> running;
    running.splice(running.begin(), jobs_, at);
    Job& job = running.front();
    const long long boot = boots_;
    job.process->suspension()->handle.resume();
    if (!job.task->done()) {
      if (boot == boots_) put_to_sleep(std::move(job));
      continue;
    }
    try {
      (void)job.task->take();
    } catch (const PowerLost&) {
      lose_power();
    }
  }
}

void FakeSwitch::run_due() {
  const std::lock_guard lock(mutex_);
  run_due_locked();
}

std::optional<SteadyTime> FakeSwitch::next_due() {
  const std::lock_guard lock(mutex_);
  std::optional<SteadyTime> soonest;
  for (const Job& job : jobs_) {
    const auto& wake_at = job.process->suspension()->wake_at;
    if (wake_at && (!soonest || *wake_at < *soonest)) soonest = wake_at;
  }
  return soonest;
}

// For people at the console and hooks of ifupdown2: nothing here sleeps.
std::string FakeSwitch::run_to_end(const std::string& line) {
  const auto process =
      std::make_unique<Process>(static_cast<Machine&>(*this), std::make_shared<Suspension>());
  auto output = std::make_shared<std::string>();
  Task<int> task = process->run_script(line, {std::make_shared<Input>(), output, output});
  task.start();
  if (task.done()) (void)task.take();
  return *output;
}

std::string FakeSwitch::console(const std::string& line) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  return run_to_end(line);
}

}  // namespace switchyard::fakes
