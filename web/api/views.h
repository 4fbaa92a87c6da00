// The values of provisioner/views.h as JSON, field by field as docs/openapi.yaml says.
#pragma once

#include "provisioner/views.h"

#include <nlohmann/json.hpp>

namespace switchyard::web::api {

[[nodiscard]] nlohmann::json to_json(const provisioner::ServerView& server);
[[nodiscard]] nlohmann::json to_json(const provisioner::RescueView& rescue);
[[nodiscard]] nlohmann::json to_json(const provisioner::ConsoleView& kept);
[[nodiscard]] nlohmann::json to_json(const provisioner::WipeRecordView& record);
[[nodiscard]] nlohmann::json to_json(const provisioner::SigningKeyView& key);
[[nodiscard]] nlohmann::json to_json(const provisioner::DiscoveryView& machine);
[[nodiscard]] nlohmann::json to_json(const provisioner::SwitchView& device);
[[nodiscard]] nlohmann::json to_json(const provisioner::SwitchServerView& server);
[[nodiscard]] nlohmann::json to_json(const provisioner::PortView& port);
[[nodiscard]] nlohmann::json to_json(const provisioner::VantageView& point);
[[nodiscard]] nlohmann::json to_json(const provisioner::VrfView& vrf);
[[nodiscard]] nlohmann::json to_json(const provisioner::SubnetView& subnet);
[[nodiscard]] nlohmann::json to_json(const provisioner::AddressView& address);
[[nodiscard]] nlohmann::json to_json(const provisioner::DeploymentView& deployment);
[[nodiscard]] nlohmann::json to_json(const provisioner::OperationView& operation);
[[nodiscard]] nlohmann::json to_json(const provisioner::CatalogView& catalog);
[[nodiscard]] nlohmann::json to_json(const provisioner::CatalogVersionView& version);
[[nodiscard]] nlohmann::json to_json(const provisioner::RolloutView& rollout);
[[nodiscard]] nlohmann::json to_json(const provisioner::RolloutServerView& server);
[[nodiscard]] nlohmann::json to_json(const provisioner::CatalogPreview& preview);
[[nodiscard]] nlohmann::json to_json(const provisioner::ImageView& image);
[[nodiscard]] nlohmann::json to_json(const provisioner::ImageVersionView& version);
[[nodiscard]] nlohmann::json to_json(const provisioner::ImportReport& report);
[[nodiscard]] nlohmann::json to_json(const provisioner::DeployPlanView& plan);

// A list of views as a JSON array.
template <class T> [[nodiscard]] nlohmann::json list_json(const std::vector<T>& items) {
  nlohmann::json list = nlohmann::json::array();
  for (const T& item : items)
    list.push_back(to_json(item));
  return list;
}

}  // namespace switchyard::web::api
