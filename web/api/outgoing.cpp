#include "web/api/outgoing.h"

#include "web/edge/gateway.h"

namespace switchyard::web::api {
namespace {

std::string text_of(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

void add_common(edge::Headers& headers, const std::optional<std::string>& etag,
                const std::optional<std::chrono::seconds>& retry_after) {
  headers.push_back({"API-Version", "1"});
  if (etag) headers.push_back({"ETag", "\"" + *etag + "\""});
  if (retry_after) headers.push_back({"Retry-After", std::to_string(retry_after->count())});
}

}  // namespace

Outgoing to_outgoing(const Problem& problem, const Incoming& incoming) {
  Outgoing outgoing{.status = problem.status};
  outgoing.headers.push_back({"Content-Type", "application/problem+json"});
  add_common(outgoing.headers, problem.etag, problem.retry_after);
  if (problem.status == 401)
    outgoing.headers.push_back({"WWW-Authenticate", "Bearer realm=\"switchyard\""});
  if (!problem.allow.empty()) outgoing.headers.push_back({"Allow", problem.allow});
  outgoing.body = text_of(to_json(problem, incoming.request_id));
  return outgoing;
}

Outgoing to_outgoing(const Reply& reply, const Incoming& incoming) {
  Outgoing outgoing{.status = reply.status};
  add_common(outgoing.headers, reply.etag, reply.retry_after);
  if (reply.location) outgoing.headers.push_back({"Location", *reply.location});
  if (reply.next_link)
    outgoing.headers.push_back({"Link", "<" + *reply.next_link + ">; rel=\"next\""});
  if (reply.replayed) outgoing.headers.push_back({"Idempotency-Replayed", "true"});
  if (reply.unfinished)
    outgoing.headers.push_back({std::string(edge::internal_header::kUnfinished), "1"});
  if (reply.events) {
    const json events{{"after", reply.events->after}, {"project", reply.events->project}};
    outgoing.headers.push_back({std::string(edge::internal_header::kEvents), text_of(events)});
    return outgoing;
  }
  const std::string* known = edge::find_header(incoming.headers, "if-none-match");
  const bool is_known = known != nullptr && reply.etag && incoming.method == "GET" &&
                        known->find("\"" + *reply.etag + "\"") != std::string::npos;
  if (is_known) {
    outgoing.status = 304;
    return outgoing;
  }
  if (reply.body.is_null()) {
    if (reply.status == 200) outgoing.status = 204;
    return outgoing;
  }
  outgoing.headers.push_back({"Content-Type", "application/json"});
  outgoing.body = text_of(reply.body);
  return outgoing;
}

}  // namespace switchyard::web::api
