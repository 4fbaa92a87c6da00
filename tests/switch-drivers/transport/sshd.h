// OpenSSH's server on a free loopback port with keys made for the test; ends with the object.
#pragma once

#include "switch-drivers/registry.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace switchyard::switch_drivers {

class Sshd {
 public:
  // In `more_config` the word PORT becomes the port it listens on.
  explicit Sshd(const std::string& more_config = "") {
    char name[] = "/tmp/switchyard-sshd-XXXXXX";
    folder_ = ::mkdtemp(name);
    // Made by sshd itself where systemd does it.
    ::mkdir("/run/sshd", 0755);
    for (const auto& [file, kind] :
         {std::pair{"host", "ed25519"}, std::pair{"host_rsa", "rsa"},
          std::pair{"client", "ed25519"}, std::pair{"stranger", "ed25519"}}) {
      command("ssh-keygen -q -t " + std::string{kind} + " -N '' -f " + folder_ + "/" + file);
    }
    port_ = free_port();
    std::ofstream(folder_ + "/config")
        << "Port " << port_ << "\nListenAddress 127.0.0.1\nHostKey " << folder_ << "/host\nHostKey "
        << folder_ << "/host_rsa\nPidFile none\nUsePAM no\nStrictModes no\nAuthorizedKeysFile "
        << folder_ << "/client.pub\nPasswordAuthentication no\nPrintMotd no\nPermitRootLogin yes\n"
        << with_port(more_config) << "\n";
    start();
  }

  Sshd(const Sshd&) = delete;
  Sshd& operator=(const Sshd&) = delete;

  ~Sshd() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      ::waitpid(pid_, nullptr, 0);
    }
    command("rm -rf " + folder_);
  }

  [[nodiscard]] SwitchAccess access() const {
    return {.name = "test",
            .address = "127.0.0.1",
            .port = port_,
            .user = user(),
            .private_key_file = folder_ + "/client",
            .host_key = fingerprint("host")};
  }

  [[nodiscard]] std::string rsa_fingerprint() const { return fingerprint("host_rsa"); }

  [[nodiscard]] const std::string& folder() const { return folder_; }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] std::string stranger() const { return folder_ + "/stranger"; }

 private:
  static std::string command(const std::string& line) {
    std::string output;
    FILE* pipe = ::popen(line.c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
      output += static_cast<char>(c);
    ::pclose(pipe);
    while (output.ends_with('\n'))
      output.pop_back();
    return output;
  }

  [[nodiscard]] std::string with_port(std::string text) const {
    if (const std::size_t at = text.find("PORT"); at != std::string::npos)
      text.replace(at, 4, std::to_string(port_));
    return text;
  }

  static std::string user() { return command("id -un"); }

  [[nodiscard]] std::string fingerprint(const std::string& key) const {
    const std::string line = command("ssh-keygen -l -f " + folder_ + "/" + key + ".pub");
    const std::size_t begin = line.find("SHA256:");
    return line.substr(begin, line.find(' ', begin) - begin);
  }

  static std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
  }

  // -D keeps it our child; -e with its log in a file we can wait on: "Server listening".
  void start() {
    const std::string config = folder_ + "/config";
    int log[2];
    ASSERT_EQ(::pipe(log), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      ::dup2(log[1], STDERR_FILENO);
      ::execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-e", "-f", config.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(log[1]);
    std::string said;
    char c = 0;
    while (said.find("Server listening") == std::string::npos && ::read(log[0], &c, 1) == 1)
      said += c;
    EXPECT_NE(said.find("Server listening"), std::string::npos) << said;
    // Read on, so that the server never waits for us.
    drain_ = log[0];
    ::fcntl(drain_, F_SETPIPE_SZ, 1 << 20);
  }

  std::string folder_{};
  std::uint16_t port_{};
  pid_t pid_{};
  int drain_{-1};
};

}  // namespace switchyard::switch_drivers
