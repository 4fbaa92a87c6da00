// A controller's half of a flip by the real driver over real SSH, and the wishes that are flipped
// between.
#pragma once

#include "switch-drivers/driver.h"
#include "tests/bench/flip_farm.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::bench {

enum class Mode { Provisioning, Routed };

[[nodiscard]] constexpr Mode other(Mode mode) {
  return mode == Mode::Routed ? Mode::Provisioning : Mode::Routed;
}

// Port number `port` (from 1) of `ports`: two VRFs, both families, a host route of each. The two
// switches of a pair have the same servers.
[[nodiscard]] switch_drivers::PortIntent wish(const FarmSwitch& device, int port, int ports,
                                              Mode mode);
[[nodiscard]] std::vector<switch_drivers::PortIntent> wishes_of_switch(const FarmSwitch& device,
                                                                       int ports, Mode mode);

// Throws std::runtime_error when a port is not exactly as wished: a benchmark of failures is none.
class FlipClient {
 public:
  explicit FlipClient(const FarmSwitch& device) : device_(device) {}

  // Observed, changed, read back, kept, saved and read back again. Opens the session when there is
  // none. Every port must have been otherwise before.
  void flip(const std::vector<switch_drivers::PortIntent>& wished);
  // The same of all ports but `failing`, which must fail and is put back.
  void flip_but(const std::vector<switch_drivers::PortIntent>& wished, std::string_view failing);
  // The same whatever the ports were before; answers how many were changed.
  std::size_t ensure(const std::vector<switch_drivers::PortIntent>& wished);
  // Read and compared; nothing may differ.
  void confirm(const std::vector<switch_drivers::PortIntent>& wished);

 private:
  switch_drivers::Driver& driver();

  FarmSwitch device_;
  std::unique_ptr<switch_drivers::Driver> driver_{};
  int changes_{};
};

}  // namespace switchyard::bench
