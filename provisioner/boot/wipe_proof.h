// When a wipe counts: every disk that was ever seen to hold somebody's data was wiped whole and
// read back as zero. What the wiper says of itself is not enough. Pure.
#pragma once

#include "core/result.h"
#include "pxe/installer/messages.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// A disk that must be wiped. It is known again by its serial number, without one by its name.
struct KnownDisk {
  std::string name{};     // "sda"; empty when only the serial number is known
  std::string serial{};   // without blanks around it; empty when the disk has none
  std::uint64_t bytes{};  // 0: not known
  friend bool operator==(const KnownDisk&, const KnownDisk&) = default;
};

[[nodiscard]] std::vector<KnownDisk> disks_of(const pxe::installer::Inspection& inspection);

// `now`, and those of `before` that are not among them: a disk that was pulled is still owed.
[[nodiscard]] std::vector<KnownDisk> with_earlier(std::vector<KnownDisk> now,
                                                  const std::vector<KnownDisk>& before);

// Why the wipe does not count, naming the disk. `owed`: all that must be among `wiped`.
[[nodiscard]] std::optional<std::string> unproved(
    const std::vector<pxe::installer::WipedDisk>& wiped, const std::vector<KnownDisk>& owed);

// As they are kept in the database.
[[nodiscard]] std::string to_json_text(const std::vector<KnownDisk>& disks);
[[nodiscard]] Result<std::vector<KnownDisk>> parse_disks(std::string_view json_text);

}  // namespace switchyard::provisioner
