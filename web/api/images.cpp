// /api/v1/images
#include "web/api/pushed.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

Answer push(provisioner::Service& service, const Call& call) {
  const auto files = read_body(call, &read_files);
  if (!files) return tl::unexpected(files.error());
  const auto pushed = service.push_image(viewer_of(call).name, *files, mode_of(call));
  if (!pushed)
    return tl::unexpected(problem_of(pushed.error(), {"invalid_image", "the image", "fault"}));
  return Reply{.body = to_json(*pushed)};
}

Answer act(provisioner::Service& service, const Call& call) {
  const auto action = read_body(call, &read_version_action);
  if (!action) return tl::unexpected(action.error());
  const std::string name = call.parameter("name"), author = viewer_of(call).name;
  if (action->type == "publish")
    return shown_answer(service.publish_image(author, name, action->version, mode_of(call)));
  return shown_answer(service.deprecate_image(author, name, action->version, mode_of(call)));
}

Answer show(provisioner::Service& service, const Call& call) {
  const auto version = version_query(call);
  if (!version) return tl::unexpected(version.error());
  return shown_answer(service.find_image(call.parameter("name"), *version));
}

}  // namespace

void add_images(Api& api, provisioner::Service& service) {
  api.get("/api/v1/images", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_images(page); });
  });
  api.post("/api/v1/images", [&service](const Call& call) { return push(service, call); });
  api.get("/api/v1/images/:name", {"version"},
          [&service](const Call& call) { return show(service, call); });
  api.post("/api/v1/images/:name/actions",
           [&service](const Call& call) { return act(service, call); });
}

}  // namespace switchyard::web::api
