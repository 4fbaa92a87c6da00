// Fetches a file of the service and checks its size and its SHA-256 on the way.
#pragma once

#include "pxe/installer/reporter.h"
#include "pxe/installer/service_client.h"
#include "pxe/installer/task.h"

#include <string>

namespace switchyard::pxe::installer {

// Every byte goes to `sink` before it is known whether the whole is right. Reports as Writing.
// Invalid: another size or checksum; otherwise as ServiceClient::fetch.
[[nodiscard]] Status fetch_checked(const Download& file, const std::string& name,
                                   ServiceClient& service, Reporter& reporter,
                                   const ServiceClient::Sink& sink);

}  // namespace switchyard::pxe::installer
