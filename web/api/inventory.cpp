// /api/v1/inventory: the site's file, as YAML or JSON (which YAML contains)
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

bool is_readable(const Call& call) {
  const std::string* type = edge::find_header(call.headers, "content-type");
  if (type == nullptr) return false;
  const std::string_view media = std::string_view(*type).substr(0, type->find(';'));
  return edge::equal_without_case(media, "application/yaml") ||
         edge::equal_without_case(media, "application/json");
}

Answer import(provisioner::Service& service, const Call& call) {
  if (!is_readable(call))
    return refuse(415, "unsupported_media_type",
                  "send the inventory as application/yaml or application/json");
  const auto report = service.import_inventory("inventory", call.body, mode_of(call));
  if (!report)
    return tl::unexpected(
        problem_of(report.error(), {"invalid_inventory", "the inventory", "error"}));
  return Reply{.body = to_json(*report)};
}

}  // namespace

void add_inventory(Api& api, provisioner::Service& service) {
  api.put("/api/v1/inventory", [&service](const Call& call) { return import(service, call); });
  api.post("/api/v1/inventory", [&service](const Call& call) { return import(service, call); });
}

}  // namespace switchyard::web::api
