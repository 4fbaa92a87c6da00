// Runs a program of the RAM system.
#pragma once

#include "core/result.h"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace switchyard::pxe::installer {

struct Run {
  std::vector<std::string> argv{};
  std::string input{};  // at most 4 KiB
  std::string root{};   // chroot, when not empty
  std::chrono::seconds deadline{120};
};

// What it printed (both streams, the last 64 KiB). Rejected with its last line when it failed;
// TimedOut after it was killed.
[[nodiscard]] Result<std::string> run(const Run& wanted);

// A program that is fed by us. Not copyable; ends the program when it goes.
class Feed {
 public:
  [[nodiscard]] static Result<Feed> start(const std::vector<std::string>& argv);
  Feed(Feed&& other) noexcept;
  Feed& operator=(Feed&&) = delete;
  ~Feed();

  // TimedOut when it took nothing for five minutes.
  [[nodiscard]] Status write(const char* data, std::size_t size);
  [[nodiscard]] Status finish();  // end of input, waits at most five minutes for its end

 private:
  Feed(std::string name, pid_t pid, int input) : name_(std::move(name)), pid_(pid), input_(input) {}

  std::string name_;
  pid_t pid_;
  int input_;
};

}  // namespace switchyard::pxe::installer
