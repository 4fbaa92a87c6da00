#include "provisioner/store/events.h"

#include "core/db/query.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

void append_event(db::Session& session, const Event& event, const nlohmann::json& data,
                  Timestamp now) {
  const std::string body = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  db::execute(session,
              "INSERT INTO events (at, type, subject, project, data) VALUES (:a, :t, :s, :p, :d)",
              to_micros(now), event.type, event.subject, event.project, body);
}

}  // namespace switchyard::provisioner
