// Gets an answer from the Site for one request, and waits with it when the Site says to.
#pragma once

#include "pxe/http/asio.h"
#include "pxe/http/server.h"
#include "pxe/http/site_threads.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace switchyard::pxe::http {

// A held request. Lives on the thread of its connection.
struct Waiter {
  explicit Waiter(const net::any_io_executor& executor) : timer(executor) {}

  net::steady_timer timer;
  bool woken{false};  // since the Site was asked last
};

// Who waits for which topic. Thread-safe.
class Waiters {
 public:
  // Keeps the waiter known while it lives.
  class Ticket {
   public:
    Ticket(Waiters& waiters, std::string topic, std::shared_ptr<Waiter> waiter);
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

   private:
    Waiters& waiters_;
    std::string topic_;
    std::shared_ptr<Waiter> waiter_;
  };

  void wake(const std::string& topic);
  // Ends all waiting, also what begins later: for stopping.
  void end();

  [[nodiscard]] bool has_ended() const { return ended_; }

 private:
  std::atomic<bool> ended_{false};
  std::mutex mutex_{};
  std::multimap<std::string, std::shared_ptr<Waiter>> waiting_{};
};

// Runs on the executor of the connection, which is that of one thread.
[[nodiscard]] net::awaitable<Answer> answer_of(SiteThreads& site, Waiters& waiters,
                                               const Limits& limits,
                                               std::shared_ptr<const Request> request);

}  // namespace switchyard::pxe::http
