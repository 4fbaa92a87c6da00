// The driver of Juniper's Junos over NETCONF.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/registry.h"
#include "switch-drivers/transport/netconf.h"

#include <memory>

namespace switchyard::switch_drivers::junos {

[[nodiscard]] std::unique_ptr<Driver> make_junos_driver(const SwitchAccess& access,
                                                        SwitchContext context,
                                                        std::unique_ptr<Netconf> netconf);

}  // namespace switchyard::switch_drivers::junos
