// docs/openapi.yaml as JSON. The text is compiled in, so program and document are of one version.
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace switchyard::web::api {

// Made by CMake from docs/openapi.yaml.
[[nodiscard]] std::string_view openapi_yaml();
[[nodiscard]] nlohmann::json openapi_document();

}  // namespace switchyard::web::api
