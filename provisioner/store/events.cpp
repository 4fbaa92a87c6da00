#include "provisioner/store/events.h"

#include "core/db/query.h"
#include "provisioner/views.h"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

void append_event(db::Session& session, const Event& event, const nlohmann::json& data,
                  Timestamp now) {
  const std::string body = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  db::execute(session,
              "INSERT INTO events (at, type, subject, project, data) VALUES (:a, :t, :s, :p, :d)",
              to_micros(now), event.type, event.subject, event.project, body);
}

std::string to_json_text(const EventView& event) {
  // RFC 3339 in UTC with microseconds, as everywhere in the API.
  const auto at = std::chrono::time_point_cast<std::chrono::microseconds>(event.at);
  const auto micros = to_micros(at) % 1'000'000;
  return nlohmann::json{{"id", event.id},
                        {"at", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                                           fmt::gmtime(to_micros(at) / 1'000'000), micros)},
                        {"type", event.type},
                        {"subject", event.subject},
                        {"data", nlohmann::json::parse(event.data, nullptr, false)}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace switchyard::provisioner
