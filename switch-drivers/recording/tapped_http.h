// An HTTPS client whose exchanges pass a tap.
#pragma once

#include "switch-drivers/recording/exchange_tap.h"
#include "switch-drivers/transport/http_client.h"

#include <memory>

namespace switchyard::switch_drivers {

// The password is not part of what passes: `client` adds it below.
[[nodiscard]] std::unique_ptr<HttpClient> tap_http(std::unique_ptr<HttpClient> client,
                                                   std::shared_ptr<ExchangeTap> tap);

}  // namespace switchyard::switch_drivers
