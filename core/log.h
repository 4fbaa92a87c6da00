// Structured log lines: one JSON object a line on standard error, with the id of the operation it
// belongs to, so one grep shows one deployment. Thread-safe, asynchronous, never blocks a caller on
// a slow reader for long.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace switchyard::log {

enum class Level { Debug, Info, Warning, Error };

using Field = std::pair<std::string_view, std::string>;  // ("switch", "tor-1")

// {"time":"2026-11-21T02:30:48.123456Z","level":"info","message":…, fields…}. Control characters
// are escaped; a Secret has no string, so it cannot get here.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::Debug, m, f);
}

inline void info(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::Info, m, f);
}

inline void warning(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::Warning, m, f);
}

inline void error(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::Error, m, f);
}

void set_level(Level level);

// Waits until everything written so far has reached standard error; called by itself at a normal
// exit.
void flush();

// Fields added to every line this thread writes while the object lives: the operation id.
class Context {
 public:
  explicit Context(std::string_view key, std::string value);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

}  // namespace switchyard::log
