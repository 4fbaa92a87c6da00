// The catalogs and OS images that come with the program, to begin one's own with.
#pragma once

#include "catalogs/render/template_engine.h"

#include <cstdint>
#include <string>
#include <vector>

namespace switchyard::catalogs {

enum class Shipped : std::uint8_t { NetworkCatalogs, OsImages };

[[nodiscard]] std::vector<std::string> shipped_names(Shipped what = Shipped::NetworkCatalogs);

// One of them as a folder that needs no other, under another name. Empty: there is no such
// one.
[[nodiscard]] TemplateFiles shipped_as(const std::string& shipped, const std::string& name,
                                       Shipped what = Shipped::NetworkCatalogs);

}  // namespace switchyard::catalogs
