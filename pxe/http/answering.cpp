#include "pxe/http/answering.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>

namespace switchyard::pxe::http {
namespace {

using net::redirect_error;
using net::use_awaitable;
using Clock = std::chrono::steady_clock;

// One question with a deadline. An answer that comes later is dropped.
net::awaitable<Answer> ask(SiteThreads& site, const Limits& limits,
                           std::shared_ptr<const Request> request) {
  struct Pending {
    explicit Pending(const net::any_io_executor& executor) : timer(executor) {}

    net::steady_timer timer;
    std::optional<Answer> answer{};
  };

  const auto pending = std::make_shared<Pending>(co_await net::this_coro::executor);
  pending->timer.expires_after(limits.answer);
  site.ask(request, [pending](Answer answer) {
    net::post(pending->timer.get_executor(), [pending, answer = std::move(answer)]() mutable {
      pending->answer = std::move(answer);
      pending->timer.cancel();
    });
  });
  error_code ignored;
  co_await pending->timer.async_wait(redirect_error(use_awaitable, ignored));
  if (!pending->answer) co_return site.late(*request);
  co_return std::move(*pending->answer);
}

void wake_one(const std::shared_ptr<Waiter>& waiter) {
  net::post(waiter->timer.get_executor(), [waiter] {
    waiter->woken = true;
    waiter->timer.cancel();
  });
}

}  // namespace

Waiters::Ticket::Ticket(Waiters& waiters, std::string topic, std::shared_ptr<Waiter> waiter)
    : waiters_(waiters), topic_(std::move(topic)), waiter_(std::move(waiter)) {
  const std::lock_guard lock(waiters_.mutex_);
  waiters_.waiting_.emplace(topic_, waiter_);
}

Waiters::Ticket::~Ticket() {
  const std::lock_guard lock(waiters_.mutex_);
  auto [at, end] = waiters_.waiting_.equal_range(topic_);
  while (at != end && at->second != waiter_)
    ++at;
  if (at != end) waiters_.waiting_.erase(at);
}

void Waiters::wake(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  auto [at, end] = waiting_.equal_range(topic);
  for (; at != end; ++at)
    wake_one(at->second);
}

void Waiters::end() {
  ended_ = true;
  const std::lock_guard lock(mutex_);
  for (const auto& [topic, waiter] : waiting_)
    wake_one(waiter);
}

net::awaitable<Answer> answer_of(SiteThreads& site, Waiters& waiters, const Limits& limits,
                                 std::shared_ptr<const Request> request) {
  const auto began = Clock::now();
  std::shared_ptr<Waiter> waiter;
  std::optional<Waiters::Ticket> ticket;
  while (true) {
    if (waiter) waiter->woken = false;
    Answer answer = co_await ask(site, limits, request);
    const auto until = began + std::min(answer.hold, limits.longest_hold);
    if (Clock::now() >= until || waiters.has_ended()) co_return answer;
    if (!waiter) {
      // Known first and asked again then: what happened in between is not missed.
      waiter = std::make_shared<Waiter>(co_await net::this_coro::executor);
      ticket.emplace(waiters, answer.topic, waiter);
      continue;
    }
    if (waiter->woken) continue;
    error_code ignored;
    waiter->timer.expires_at(std::min(until, Clock::now() + limits.ask_again));
    co_await waiter->timer.async_wait(redirect_error(use_awaitable, ignored));
    if (Clock::now() >= until && !waiter->woken) co_return answer;
  }
}

}  // namespace switchyard::pxe::http
