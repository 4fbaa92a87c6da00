#include "web/api/resources.h"
#include "web/server.h"

namespace switchyard::web {

std::function<void(api::Api&)> domain_routes(provisioner::Service& service) {
  return [&service](api::Api& api) {
    api::add_servers(api, service);
    api::add_phone_home(api, service);
    api::add_rescues(api, service);
    api::add_wipes(api, service);
    api::add_discoveries(api, service);
    api::add_switches(api, service);
    api::add_subnets(api, service);
    api::add_deployments(api, service);
    api::add_operations(api, service);
    api::add_inventory(api, service);
    api::add_catalogs(api, service);
    api::add_images(api, service);
    api::add_rollouts(api, service);
  };
}

}  // namespace switchyard::web
