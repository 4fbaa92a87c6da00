// The BMCs of simulated servers: Redfish for power and boot device, and the stand-in's Oem actions
// for install and wipe, over HTTP on loopback.
//
//   GET   /redfish/v1/Systems/{server}
//   PATCH /redfish/v1/Systems/{server}                                {"Boot":{…}}
//   POST  /redfish/v1/Systems/{server}/Actions/ComputerSystem.Reset   {"ResetType":"On|ForceOff"}
//   POST  /redfish/v1/Systems/{server}/Oem/Switchyard/Install         {"operation",…,"files":[…]}
//   POST  /redfish/v1/Systems/{server}/Oem/Switchyard/Wipe            {"operation"}
#pragma once

#include "tests/fakes/server/fake_server.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace switchyard::fakes {

class RedfishServer {
 public:
  using Find = std::function<FakeServer*(const std::string& name)>;  // nullptr: no such server

  // Whether the BMCs share 127.0.0.1, or each has an address of its own in 127.0.0.0/8, as real
  // ones have: who is careful with one is not with all then. That listens on every address.
  enum class Addresses { Shared, Own };

  // Listens on a free port when `port` is 0. Basic authentication when `user` is not empty. Throws
  // std::runtime_error when it cannot listen.
  RedfishServer(Find find, std::uint16_t port, std::string user, std::string password,
                Addresses addresses = Addresses::Shared);
  ~RedfishServer();
  RedfishServer(const RedfishServer&) = delete;
  RedfishServer& operator=(const RedfishServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url_of(const std::string& server) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::fakes
