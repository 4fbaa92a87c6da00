// /api/v1/rollouts: versions of catalogs on their way to active servers
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

constexpr std::size_t kMostServers = 1000;  // that are named one by one

provisioner::RolloutRequest read_request(Fields& fields) {
  return {.catalog = fields.text("catalog"),
          .version = static_cast<int>(fields.integer_or("version", 1, 1'000'000, 0)),
          .canary = static_cast<int>(fields.integer_or("canary", 0, 1000, 1)),
          .batch = static_cast<int>(fields.integer_or("batch", 1, 1000, 48)),
          .pause = std::chrono::seconds(fields.integer_or("pause_seconds", 0, 86400, 30)),
          .servers = fields.texts("servers", kMostServers)};
}

Answer start(provisioner::Service& service, const Call& call) {
  const auto request = read_body(call, &read_request);
  if (!request) return tl::unexpected(request.error());
  return queued_answer(call, service.start_rollout(viewer_of(call), *request, mode_of(call)));
}

std::string read_type(Fields& fields) {
  std::string type = fields.text("type");
  if (!type.empty() && type != "rollback" && type != "stop")
    fields.report("type", "invalid", "must be rollback or stop");
  return type;
}

Answer act(provisioner::Service& service, const Call& call) {
  const auto type = read_body(call, &read_type);
  if (!type) return tl::unexpected(type.error());
  const std::string id = call.parameter("id");
  if (*type == "rollback")
    return queued_answer(call, service.revert_rollout(viewer_of(call), id, mode_of(call)));
  const auto found = service.find_rollout(id);
  if (!found || call.dry_run) return queued_answer(call, found);
  const auto stopped = service.cancel(viewer_of(call), id);
  if (!stopped) return refuse(stopped.error());
  return queued_answer(call, service.find_rollout(id));
}

}  // namespace

void add_rollouts(Api& api, provisioner::Service& service) {
  api.get("/api/v1/rollouts", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_rollouts(page); });
  });
  api.post("/api/v1/rollouts", [&service](const Call& call) { return start(service, call); });
  api.get("/api/v1/rollouts/:id", {}, [&service](const Call& call) {
    return shown_answer(service.find_rollout(call.parameter("id")));
  });
  api.get("/api/v1/rollouts/:id/servers", {"page_size", "page_token", "state"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_rollout_servers(call.parameter("id"), call.query_or("state", ""),
                                                  page);
            });
          });
  api.post("/api/v1/rollouts/:id/actions",
           [&service](const Call& call) { return act(service, call); });
}

}  // namespace switchyard::web::api
