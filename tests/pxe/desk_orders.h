// Orders for one server on standard input, for laboratories. One JSON a line:
//   {"expect":"installer"|"disk"},
//   {"install":IMAGE,"hostname":NAME,"files":[{path,mode,owner,content}]},
//   {"wipe":true}, {"read":true}
// Each is answered with a line {"phase","detail","operation"} or {"error"}.
#pragma once

#include "provisioner/bmc/installer_desk.h"

#include <string>

namespace switchyard::provisioner {

// Until standard input ends. Throws when a line is not an order.
void follow_orders(InstallerDesk& desk, const std::string& server);

}  // namespace switchyard::provisioner
