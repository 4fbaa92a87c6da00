// A handler's answer as status, header fields and text.
#pragma once

#include "web/api/api.h"

namespace switchyard::web::api {

[[nodiscard]] Outgoing to_outgoing(const Problem& problem, const Incoming& incoming);
// Answers 304 to a GET whose If-None-Match names the entity already.
[[nodiscard]] Outgoing to_outgoing(const Reply& reply, const Incoming& incoming);

}  // namespace switchyard::web::api
