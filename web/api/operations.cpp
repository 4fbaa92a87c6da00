// /api/v1/operations: what is running, step by step
#include "web/api/authorise.h"
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
  answer->retry_after = kLookAgain;
  answer->unfinished = !call.query_or("wait", "").empty();
  return answer;
}

// The route lets everybody in who may operate something; this asks whether it is this operation.
Checked<provisioner::OperationView> find_to_operate(provisioner::Service& service,
                                                    const Call& call) {
  auto found = checked(service.find_operation(viewer_of(call), call.parameter("id")));
  if (!found) return found;
  const auto needs = permission_to_operate(found->kind);
  if (!needs) return refuse(403, "not_permitted", "nobody may do this");
  const auto may = authorise(call.principal, *needs);
  if (!may) return tl::unexpected(may.error());
  return found;
}

// What is asked for.
std::string read_type(Fields& fields) {
  std::string type = fields.text("type");
  if (!type.empty() && type != "cancel" && type != "retry")
    fields.report("type", "invalid", "must be cancel or retry");
  return type;
}

Answer act(provisioner::Service& service, const Call& call) {
  const auto type = read_body(call, &read_type);
  if (!type) return tl::unexpected(type.error());
  const auto found = find_to_operate(service, call);
  if (!found) return tl::unexpected(found.error());
  if (call.dry_run) return queued_answer<provisioner::OperationView>(call, *found);
  const auto viewer = viewer_of(call);
  return queued_answer(call, *type == "cancel" ? service.cancel(viewer, found->id)
                                               : service.retry(viewer, found->id));
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
  api.get("/api/v1/operations/:id/console", {}, [&service](const Call& call) {
    return shown_answer(service.find_console(viewer_of(call), call.parameter("id")));
  });
  api.post("/api/v1/operations/:id/actions",
           [&service](const Call& call) { return act(service, call); });
}

}  // namespace switchyard::web::api
