// /api/v1/events: the event log as pages of JSON, or as server-sent events, which the edge then
// sends.
#pragma once

#include "web/api/api.h"
#include "web/edge/event_source.h"

namespace switchyard::web::api {

// `events` outlives the api.
void add_events(Api& api, edge::EventSource& events);

}  // namespace switchyard::web::api
