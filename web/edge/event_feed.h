// One reader of the event log for all clients: keeps the newest events in memory, tells everybody
// who waits that there are more, and fetches older ones for those who were away.
#pragma once

#include "web/edge/event_source.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace switchyard::web::edge {

// An event with its text on the wire, made once for all clients.
struct WireEvent {
  std::uint64_t id{};
  std::string project{};
  std::string text{};  // "id: 7\nevent: t\ndata: {…}\n\n"
};

using WireEvents = std::vector<std::shared_ptr<const WireEvent>>;

[[nodiscard]] std::string to_wire(const Event& event);

// Thread-safe. Two threads of its own: one waits on the source, one reads old events.
class EventFeed {
 public:
  explicit EventFeed(EventSource& source);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // Up to `limit` events after `after`, through `then` (called on another thread or at once).
  // An error of the source answers nothing; the caller asks again when there is news.
  void fetch(std::uint64_t after, std::size_t limit, std::function<void(WireEvents)> then);

  // The newest id known; events up to it can be fetched.
  [[nodiscard]] std::uint64_t newest() const;

  // Calls `wake` on the feed's thread each time there is news, until the ticket is gone. `wake`
  // must only post. Safe to drop the ticket from anywhere but `wake`.
  class Ticket;
  [[nodiscard]] std::shared_ptr<Ticket> on_news(std::function<void()> wake);

  void stop();  // joins; idempotent

 private:
  void follow(std::stop_token stop);
  void read_history(std::stop_token stop);
  void add(const std::vector<Event>& events);
  struct State;
  std::shared_ptr<State> state_;
  EventSource& source_;
  std::jthread follower_;
  std::jthread historian_;
};

}  // namespace switchyard::web::edge
