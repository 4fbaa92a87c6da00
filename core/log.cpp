// Callers put finished lines into a bounded queue, one thread writes them out. At exit the queue is
// written to its end; afterwards (static destructors) a line is written by its caller.
#include "core/log.h"

#include "core/clock.h"
#include "core/time_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace switchyard::log {

namespace {

constexpr std::size_t kMostWaiting = 65'536;
constexpr std::size_t kLongestValue = 16'384;
constexpr std::chrono::milliseconds kPatience{100};  // what a caller waits for a slow reader

std::atomic<Level> lowest{Level::Info};
thread_local std::vector<std::pair<std::string, std::string>> context;

void put_out(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto written = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads: there is nowhere left to complain to
    done += static_cast<std::size_t>(written);
  }
}

const char* name_of(Level level) {
  switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warning: return "warning";
    case Level::Error: return "error";
  }
  return "unknown";
}

// All ASCII: a control sequence a switch or a client put into a name does nothing to a terminal.
std::string quoted(std::string_view text) {
  const auto cut = text.substr(0, kLongestValue);
  const auto replace = nlohmann::json::error_handler_t::replace;
  return nlohmann::json(std::string{cut}).dump(-1, ' ', true, replace);
}

void add_field(std::string& line, std::string_view key, std::string_view value) {
  line += ',';
  line += quoted(key);
  line += ':';
  line += quoted(value);
}

std::string line_of(Level level, std::string_view message) {
  std::string line =
      R"({"time":")" + rfc3339(SystemClock{}.now()) + R"(","level":")" + name_of(level) + '"';
  add_field(line, "message", message);
  return line;
}

class Queue {
 public:
  Queue() : writer_([this] { write_out(); }) {}

  void add(std::string line) {
    std::unique_lock lock{mutex_};
    if (ended_) return put_out(line);
    if (!room_.wait_for(lock, kPatience, [&] { return lines_.size() < kMostWaiting || ended_; })) {
      ++dropped_;
      return;
    }
    lines_.push_back(std::move(line));
    ++added_;
    work_.notify_one();
  }

  void flush() {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [&, until = added_] { return written_ >= until; });
  }

  void end() {
    {
      const std::lock_guard lock{mutex_};
      ended_ = true;
    }
    work_.notify_one();
    room_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

 private:
  void write_out() {
    // Signals are for whoever waits for them, however early the first line was written.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock lock{mutex_};
    for (;;) {
      work_.wait(lock, [&] { return !lines_.empty() || ended_; });
      if (lines_.empty()) return;
      std::deque<std::string> batch;
      batch.swap(lines_);
      const std::size_t dropped = std::exchange(dropped_, 0);
      lock.unlock();
      put_out(joined(batch, dropped));
      lock.lock();
      written_ += batch.size();
      room_.notify_all();
    }
  }

  static std::string joined(const std::deque<std::string>& batch, std::size_t dropped) {
    std::string text;
    for (const std::string& line : batch)
      text += line;
    if (dropped > 0) {
      text +=
          line_of(Level::Warning, "log lines were dropped because nobody read them fast enough");
      add_field(text, "dropped", std::to_string(dropped));
      text += "}\n";
    }
    return text;
  }

  std::mutex mutex_{};
  std::condition_variable work_{};
  std::condition_variable room_{};
  std::deque<std::string> lines_{};
  std::size_t added_{};
  std::size_t written_{};
  std::size_t dropped_{};
  bool ended_{};
  std::thread writer_;  // last: it uses all of the above
};

// Never destroyed: lines may come from destructors that run after any of ours.
Queue& queue() {
  static Queue* const queue_of_process = [] {
    auto* made = new Queue;
    (void)std::atexit([] { queue().end(); });
    return made;
  }();
  return *queue_of_process;
}

}  // namespace

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (level < lowest.load(std::memory_order_relaxed)) return;
  std::string line = line_of(level, message);
  for (const auto& [key, value] : context)
    add_field(line, key, value);
  for (const auto& [key, value] : fields)
    add_field(line, key, value);
  queue().add(line + "}\n");
}

void set_level(Level level) { lowest = level; }

void flush() { queue().flush(); }

Context::Context(std::string_view key, std::string value) {
  context.emplace_back(key, std::move(value));
}

Context::~Context() { context.pop_back(); }

}  // namespace switchyard::log
