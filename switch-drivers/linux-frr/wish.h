// From a port intent to the state a switch of this kind must show. Pure; the only place that knows
// what a mode means here.
#pragma once

#include "switch-drivers/frr/wished_frr.h"
#include "switch-drivers/linux-frr/state.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/registry.h"

#include <string>

namespace switchyard::switch_drivers::linux_frr {

// The kernel's route of last resort in a VRF, so that a packet never falls through to the main
// table; FRR reads it as distance 255.
inline constexpr const char* kDeadEndMetric = "4278198272";

// What of the switch a wish depends on.
struct WishContext {
  Asn asn{};
  std::string bridge{};
  std::string quarantine{};
  std::uint32_t port_mtu{};      // as it is now
  std::uint32_t port_max_mtu{};  // 0: unknown
  int frr_version{};             // FrrConfig::version
  friend bool operator==(const WishContext&, const WishContext&) = default;
};

using frr::PolicyMemo;
using frr::WishedFrr;

// `intent` has passed check().
[[nodiscard]] PortState wished_state(const PortIntent& intent, const WishContext& context);
[[nodiscard]] PortState wished_state(const PortIntent& intent, const WishContext& context,
                                     PolicyMemo& memo);

// The lines of all sessions of a routed port.
[[nodiscard]] WishedFrr wished_frr(const PortIntent& intent, const WishContext& context);
[[nodiscard]] WishedFrr wished_frr(const PortIntent& intent, const WishContext& context,
                                   PolicyMemo& memo);

// tc filters of the untagged parent of a routed port, of a subinterface, of an L2 port.
[[nodiscard]] Filters parent_filters(const PortIntent& intent);
[[nodiscard]] Filters subinterface_filters(const Attachment& attachment);
[[nodiscard]] Filters access_filters(const PortIntent& intent);

}  // namespace switchyard::switch_drivers::linux_frr
