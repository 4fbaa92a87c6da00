// The log of what happened, for the API's event stream and for people.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace switchyard::provisioner {

struct Event {
  std::string type{};     // "operation.step"
  std::string subject{};  // "operations/op-…"
  std::string project{};
};

void append_event(db::Session& session, const Event& event, const nlohmann::json& data,
                  Timestamp now);

}  // namespace switchyard::provisioner
