// A program that answers each line it reads with one line.
#pragma once

#include "core/result.h"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

// Owns the process: it is killed and waited for when this goes. Not thread-safe.
class LineProcess {
 public:
  // The program is looked up in PATH and gets no descriptor of ours but one socket, which is its
  // input and output; what it says to standard error is dropped. NotFound: no such program.
  // Unavailable: no process could be made.
  [[nodiscard]] static Result<LineProcess> start(const std::vector<std::string>& arguments);

  LineProcess(LineProcess&& other) noexcept;
  LineProcess& operator=(LineProcess&& other) noexcept;
  ~LineProcess();

  // `line` without its end. After an error the process is of no more use: Unavailable when it has
  // ended, TimedOut, Invalid when its answer is longer than `most` bytes.
  [[nodiscard]] Result<std::string> ask(std::string_view line,
                                        std::chrono::steady_clock::time_point until,
                                        std::size_t most);

 private:
  LineProcess(pid_t pid, int socket) : pid_(pid), socket_(socket) {}

  pid_t pid_;
  int socket_;
};

}  // namespace switchyard::catalogs
