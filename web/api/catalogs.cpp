// /api/v1/network-catalogs and /api/v1/catalog-previews
#include "web/api/pushed.h"

namespace switchyard::web::api {
namespace {

Answer push(provisioner::Service& service, const Call& call) {
  return push_answer(call, {"invalid_catalog", "the catalog", "fault"},
                     [&](const auto& author, const auto& files) {
                       return service.push_catalog(author, files, mode_of(call));
                     });
}

Answer act(provisioner::Service& service, const Call& call) {
  return action_answer(
      call,
      [&](const auto&... wanted) { return service.publish_catalog(wanted..., mode_of(call)); },
      [&](const auto&... wanted) { return service.deprecate_catalog(wanted..., mode_of(call)); });
}

provisioner::PreviewRequest read_preview(Fields& fields) {
  provisioner::PreviewRequest request{
      .catalog = fields.text_or("catalog", ""),
      .version = static_cast<int>(fields.integer_or("version", 1, 1'000'000, 0)),
      .server = fields.text_or("server", ""),
      .switch_name = fields.text_or("switch", "")};
  if (request.version == 0)
    request.files = read_files(fields);
  else if (request.catalog.empty())
    fields.report("catalog", "missing", "is required with a version");
  return request;
}

Answer preview(provisioner::Service& service, const Call& call) {
  const auto request = read_body(call, &read_preview);
  if (!request) return tl::unexpected(request.error());
  const auto made = service.preview_catalog(*request);
  if (!made)
    return tl::unexpected(problem_of(made.error(), {"invalid_catalog", "the catalog", "fault"}));
  return Reply{.body = to_json(*made)};
}

Answer show(provisioner::Service& service, const Call& call) {
  return version_answer(call,
                        [&](const auto&... wanted) { return service.find_catalog(wanted...); });
}

}  // namespace

void add_catalogs(Api& api, provisioner::Service& service) {
  api.get("/api/v1/network-catalogs", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call,
                               [&](const auto& page) { return service.list_catalogs(page); });
          });
  api.post("/api/v1/network-catalogs",
           [&service](const Call& call) { return push(service, call); });
  api.get("/api/v1/network-catalogs/:name", {"version"},
          [&service](const Call& call) { return show(service, call); });
  api.post("/api/v1/network-catalogs/:name/actions",
           [&service](const Call& call) { return act(service, call); });
  api.post("/api/v1/catalog-previews",
           [&service](const Call& call) { return preview(service, call); });
}

}  // namespace switchyard::web::api
