// /api/v1/images
#include "web/api/pushed.h"

namespace switchyard::web::api {
namespace {

Answer push(provisioner::Service& service, const Call& call) {
  return push_answer(call, {"invalid_image", "the image", "fault"},
                     [&](const auto& author, const auto& files) {
                       return service.push_image(author, files, mode_of(call));
                     });
}

Answer act(provisioner::Service& service, const Call& call) {
  return action_answer(
      call, [&](const auto&... wanted) { return service.publish_image(wanted..., mode_of(call)); },
      [&](const auto&... wanted) { return service.deprecate_image(wanted..., mode_of(call)); });
}

Answer show(provisioner::Service& service, const Call& call) {
  return version_answer(call, [&](const auto&... wanted) { return service.find_image(wanted...); });
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
