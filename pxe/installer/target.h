// The new system's root while it is made: its filesystems, mounted below kTarget.
#pragma once

#include "core/result.h"
#include "pxe/installer/process.h"
#include "pxe/installer/reporter.h"
#include "pxe/installer/storage.h"

#include <string>

namespace switchyard::pxe::installer {

inline const std::string kTarget = "/target";

// Runs a program and writes to the operation's log that it did, how long it took, and what it said
// when it failed.
[[nodiscard]] Status run_logged(const Run& wanted, Reporter& reporter);

// Takes every signature off the plan's disks, partitions them and makes the filesystems.
[[nodiscard]] Status make_storage(const StoragePlan& plan, Reporter& reporter);

[[nodiscard]] Result<std::string> uuid_of(const std::string& device);

// Unmounts and lets go of the disks when it goes, however far an installation came.
class Target {
 public:
  Target(StoragePlan plan, Reporter& reporter) : plan_(std::move(plan)), reporter_(reporter) {}

  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target();

  [[nodiscard]] const StoragePlan& plan() const { return plan_; }

  void use_root(std::string device) { plan_.root = std::move(device); }

  [[nodiscard]] Status mount_root(bool read_only);
  [[nodiscard]] Status mount_esp(const std::string& device);  // in place of the last one
  // /dev, /proc, /sys and /run of the RAM system, for programs of the image.
  [[nodiscard]] Status mount_system();
  [[nodiscard]] Status release();  // everything is on the disks after it

 private:
  StoragePlan plan_;
  Reporter& reporter_;
};

}  // namespace switchyard::pxe::installer
