// Server-sent events (WHATWG HTML 9.2): the event log from a place on, then whatever happens.
#include "web/edge/connection.h"

#include <algorithm>

namespace switchyard::web::edge {
namespace {

using net::redirect_error;
using net::use_awaitable;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 256;
// Between two batches to one client: under a storm of events everybody gets fewer, larger writes,
// and a source that fails is not asked in a circle.
constexpr std::chrono::milliseconds kGap{25};

bool may_see(const EventStream& wanted, const WireEvent& event) {
  return wanted.project.empty() || event.project == wanted.project;
}

// Counts open streams for as long as it lives.
struct Slot {
  explicit Slot(std::atomic<std::size_t>& counter) : open(counter) { ++open; }

  ~Slot() { --open; }

  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  std::atomic<std::size_t>& open;
};

}  // namespace

// One batch of the log. Pulled by the client's own pace, so nothing is queued for anybody.
net::awaitable<WireEvents> Connection::fetch(std::uint64_t after) {
  struct Pending {
    explicit Pending(const net::any_io_executor& executor) : timer(executor) {}

    net::steady_timer timer;
    WireEvents events{};
  };

  const auto pending = std::make_shared<Pending>(stream_->executor());
  pending->timer.expires_after(service_.limits.answer);
  service_.feed->fetch(after, kBatch, [pending](WireEvents events) {
    net::post(pending->timer.get_executor(), [pending, events = std::move(events)]() mutable {
      pending->events = std::move(events);
      pending->timer.cancel();
    });
  });
  error_code ignored;
  co_await pending->timer.async_wait(redirect_error(use_awaitable, ignored));
  co_return std::move(pending->events);
}

// The kernel holds what the client has not taken. A client that falls so far behind is dropped; it
// comes back with Last-Event-ID and misses nothing.
bool Connection::takes_too_little() const {
  return stream_->unsent() > service_.limits.event_queue_bytes;
}

net::awaitable<bool> Connection::send_events(const EventStream& wanted, std::uint64_t& cursor) {
  const WireEvents events = co_await fetch(cursor);
  std::string text;
  for (const auto& event : events) {
    cursor = event->id;
    if (may_see(wanted, *event)) text += event->text;
  }
  if (takes_too_little()) co_return false;
  const error_code failed = co_await stream_->write(text, service_.limits.write_stall);
  co_return !failed;
}

net::awaitable<void> Connection::pause_until(SteadyClock::time_point moment) {
  error_code ignored;
  news_.expires_at(moment);
  co_await news_.async_wait(redirect_error(use_awaitable, ignored));
}

net::awaitable<void> Connection::stream_events(const Request& request, EventStream wanted) {
  const Limits& limits = service_.limits;
  const Slot slot(service_.event_streams);
  if (service_.feed == nullptr || service_.event_streams > limits.event_streams) {
    Response full =
        problem(503, "too_many_streams", "too many event streams are open", request.request_id);
    full.headers.push_back({"Retry-After", "10"});
    co_await write_response(request, full, false);
    co_return;
  }
  Response opening{.events = wanted};
  opening.headers = {{"Content-Type", "text/event-stream"}, {"X-Accel-Buffering", "no"}};
  const std::string text = head_of(request, opening, false) + "retry: 2000\n\n";
  const error_code failed = co_await stream_->write(text, limits.write_stall);
  if (failed) co_return;
  const auto ticket = service_.feed->on_news([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self) net::post(self->stream_->executor(), [self] { self->news_.cancel(); });
  });
  const auto end = SteadyClock::now() + limits.event_life;
  auto check_again = SteadyClock::now() + limits.event_recheck;
  auto heartbeat = SteadyClock::now() + limits.event_heartbeat;
  std::uint64_t cursor = wanted.after;
  while (!service_.draining && SteadyClock::now() < end) {
    const bool is_behind = service_.feed->newest() > cursor;
    const auto next = std::min(heartbeat, std::min(end, check_again));
    if (!is_behind) co_await pause_until(next);
    const auto now = SteadyClock::now();
    if (is_behind) {
      const bool sent = co_await send_events(wanted, cursor);
      if (!sent) co_return;
      heartbeat = now + limits.event_heartbeat;
      co_await pause_until(now + kGap);
    } else if (now >= heartbeat) {
      const error_code gone = co_await stream_->write(": still here\n\n", limits.write_stall);
      if (gone) co_return;
      heartbeat = now + limits.event_heartbeat;
    }
    if (now >= check_again) {
      // The token may have been revoked since.
      const Response still = co_await ask(request);
      if (!still.events) co_return;
      wanted.project = still.events->project;
      check_again = now + limits.event_recheck;
    }
  }
}

}  // namespace switchyard::web::edge
