// /api/v1/discoveries and POST /api/v1/servers: machines that wait to be enrolled, and enrolling
// one
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

void read_bmc(Fields& fields, provisioner::EnrolRequest::Bmc& bmc) {
  auto given = fields.object("bmc");
  if (!given) {
    fields.report("bmc", "missing", "is required");
    return;
  }
  bmc.type = given->text("type");
  bmc.url = given->text("url");
  bmc.user = given->text_or("user", "");
  bmc.password = Secret(given->text_or("password", ""));
  bmc.certificate = given->text_or("certificate", "");
  bmc.insecure = given->flag_or("insecure", false);
  given->done();
}

provisioner::EnrolRequest read_request(Fields& fields) {
  provisioner::EnrolRequest request;
  request.name = fields.text("name");
  request.from = fields.text("from");
  request.profile = fields.text_or("profile", "default");
  read_bmc(fields, request.bmc);
  return request;
}

Answer enrol(provisioner::Service& service, const Call& call) {
  const auto request = read_body(call, &read_request);
  if (!request) return tl::unexpected(request.error());
  const auto made = checked(service.enrol(viewer_of(call), *request, mode_of(call)));
  if (!made) return tl::unexpected(made.error());
  if (call.dry_run) return Reply{.body = to_json(*made)};
  return Reply{.status = 201,
               .body = to_json(*made),
               .etag = etag_of(made->version),
               .location = "/api/v1/servers/" + made->name};
}

}  // namespace

void add_discoveries(Api& api, provisioner::Service& service) {
  api.get("/api/v1/discoveries", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_discoveries(page); });
  });
  api.post("/api/v1/servers", [&service](const Call& call) { return enrol(service, call); });
}

}  // namespace switchyard::web::api
