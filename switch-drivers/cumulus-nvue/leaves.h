// NVUE's configuration as leaves: a tree of JSON objects taken apart and put together.
#pragma once

#include "core/result.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

using Path = std::vector<std::string>;  // the keys from the root down
// An empty object ("permit": {}) is a leaf with the value kThere.
using Leaves = std::map<Path, std::string>;
inline constexpr std::string_view kThere = "{}";

// Invalid: no JSON object, a list in it, or deeper than 40 levels.
[[nodiscard]] Result<Leaves> parse_leaves(std::string_view json);
// One object that sets these leaves. Values that are whole numbers are numbers, but for
// descriptions.
[[nodiscard]] std::string to_json(const Leaves& leaves);
// One object with null at each path: taken away with all beneath it.
[[nodiscard]] std::string to_json(const std::set<Path>& paths);

[[nodiscard]] std::string to_string(const Path& path);  // "interface swp1 link mtu"
[[nodiscard]] bool begins_with(const Path& path, const Path& with);
[[nodiscard]] bool has_beneath(const Leaves& leaves, const Path& path);
[[nodiscard]] Leaves beneath(const Leaves& leaves, const Path& path);
// The keys right beneath a path.
[[nodiscard]] std::set<std::string> keys_at(const Leaves& leaves, const Path& path);
[[nodiscard]] std::string value_at(const Leaves& leaves, const Path& path);  // "": not there
[[nodiscard]] Path joined(Path path, const Path& more);

}  // namespace switchyard::switch_drivers::cumulus_nvue
