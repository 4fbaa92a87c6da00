#include "core/process.h"

#include "core/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

namespace switchyard {
namespace {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}

  ~Fd() { reset(); }

  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  [[nodiscard]] int get() const { return fd_; }

  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

struct Pipe {
  Fd read{};
  Fd write{};

  [[nodiscard]] bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = Fd(ends[0]);
    write = Fd(ends[1]);
    return ::fcntl(read.get(), F_SETFL, O_NONBLOCK) == 0;
  }
};

// The group of a process, killed and buried at the latest when this goes.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}

  ~Child() { (void)end(); }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Kills what is left of the group; the status of the process. The group's number is ours until
  // its leader is waited for.
  int end() {
    if (pid_ < 0) return status_;
    ::kill(-pid_, SIGKILL);
    int raw = 0;
    while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    status_ = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
    return status_;
  }

 private:
  pid_t pid_;
  int status_{};
};

enum class Flow { Open, Closed, TooMuch };

Flow drain(Fd& from, std::string& into, std::size_t limit) {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = ::read(from.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Flow::Open;  // nothing there now
    if (size == 0) {
      from.reset();
      return Flow::Closed;
    }
    if (into.size() + static_cast<std::size_t>(size) > limit) return Flow::TooMuch;
    into.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

int poll_time(std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

// Until the process has ended and everything it printed is read.
Result<Finished> follow(Child& child, const Fd& ended, const Fd& stopped,
                        std::pair<Pipe, Pipe>& streams, const ProcessLimits& limits) {
  auto& [out, err] = streams;
  Finished finished;
  while (true) {
    std::array<pollfd, 4> waiting{{{ended.get(), POLLIN, 0},
                                   {stopped.get(), POLLIN, 0},
                                   {out.read.get(), POLLIN, 0},
                                   {err.read.get(), POLLIN, 0}}};
    if (limits.stop.stop_requested()) return failure(Errc::Unavailable, "this controller ends");
    if (std::chrono::steady_clock::now() >= limits.until)
      return failure(Errc::TimedOut, "no end in time");
    if (::poll(waiting.data(), waiting.size(), poll_time(limits.until)) < 0 && errno != EINTR)
      return failure(Errc::Unavailable, "poll: " + std::generic_category().message(errno));
    const bool is_over = (waiting[0].revents & POLLIN) != 0;
    // What it has left behind may hold the streams open: only what is there already counts.
    if (is_over) finished.status = child.end();
    if (drain(out.read, finished.out, limits.output) == Flow::TooMuch ||
        drain(err.read, finished.err, limits.output) == Flow::TooMuch)
      return failure(Errc::Invalid, "it prints too much");
    if (is_over) return finished;
  }
}

// A program that runs, and what tells of it.
struct Running {
  std::pair<Pipe, Pipe> streams{};  // out, err
  Pipe in{};
  Fd stopped{};
  Fd ended{};
  std::optional<Child> child{};
};

enum class Input { None, Silent };

Status start(Running& running, const Command& command, Input input) {
  const std::string& program = command.arguments.at(0);
  const auto refused = [&](int error) {
    return failure(error == ENOENT ? Errc::NotFound : Errc::Unavailable,
                   program + ": " + std::generic_category().message(error));
  };
  auto& [out, err] = running.streams;
  running.stopped = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!out.open() || !err.open() || running.stopped.get() < 0 ||
      (input == Input::Silent && !running.in.open()))
    return failure(Errc::Unavailable, program + ": " + std::generic_category().message(errno));
  if (input == Input::Silent) (void)::fcntl(running.in.read.get(), F_SETFL, 0);
  pid_t pid = -1;
  if (const int error =
          spawn(pid, command, {running.in.read.get(), out.write.get(), err.write.get()});
      error != 0)
    return refused(error);
  running.child.emplace(pid);
  // Not pidfd_open(): Debian 12's header declares it for C only.
  running.ended = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (running.ended.get() < 0)
    return failure(Errc::Unavailable, program + ": " + std::generic_category().message(errno));
  out.write.reset();
  err.write.reset();
  running.in.read.reset();
  return {};
}

void wake(const Fd& stopped) {
  const std::uint64_t one = 1;
  (void)!::write(stopped.get(), &one, sizeof one);
}

// Hands over all that is there now.
void hand_over(Fd& from, const std::function<void(std::string_view)>& heard) {
  std::array<char, 4096> buffer{};
  while (from.get() >= 0) {
    const ssize_t size = ::read(from.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    if (size == 0) return from.reset();
    heard({buffer.data(), static_cast<std::size_t>(size)});
  }
}

}  // namespace

Result<Finished> run_process(const Command& command, const ProcessLimits& limits) {
  Running running;
  if (const Status started = start(running, command, Input::None); !started)
    return tl::unexpected(started.error());
  const std::stop_callback on_stop(limits.stop, [&] { wake(running.stopped); });
  auto finished = follow(*running.child, running.ended, running.stopped, running.streams, limits);
  if (!finished) return tl::unexpected(finished.error().in(command.arguments.at(0)));
  return finished;
}

Result<Finished> follow_process(const Command& command, const ProcessLimits& limits,
                                const std::function<void(std::string_view)>& heard) {
  constexpr std::chrono::seconds kGrace{3};
  Running running;
  if (const Status started = start(running, command, Input::Silent); !started)
    return tl::unexpected(started.error());
  const std::stop_callback on_stop(limits.stop, [&] { wake(running.stopped); });
  auto& [out, err] = running.streams;
  auto until = limits.until;
  Finished finished;
  for (bool is_over = false, is_asked = false; !is_over;) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_asked && (limits.stop.stop_requested() || now >= until)) {
      is_asked = true;
      running.in.write.reset();  // what it reads has ended
      until = now + kGrace;
    } else if (now >= until) {
      finished.status = running.child->end();
      break;
    }
    std::array<pollfd, 4> waiting{{{running.ended.get(), POLLIN, 0},
                                   {is_asked ? -1 : running.stopped.get(), POLLIN, 0},
                                   {out.read.get(), POLLIN, 0},
                                   {err.read.get(), POLLIN, 0}}};
    (void)::poll(waiting.data(), waiting.size(), poll_time(until));
    is_over = (waiting[0].revents & POLLIN) != 0;
    if (is_over) finished.status = running.child->end();
    hand_over(out.read, heard);
    hand_over(err.read, [&](std::string_view text) {
      if (finished.err.size() < limits.output) finished.err += text.substr(0, limits.output);
    });
  }
  return finished;
}

}  // namespace switchyard
