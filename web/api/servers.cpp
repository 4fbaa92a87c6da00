// /api/v1/servers
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

struct Maintenance {
  bool on{};
  std::string reason{};
};

Maintenance read_maintenance(Fields& fields) {
  Maintenance wanted;
  if (!fields.has("maintenance")) fields.report("maintenance", "missing", "is required");
  wanted.on = fields.flag_or("maintenance", false);
  wanted.reason = fields.text_or("reason", "");
  if (!wanted.on && fields.has("reason"))
    fields.report("reason", "invalid", "belongs to maintenance: true");
  return wanted;
}

Answer change(provisioner::Service& service, const Call& call) {
  const auto wanted = read_body(call, &read_maintenance);
  if (!wanted) return tl::unexpected(wanted.error());
  const auto found = checked(service.find_server(viewer_of(call), call.parameter("name")));
  if (!found) return tl::unexpected(found.error());
  const auto fresh = require_version(call, found->version);
  if (!fresh) return tl::unexpected(fresh.error());
  const provisioner::Mode mode = mode_of(call);
  if (wanted->on) {
    Answer answer =
        one_answer(service.start_maintenance(found->name, wanted->reason, found->version, mode));
    if (answer && call.dry_run) answer->etag.reset();  // of a version that does not exist
    return answer;
  }
  return queued_answer(call,
                       service.end_maintenance(viewer_of(call), found->name, found->version, mode));
}

}  // namespace

provisioner::Viewer viewer_of(const Call& call) {
  provisioner::Viewer viewer{.name = call.principal.name};
  if (!call.principal.project.empty()) viewer.project = call.principal.project;
  return viewer;
}

void add_servers(Api& api, provisioner::Service& service) {
  api.get("/api/v1/servers", {"page_size", "page_token", "state"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const provisioner::PageRequest& page) {
              return service.list_servers(viewer_of(call), call.query_or("state", ""), page);
            });
          });
  api.get("/api/v1/servers/:name", {}, [&api, &service](const Call& call) {
    return one_answer(service.find_server(viewer_of(call), call.parameter("name")));
  });
  api.patch("/api/v1/servers/:name",
            [&service](const Call& call) { return change(service, call); });
}

}  // namespace switchyard::web::api
