// What is the same for every server of the site, and the knobs of the workflows.
#pragma once

#include "core/net.h"

#include <chrono>
#include <string>
#include <vector>

namespace switchyard::provisioner {

enum class DriftPolicy { Repair, Report };

// What every server of the site gets.
struct ServerDefaults {
  std::vector<std::string> ntp{};  // host names or addresses
  std::string ca_pem{};            // certificates it trusts, PEM
};

struct Site {
  std::string name{"site"};
  std::string controller{"controller"};  // unique among the controllers of one database
  VlanId provisioning{100};
  std::vector<IpAddress> services{};  // what a server there may talk to; empty: no limit
  Asn first_server_asn{4200000000U};
  Asn last_server_asn{4294967294U};
  std::chrono::seconds undo_after{60};      // the dead man's handle on a switch
  std::chrono::seconds scan_interval{60};   // how often each switch is compared with its wishes
  std::chrono::seconds claim{60};           // lease of an operation or a switch
  std::chrono::seconds session_watch{600};  // how long sessions are looked at often after a flip
  DriftPolicy drift{DriftPolicy::Repair};
  int runner_threads{8};
  std::string boot_folder{};  // where the files of OS images lie; empty: not with this controller
  ServerDefaults servers{};
};

}  // namespace switchyard::provisioner
