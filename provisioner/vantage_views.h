// What the service shows of vantage points and of what they saw; a part of views.h.
#pragma once

#include "core/clock.h"

#include <chrono>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct VantageVrfView {
  std::string vrf{};
  std::string device{};  // empty: the machine has one table only
};

// A machine that probes host routes from inside VRFs.
struct VantageView {
  std::string name{};
  std::string address{};
  int port{};
  std::string user{};
  bool gate{};
  std::vector<VantageVrfView> vrfs{};
  std::string state{};  // "unknown", "reachable", "unreachable", "refused"
  std::string error{};  // of the last contact, empty when it went well
  Timestamp last_contact{};
  long long watched{};  // host routes it looks at now
  long long version{};
};

// A host route that had answered a vantage point and then did not.
struct LossView {
  Timestamp at{};
  std::chrono::milliseconds length{};
};

// What one vantage point saw of one host route while its server was moved.
struct RouteProbeView {
  std::string vantage{};
  std::string vrf{};
  std::string address{};
  std::string before{};  // answered; silent, unsteady, unseen: it was not judged
  std::string why{};     // it was not judged
  std::vector<LossView> losses{};
};

}  // namespace switchyard::provisioner
