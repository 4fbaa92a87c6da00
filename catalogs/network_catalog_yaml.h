// The part of a network catalog that is no template, as people write it: in an inventory file or
// in a catalog's own catalog.yaml.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/yaml.h"

namespace switchyard::catalogs {

// Reports what is wrong at its place. Reads name, description, mtu, keepalive, hold, and
// attachments or segment; the caller says done().
[[nodiscard]] NetworkCatalog read_network_catalog(const yaml::Node& node);

}  // namespace switchyard::catalogs
