#include "web/edge/event_feed.h"

#include "core/log.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>

namespace switchyard::web::edge {
namespace {

constexpr std::size_t kRemembered = 4096;  // events held for clients that are nearly up to date
constexpr std::size_t kBatch = 256;
constexpr std::chrono::milliseconds kLongestWait{1000};  // also how late a lost wake-up is noticed

WireEvents to_wire(const std::vector<Event>& events) {
  WireEvents result;
  result.reserve(events.size());
  for (const Event& event : events)
    result.push_back(std::make_shared<const WireEvent>(
        WireEvent{event.id, event.project, edge::to_wire(event)}));
  return result;
}

struct Wanted {
  std::uint64_t after{};
  std::size_t limit{};
  std::function<void(WireEvents)> then{};
};

}  // namespace

std::string to_wire(const Event& event) {
  return "id: " + std::to_string(event.id) + "\nevent: " + event.type + "\ndata: " + event.body +
         "\n\n";
}

struct EventFeed::State {
  mutable std::mutex mutex{};
  std::condition_variable_any history_wanted{};
  std::condition_variable_any retry{};
  std::deque<std::shared_ptr<const WireEvent>> recent{};
  std::uint64_t recent_after{};  // `recent` holds everything greater than this
  std::uint64_t newest{};
  std::deque<Wanted> wanted{};
  std::uint64_t next_ticket{1};
  std::unordered_map<std::uint64_t, std::function<void()>> listeners{};
};

class EventFeed::Ticket {
 public:
  Ticket(std::shared_ptr<State> state, std::uint64_t number)
      : state_(std::move(state)), number_(number) {}

  ~Ticket() {
    const std::lock_guard lock(state_->mutex);
    state_->listeners.erase(number_);
  }

  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::uint64_t number_;
};

EventFeed::EventFeed(EventSource& source) : state_(std::make_shared<State>()), source_(source) {
  const auto last = source_.last_id();
  if (last) state_->newest = state_->recent_after = *last;
  follower_ = std::jthread([this](std::stop_token stop) { follow(std::move(stop)); });
  historian_ = std::jthread([this](std::stop_token stop) { read_history(std::move(stop)); });
}

EventFeed::~EventFeed() { stop(); }

void EventFeed::stop() {
  follower_.request_stop();
  historian_.request_stop();
  source_.interrupt();
  if (follower_.joinable()) follower_.join();
  if (historian_.joinable()) historian_.join();
  std::deque<Wanted> unanswered;  // destroyed here, while whoever asked is still there
  const std::lock_guard lock(state_->mutex);
  unanswered.swap(state_->wanted);
}

std::uint64_t EventFeed::newest() const {
  const std::lock_guard lock(state_->mutex);
  return state_->newest;
}

std::shared_ptr<EventFeed::Ticket> EventFeed::on_news(std::function<void()> wake) {
  const std::lock_guard lock(state_->mutex);
  const auto number = state_->next_ticket++;
  state_->listeners.emplace(number, std::move(wake));
  return std::make_shared<Ticket>(state_, number);
}

void EventFeed::fetch(std::uint64_t after, std::size_t limit,
                      std::function<void(WireEvents)> then) {
  WireEvents events;
  {
    const std::lock_guard lock(state_->mutex);
    if (after < state_->recent_after) {
      state_->wanted.push_back({after, limit, std::move(then)});
      state_->history_wanted.notify_one();
      return;
    }
    const auto first = std::partition_point(state_->recent.begin(), state_->recent.end(),
                                            [&](const auto& event) { return event->id <= after; });
    const auto count =
        std::min<std::size_t>(limit, static_cast<std::size_t>(state_->recent.end() - first));
    events.assign(first, first + static_cast<std::ptrdiff_t>(count));
  }
  then(std::move(events));
}

void EventFeed::add(const std::vector<Event>& events) {
  WireEvents wire = to_wire(events);
  const std::lock_guard lock(state_->mutex);
  for (auto& event : wire) {
    if (event->id <= state_->newest) continue;
    state_->newest = event->id;
    state_->recent.push_back(std::move(event));
  }
  while (state_->recent.size() > kRemembered) {
    state_->recent_after = state_->recent.front()->id;
    state_->recent.pop_front();
  }
  for (const auto& [number, wake] : state_->listeners)
    wake();
}

void EventFeed::follow(std::stop_token stop) {
  ::pthread_setname_np(::pthread_self(), "edge-events");
  while (!stop.stop_requested()) {
    const auto events = source_.read_after(newest(), kBatch);
    if (!events) {
      log::warning("cannot read the event log", {{"error", events.error().message}});
      std::unique_lock lock(state_->mutex);  // a database that is away is not asked in a circle
      state_->retry.wait_for(lock, stop, kLongestWait, [] { return false; });
    } else if (!events->empty()) {
      add(*events);
    } else if (!stop.stop_requested()) {
      source_.wait_for_news(newest(), kLongestWait);
    }
  }
}

void EventFeed::read_history(std::stop_token stop) {
  ::pthread_setname_np(::pthread_self(), "edge-history");
  while (true) {
    Wanted next;
    {
      std::unique_lock lock(state_->mutex);
      if (!state_->history_wanted.wait(lock, stop, [&] { return !state_->wanted.empty(); })) return;
      next = std::move(state_->wanted.front());
      state_->wanted.pop_front();
    }
    const auto events = source_.read_after(next.after, next.limit);
    if (!events) log::warning("cannot read old events", {{"error", events.error().message}});
    next.then(events ? to_wire(*events) : WireEvents{});
  }
}

}  // namespace switchyard::web::edge
