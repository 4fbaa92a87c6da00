// A YAML document as a plain tree with the places of its parts. Internal to core.
#pragma once

#include "core/yaml.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::yaml {

struct Place {
  int line{1};
  int column{1};
};

struct Tree {
  enum class Kind { Null, Scalar, Sequence, Map };
  Kind kind{Kind::Null};
  Place place{};
  std::string text{};  // of a scalar
  bool quoted{};       // written with quotes or as a block: text for sure, no number
  std::vector<Tree> items{};
  std::vector<Tree> members{};  // of a map, in the order of the file, each with its key

  std::string key{};  // of a member
  Place key_place{};

  std::set<std::string, std::less<>> asked{};  // keys somebody has looked for
  bool complained{};                           // its kind was reported already
};

// An empty map when there is nothing to read or it cannot be read; what is wrong goes to
// `problems`.
[[nodiscard]] Tree read_tree(std::string_view file, std::string_view text, Problems& problems);

}  // namespace switchyard::yaml
