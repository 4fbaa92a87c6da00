// NVIDIA Cumulus Linux 5.x over the REST API of NVUE.
#pragma once

#include "switch-drivers/registry.h"
#include "switch-drivers/transport/http_client.h"

#include <memory>

namespace switchyard::switch_drivers::cumulus_nvue {

[[nodiscard]] std::unique_ptr<Driver> make_cumulus_nvue_driver(const SwitchAccess& access,
                                                               SwitchContext context,
                                                               std::unique_ptr<HttpClient> client);

}  // namespace switchyard::switch_drivers::cumulus_nvue
