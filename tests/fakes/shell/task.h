// A coroutine that a simulated switch can stop in the middle: a shell command that sleeps, hangs or
// is never finished because the power went away.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace switchyard::fakes {

using SteadyTime = std::chrono::steady_clock::time_point;

// Lazy, awaited once. Destroying a task that is not done destroys everything it waits for.
template <class T> class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value{};
    std::exception_ptr thrown{};
    std::coroutine_handle<> continuation{std::noop_coroutine()};

    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct Final {
      bool await_ready() noexcept { return false; }

      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation;
      }

      void await_resume() noexcept {}
    };

    Final final_suspend() noexcept { return {}; }

    void return_value(T result) { value = std::move(result); }

    void unhandled_exception() { thrown = std::current_exception(); }
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }

  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }

  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle_.promise().continuation = waiting;
    return handle_;
  }

  T await_resume() { return take(); }

  // For the owner of the outermost task.
  void start() { handle_.resume(); }

  [[nodiscard]] bool done() const { return handle_.done(); }

  T take() {
    if (handle_.promise().thrown) std::rethrow_exception(handle_.promise().thrown);
    return std::move(*handle_.promise().value);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

// Where one outermost task stands when it does not run.
struct Suspension {
  std::coroutine_handle<> handle{};
  std::optional<SteadyTime> wake_at{};  // none: until somebody ends it
};

// co_await Pause{job, when}: stops the outermost task until its owner resumes job.handle.
struct Pause {
  Suspension& suspension;
  std::optional<SteadyTime> wake_at{};

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  void await_suspend(std::coroutine_handle<> handle) const noexcept {
    suspension.handle = handle;
    suspension.wake_at = wake_at;
  }

  void await_resume() const noexcept { suspension.handle = nullptr; }
};

}  // namespace switchyard::fakes
