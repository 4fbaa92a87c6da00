// Where the edge gets the event log from. Declared here by its user; provisioner implements it.
#pragma once

#include "core/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace switchyard::web::edge {

// One line of the event log. Ids grow and are never used twice; gaps are possible.
struct Event {
  std::uint64_t id{};
  std::string type{};  // dotted, "deployment.state_changed"; no line breaks
  std::string
      project{};       // whose event it is; empty: of the site, for tokens without a project only
  std::string body{};  // one JSON object on one line: at, subject, data
};

// Thread-safe.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // At most `limit` events with an id greater than `after`, in order. Only events that are final:
  // one that is read later must not have a smaller id than one read before. May block on the
  // database for a moment.
  [[nodiscard]] virtual Result<std::vector<Event>> read_after(std::uint64_t after,
                                                              std::size_t limit) = 0;

  // The newest id, 0 when the log is empty.
  [[nodiscard]] virtual Result<std::uint64_t> last_id() = 0;

  // Blocks until there may be an event with an id greater than `after`, or for `longest`, or until
  // interrupt(). Returning early without news is allowed.
  virtual void wait_for_news(std::uint64_t after, std::chrono::milliseconds longest) = 0;

  // Makes a wait_for_news() under way return soon; for stopping.
  virtual void interrupt() = 0;
};

}  // namespace switchyard::web::edge
