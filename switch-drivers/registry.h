// The list of NOSes: name -> how to make a driver. Adding one is one row in registry.cpp.
#pragma once

#include "core/result.h"
#include "core/secret.h"
#include "switch-drivers/driver.h"
#include "switch-drivers/permit.h"
#include "switch-drivers/policy_text.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers {

class ExchangeTap;  // recording/exchange_tap.h

// How to reach and enter one switch.
struct SwitchAccess {
  std::string name{};     // for messages
  std::string address{};  // management address, IP literal
  std::uint16_t port{22};
  std::string user{"root"};
  Secret password{};  // empty: key
  std::string private_key_file{};
  // SHA-256 fingerprint of what the switch shows: over SSH of its host key, as ssh-keygen -l prints
  // it ("SHA256:…"); over HTTPS of its certificate, "SHA256:" and what openssl x509 -fingerprint
  // -sha256 prints (http_client.h). Empty: refuse to connect.
  std::string host_key{};
  std::chrono::milliseconds exchange_deadline{30'000};  // one call of the driver, start to end
  std::shared_ptr<const Permit> permit{};               // empty: one may always talk
  std::shared_ptr<ExchangeTap> tap{};                   // empty: nobody listens
};

// Site facts a driver needs to render a port.
struct SwitchContext {
  Asn asn{};                  // of the switch
  std::string bridge{"br0"};  // the VLAN-aware bridge of provisioning and segment ports
  std::string quarantine{"vrf-quarantine"};  // dead-end VRF of routed parents, made by the driver
};

// Invalid for a NOS nobody registered; the message lists those that are. Does not connect yet.
[[nodiscard]] Result<std::unique_ptr<Driver>> make_driver(std::string_view nos, SwitchAccess access,
                                                          SwitchContext context);
[[nodiscard]] std::vector<std::string> known_nos();

// One port before and after.
struct IntentChange {
  PortIntent former{};
  PortIntent wished{};
};

// What a driver would send to a switch that shows the former intents, byte for byte. `ports` are
// all of the switch that somebody wishes something for, because they share objects; those that do
// not change add nothing. '' when nothing changes. Pure. Invalid for a NOS nobody registered.
[[nodiscard]] Result<std::string> describe_change(std::string_view nos,
                                                  const SwitchContext& context,
                                                  std::span<const IntentChange> ports);

// What a network catalog's template says for a NOS, judged line by line (decision 0011). Invalid
// for a NOS nobody registered.
[[nodiscard]] Result<JudgedPolicy> judge_policy(std::string_view nos, std::string_view text);

}  // namespace switchyard::switch_drivers
