// The exchanges with one EOS switch: requests of eAPI, and what every one of them reads back.
#pragma once

#include "switch-drivers/arista-eos/config.h"
#include "switch-drivers/arista-eos/eapi.h"
#include "switch-drivers/arista-eos/reading.h"
#include "switch-drivers/transport/http_client.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// What the switch shows.
struct Observation {
  Config running{};
  Config saved{};
  ConfigSessions sessions{};
  std::vector<std::string> outputs{};  // of the commands before the reading
};

// One call of the driver: all its requests together have one deadline. Not thread-safe.
class SwitchSession {
 public:
  SwitchSession(HttpClient& client, std::chrono::milliseconds deadline)
      : client_(client), until_(std::chrono::steady_clock::now() + deadline) {}

  // `enable` goes before them by itself and is not counted. A command that failed is an answer.
  // Rejected when the login is refused, Unavailable when the switch has no room for us.
  [[nodiscard]] Result<EapiAnswer> run(const std::vector<std::string>& commands);

  // Runs, and then reads what there is, in one request. Rejected when a command failed: its
  // complaint. Nothing is read then.
  [[nodiscard]] Result<Observation> run_and_observe(const std::vector<std::string>& commands);

 private:
  HttpClient& client_;
  std::chrono::steady_clock::time_point until_;
};

[[nodiscard]] Error rejected(const EapiAnswer& answer, const std::vector<std::string>& commands);

}  // namespace switchyard::switch_drivers::arista_eos
