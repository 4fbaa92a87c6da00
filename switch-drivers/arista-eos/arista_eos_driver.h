// The driver of Arista EOS: eAPI over HTTPS. How a change goes is in README.md, "arista-eos".
#pragma once

#include "switch-drivers/registry.h"
#include "switch-drivers/transport/http_client.h"

#include <memory>

namespace switchyard::switch_drivers::arista_eos {

[[nodiscard]] std::unique_ptr<Driver> make_arista_eos_driver(const SwitchAccess& access,
                                                             SwitchContext context,
                                                             std::unique_ptr<HttpClient> client);

}  // namespace switchyard::switch_drivers::arista_eos
