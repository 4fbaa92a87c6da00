// /api/v1/network-catalogs and /api/v1/images
#include "web/api/resources.h"

namespace switchyard::web::api {

void add_catalogs(Api& api, provisioner::Service& service) {
  api.get("/api/v1/network-catalogs", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call,
                               [&](const auto& page) { return service.list_catalogs(page); });
          });
  api.get("/api/v1/images", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call, [&](const auto& page) { return service.list_images(page); });
  });
}

}  // namespace switchyard::web::api
