// POST /api/v1/phone-home: an installed system says that it is up. Its one-time token, not one of
// the API, is the Bearer; the program that sends it is in pxe/installer/image.
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

constexpr long long kLongest = 1LL << 40;

Secret bearer_of(const Call& call) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string* value = edge::find_header(call.headers, "authorization");
  if (value == nullptr || !value->starts_with(kScheme)) return Secret();
  return Secret(value->substr(kScheme.size()));
}

provisioner::PhoneHome read_phone_home(Fields& fields) {
  provisioner::PhoneHome said{
      .hostname = fields.text("hostname").substr(0, 253),
      .uptime_seconds = fields.integer_or("uptime_seconds", 0, kLongest, 0),
      .addresses = fields.texts("addresses", 64),
      .bgp_established = fields.integer_or("bgp_established", 0, kLongest, 0),
      .ssh = fields.flag_or("ssh", false)};
  return said;
}

Answer hear(provisioner::Service& service, const Call& call) {
  const auto said = read_body(call, &read_phone_home);
  if (!said) return tl::unexpected(said.error());
  const Status noted = service.note_phone_home(bearer_of(call), *said);
  if (!noted && noted.error().code == Errc::Rejected)
    return refuse(403, "token_void", noted.error().message);
  if (!noted) return refuse(noted.error());
  return Reply{.status = 204};
}

}  // namespace

void add_phone_home(Api& api, provisioner::Service& service) {
  api.add({"POST", "/api/v1/phone-home", {}, [&service](const Call& call) {
             return hear(service, call);
           }});
}

}  // namespace switchyard::web::api
