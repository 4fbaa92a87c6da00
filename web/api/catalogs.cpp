// /api/v1/network-catalogs and /api/v1/catalog-previews
#include "web/api/pushed.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

Answer push(provisioner::Service& service, const Call& call) {
  const auto files = read_body(call, &read_files);
  if (!files) return tl::unexpected(files.error());
  const auto pushed = service.push_catalog(viewer_of(call).name, *files, mode_of(call));
  if (!pushed)
    return tl::unexpected(problem_of(pushed.error(), {"invalid_catalog", "the catalog", "fault"}));
  return Reply{.body = to_json(*pushed)};
}

Answer act(provisioner::Service& service, const Call& call) {
  const auto action = read_body(call, &read_version_action);
  if (!action) return tl::unexpected(action.error());
  const std::string name = call.parameter("name"), author = viewer_of(call).name;
  if (action->type == "publish")
    return shown_answer(service.publish_catalog(author, name, action->version, mode_of(call)));
  return shown_answer(service.deprecate_catalog(author, name, action->version, mode_of(call)));
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
  const auto version = version_query(call);
  if (!version) return tl::unexpected(version.error());
  return shown_answer(service.find_catalog(call.parameter("name"), *version));
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
