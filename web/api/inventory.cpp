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

// One error a line of the message: "file:line:column: what".
Problem problems_of(const Error& error) {
  Problem problem = problem_of(error);
  if (error.code != Errc::Invalid) return problem;
  problem.code = "invalid_inventory";
  std::size_t at = 0;
  while (at < error.message.size()) {
    const auto end = std::min(error.message.find('\n', at), error.message.size());
    problem.errors.push_back({"", "invalid", error.message.substr(at, end - at)});
    at = end + 1;
  }
  problem.detail = "the inventory has " + std::to_string(problem.errors.size()) +
                   (problem.errors.size() == 1 ? " error" : " errors") + "; nothing was stored";
  return problem;
}

Answer import(provisioner::Service& service, const Call& call) {
  if (!is_readable(call))
    return refuse(415, "unsupported_media_type",
                  "send the inventory as application/yaml or application/json");
  const auto report = service.import_inventory("inventory", call.body, mode_of(call));
  if (!report) return tl::unexpected(problems_of(report.error()));
  return Reply{.body = to_json(*report)};
}

}  // namespace

void add_inventory(Api& api, provisioner::Service& service) {
  api.put("/api/v1/inventory", [&service](const Call& call) { return import(service, call); });
  api.post("/api/v1/inventory", [&service](const Call& call) { return import(service, call); });
}

}  // namespace switchyard::web::api
