// A shell process on a simulated switch: runs what syntax.h read, stops where the machine stops it.
#pragma once

#include "core/clock.h"
#include "tests/fakes/shell/files.h"
#include "tests/fakes/shell/syntax.h"
#include "tests/fakes/shell/task.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::fakes {

struct Input {
  std::string text{};
  std::size_t at{};

  [[nodiscard]] std::string rest() {
    std::string left = text.substr(at);
    at = text.size();
    return left;
  }
};

struct Streams {
  std::shared_ptr<Input> in{};
  std::shared_ptr<std::string> out{};
  std::shared_ptr<std::string> err{};
};

using Arguments = std::vector<std::string>;
class Process;

// What a process finds under it. Everything is called with the machine's mutex held.
class Machine {
 public:
  virtual ~Machine() = default;
  [[nodiscard]] virtual Files& files() = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;
  // Runs a program that is not part of the shell; nullopt: not found.
  [[nodiscard]] virtual std::optional<int> run(const Arguments& arguments, Streams& streams) = 0;
  // Starts a process beside the one that asks; it lives until it ends, kill() or a reboot.
  virtual int spawn(std::unique_ptr<Process> process, Arguments command, NodePtr node,
                    Streams streams) = 0;
  virtual bool kill(int pid) = 0;
  [[nodiscard]] virtual bool alive(int pid) const = 0;
  [[nodiscard]] virtual int new_pid() = 0;
  // Advisory locks (flock). True when `pid` holds it now.
  virtual bool lock(const std::string& path, int pid) = 0;
  virtual void unlock(const std::string& path, int pid) = 0;

  // True: the machine has let this time pass at once, as if the process had slept.
  virtual bool nap(std::chrono::steady_clock::duration /*time*/) { return false; }
};

class Process {
 public:
  // `suspension` belongs to whoever resumes the outermost task.
  Process(Machine& machine, std::shared_ptr<Suspension> suspension);
  ~Process();

  [[nodiscard]] Task<int> run(NodePtr node, Streams streams);
  [[nodiscard]] Task<int> run_arguments(Arguments arguments, Streams streams);
  [[nodiscard]] Task<int> run_script(std::string text, Streams streams);

  [[nodiscard]] bool wants_exit() const { return flow_ == Flow::Exit; }

  [[nodiscard]] int status() const { return status_; }

  [[nodiscard]] int pid() const { return pid_; }

  // After `exec 2>&1`: standard error goes where standard output goes.
  [[nodiscard]] bool merges_errors() const { return merges_errors_; }

  void set_status(int status) { status_ = status; }

  [[nodiscard]] const std::shared_ptr<Suspension>& suspension() const { return suspension_; }

  void set_positional(Arguments arguments) { positional_ = std::move(arguments); }

  // A child with a copy of everything, as fork() makes.
  [[nodiscard]] std::unique_ptr<Process> fork(std::shared_ptr<Suspension> suspension) const;

 private:
  enum class Flow { Normal, Exit, Return, Break, Continue };

  Task<int> run_node(NodePtr node, Streams streams);
  Task<int> run_sequence(NodePtr node, Streams streams);
  Task<int> run_simple(NodePtr node, Streams streams);
  Task<int> run_pipeline(NodePtr node, Streams streams);
  Task<int> run_subshell(NodePtr node, Streams streams);
  Task<int> run_if(NodePtr node, Streams streams);
  Task<int> run_loop(NodePtr node, Streams streams);
  Task<int> run_for(NodePtr node, Streams streams);
  Task<int> run_case(NodePtr node, Streams streams);
  Task<int> run_condition(NodePtr node, Streams streams);
  Task<int> run_prefix(Arguments arguments, Streams streams);
  Task<int> sleep(double seconds);
  Task<int> take_lock(Arguments arguments, Streams streams);
  Task<int> shell(Arguments arguments, Streams streams);
  std::optional<int> builtin(const Arguments& arguments, Streams& streams);
  int set_options(const Arguments& arguments);
  int read_variables(const Arguments& arguments, Streams& streams);
  int signal(const Arguments& arguments, Streams& streams);
  int spawn(Arguments command, NodePtr node, Streams streams);

  Task<std::vector<std::string>> expand(std::string raw, Streams streams);
  Task<std::string> expand_one(std::string raw, Streams streams);  // no splitting
  Task<std::string> parameter(std::string expression, Streams streams);
  Task<std::string> substitute(std::string command, Streams streams);
  [[nodiscard]] std::string value_of(const std::string& name) const;
  [[nodiscard]] long long arithmetic(const std::string& expression) const;

  // Redirections of one command, applied and, at the end, written out.
  struct Redirected {
    Streams streams{};

    struct Target {
      std::string path{};
      bool append{};
      std::shared_ptr<std::string> text{};
    };

    std::vector<Target> files{};
    std::vector<std::string> locks{};
    bool failed{};
  };

  Task<Redirected> redirect(NodePtr node, Streams streams);
  int write_out(Redirected& redirected, int status, const Streams& streams);

  Machine& machine_;
  std::shared_ptr<Suspension> suspension_;
  std::map<std::string, std::string> variables_{};
  std::map<std::string, NodePtr> functions_{};
  std::map<int, std::string> open_files_{};  // descriptors 3…9, for locks
  Arguments positional_{"sh"};
  std::string cwd_{"/root"};
  std::string exit_trap_{};
  Flow flow_{Flow::Normal};
  int status_{};
  int pid_{};
  int last_background_{};
  int conditions_{};  // inside how many conditions, where set -e does not count
  bool exit_on_error_{};
  bool merges_errors_{};
};

// test(1), without the brackets.
[[nodiscard]] int evaluate_test(const Files& files, const Arguments& arguments);

// Programs every machine has: cat, mv, grep, … nullopt: none of them.
[[nodiscard]] std::optional<int> run_tool(Machine& machine, const Arguments& arguments,
                                          Streams& streams, const std::string& cwd);

}  // namespace switchyard::fakes
