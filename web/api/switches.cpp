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

struct Drain {
  bool on{};
  provisioner::DrainRequest request{};
};

Drain read_drain(Fields& fields) {
  Drain wanted;
  if (!fields.has("drained")) fields.report("drained", "missing", "is required");
  wanted.on = fields.flag_or("drained", false);
  wanted.request = {.reason = fields.text_or("reason", ""),
                    .lose_servers = fields.flag_or("lose_servers", false)};
  if (wanted.request.reason.size() > 200)
    fields.report("reason", "invalid", "has more than 200 characters");
  for (const char* field : {"reason", "lose_servers"})
    if (!wanted.on && fields.has(field))
      fields.report(field, "invalid", "belongs to drained: true");
  return wanted;
}

Answer change(provisioner::Service& service, const Call& call) {
  const auto wanted = read_body(call, &read_drain);
  if (!wanted) return tl::unexpected(wanted.error());
  const auto found = checked(service.find_switch(call.parameter("name")));
  if (!found) return tl::unexpected(found.error());
  const auto fresh = require_version(call, found->version);
  if (!fresh) return tl::unexpected(fresh.error());
  const provisioner::Mode mode = mode_of(call);
  Answer answer = one_answer(
      wanted->on ? service.drain_switch(found->name, wanted->request, found->version, mode)
                 : service.undrain_switch(found->name, found->version, mode));
  if (answer && call.dry_run) answer->etag.reset();  // of a version that does not exist
  return answer;
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
  api.patch("/api/v1/switches/:name",
            [&service](const Call& call) { return change(service, call); });
  api.get("/api/v1/switches/:name/servers", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_switch_servers(call.parameter("name"), page);
            });
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
