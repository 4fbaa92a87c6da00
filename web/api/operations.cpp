// /api/v1/operations: what is running, step by step
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

bool is_running(const provisioner::OperationView& operation) {
  return operation.status == "queued" || operation.status == "running";
}

Answer find(provisioner::Service& service, const Call& call) {
  const auto found = service.find_operation(viewer_of(call), call.parameter("id"));
  Answer answer = one_answer(found);
  if (!answer || !is_running(*found)) return answer;
  answer->retry_after = std::chrono::seconds(2);
  answer->unfinished = !call.query_or("wait", "").empty();
  return answer;
}

Answer act(provisioner::Service& service, const Call& call) {
  const auto body = json_body(call);
  if (!body) return tl::unexpected(body.error());
  std::vector<FieldError> errors;
  Fields fields(*body, "", errors);
  const std::string type = fields.text("type");
  if (!type.empty() && type != "cancel" && type != "retry")
    fields.report("type", "invalid", "must be cancel or retry");
  fields.done();
  const auto good = no_errors(std::move(errors));
  if (!good) return tl::unexpected(good.error());
  const std::string& id = call.parameter("id");
  const auto viewer = viewer_of(call);
  const auto changed = checked(call.dry_run       ? service.find_operation(viewer, id)
                               : type == "cancel" ? service.cancel(viewer, id)
                                                  : service.retry(viewer, id));
  if (!changed) return tl::unexpected(changed.error());
  return Reply{.status = call.dry_run ? 200 : 202,
               .body = to_json(*changed),
               .location = "/api/v1/operations/" + changed->id};
}

}  // namespace

void add_operations(Api& api, provisioner::Service& service) {
  api.get("/api/v1/operations", {"page_size", "page_token", "status"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_operations(viewer_of(call), call.query_or("status", ""), page);
            });
          });
  api.get("/api/v1/operations/:id", {"wait"},
          [&service](const Call& call) { return find(service, call); });
  api.post("/api/v1/operations/:id/actions",
           [&service](const Call& call) { return act(service, call); });
}

}  // namespace switchyard::web::api
