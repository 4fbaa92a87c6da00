#include "catalogs/render/line_process.h"

#include "core/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

namespace switchyard::catalogs {
namespace {

using std::chrono::steady_clock;

// False: the deadline passed first.
bool await(int socket, short event, steady_clock::time_point until) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{socket, event, 0};
    const auto most = std::min<std::int64_t>(left.count(), 60'000);
    if (::poll(&waiting, 1, static_cast<int>(most)) > 0) return true;
  }
}

tl::unexpected<Error> gone() { return failure(Errc::Unavailable, "it has ended"); }

Status send_all(int socket, std::string_view text, steady_clock::time_point until) {
  while (!text.empty()) {
    if (!await(socket, POLLOUT, until)) return failure(Errc::TimedOut, "it does not read");
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent <= 0) return gone();
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace

Result<LineProcess> LineProcess::start(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  const auto refused = [&](int error) {
    return failure(error == ENOENT ? Errc::NotFound : Errc::Unavailable,
                   arguments.at(0) + ": " + std::generic_category().message(error));
  };
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return refused(errno);
  pid_t pid = -1;
  // Nothing of our environment: not even where Python would look for more of it.
  const Command command{.arguments = arguments,
                        .environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}};
  const int error = spawn(pid, command, {.in = ends[1], .out = ends[1]});
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return refused(error);
  }
  (void)::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return LineProcess(pid, ends[0]);
}

LineProcess::LineProcess(LineProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::exchange(other.socket_, -1)) {}

LineProcess& LineProcess::operator=(LineProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(socket_, other.socket_);
  return *this;
}

LineProcess::~LineProcess() {
  if (socket_ >= 0) ::close(socket_);
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<std::string> LineProcess::ask(std::string_view line, steady_clock::time_point until,
                                     std::size_t most) {
  if (const Status sent = send_all(socket_, std::string(line) + "\n", until); !sent)
    return tl::unexpected(sent.error());
  std::string answer;
  std::array<char, 65'536> part{};
  while (answer.empty() || answer.back() != '\n') {
    if (answer.size() > most)
      return failure(Errc::Invalid, "it answers with more than " + std::to_string(most) + " bytes");
    if (!await(socket_, POLLIN, until)) return failure(Errc::TimedOut, "it does not answer");
    const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return gone();
    answer.append(part.data(), static_cast<std::size_t>(got));
  }
  answer.pop_back();
  return answer;
}

}  // namespace switchyard::catalogs
