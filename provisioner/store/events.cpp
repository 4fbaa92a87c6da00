#include "provisioner/store/events.h"

#include "core/db/query.h"
#include "core/time_text.h"
#include "provisioner/views.h"

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
  return nlohmann::json{{"id", event.id},
                        {"at", rfc3339(event.at)},
                        {"type", event.type},
                        {"subject", event.subject},
                        {"data", nlohmann::json::parse(event.data, nullptr, false)}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace switchyard::provisioner
