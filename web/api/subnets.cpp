// /api/v1/subnets, their free and their taken addresses
#include "web/api/fields.h"
#include "web/api/resources.h"

namespace switchyard::web::api {
namespace {

constexpr std::size_t kMostAddresses = 256;  // of one request: nobody drains a subnet by one call

provisioner::SubnetOrder read_order(Fields& fields) {
  provisioner::SubnetOrder order;
  order.name = fields.text("name");
  order.vrf = fields.text("vrf");
  order.prefix = fields.text("prefix");
  order.project = fields.text("project");
  order.whole = fields.flag_or("whole", false);
  order.hold_down_seconds = fields.integer_or("hold_down_seconds", 0, 31'536'000, 3600);
  return order;
}

Answer create(provisioner::Service& service, const Call& call) {
  const auto order = read_body(call, &read_order);
  if (!order) return tl::unexpected(order.error());
  const auto made = checked(service.create_subnet(viewer_of(call), *order, mode_of(call)));
  if (!made) return tl::unexpected(made.error());
  Reply reply{
      .status = call.dry_run ? 200 : 201, .body = to_json(*made), .etag = etag_of(made->version)};
  if (!call.dry_run) reply.location = "/api/v1/subnets/" + made->name;
  return reply;
}

Answer remove(provisioner::Service& service, const Call& call) {
  const auto found = checked(service.find_subnet(viewer_of(call), call.parameter("name")));
  if (!found) return tl::unexpected(found.error());
  const auto fresh = require_version(call, found->version);
  if (!fresh) return tl::unexpected(fresh.error());
  const auto removed =
      checked(service.remove_subnet(viewer_of(call), found->name, found->version, mode_of(call)));
  if (!removed) return tl::unexpected(removed.error());
  return Reply{.status = 204};
}

provisioner::AddressOrder parse_address(const json& item, std::string pointer,
                                        std::vector<FieldError>& errors) {
  Fields fields(item, std::move(pointer), errors);
  provisioner::AddressOrder order;
  order.address = fields.maybe_text("address");
  order.owner = fields.text_or("owner", "");
  order.name = fields.text_or("name", "");
  order.anycast = fields.flag_or("anycast", false);
  fields.done();
  return order;
}

// One object or a list of them, as NetBox's available-ips takes it: all or none.
Checked<std::vector<provisioner::AddressOrder>> parse_addresses(const Call& call) {
  const auto body = json_body(call);
  if (!body) return tl::unexpected(body.error());
  std::vector<FieldError> errors;
  std::vector<provisioner::AddressOrder> orders;
  if (body->is_array()) {
    if (body->empty() || body->size() > kMostAddresses)
      return refuse(400, "invalid_body",
                    "ask for 1 to " + std::to_string(kMostAddresses) + " addresses");
    for (std::size_t i = 0; i < body->size(); ++i)
      orders.push_back(parse_address((*body)[i], "/" + std::to_string(i), errors));
  } else {
    orders.push_back(parse_address(*body, "", errors));
  }
  for (auto& order : orders) {
    if (order.owner.empty()) order.owner = call.principal.name;
  }
  const auto good = no_errors(std::move(errors));
  if (!good) return tl::unexpected(good.error());
  return orders;
}

Answer take(provisioner::Service& service, const Call& call) {
  const auto orders = parse_addresses(call);
  if (!orders) return tl::unexpected(orders.error());
  const auto taken = checked(
      service.take_addresses(viewer_of(call), call.parameter("name"), *orders, mode_of(call)));
  if (!taken) return tl::unexpected(taken.error());
  return Reply{.status = call.dry_run ? 200 : 201, .body = {{"items", list_json(*taken)}}};
}

Answer available(provisioner::Service& service, const Call& call) {
  const auto limit = integer_query(call, "limit", 1, 1'000'000, 50);
  if (!limit) return tl::unexpected(limit.error());
  const int most = static_cast<int>(std::min(*limit, 500LL));
  const auto found =
      checked(service.available_addresses(viewer_of(call), call.parameter("name"), most));
  if (!found) return tl::unexpected(found.error());
  json items = json::array();
  for (const std::string& address : *found)
    items.push_back({{"address", address}});
  return Reply{.body = {{"items", std::move(items)}}};
}

Answer give_back(provisioner::Service& service, const Call& call) {
  const auto released = checked(service.release_address(viewer_of(call), call.parameter("name"),
                                                        call.parameter("address"), mode_of(call)));
  if (!released) return tl::unexpected(released.error());
  return Reply{.status = 204};
}

}  // namespace

void add_subnets(Api& api, provisioner::Service& service) {
  api.get("/api/v1/subnets", {"page_size", "page_token", "vrf"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_subnets(viewer_of(call), call.query_or("vrf", ""), page);
            });
          });
  api.post("/api/v1/subnets", [&service](const Call& call) { return create(service, call); });
  api.get("/api/v1/subnets/:name", {}, [&api, &service](const Call& call) {
    return one_answer(service.find_subnet(viewer_of(call), call.parameter("name")));
  });
  api.remove("/api/v1/subnets/:name",
             [&service](const Call& call) { return remove(service, call); });
  api.get("/api/v1/subnets/:name/available-ips", {"limit"},
          [&service](const Call& call) { return available(service, call); });
  api.post("/api/v1/subnets/:name/available-ips",
           [&service](const Call& call) { return take(service, call); });
  api.get("/api/v1/subnets/:name/addresses", {"page_size", "page_token"},
          [&api, &service](const Call& call) {
            return list_answer(api, call, [&](const auto& page) {
              return service.list_addresses(viewer_of(call), call.parameter("name"), page);
            });
          });
  api.remove("/api/v1/subnets/:name/addresses/:address",
             [&service](const Call& call) { return give_back(service, call); });
}

}  // namespace switchyard::web::api
