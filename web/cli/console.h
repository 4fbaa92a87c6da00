// Where a command writes, what is at the other end, and how it waits: a parameter, so that tests
// need no terminal and no time.
#pragma once

#include "core/clock.h"

#include <chrono>
#include <functional>
#include <iosfwd>

namespace switchyard::web::cli {

// References outlive the console. One thread.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  const Clock& clock;
  std::function<void(std::chrono::milliseconds)> pause{};
  bool in_is_terminal{};
  bool out_is_terminal{};
  bool is_unicode{true};  // false: only ASCII is written by us
  bool has_colour{};
  int columns{80};
};

// Standard streams; what the terminal can do is read from the environment (LC_ALL, LC_CTYPE, LANG,
// NO_COLOR, TERM, COLUMNS).
[[nodiscard]] Console standard_console(const Clock& clock);

}  // namespace switchyard::web::cli
