// /api/v1/network-catalogs and /api/v1/images
#include "catalogs/catalog_folder.h"
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

std::map<std::string, std::string> read_files(Fields& fields) {
  auto files = fields.documents("files", catalogs::kMostFiles, catalogs::kMostBytes);
  return files;
}

Answer push(provisioner::Service& service, const Call& call) {
  const auto files = read_body(call, &read_files);
  if (!files) return tl::unexpected(files.error());
  const auto pushed = service.push_catalog(viewer_of(call).name, *files, mode_of(call));
  if (!pushed)
    return tl::unexpected(problem_of(pushed.error(), {"invalid_catalog", "the catalog", "fault"}));
  return Reply{.body = to_json(*pushed)};
}

Answer show(provisioner::Service& service, const Call& call) {
  const auto version = integer_query(call, "version", 1, 1'000'000, 0);
  if (!version) return tl::unexpected(version.error());
  const auto found =
      checked(service.find_catalog(call.parameter("name"), static_cast<int>(*version)));
  if (!found) return tl::unexpected(found.error());
  return Reply{.body = to_json(*found)};
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
  api.get("/api/v1/images", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_images(page); });
  });
}

}  // namespace switchyard::web::api
