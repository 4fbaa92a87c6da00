// What ipmitool prints, as values. Pure: parts of it come from the BMC, so it is bytes of a
// stranger.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"

#include <string>
#include <string_view>

namespace switchyard::provisioner::ipmi {

// Boot flags, parameter 5 of the boot options (IPMI 2.0, 28.13, table 28-14).
struct BootFlags {
  bool valid{};  // they count for the next boot
  bool persistent{};
  bool uefi{};
  unsigned device{};  // 1 network, 2 disk, others

  friend bool operator==(const BootFlags&, const BootFlags&) = default;
};

// `chassis power status`: "Chassis Power is on".
[[nodiscard]] Result<Power> parse_power(std::string_view text);
// `chassis bootparam get 5`: "Boot parameter data: e004000000".
[[nodiscard]] Result<BootFlags> parse_boot_flags(std::string_view text);
// `fru print 0`; what is not there is empty. The product's fields, otherwise the board's.
[[nodiscard]] BmcInventory parse_fru(std::string_view text);

// The flags that mean this for the next boot.
[[nodiscard]] BootFlags boot_flags(BootDevice device, BootMode mode);
// What `shown` is instead of `wished`, for people; empty when it is the same.
[[nodiscard]] std::string difference(const BootFlags& shown, const BootFlags& wished);

}  // namespace switchyard::provisioner::ipmi
