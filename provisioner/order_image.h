// Which version of an OS image an order gets, and which servers can boot it.
#pragma once

#include "catalogs/os/image_definition.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/store/records.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

struct ChosenImage {
  std::string name{};
  int version{};                                       // as in DeploymentRecord
  std::vector<catalogs::NetworkTool> network{};        // what sets up its network
  std::vector<catalogs::os::FirmwareMode> firmware{};  // empty: nobody said
};

// The published version. Invalid: there is no such image; Conflict: the version is deprecated.
[[nodiscard]] Result<ChosenImage> choose_image(db::Session& session, const std::string& name);

// Conflict: it is known how the server boots, and the image does not.
[[nodiscard]] Status check_firmware(const ServerRecord& server, const ChosenImage& image);

[[nodiscard]] std::string firmware_text(const ChosenImage& image);  // "bios, uefi"

// "AND …" of a query over servers: those which the image boots on, as far as that is known.
[[nodiscard]] std::string firmware_condition(const ChosenImage& image);

}  // namespace switchyard::provisioner
