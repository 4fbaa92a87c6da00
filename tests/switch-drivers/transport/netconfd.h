// Debian's netconfd (yuma123) behind OpenSSH's `Subsystem netconf`, on loopback, with a small model
// of ports; ends with the object.
#pragma once

#include "switch-drivers/transport/netconf.h"
#include "tests/switch-drivers/transport/sshd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace switchyard::switch_drivers {

class Netconfd {
 public:
  // Empty where it is not installed: tests are skipped then, and say so.
  static bool is_installed() {
    return ::access("/usr/sbin/netconfd", X_OK) == 0 &&
           ::access("/usr/sbin/netconf-subsystem", X_OK) == 0;
  }

  // `modules` are YANG files of `module_path`, without ".yang".
  Netconfd(const std::string& module_path, const std::vector<std::string>& modules)
      : folder_(make_folder()),
        sshd_("Subsystem netconf \"/usr/sbin/netconf-subsystem --ncxserver-sockname=PORT@" +
              folder_ + "/socket\"") {
    start(module_path, modules);
  }

  Netconfd(const Netconfd&) = delete;
  Netconfd& operator=(const Netconfd&) = delete;

  ~Netconfd() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    [[maybe_unused]] const int status = std::system(("rm -rf " + folder_).c_str());
  }

  [[nodiscard]] SwitchAccess access() const { return sshd_.access(); }

 private:
  static std::string make_folder() {
    char name[] = "/tmp/switchyard-netconfd-XXXXXX";
    return ::mkdtemp(name);
  }

  // It listens once it says "Running".
  void start(const std::string& module_path, const std::vector<std::string>& modules) {
    std::vector<std::string> words{"/usr/sbin/netconfd",
                                   "--no-startup",
                                   "--target=candidate",
                                   "--superuser=" + sshd_.access().user,
                                   "--port=" + std::to_string(sshd_.port()),
                                   "--ncxserver-sockname=" + folder_ + "/socket",
                                   "--modpath=" + module_path + ":/usr/share/yuma/modules",
                                   "--home=" + folder_};
    for (const std::string& module : modules)
      words.push_back("--module=" + module);
    std::vector<char*> arguments;
    for (std::string& word : words)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = folder_ + "/log";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int file = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
      ::dup2(file, STDOUT_FILENO);
      ::dup2(file, STDERR_FILENO);
      if (::chdir(folder_.c_str()) != 0) ::_exit(126);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    wait_for_socket();
  }

  // It says that it runs before it listens, so only a session tells.
  void wait_for_socket() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder_.c_str());
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    bool listens = false;
    for (; !listens && std::chrono::steady_clock::now() < until; ::poll(nullptr, 0, 10)) {
      const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
      listens = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
      ::close(fd);
    }
    ASSERT_TRUE(listens) << "netconfd does not listen";
    bool greets = false;
    for (; !greets && std::chrono::steady_clock::now() < until; ::poll(nullptr, 0, 10))
      greets = make_netconf(access())->hello(std::chrono::seconds{5}).has_value();
    ASSERT_TRUE(greets) << "netconfd does not greet";
  }

  std::string folder_{};
  Sshd sshd_;
  pid_t pid_{};
};

}  // namespace switchyard::switch_drivers
