// /api/v1/deployments: a handler records a wish and answers; it never waits for hardware.
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

void read_server(Fields& fields, provisioner::DeployRequest& request) {
  auto selector = fields.object("server");
  if (!selector) {
    fields.report("server", "missing",
                  "name a server or a profile: {\"server\": …} or {\"profile\": …}");
    return;
  }
  request.server = selector->text_or("server", "");
  request.profile = selector->text_or("profile", "");
  if (request.server.empty() == request.profile.empty())
    fields.report("server", "invalid", "must have either server or profile");
  selector->done();
}

constexpr std::size_t kMostAnycast = 100;  // of one VRF

// {"vrf-prv": ["…", …], …}
std::map<std::string, std::vector<std::string>> read_per_vrf(Fields& fields, const char* name,
                                                             std::size_t most) {
  std::map<std::string, std::vector<std::string>> texts;
  auto per_vrf = fields.object(name);
  if (!per_vrf || !per_vrf->value().is_object()) return texts;
  for (const auto& [vrf, ignored] : per_vrf->value().items())
    texts[vrf] = per_vrf->texts(vrf, most);
  return texts;
}

constexpr std::size_t kMostVariables = 16U << 10U;  // bytes

std::string read_variables(Fields& fields) {
  const json* value = fields.find("variables");
  if (value == nullptr || value->is_null()) return "{}";
  std::string text = value->dump();
  if (value->is_object() && text.size() <= kMostVariables) return text;
  fields.report("variables", "invalid", "must be an object of at most 16 KiB");
  return "{}";
}

provisioner::DeployRequest read_request(Fields& fields) {
  provisioner::DeployRequest request;
  request.project = fields.text("project");
  request.name = fields.text("name");
  read_server(fields, request);
  request.image = fields.text("image");
  request.catalog = fields.text("catalog");
  request.subnets = read_per_vrf(fields, "subnets", 2);  // one a family
  request.anycast = read_per_vrf(fields, "anycast", kMostAnycast);
  request.variables = read_variables(fields);
  request.ssh_keys = fields.texts("ssh_keys", 64);
  for (Fields& user : fields.objects("users", 16)) {
    request.users.push_back({.name = user.text("name"),
                             .ssh_keys = user.texts("ssh_keys", 64),
                             .sudo = user.flag_or("sudo", false)});
    user.done();
  }
  request.user_data = fields.document("user_data", provisioner::kMostUserData);
  if (auto layout = fields.object("layout")) {
    request.layout = {.raid1 = layout->flag_or("raid1", false),
                      .lvm = layout->flag_or("lvm", false)};
    layout->done();
  }
  return request;
}

Checked<provisioner::DeployRequest> parse_request(const Call& call) {
  auto request = read_body(call, &read_request);
  if (!request) return request;
  const std::string& own = call.principal.project;
  if (!own.empty() && own != request->project)
    return refuse(403, "not_permitted", "the token is confined to project " + own);
  return request;
}

Answer create(provisioner::Service& service, const Call& call) {
  const auto request = parse_request(call);
  if (!request) return tl::unexpected(request.error());
  if (call.dry_run) {
    const auto plan = checked(service.plan_deploy(viewer_of(call), *request));
    if (!plan) return tl::unexpected(plan.error());
    return Reply{.body = to_json(*plan)};
  }
  const auto made = checked(service.deploy(viewer_of(call), *request));
  if (!made) return tl::unexpected(made.error());
  return Reply{.status = 202,
               .body = to_json(*made),
               .etag = etag_of(made->version),
               .location = "/api/v1/operations/" + made->operation,
               .retry_after = kLookAgain};
}

Answer release(provisioner::Service& service, const Call& call) {
  const auto found = checked(service.find_deployment(viewer_of(call), call.parameter("id")));
  if (!found) return tl::unexpected(found.error());
  const auto fresh = require_version(call, found->version);
  if (!fresh) return tl::unexpected(fresh.error());
  return queued_answer(call,
                       service.release(viewer_of(call), found->id, found->version, mode_of(call)));
}

// ?wait=: until the deployment is neither on its way in nor on its way out.
Answer find(provisioner::Service& service, const Call& call) {
  const auto found = service.find_deployment(viewer_of(call), call.parameter("id"));
  Answer answer = one_answer(found);
  const bool on_its_way = found && (found->state == "deploying" || found->state == "releasing");
  if (answer && !call.query_or("wait", "").empty()) answer->unfinished = on_its_way;
  return answer;
}

}  // namespace

void add_deployments(Api& api, provisioner::Service& service) {
  api.get("/api/v1/deployments", {"page_size", "page_token", "state"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_deployments(viewer_of(call), call.query_or("state", ""), page);
            });
          });
  api.post("/api/v1/deployments", [&service](const Call& call) { return create(service, call); });
  api.get("/api/v1/deployments/:id", {"wait"},
          [&service](const Call& call) { return find(service, call); });
  api.remove("/api/v1/deployments/:id",
             [&service](const Call& call) { return release(service, call); });
}

}  // namespace switchyard::web::api
