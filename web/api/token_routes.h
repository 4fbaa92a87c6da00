// /api/v1/tokens: API tokens of people and programs. For admins.
#pragma once

#include "web/api/api.h"

namespace switchyard::web::api {

void add_tokens(Api& api);

}  // namespace switchyard::web::api
