#include "tests/fakes/switch/session.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::fakes {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kHangPoll{20};

// Adds the time until the end of its scope.
class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::nanoseconds& total) : total_(total) {}

  ~Stopwatch() { total_ += Steady::now() - start_; }

  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::chrono::nanoseconds& total_;
  Steady::time_point start_{Steady::now()};
};

// The end mark of one command (switch-drivers/transport/shell.h): not a command of its own.
bool is_marker(std::string_view text) {
  return text.starts_with("echo SWY-") || text == "exec 2>&1";
}

// "LINE <<'TAG'" with its text: the first here-document is the command's input.
std::string here_text(const NodePtr& node) {
  if (!node) return {};
  for (const Redirect& redirect : node->redirects)
    if (redirect.kind == Redirect::Kind::Here) return redirect.target;
  for (const NodePtr& child : node->children)
    if (std::string found = here_text(child); !found.empty()) return found;
  return {};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

SwitchSession::SwitchSession(FakeSwitch& owner, std::string_view command) : owner_(owner) {
  const std::lock_guard lock(owner_.mutex_);
  boot_ = owner_.boots_;
  process_ =
      std::make_unique<Process>(static_cast<Machine&>(owner_), std::make_shared<Suspension>());
  auto output = std::make_shared<std::string>();
  streams_ = {std::make_shared<Input>(), output, std::make_shared<std::string>()};
  const bool is_shell =
      command.empty() || command == "sh" || command == "/bin/sh" || command == "sh -s";
  one_command_ = !is_shell;
  if (one_command_) buffer_ = std::string(command) + "\n";
}

void SwitchSession::leave_rest(SwitchFault::Rest rest, std::chrono::milliseconds delay) {
  if (rest == SwitchFault::Rest::Lost) {
    buffer_.clear();
    return;
  }
  if (rest == SwitchFault::Rest::Runs) return;  // lost() runs it
  const std::string script =
      fmt::format("sleep {}\n{}", static_cast<double>(delay.count()) / 1000, buffer_);
  buffer_.clear();
  owner_.spawn(process_->fork(std::make_shared<Suspension>()), {"sh", "-c", script}, nullptr,
               {std::make_shared<Input>(), std::make_shared<std::string>(),
                std::make_shared<std::string>()});
}

SwitchSession::Step SwitchSession::begin_command(const Parsed& parsed) {
  line_ = first_line(parsed.node->text);
  if (line_.ends_with(';')) line_.pop_back();
  counted_ = !is_marker(line_);
  if (!counted_ && line_.ends_with("-begin")) ++owner_.exchanges_;
  hangs_ = false;
  if (counted_) {
    input_ = here_text(parsed.node);
    if (const SwitchFault* fault = owner_.faults_.fault_for(line_, input_)) {
      fault_ = *fault;
      owner_.faults_.use_up(fault);
    }
  }
  if (fault_ && fault_->kind == SwitchFault::Kind::Refuse) {
    owner_.log_.add(line_, input_, 1);
    *streams_.out += "refused by fault\n";
    process_->set_status(1);
    fault_.reset();
    return Step::Again;
  }
  if (fault_ && fault_->kind == SwitchFault::Kind::DropBefore) {
    leave_rest(fault_->rest, fault_->delay);
    return Step::Drop;
  }
  if (fault_ && fault_->kind == SwitchFault::Kind::Hang) {
    hangs_ = true;
    hanging_ = parsed.node;
    return Step::Again;
  }
  task_.emplace(process_->run(parsed.node, streams_));
  task_->start();
  return finish_command();
}

// After a task ran as far as it could.
SwitchSession::Step SwitchSession::finish_command() {
  if (!task_->done()) return Step::Again;
  const int status = task_->take();  // throws when the power went
  task_.reset();
  if (process_->merges_errors()) streams_.err = streams_.out;
  if (counted_) {
    owner_.log_.add(line_, input_, status);
    *streams_.out = owner_.faults_.tell_lies(line_, std::move(*streams_.out));
  }
  held_ += std::exchange(*streams_.out, "");
  if (!process_->merges_errors()) streams_.err->clear();
  if (fault_ && fault_->kind == SwitchFault::Kind::DropAfter) {
    leave_rest(fault_->rest, fault_->delay);
    return Step::Drop;
  }
  if (fault_ && fault_->kind == SwitchFault::Kind::Late) {
    wait_ = fault_->delay;
    fault_.reset();
    return Step::Wait;
  }
  fault_.reset();
  return process_->wants_exit() ? Step::Exit : Step::Again;
}

SwitchSession::Step SwitchSession::resume() {
  const auto wake_at = process_->suspension()->wake_at;
  const auto now = owner_.clock_.steady();
  if (!wake_at || *wake_at > now) {
    wait_ = kHangPoll;
    return Step::Wait;
  }
  process_->suspension()->handle.resume();
  return finish_command();
}

SwitchSession::Step SwitchSession::advance() {
  if (task_) return resume();
  if (hangs_) {
    if (owner_.faults_.any()) {
      wait_ = kHangPoll;
      return Step::Wait;
    }
    hangs_ = false;  // the faults are over: it comes back as if nothing had been
    fault_.reset();
    task_.emplace(process_->run(std::exchange(hanging_, nullptr), streams_));
    task_->start();
    return finish_command();
  }
  const Parsed parsed = parse_line(buffer_, ended_ || one_command_);
  if (parsed.state == Parsed::State::Incomplete) return ended_ ? Step::Exit : Step::Idle;
  buffer_.erase(0, parsed.consumed);
  if (parsed.state == Parsed::State::Wrong) {
    owner_.log_.add("syntax error: " + parsed.problem, "", 2);
    return Step::Exit;  // as a shell that reads commands from its input does
  }
  if (parsed.node && !parsed.node->children.empty()) return begin_command(parsed);
  if (!buffer_.empty()) return Step::Again;
  return ended_ || one_command_ ? Step::Exit : Step::Idle;
}

Effect SwitchSession::answer(Step step) {
  switch (step) {
    case Step::Drop: return {"", Effect::Then::Drop, {}, 0};
    case Step::Wait: return {"", Effect::Then::Wait, wait_, 0};
    case Step::Again: return {"", Effect::Then::Again, {}, 0};
    default: break;
  }
  // The end of an exchange. What changed something takes its time once.
  const bool commits = owner_.changed_in_force_ && !committed_ && !held_.empty();
  if (commits && owner_.commit_delay_.count() > 0) {
    committed_ = true;
    owner_.changed_in_force_ = false;
    return {"", Effect::Then::Wait, owner_.commit_delay_, 0};
  }
  committed_ = false;
  if (!held_.empty()) owner_.changed_in_force_ = false;
  Effect effect{std::exchange(held_, ""), Effect::Then::Idle, {}, 0};
  if (step == Step::Exit) {
    effect.then = Effect::Then::Exit;
    effect.status = process_->status();
  }
  return effect;
}

Effect SwitchSession::next() {
  const std::lock_guard lock(owner_.mutex_);
  const Stopwatch working(owner_.worked_);
  try {
    owner_.wake_sleepers();
    owner_.tick();
    if (boot_ != owner_.boots_) return {"", Effect::Then::Drop, {}, 0};
    return answer(advance());
  } catch (const FakeSwitch::PowerLost&) {
    task_.reset();
    owner_.lose_power();
    return {"", Effect::Then::Drop, {}, 0};
  }
}

// The client is gone. As with a real sshd, a shell without a terminal goes on with what it has.
void SwitchSession::lost() {
  const std::lock_guard lock(owner_.mutex_);
  if (boot_ != owner_.boots_ || hangs_) return;
  try {
    while (boot_ == owner_.boots_) {
      const Step step = advance();
      if (step != Step::Again) break;
    }
  } catch (const FakeSwitch::PowerLost&) {
    task_.reset();
    owner_.lose_power();
  }
}

}  // namespace switchyard::fakes
