// Decides how a disk is erased. Pure: the outputs of nvme and hdparm come in, commands go out.
#pragma once

#include "core/result.h"
#include "pxe/installer/inspection.h"
#include "pxe/installer/storage.h"

#include <chrono>
#include <string_view>
#include <vector>

namespace switchyard::pxe::installer {

struct NvmeAbilities {
  bool format{};        // Format NVM (NVM Express Base 2.0, 5.14)
  bool crypto_erase{};  // FNA bit 2
  bool whole{};         // FNA bit 1: an erase covers every namespace, whichever was named
};

// Of `nvme id-ctrl -o json`.
[[nodiscard]] Result<NvmeAbilities> parse_nvme_abilities(std::string_view json);

struct AtaAbilities {  // the security feature set (ACS-4, 4.18)
  bool supported{}, enabled{}, locked{}, frozen{}, enhanced{};
  std::chrono::minutes erase{}, enhanced_erase{};  // what the disk says it takes; 0: unknown
};

// Of `hdparm -I`.
[[nodiscard]] AtaAbilities parse_ata_abilities(std::string_view text);

// One way to erase; the commands in order, which all must succeed.
struct EraseWay {
  std::string method{};  // of WipedDisk
  std::vector<Command> commands{};
  std::chrono::minutes deadline{};  // of the last one
};

[[nodiscard]] std::vector<EraseWay> nvme_ways(const Disk& disk, const NvmeAbilities& abilities);
// None when the disk is frozen (by its firmware until the next power cycle) or has no security
// feature set. A disk that a power cut left locked is unlocked first: our password is always the
// same, it protects nothing.
[[nodiscard]] std::vector<EraseWay> ata_ways(const Disk& disk, const AtaAbilities& abilities);

}  // namespace switchyard::pxe::installer
