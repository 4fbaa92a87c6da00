// /api/v1/servers/NAME/rescue: people in the RAM system of a server nobody rents
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

std::vector<std::string> read_keys(Fields& fields) {
  if (!fields.has("ssh_keys")) fields.report("ssh_keys", "missing", "is required");
  std::vector<std::string> keys = fields.texts("ssh_keys", 64);
  return keys;
}

Answer start(provisioner::Service& service, const Call& call) {
  const auto keys = read_body(call, &read_keys);
  if (!keys) return tl::unexpected(keys.error());
  return queued_answer(
      call, service.start_rescue(viewer_of(call), call.parameter("name"), *keys, mode_of(call)));
}

Answer show(provisioner::Service& service, const Call& call) {
  return shown_answer(service.find_rescue(call.parameter("name")));
}

}  // namespace

void add_rescues(Api& api, provisioner::Service& service) {
  const std::string pattern = "/api/v1/servers/:name/rescue";
  api.post(pattern, [&service](const Call& call) { return start(service, call); });
  api.get(pattern, {}, [&service](const Call& call) { return show(service, call); });
  api.remove(pattern, [&service](const Call& call) {
    return queued_answer(
        call, service.end_rescue(viewer_of(call), call.parameter("name"), mode_of(call)));
  });
}

}  // namespace switchyard::web::api
