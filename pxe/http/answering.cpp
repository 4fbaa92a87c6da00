// From a request to its answer: the Site on its own threads, and waits that take none.
#include "core/log.h"
#include "pxe/http/connection.h"

#include <algorithm>
#include <exception>

namespace switchyard::pxe::http {
namespace {

using net::redirect_error;
using net::use_awaitable;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kFiles = "/files/";

Answer answer_of(Site& site, const Request& request) {
  if (!request.path.starts_with(kFiles)) return site.answer(request);
  if (request.method != "GET" && request.method != "HEAD") {
    Answer answer = error_answer(405, "files are read only");
    answer.headers.push_back({"Allow", "GET, HEAD"});
    return answer;
  }
  if (!site.may_fetch(request)) return error_answer(403, "this file is not for this client");
  // A name that is empty is none: find() says so.
  const auto name = request.path.substr(kFiles.size());
  return name.empty() ? error_answer(404, "no file name") : Answer{.file = name};
}

Answer guarded_answer(Site& site, const Request& request) {
  try {
    return answer_of(site, request);
  } catch (const std::exception& thrown) {
    log::error("boot request failed", {{"path", request.path}, {"error", thrown.what()}});
  }
  return error_answer(500, "internal error");
}

}  // namespace

net::awaitable<Answer> Connection::answer(std::shared_ptr<const Request> request) {
  const auto begun = Clock::now();
  while (true) {
    const std::uint64_t seen = service_.wake_list.wakes();
    Answer answer = co_await ask(request);
    const auto until = begun + std::min(answer.hold, service_.limits.longest_hold);
    if (aborted_ || Clock::now() >= until) co_return answer;
    co_await await_news(answer, seen, until);
  }
}

// One question to the Site, with a deadline. An answer that comes later is dropped.
net::awaitable<Answer> Connection::ask(std::shared_ptr<const Request> request) {
  const auto answered = std::make_shared<std::optional<Answer>>();
  pause_.expires_after(service_.limits.answer);
  const bool is_taken = service_.threads->submit(
      [self = shared_from_this(), site = service_.site, request, answered] {
        Answer answer = guarded_answer(*site, *request);
        net::post(self->stream_->executor(), [self, answered, answer = std::move(answer)]() mutable {
          *answered = std::move(answer);
          self->pause_.cancel();
        });
      });
  if (!is_taken) co_return error_answer(503, "too many requests wait for an answer");
  error_code ignored;
  co_await pause_.async_wait(redirect_error(use_awaitable, ignored));
  if (!*answered) co_return error_answer(504, "the answer took too long");
  co_return std::move(**answered);
}

net::awaitable<void> Connection::await_news(const Answer& answer, std::uint64_t seen,
                                            Stream::Time until) {
  constexpr std::chrono::milliseconds kCalm{20};  // many wakes are one
  pause_.expires_at(std::min(until, Clock::now() + service_.limits.ask_again));
  const auto woken = [self = shared_from_this()] {
    net::post(self->stream_->executor(), [self] { self->pause_.cancel(); });
  };
  const std::uint64_t ticket = service_.wake_list.add(answer.topic, seen, woken);
  error_code ignored;
  if (ticket == 0) pause_.expires_at(std::min(until, Clock::now() + kCalm));
  co_await pause_.async_wait(redirect_error(use_awaitable, ignored));
  service_.wake_list.remove(answer.topic, ticket);
}

}  // namespace switchyard::pxe::http
