// What the parts of an inventory must be to each other. Pure.
#pragma once

#include "core/yaml.h"
#include "provisioner/inventory.h"

#include <vector>

namespace switchyard::provisioner {

// Where each object stands in its file, parallel to the lists of Inventory.
struct InventoryPlaces {
  std::vector<yaml::Node> vrfs{};
  std::vector<yaml::Node> subnets{};
  std::vector<yaml::Node> catalogs{};
  std::vector<yaml::Node> images{};
  std::vector<yaml::Node> switches{};
  std::vector<yaml::Node> vantage_points{};
  std::vector<yaml::Node> servers{};
};

// Reports every contradiction at the place of the later object.
void check_inventory(const Inventory& inventory, const InventoryPlaces& places);

}  // namespace switchyard::provisioner
