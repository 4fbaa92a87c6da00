// healthz, version, whoami, the OpenAPI document.
#pragma once

#include "web/api/api.h"

#include <string>

namespace switchyard::web::api {

void add_system(Api& api, const std::string& version);

}  // namespace switchyard::web::api
