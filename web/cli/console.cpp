// Finds out what the standard streams are connected to.
#include "web/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

namespace switchyard::web::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

// Without any locale a terminal of today still shows UTF-8; one that says otherwise is believed.
bool shows_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = variable(name);
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return true;
}

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const int columns = std::atoi(variable("COLUMNS").c_str());  // NOLINT(cert-err34-c): 0 is fine
  return columns > 0 ? columns : 80;
}

}  // namespace

Console standard_console(const Clock& clock) {
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb";
  return {.in = std::cin,
          .out = std::cout,
          .err = std::cerr,
          .clock = clock,
          .pause = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
          .out_is_terminal = is_terminal,
          .is_unicode = shows_unicode(),
          .has_colour = is_terminal && variable("NO_COLOR").empty(),
          .columns = terminal_columns()};
}

}  // namespace switchyard::web::cli
