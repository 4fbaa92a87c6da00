// /api/v1/servers/NAME/wipe-records and the keys they are checked with
#include "web/api/resources.h"

namespace switchyard::web::api {

void add_wipes(Api& api, provisioner::Service& service) {
  api.get("/api/v1/servers/:name/wipe-records", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_wipe_records(viewer_of(call), call.parameter("name"), page);
            });
          });
  api.get("/api/v1/signing-keys", {"page_size", "page_token"}, [&api, &service](const Call& call) {
    return list_answer(api, call,
                       [&](const auto& page) { return service.list_signing_keys(page); });
  });
}

}  // namespace switchyard::web::api
