#include "pxe/installer/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace switchyard::pxe::installer {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void become(const std::vector<std::string>& argv, const std::string& root) {
  if (!root.empty() && (chroot(root.c_str()) != 0 || chdir("/") != 0)) _exit(126);
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const auto& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  _exit(127);
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of("\n ");
  if (end == std::string::npos) return "said nothing";
  const auto start = text.find_last_of('\n', end);
  const auto first = start == std::string::npos ? 0 : start + 1;
  return text.substr(first, std::min<std::size_t>(end - first + 1, 300));
}

std::string describe(int status) {
  if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status));
  return "signal " + std::to_string(WTERMSIG(status));
}

constexpr std::chrono::seconds kMostStall{300};  // a program that does not take or finish its input
constexpr int kFeedPipe = 1 << 20;

// False: the deadline passed first.
bool await(int file, short event, std::chrono::milliseconds most) {
  pollfd waiting{file, event, 0};
  const auto until = Clock::now() + most;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    if (poll(&waiting, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

// False: the deadline passed first.
bool read_all(int from, Clock::time_point until, std::string& text) {
  std::array<char, 4096> part{};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{from, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
    const auto got = read(from, part.data(), part.size());
    if (got <= 0) return true;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > 65'536) text.erase(0, text.size() - 65'536);
  }
}

}  // namespace

Result<std::string> run(const Run& wanted) {
  const std::string& name = wanted.argv.at(0);
  std::array<int, 2> in{}, out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    return failure(Errc::Unavailable, name + ": no pipe");
  const pid_t pid = fork();
  if (pid < 0) return failure(Errc::Unavailable, name + ": no process");
  if (pid == 0) {
    setpgid(0, 0);
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(out[1], 2);
    become(wanted.argv, wanted.root);
  }
  close(in[0]);
  close(out[1]);
  if (::write(in[1], wanted.input.data(), wanted.input.size()) < 0) { /* it says so itself */
  }
  close(in[1]);
  std::string text;
  const bool in_time = read_all(out[0], Clock::now() + wanted.deadline, text);
  close(out[0]);
  if (!in_time) kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  if (!in_time) return failure(Errc::TimedOut, name + " took too long");
  if (status != 0)
    return failure(Errc::Rejected, name + " failed (" + describe(status) + "): " + last_line(text));
  return text;
}

Result<Feed> Feed::start(const std::vector<std::string>& argv) {
  std::array<int, 2> in{};
  if (pipe2(in.data(), O_CLOEXEC) != 0) return failure(Errc::Unavailable, argv.at(0) + ": no pipe");
  const pid_t pid = fork();
  if (pid < 0) return failure(Errc::Unavailable, argv.at(0) + ": no process");
  if (pid == 0) {
    dup2(in[0], 0);
    become(argv, "");
  }
  close(in[0]);
  fcntl(in[1], F_SETFL, O_NONBLOCK);
  fcntl(in[1], F_SETPIPE_SZ, kFeedPipe);  // less would do, with more turns between us and it
  return Feed{argv.at(0), pid, in[1]};
}

Feed::Feed(Feed&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)) {}

Feed::~Feed() {
  if (input_ >= 0) close(input_);
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Status Feed::write(const char* data, std::size_t size) {
  while (size > 0) {
    if (!await(input_, POLLOUT, kMostStall)) return failure(Errc::TimedOut, name_ + " hangs");
    const auto put = ::write(input_, data, size);
    if (put < 0 && errno == EAGAIN) continue;
    if (put <= 0) return failure(Errc::Rejected, name_ + " stopped reading");
    data += put;
    size -= static_cast<std::size_t>(put);
  }
  return {};
}

Status Feed::finish() {
  close(std::exchange(input_, -1));
  const int ended = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  const bool in_time = ended < 0 || await(ended, POLLIN, kMostStall);
  if (ended >= 0) close(ended);
  if (!in_time) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  if (!in_time) return failure(Errc::TimedOut, name_ + " hangs");
  if (status != 0) return failure(Errc::Rejected, name_ + " failed (" + describe(status) + ")");
  return {};
}

}  // namespace switchyard::pxe::installer
