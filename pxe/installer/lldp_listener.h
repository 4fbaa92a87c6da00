// Hears which switch ports the NICs are plugged into, in the background.
#pragma once

#include "pxe/installer/inspection.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::pxe::installer {

// Thread-safe. Listens for 35 s (switches send every 30 s), from its making on.
class LldpListener {
 public:
  LldpListener();

  // Puts what was heard so far at the NICs. `patient`: waits until each NIC with a link heard
  // somebody, or the 35 s are over.
  void add_to(std::vector<Nic>& nics, bool patient);

 private:
  void listen(const std::stop_token& stop);
  void hear(int socket);

  std::chrono::steady_clock::time_point until_;
  std::mutex mutex_{};
  std::map<std::string, std::vector<Neighbour>> heard_{};  // by the NIC's name
  std::jthread thread_;
};

}  // namespace switchyard::pxe::installer
