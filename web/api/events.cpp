#include "web/api/events.h"

#include <charconv>
#include <limits>

namespace switchyard::web::api {
namespace {

constexpr int kMostEvents = 500;

bool wants_stream(const Call& call) {
  const std::string* accept = edge::find_header(call.headers, "accept");
  return accept != nullptr && accept->find("text/event-stream") != std::string::npos;
}

// Where to begin: Last-Event-ID of a client that comes back, `after=`, or what happens from now on.
Checked<std::uint64_t> start_of(const Call& call, edge::EventSource& events) {
  std::string text = call.query_or("after", "");
  const std::string* last = edge::find_header(call.headers, "last-event-id");
  if (last != nullptr) text = *last;
  if (text.empty()) return checked(events.last_id());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error != std::errc{} || end != text.data() + text.size() || value > kLargest)
    return refuse(400, "invalid_parameter", "the event id to start after is not a number");
  return value;
}

// The same object a stream shows, with the project it belongs to.
json to_json(const edge::Event& event) {
  auto shown = json::parse(event.body, nullptr, false);
  if (!shown.is_object()) shown = json::object();
  shown["id"] = event.id;
  shown["type"] = event.type;
  shown["project"] = event.project;
  return shown;
}

// Pages by event id instead of page tokens: the log only grows, and an id stays good for ever.
Answer page(const Call& call, edge::EventSource& events) {
  const auto after = integer_query(call, "after", 0, std::numeric_limits<std::int64_t>::max(), 0);
  if (!after) return tl::unexpected(after.error());
  const auto size = integer_query(call, "page_size", 1, 1'000'000, 100);
  if (!size) return tl::unexpected(size.error());
  const auto limit = static_cast<std::size_t>(std::min<long long>(*size, kMostEvents));
  const auto found = checked(events.read_after(static_cast<std::uint64_t>(*after), limit));
  if (!found) return tl::unexpected(found.error());
  json items = json::array();
  auto next = static_cast<std::uint64_t>(*after);
  for (const edge::Event& event : *found) {
    next = event.id;
    const std::string& project = call.principal.project;
    if (project.empty() || project == event.project) items.push_back(to_json(event));
  }
  Reply reply{.body = {{"items", std::move(items)}, {"next_after", next}}};
  reply.unfinished = found->empty() && !call.query_or("wait", "").empty();
  return reply;
}

}  // namespace

void add_events(Api& api, edge::EventSource& events) {
  api.get("/api/v1/events", {"after", "page_size", "wait"}, [&events](const Call& call) -> Answer {
    if (!wants_stream(call)) return page(call, events);
    const auto after = start_of(call, events);
    if (!after) return tl::unexpected(after.error());
    return Reply{.events = EventsFrom{*after, call.principal.project}};
  });
}

}  // namespace switchyard::web::api
