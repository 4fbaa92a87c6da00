// /api/v1/switches and their ports, /api/v1/vantage-points, /api/v1/vrfs
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

// What is asked for.
std::string read_type(Fields& fields) {
  std::string type = fields.text("type");
  if (!type.empty() && type != "scan") fields.report("type", "invalid", "must be scan");
  return type;
}

Answer act(provisioner::Service& service, const Call& call) {
  const auto type = read_body(call, &read_type);
  if (!type) return tl::unexpected(type.error());
  const std::string& name = call.parameter("name");
  const auto found = checked(service.find_switch(name));
  if (!found) return tl::unexpected(found.error());
  if (!call.dry_run) {
    const auto asked = checked(service.scan_switch(name));
    if (!asked) return tl::unexpected(asked.error());
  }
  return Reply{.status = 202, .body = to_json(*found), .location = "/api/v1/switches/" + name};
}

Answer find_port(provisioner::Service& service, const Call& call) {
  const auto found = checked(service.find_port(call.parameter("name"), call.parameter("port")));
  if (!found) return tl::unexpected(found.error());
  return Reply{.body = to_json(*found), .etag = etag_of(found->wish_version)};
}

}  // namespace

void add_switches(Api& api, provisioner::Service& service) {
  api.get("/api/v1/switches", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_switches(page); });
  });
  api.get("/api/v1/switches/:name", {}, [&api, &service](const Call& call) {
    return one_answer(service.find_switch(call.parameter("name")));
  });
  api.post("/api/v1/switches/:name/actions",
           [&service](const Call& call) { return act(service, call); });
  api.get("/api/v1/switches/:name/ports", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_ports(call.parameter("name"), page);
            });
          });
  api.get("/api/v1/switches/:name/ports/:port", {},
          [&service](const Call& call) { return find_port(service, call); });
  api.get("/api/v1/vantage-points", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call,
                               [&](const auto& page) { return service.list_vantage_points(page); });
          });
  api.get("/api/v1/vrfs", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_vrfs(page); });
  });
}

}  // namespace switchyard::web::api
