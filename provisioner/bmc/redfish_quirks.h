// What to send to whose BMC. Pure; the table of vendors is in redfish_quirks.cpp.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/redfish_answer.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner::redfish {

struct BootWish {
  std::string target{};  // Pxe, Hdd
  std::string mode{};    // UEFI, Legacy; empty: as it is
};

[[nodiscard]] BootWish boot_wish(BootDevice device, std::optional<BootMode> mode);

// The ResetType to ask for. `allowed` is what the BMC offers; empty: it does not say.
// PushPowerButton toggles, so it is the last resort and only right when the state was read just
// before. Rejected when nothing fits. Cycle has none: it is ForceOff and On.
[[nodiscard]] Result<std::string> reset_type(PowerAction action,
                                             const std::vector<std::string>& allowed);

// JSON bodies for PATCH of the system, the best one first; the next one is for a BMC that refuses
// the one before. Rejected when the BMC does not offer the wish.
[[nodiscard]] Result<std::vector<std::string>> boot_patches(const System& system,
                                                            const BootWish& wish);

// What the system shows instead of the wish, for people; empty when it shows the wish. Once and
// nothing else: a Continuous override would install the server again at each boot.
[[nodiscard]] std::string boot_difference(const System& system, const BootWish& wish);

}  // namespace switchyard::provisioner::redfish
