#include "core/crash_point.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

namespace switchyard {
namespace {

// Read once: the environment does not change while we run.
long long last_place() {
  const char* text = std::getenv("SWITCHYARD_CRASH_AT");
  return text == nullptr ? 0 : std::atoll(text);
}

// The only one that counts; empty: all do.
std::string wanted_place() {
  const char* text = std::getenv("SWITCHYARD_CRASH_PLACE");
  return text == nullptr ? "" : text;
}

std::string name_of(std::string_view place, std::string_view what) {
  std::string name(place);
  if (!what.empty()) name.append(": ").append(what);
  return name;
}

const char* count_file() { return std::getenv("SWITCHYARD_CRASH_COUNT"); }

void write_down(const std::string& name) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  static std::FILE* const file = std::fopen(count_file(), "ae");
  if (file == nullptr) return;
  static_cast<void>(std::fprintf(file, "%s\n", name.c_str()));
  static_cast<void>(std::fflush(file));
}

}  // namespace

void crash_point(std::string_view place, std::string_view what) {
  static const long long last = last_place();
  static const bool counts = count_file() != nullptr;
  if (counts) write_down(name_of(place, what));
  if (last == 0) return;
  static const std::string wanted = wanted_place();
  if (!wanted.empty() && name_of(place, what) != wanted) return;
  static std::atomic<long long> passed{0};
  if (++passed == last) static_cast<void>(::kill(::getpid(), SIGKILL));
}

}  // namespace switchyard
